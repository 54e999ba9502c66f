"""The gate: every reason, in its order, and the edges of each."""

import dataclasses

import pyarrow as pa
import pytest

from licenses import POLICY_CLASS_SCHEMA, policy_class, policy_class_table, resolve
from licenses.gate import (
    Decision,
    DocumentFacts,
    Mode,
    Purpose,
    ReleasePlan,
    decide,
    gate_classes,
    gate_documents,
)
from licenses.missing import missing_permissions
from licenses.policy import policy_classes_from_table
from licenses.recipients import Recipient
from tests.licenses._gate_examples import ABROAD, CLEAN, FREE, NOBODY, SEOUL, SHIPPED, TOKYO, asked, rights


def code(given, facts=CLEAN, **request):
    return decide(given, facts, asked(**request)).code


def test_what_is_free_goes():
    for recipient in (SEOUL, ABROAD, TOKYO, NOBODY):
        for purpose in Purpose:
            for mode in Mode:
                assert code(FREE, recipient=recipient, purpose=purpose, mode=mode) == "RELEASE"


def test_facts_block_in_their_order_whatever_the_rights_say():
    order = [
        ("BLOCK_WITHDRAWN", {"withdrawn": True}),
        ("BLOCK_NOT_ACQUIRED", {"acquired": False}),
        ("BLOCK_EVIDENCE_MISSING", {"evidence": False}),
        ("BLOCK_EXPIRED", {"expired": True}),
        ("BLOCK_PII", {"pii_clean": False}),
    ]
    facts = CLEAN
    for wanted, change in reversed(order):
        facts = dataclasses.replace(facts, **change)
        assert code(FREE, facts) == code(resolve([]), facts) == wanted


def test_what_nobody_proved_blocks():
    assert code(FREE, DocumentFacts()) == "BLOCK_EVIDENCE_MISSING"
    assert code(FREE, DocumentFacts(evidence=True)) == "BLOCK_PII"


@pytest.mark.parametrize("value", ["deny", "deny_temp"])
def test_crawling_denied_is_not_acquired_unless_the_text_came_otherwise(value):
    assert code(rights(crawl=value)) == "BLOCK_NOT_ACQUIRED"
    assert code(rights(crawl=value), dataclasses.replace(CLEAN, acquired=True)) == "RELEASE"
    assert code(rights(crawl="unknown")) == "RELEASE"


def test_training_abroad_is_another_question_than_training_at_home():
    at_home_only = rights(train_for="deny")
    assert code(at_home_only) == "RELEASE"
    assert code(at_home_only, recipient=ABROAD) == code(at_home_only, recipient=TOKYO) == "BLOCK_FOREIGN_DENY"
    assert code(at_home_only, recipient=NOBODY) == "BLOCK_FOREIGN_DENY"
    assert code(rights(train_for="deny", train_dom="unknown"), recipient=TOKYO) == "BLOCK_FOREIGN_DENY"
    assert code(rights(train_for="deny", train_dom="deny"), recipient=TOKYO) == "BLOCK_TRAIN_DENY"
    assert code(rights(train_dom="deny")) == "BLOCK_TRAIN_DENY"
    assert code(rights(train_dom="deny"), recipient=TOKYO) == "RELEASE"
    assert code(rights(train_dom="unknown")) == "BLOCK_UNKNOWN"


def test_copies_need_redistribution_and_training_in_place_does_not():
    assert code(rights(redist="deny")) == "BLOCK_REDIST_DENY"
    assert code(rights(redist="unknown")) == "BLOCK_UNKNOWN"
    assert code(rights(redist="deny"), mode=Mode.IN_PLACE) == "RELEASE"
    # Training is asked before copies.
    assert code(rights(redist="deny", train_dom="unknown")) == "BLOCK_UNKNOWN"


def test_commercial_purposes():
    assert code(rights(commercial="deny")) == "BLOCK_CONDITION:non_commercial"
    assert code(rights(commercial="unknown")) == "BLOCK_UNKNOWN"
    for value in ("deny", "unknown"):
        assert code(rights(commercial=value), purpose=Purpose.NONCOMMERCIAL) == "RELEASE"


def test_commercial_use_under_an_agreement_needs_it():
    aihub = rights(commercial="cond", conditions={"commercial": ["agreement"]})
    assert code(aihub) == "BLOCK_CONDITION:agreement"
    assert code(aihub, plan=SHIPPED.model_copy(update={"agreements": frozenset({"agreement"})})) == "RELEASE"
    assert code(aihub, purpose=Purpose.NONCOMMERCIAL) == "RELEASE"


def kogl_ai(number=2, **changes):
    conditions = {
        "train_dom": ["anti_memorization", "no_resale"],
        "train_for": ["anti_memorization", "no_resale"],
        "redist": ["attribution", "non_commercial"],
    }
    axes = {"train_dom": "cond", "train_for": "cond", "redist": "cond", "commercial": "deny", **changes}
    return rights(licence=f"LicenseRef-KOGL-{number}+AI", conditions=conditions, **axes)


def test_the_ai_mark_lets_models_be_used_commercially_in_place():
    plan = ReleasePlan(attribution=True, sold=False, agreements=frozenset({"anti_memorization"}))
    assert code(kogl_ai(), mode=Mode.IN_PLACE, plan=plan) == "RELEASE"
    assert code(kogl_ai(), mode=Mode.IN_PLACE, plan=plan, recipient=TOKYO) == "RELEASE"
    assert code(kogl_ai(), plan=plan) == "BLOCK_CONDITION:non_commercial"
    assert code(kogl_ai(), mode=Mode.IN_PLACE) == "BLOCK_CONDITION:anti_memorization"
    sold = plan.model_copy(update={"sold": True})
    assert code(kogl_ai(), mode=Mode.IN_PLACE, plan=sold) == "BLOCK_CONDITION:no_resale"
    # The exception is written for a denial; with the mark alone nobody knows.
    assert code(kogl_ai(commercial="unknown"), mode=Mode.IN_PLACE, plan=plan) == "BLOCK_UNKNOWN"


def test_without_the_mark_the_same_conditions_are_no_exception():
    plan = ReleasePlan(attribution=True, sold=False, agreements=frozenset({"anti_memorization"}))
    other = dataclasses.replace(kogl_ai(), licence="LicenseRef-contract-x")
    assert code(other, mode=Mode.IN_PLACE, plan=plan) == "BLOCK_CONDITION:non_commercial"
    plain = rights(licence="LicenseRef-KOGL-2+AI", commercial="deny")
    assert code(plain, mode=Mode.IN_PLACE, plan=plan) == "BLOCK_CONDITION:non_commercial"


@pytest.mark.parametrize(
    ("condition", "plan", "met"),
    [
        ("attribution", {}, True),
        ("attribution", {"attribution": False}, False),
        ("no_resale", {}, True),
        ("no_resale", {"sold": True}, False),
        ("verbatim", {}, False),
        ("agreement", {}, False),
        ("agreement", {"agreements": {"agreement"}}, True),
        ("licence_token", {"agreements": {"licence_token"}}, True),
        ("policy_contact", {}, False),
        ("share_alike", {"agreements": {"share_alike"}}, True),
        ("payment:use", {"agreements": {"payment:use"}}, True),
        ("payment:use", {"agreements": {"payment:crawl"}}, False),
        ("geo:KR", {}, True),
        ("geo:JP,US", {}, False),
        ("user:education,personal", {"agreements": {"user:education"}}, True),
        ("user:education", {"agreements": {"user:education,personal"}}, False),
        ("user:education", {}, False),
    ],
)
def test_conditions_of_training(condition, plan, met):
    given = rights(train_dom="cond", conditions={"train_dom": [condition]})
    plan = ReleasePlan.model_validate({"attribution": True, "sold": False, **plan})
    wanted = "RELEASE" if met else f"BLOCK_CONDITION:{condition}"
    assert code(given, plan=plan, mode=Mode.IN_PLACE) == wanted


def test_non_commercial_is_met_by_the_purpose_and_geography_by_every_country():
    given = rights(train_dom="cond", conditions={"train_dom": ["non_commercial"]})
    assert code(given, purpose=Purpose.NONCOMMERCIAL) == "RELEASE"
    assert code(given) == "BLOCK_CONDITION:non_commercial"
    japan = rights(train_for="cond", conditions={"train_for": ["geo:JP,US"]})
    assert code(japan, recipient=TOKYO) == "RELEASE"
    assert code(japan, recipient=ABROAD) == code(japan, recipient=NOBODY) == "BLOCK_CONDITION:geo:JP,US"
    paris = TOKYO.model_copy(update={"established_in": "FR", "controlled_from": "DE", "processed_in": ("IE",)})
    europe = rights(train_for="cond", conditions={"train_for": ["geo:EU"]})
    assert code(europe, recipient=paris) == "RELEASE"
    assert code(europe, recipient=TOKYO) == "BLOCK_CONDITION:geo:EU"


def test_the_first_condition_in_alphabetical_order_is_named():
    given = rights(
        train_dom="cond", redist="cond", conditions={"train_dom": ["share_alike"], "redist": ["agreement", "verbatim"]}
    )
    assert code(given) == "BLOCK_CONDITION:agreement"
    assert code(given, mode=Mode.IN_PLACE) == "BLOCK_CONDITION:share_alike"


def test_a_permission_whose_conditions_nobody_wrote_down_is_unknown():
    assert code(rights(train_dom="cond")) == code(rights(redist="cond")) == "BLOCK_UNKNOWN"


def test_what_a_plan_cannot_meet_by_saying_so():
    for condition in ("verbatim", "attribution", "no_resale", "non_commercial", "geo:KR", "kindness"):
        with pytest.raises(ValueError, match=condition):
            ReleasePlan(attribution=True, sold=False, agreements=frozenset({condition}))


def test_confidence_is_asked_last_and_only_on_needed_axes():
    edge = {"train_dom": 0.7, "train_for": 0.6, "redist": 0.7, "commercial": 0.7, "derivatives": 0.1}
    assert code(rights(confidence=edge)) == "RELEASE"
    assert code(rights(confidence=edge), recipient=TOKYO) == "BLOCK_LOW_CONFIDENCE"
    for axis, request in (
        ("redist", {"mode": Mode.IN_PLACE}),
        ("commercial", {"purpose": Purpose.NONCOMMERCIAL}),
    ):
        low = rights(confidence={axis: 0.69})
        assert code(low) == "BLOCK_LOW_CONFIDENCE"
        assert code(low, **request) == "RELEASE"


def test_an_article_nobody_licensed_lacks_every_permission():
    news = resolve([])
    assert code(news) == "BLOCK_UNKNOWN"
    assert missing_permissions(news, asked()) == ("commercial unknown", "redist unknown", "train_dom unknown")
    assert missing_permissions(news, asked(purpose=Purpose.NONCOMMERCIAL, mode=Mode.IN_PLACE)) == ("train_dom unknown",)
    assert missing_permissions(FREE, asked()) == ()
    bound = rights(
        train_dom="cond", redist="deny", conditions={"train_dom": ["agreement"]}, confidence={"train_dom": 0.5}
    )
    assert missing_permissions(bound, asked()) == ("condition agreement", "redist denied", "train_dom unsure")


def test_released_is_told_by_the_code():
    assert Decision("RELEASE").released
    assert Decision("RELEASE_LOOSENED:deposit").released
    assert not Decision("BLOCK_UNKNOWN").released


def table(**columns):
    count = len(columns["policy_class_id"])
    facts = {"withdrawn": [False] * count, "evidence": [True] * count, "pii_clean": [True] * count}
    return pa.table({**facts, **columns})


def test_documents_get_the_decisions_of_their_classes():
    classes = [policy_class(FREE), policy_class(resolve([])), policy_class(rights(crawl="deny"))]
    decisions = gate_classes(policy_class_table(classes), asked())
    ids = [one.policy_class_id for one in classes]
    documents = table(policy_class_id=[*ids, ids[0], ids[0], ids[2]], acquired=[None, None, None, True, False, True])
    assert gate_documents(documents, decisions).to_pylist() == [
        *("RELEASE", "BLOCK_UNKNOWN", "BLOCK_NOT_ACQUIRED", "RELEASE", "BLOCK_NOT_ACQUIRED", "RELEASE")
    ]
    batch = documents.to_batches()[0]
    assert gate_documents(batch, decisions).to_pylist() == gate_documents(documents, decisions).to_pylist()
    assert gate_documents(documents.slice(0, 0), decisions).to_pylist() == []
    for kind in (pa.large_string(), pa.string_view(), pa.dictionary(pa.int8(), pa.large_string())):
        other = documents.set_column(3, "policy_class_id", documents["policy_class_id"].cast(kind))
        assert gate_documents(other, decisions).to_pylist() == gate_documents(documents, decisions).to_pylist()


def test_what_is_not_known_of_a_document_counts_against_it():
    decisions = gate_classes(policy_class_table([policy_class(FREE)]), asked())
    free = policy_class(FREE).policy_class_id
    boolean = pa.bool_()
    for column, wanted in (
        ("withdrawn", "BLOCK_WITHDRAWN"),
        ("evidence", "BLOCK_EVIDENCE_MISSING"),
        ("expired", "BLOCK_EXPIRED"),
        ("pii_clean", "BLOCK_PII"),
    ):
        documents = table(policy_class_id=[free], **{column: pa.array([None], boolean)})
        assert gate_documents(documents, decisions).to_pylist() == [wanted]
    strangers = table(policy_class_id=pa.array(["no class", None], pa.string()))
    assert gate_documents(strangers, decisions).to_pylist() == ["BLOCK_EVIDENCE_MISSING"] * 2
    encoded = table(policy_class_id=pa.array(["no class", None, free], pa.string()).dictionary_encode())
    assert gate_documents(encoded, decisions).to_pylist() == [*["BLOCK_EVIDENCE_MISSING"] * 2, "RELEASE"]
    for column in ("withdrawn", "evidence", "pii_clean", "policy_class_id"):
        with pytest.raises(KeyError):
            gate_documents(table(policy_class_id=[free]).drop_columns([column]), decisions)


def test_no_classes_at_all():
    decisions = gate_classes(POLICY_CLASS_SCHEMA.empty_table(), asked())
    assert gate_documents(table(policy_class_id=["x"]), decisions).to_pylist() == ["BLOCK_EVIDENCE_MISSING"]


def test_a_class_that_was_changed_is_refused():
    rows = policy_class_table([policy_class(resolve([])), policy_class(FREE)])
    assert [one.rights for one in policy_classes_from_table(rows)] == [resolve([]), FREE]
    forged = rows.set_column(rows.schema.get_field_index("train_for"), rows.schema.field("train_for"), [["allow"] * 2])
    with pytest.raises(ValueError, match="does not match"):
        gate_classes(forged, asked())


@pytest.mark.parametrize(
    ("changes", "domestic"),
    [
        ({}, True),
        ({"established_in": "US"}, False),
        ({"controlled_from": "CN"}, False),
        ({"processed_in": ("KR", "US")}, False),
        ({"established_in": None}, False),
        ({"controlled_from": None}, False),
        ({"processed_in": ()}, False),
        ({"processed_in": ("KR", "KR")}, True),
    ],
)
def test_domestic_is_what_is_korean_in_every_respect(changes, domestic):
    assert Recipient.model_validate({**SEOUL.model_dump(), **changes}).domestic is domestic


@pytest.mark.parametrize("code_", ["kr", "KOR", "UK", "EU", "", "한국"])
def test_countries_are_assigned_codes(code_):
    with pytest.raises(ValueError, match="ISO 3166-1"):
        Recipient.model_validate({**SEOUL.model_dump(), "established_in": code_})
