"""Training-mining assertions: of an asset alone, the strictest entry counts, and an image says nothing of a text."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licenses import Axis, Source, resolve
from licenses.cawg import cawg_signals

SOURCE = Source("https://news.example.kr/보고서.pdf", None, 200, "0" * 64)
ALLOW, DENY, COND, UNKNOWN = "allow", "deny", "cond", "unknown"
PDF = "application/pdf"
GENERATIVE, TRAINING, INFERENCE = "cawg.ai_generative_training", "cawg.ai_training", "cawg.ai_inference"


def entries(**uses):
    """Entries of CAWG: ``ai_training="allowed"``."""
    return {f"cawg.{name}": {"use": use} for name, use in uses.items()}


def training(assertion, media=PDF):
    found = resolve(cawg_signals(media, assertion, SOURCE))
    return str(found.axes[Axis.TRAIN_DOM]), str(found.axes[Axis.TRAIN_FOR])


@pytest.mark.parametrize(
    ("assertion", "wanted"),
    [
        ({"entries": entries(ai_generative_training="notAllowed")}, DENY),
        ({"entries": entries(ai_training="notAllowed")}, DENY),
        ({"entries": entries(ai_generative_training="allowed")}, ALLOW),
        ({"entries": entries(ai_training="allowed")}, ALLOW),
        ({"entries": entries(ai_generative_training="constrained")}, COND),
        ({"entries": entries(ai_generative_training="allowed", ai_training="notAllowed")}, DENY),
        ({"entries": entries(ai_generative_training="notAllowed", ai_training="allowed")}, DENY),
        ({"entries": entries(ai_generative_training="constrained", ai_training="allowed")}, COND),
        ({"entries": entries(ai_generative_training="constrained", ai_training="notAllowed")}, DENY),
        ({"entries": entries(ai_generative_training="allowed", ai_training="perhaps")}, UNKNOWN),
        ({"entries": entries(data_mining="notAllowed")}, UNKNOWN),
        ({"entries": entries(ai_inference="notAllowed")}, UNKNOWN),
        ({"entries": entries(data_mining="allowed", ai_inference="allowed")}, UNKNOWN),
        ({"entries": entries(ai_training="Allowed")}, UNKNOWN),
        ({"entries": entries(ai_training="NotAllowed")}, DENY),
        ({"entries": entries(ai_training="not_allowed")}, DENY),
        ({"entries": entries(ai_training="")}, UNKNOWN),
        ({"entries": {GENERATIVE: "notAllowed"}}, DENY),
        ({"entries": {GENERATIVE: None}}, UNKNOWN),
        ({"entries": {GENERATIVE: {"use": ["allowed"]}}}, UNKNOWN),
        ({"entries": {GENERATIVE: {"constraint_info": "https://a.kr"}}}, UNKNOWN),
        ({"entries": {"c2pa.ai_generative_training": {"use": "notAllowed"}}}, DENY),
        ({"entries": {"c2pa.ai_training": {"use": "allowed"}}}, ALLOW),
        ({"entries": {"c2pa.ai_training": {"use": "allowed"}, TRAINING: {"use": "notAllowed"}}}, DENY),
        ({"entries": {"com.example.ai_training": {"use": "allowed"}}}, UNKNOWN),
        ({"entries": {"ai_training": {"use": "allowed"}}}, UNKNOWN),
        ({"entries": {}}, UNKNOWN),
        ({"entries": []}, UNKNOWN),
        ({"entries": "notAllowed"}, UNKNOWN),
        ({"label": "cawg.training-mining", "data": {"entries": entries(ai_training="notAllowed")}}, DENY),
        ({"label": "c2pa.training-mining", "data": {"entries": {"c2pa.ai_training": {"use": "allowed"}}}}, ALLOW),
        ({"label": "cawg.metadata", "data": {"entries": entries(ai_training="allowed")}}, UNKNOWN),
        ({"label": "cawg.training-mining", "entries": entries(ai_training="constrained")}, COND),
        (
            {"assertions": [{"label": "cawg.training-mining", "data": {"entries": entries(ai_training="allowed")}}]},
            ALLOW,
        ),
        (
            {
                "assertions": [
                    {"label": "c2pa.actions", "data": {"actions": []}},
                    {"label": "c2pa.training-mining", "data": {"entries": {"c2pa.ai_training": {"use": "allowed"}}}},
                    {"label": "cawg.training-mining", "data": {"entries": entries(ai_training="notAllowed")}},
                ]
            },
            DENY,
        ),
        ({"cawg.training-mining": {"entries": entries(ai_training="notAllowed")}}, DENY),
        (entries(ai_generative_training="notAllowed"), DENY),
        (entries(ai_generative_training="allowed"), ALLOW),
        ([{"entries": entries(ai_training="allowed")}], ALLOW),
        (json.dumps({"entries": entries(ai_training="notAllowed")}), DENY),
        (json.dumps({"entries": entries(ai_training="allowed")}).encode(), ALLOW),
        ("{", UNKNOWN),
        (b"\xff\xfe", UNKNOWN),
        ("[" * 100_000, UNKNOWN),
        ('{"data":' * 900 + "1" + "}" * 900, UNKNOWN),
        ('{"entries":{"cawg.ai_training":' + "[" * 900 + "]" * 900 + "}}", UNKNOWN),
        ("null", UNKNOWN),
        (None, UNKNOWN),
        (7, UNKNOWN),
        ([], UNKNOWN),
        ([[[]]], UNKNOWN),
    ],
)
def test_what_an_assertion_says_of_training(assertion, wanted):
    assert training(assertion) == (wanted, wanted)


NO = {"entries": entries(ai_generative_training="notAllowed")}
YES = {"entries": entries(ai_generative_training="allowed")}


@pytest.mark.parametrize(
    ("media", "denied", "allowed"),
    [
        ("application/pdf", DENY, ALLOW),
        ("Application/PDF; version=1.7", DENY, ALLOW),
        ("text/html; charset=euc-kr", DENY, ALLOW),
        ("text/plain", DENY, ALLOW),
        ("application/epub+zip", DENY, ALLOW),
        ("application/x-hwp", DENY, ALLOW),
        ("image/jpeg", UNKNOWN, UNKNOWN),
        ("image/svg+xml", UNKNOWN, UNKNOWN),
        ("IMAGE/PNG", UNKNOWN, UNKNOWN),
        ("video/mp4", UNKNOWN, UNKNOWN),
        ("audio/mpeg", UNKNOWN, UNKNOWN),
        ("font/woff2", UNKNOWN, UNKNOWN),
        ("application/octet-stream", DENY, UNKNOWN),
        ("application/zip", DENY, UNKNOWN),
        ("", DENY, UNKNOWN),
    ],
)
def test_it_speaks_of_its_asset_alone(media, denied, allowed):
    assert training(NO, media) == (denied, denied)
    assert training(YES, media) == (allowed, allowed)


def test_a_constraint_is_a_matter_of_asking():
    found = resolve(cawg_signals(PDF, {"entries": entries(ai_generative_training="constrained")}, SOURCE))
    assert found.conditions[Axis.TRAIN_DOM] == found.conditions[Axis.TRAIN_FOR] == ("policy_contact",)


def test_inference_is_an_axis_of_its_own():
    found = resolve(cawg_signals(PDF, {"entries": entries(ai_inference="notAllowed", ai_training="allowed")}, SOURCE))
    assert found.axes[Axis.AI_INPUT] == DENY
    assert found.axes[Axis.TRAIN_DOM] == ALLOW


def test_an_image_on_a_page_leaves_its_evidence():
    (one,) = cawg_signals("image/jpeg", NO, SOURCE)
    assert (one.scope, one.signal, one.locator) == ("element", "cawg", "image/jpeg")
    assert one.literal == '{"cawg.ai_generative_training": {"use": "notAllowed"}}'


def test_what_cannot_be_read_is_counted():
    assert [one.rule_id for one in cawg_signals(PDF, "{", SOURCE)] == ["cawg.invalid.malformed"]
    assert [one.rule_id for one in cawg_signals(PDF, " " * (5 * 1024 * 1024), SOURCE)] == ["cawg.invalid.too_large"]


USES = st.sampled_from(["allowed", "notAllowed", "constrained", "other", None])


@given(USES, USES)
def test_the_strictest_entry_counts(generative, other):
    said = {name: {"use": use} for name, use in ((GENERATIVE, generative), (TRAINING, other)) if use}
    order = [("notAllowed", DENY), ("constrained", COND), ("other", UNKNOWN), ("allowed", ALLOW)]
    there = {one["use"] for one in said.values()}
    wanted = next((value for use, value in order if use in there), UNKNOWN)
    assert training({"entries": said}) == (wanted, wanted)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["entries", "data", "label", "assertions", GENERATIVE, INFERENCE, "use"]), inner, max_size=4
        )
    ),
    max_leaves=15,
)


@given(JSON)
def test_json_of_any_shape_is_no_harm(value):
    assert "allow" not in training(value)
