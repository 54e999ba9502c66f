"""Single inputs to the gate."""

import json
import os
from pathlib import Path

import pytest

from licenses.vectors_gate import gate_vector

SHARED = Path(os.environ.get("MALMOI_SHARED", Path(__file__).parents[3] / "shared"))
SEOUL = {"established_in": "KR", "controlled_from": "KR", "processed_in": ["KR"]}
OPEN = {
    "crawl": "allow",
    "train_dom": "cond",
    "train_for": "cond",
    "redist": "cond",
    "commercial": "allow",
    "conditions": ["attribution"],
    "confidence": 0.95,
    "evidence": True,
    "pii_clean": True,
}
KOGL_2_AI = {
    **OPEN,
    "commercial": "deny",
    "conditions": ["anti_memorization", "attribution", "no_resale", "non_commercial"],
    "licence": "LicenseRef-KOGL-2+AI",
}


def decision(doc=(), recipient=(), plan=(), mode="copy", purpose="commercial_training", **more):
    given = {
        "doc": {**OPEN, **dict(doc)},
        "recipient": {**SEOUL, **dict(recipient)},
        "purpose": purpose,
        "mode": mode,
        "plan": {"attribution": True, "sold": False, **dict(plan)},
        **more,
    }
    return gate_vector(given)["decision"]


def test_every_vector_of_the_specification_holds():
    path = SHARED / "consent_vectors.jsonl"
    if not path.exists():
        pytest.skip(f"no vectors at {path}; set MALMOI_SHARED")
    vectors = [one for one in map(json.loads, path.read_text("utf-8").splitlines()) if one["kind"] == "gate"]
    assert vectors
    for one in vectors:
        assert {"decision": gate_vector(one["input"])["decision"]} == one["expected"], one["id"]


@pytest.mark.parametrize("missing", ["crawl", "conditions", "confidence", "evidence", "pii_clean", "train_dom"])
def test_what_is_not_said_grants_nothing(missing):
    doc = {name: value for name, value in OPEN.items() if name != missing}
    given = {"doc": doc, "recipient": SEOUL, "purpose": "commercial_training", "mode": "copy"}
    said = gate_vector({**given, "plan": {"attribution": True, "sold": False}})["decision"]
    assert (
        said
        == {
            "crawl": "RELEASE",
            "conditions": "BLOCK_UNKNOWN",
            "confidence": "BLOCK_LOW_CONFIDENCE",
            "evidence": "BLOCK_EVIDENCE_MISSING",
            "pii_clean": "BLOCK_PII",
            "train_dom": "BLOCK_UNKNOWN",
        }[missing]
    )


def test_facts():
    assert decision({"withdrawn": True}) == decision({"withdrawn_at": "2026-01-01"}) == "BLOCK_WITHDRAWN"
    assert decision({"crawl": "deny_temp"}) == decision({"acquired": False}) == "BLOCK_NOT_ACQUIRED"
    assert (
        decision({"crawl": "deny", "channel": "contract"}) == decision({"crawl": "deny", "acquired": True}) == "RELEASE"
    )
    assert decision({"evidence": []}) == "BLOCK_EVIDENCE_MISSING"
    assert decision({"evidence": ["e1"]}) == "RELEASE"
    assert decision({"expired": True}) == "BLOCK_EXPIRED"
    assert decision({"expires_at": "2026-11-23"}, at="2026-11-23T00:00:00Z") == "BLOCK_EXPIRED"
    assert decision({"expires_at": "2026-11-24T09:00:00+09:00"}, at="2026-11-23T23:59:59Z") == "RELEASE"


def test_conditions_and_confidence_by_axis():
    assert decision({"train_conditions": ["agreement"]}) == "BLOCK_CONDITION:agreement"
    assert decision({"redist_conditions": ["verbatim"]}) == "BLOCK_CONDITION:verbatim"
    assert decision({"redist_conditions": ["verbatim"]}, mode="in_place") == "RELEASE"
    assert decision({"conditions": {"train_dom": ["attribution"], "redist": ["share_alike"]}}) == (
        "BLOCK_CONDITION:share_alike"
    )
    sure = {"train_dom": 0.9, "redist": 0.5, "commercial": 0.9}
    assert decision({"confidence": sure}) == "BLOCK_LOW_CONFIDENCE"
    assert decision({"confidence": sure}, mode="in_place") == "RELEASE"
    assert decision({"axes": {"train_dom": "deny"}, "train_dom": "deny"}) == "BLOCK_TRAIN_DENY"


def test_conditions_of_a_document_without_a_conditional_axis_bind_what_is_allowed():
    allowed = {"train_dom": "allow", "redist": "allow", "conditions": ["agreement"]}
    assert decision({**allowed, "train_for": "allow"}) == "BLOCK_CONDITION:agreement"


def test_the_ai_mark():
    met = {"anti_memorization": True}
    assert decision(KOGL_2_AI, plan=met, mode="in_place") == "RELEASE"
    assert decision(KOGL_2_AI, plan=met) == "BLOCK_CONDITION:non_commercial"
    assert decision(KOGL_2_AI, mode="in_place") == "BLOCK_CONDITION:anti_memorization"
    unnamed = {**KOGL_2_AI, "licence": None, "train_conditions": ["anti_memorization", "no_resale"]}
    assert decision(unnamed, plan=met, mode="in_place") == "RELEASE"
    other = {**unnamed, "licence": "CC-BY-NC-4.0"}
    assert decision(other, plan=met, mode="in_place") == "BLOCK_CONDITION:non_commercial"


@pytest.mark.parametrize(
    ("condition", "plan"),
    [
        ("agreement", {"agreement": True}),
        ("agreement", {"agreements": ["agreement"]}),
        ("payment:use", {"payment": True}),
        ("payment:use", {"payment": "use"}),
        ("payment:use", {"payment:use": True}),
        ("user:education,personal", {"user": ["education"]}),
        ("share_alike", {"conditions": ["share_alike", "attribution"]}),
    ],
)
def test_how_a_plan_says_what_it_meets(condition, plan):
    doc = {"conditions": [condition]}
    assert decision(doc) == f"BLOCK_CONDITION:{condition}"
    assert decision(doc, plan=plan) == "RELEASE"


def test_a_plan_that_says_nothing_ships_no_sources_and_is_sold():
    assert decision(plan={"attribution": None}) == "BLOCK_CONDITION:attribution"
    assert decision({"conditions": ["no_resale"]}, plan={"sold": None}) == "BLOCK_CONDITION:no_resale"
    assert decision({"conditions": ["verbatim"]}, plan={"verbatim": True}) == "BLOCK_CONDITION:verbatim"


@pytest.mark.parametrize("field", ["established_in", "controlled_from", "processed_in"])
@pytest.mark.parametrize("value", [None, "missing", "XX"])
def test_a_country_nobody_knows_is_foreign(field, value):
    foreign = {"train_for": "deny"}
    place = ["KR", value] if field == "processed_in" and value == "XX" else value
    recipient = {**SEOUL, field: place}
    if value == "missing":
        del recipient[field]
    given = {"doc": {**OPEN, **foreign}, "recipient": recipient, "purpose": "commercial_training", "mode": "copy"}
    assert gate_vector(given) == {"decision": "BLOCK_FOREIGN_DENY", "domestic": False}


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"purpose": "profit"}, ValueError),
        ({"mode": "fax"}, ValueError),
        ({"doc": {"train_dom": "maybe"}}, ValueError),
        ({"doc": {"train_dom": "deny_temp"}}, ValueError),
        ({"doc": {"conditions": ["kindness"]}}, ValueError),
        ({"doc": {"conditions": "attribution"}}, TypeError),
        ({"doc": {"confidence": 1.5}}, ValueError),
        ({"doc": {"confidence": "high"}}, TypeError),
        ({"doc": {"evidence": "yes"}}, TypeError),
        ({"doc": {"expires_at": "soon"}}, ValueError),
        ({"recipient": {"processed_in": "KR"}}, TypeError),
        ({"recipient": {"established_in": "Korea"}}, ValueError),
        ({"recipient": {"established_in": 82}}, TypeError),
        ({"plan": {"sold": "no"}}, TypeError),
    ],
)
def test_wrong_inputs_are_errors(given, error):
    with pytest.raises(error):
        decision(**given)


@pytest.mark.parametrize("key", ["doc", "recipient", "purpose", "mode"])
def test_a_missing_part_is_an_error(key):
    given = {"doc": OPEN, "recipient": SEOUL, "purpose": "commercial_training", "mode": "copy"}
    del given[key]
    with pytest.raises(KeyError, match=key):
        gate_vector(given)
