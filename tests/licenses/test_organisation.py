"""The policy of the releasing organisation: stricter for all, looser by name and at home alone."""

import random
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licenses import resolve
from licenses.conditions import Mode, Purpose
from licenses.gate import decide
from licenses.organisation import read_policy
from tests.licenses._gate_cases import random_facts, random_policy, random_request, random_rights
from tests.licenses._gate_examples import ABROAD, CLEAN, SEOUL, TOKYO, asked, rights

LOOSENED = """
[[domestic.loosened]]
name = "deposit"
legal_basis = "국어기본법에 따른 국어 자료의 수집"
unknown = ["train_dom"]
purposes = ["noncommercial_training"]
modes = ["in_place"]
"""


@given(st.integers(0, 2**64))
def test_no_policy_lets_a_foreign_recipient_have_more(seed):
    rng = random.Random(seed)
    rights, facts, request, policy = random_rights(rng), random_facts(rng), random_request(rng), random_policy(rng)
    plain, under_policy = decide(rights, facts, request), decide(rights, facts, request, policy)
    if not request.recipient.domestic:
        assert under_policy.code == plain.code or under_policy.code.startswith("BLOCK_ORGANISATION:")
    if plain.code not in ("RELEASE", "BLOCK_UNKNOWN", "BLOCK_LOW_CONFIDENCE"):
        assert under_policy.code == plain.code


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[foreign]\nleast_confidence = 0.5", "foreign.least_confidence: 0.5 would loosen"),
        ("[every]\nleast_confidence = 0.69", "every.least_confidence"),
        ("[domestic]\nleast_confidence = 0.5", "domestic.least_confidence"),
        ("[foreign]\nunknown = ['train_for']", "foreign.unknown"),
        (LOOSENED.replace("domestic", "foreign"), "foreign.loosened"),
        (LOOSENED.replace("domestic", "every"), "every.loosened"),
        (LOOSENED.replace("domestic.", ""), "loosened"),
        (LOOSENED.replace("train_dom", "train_for"), "domestic.loosened.0.unknown: train_for cannot be loosened"),
        (LOOSENED.replace("train_dom", "crawl"), "domestic.loosened.0.unknown"),
        (LOOSENED.replace("legal_basis", "basis"), "domestic.loosened.0.legal_basis"),
        (LOOSENED.replace("국어기본법에 따른 국어 자료의 수집", ""), "domestic.loosened.0.legal_basis"),
        (LOOSENED.replace("국어기본법에 따른", "저작권법 제35조의5 공정이용"), "fair use"),
        (LOOSENED + "least_confidence = 0.4", "domestic.loosened.0.least_confidence"),
        (LOOSENED + "least_confidence = 0.9", "domestic.loosened.0.least_confidence"),
        ("[every]\nnever_met = ['kindness']", "every.never_met"),
        ("[foreign]\ncountries = ['Korea']", "foreign.countries"),
        ("pii = false", "pii"),
        ("name = ", "Invalid value"),
    ],
)
def test_what_would_loosen_or_is_no_setting_is_an_error_that_names_it(text, named):
    with pytest.raises(ValueError, match=re.escape(named)):
        read_policy(text)


def test_two_loosenings_of_one_name_are_refused():
    with pytest.raises(ValueError, match="deposit"):
        read_policy(LOOSENED + LOOSENED)


def test_what_is_loosened_has_a_code_of_its_own_and_its_limits():
    policy = read_policy(LOOSENED)
    at_home = asked(purpose=Purpose.NONCOMMERCIAL, mode=Mode.IN_PLACE)
    news = resolve([])
    assert decide(news, CLEAN, at_home, policy).code == "RELEASE_LOOSENED:deposit"
    assert decide(news, CLEAN, at_home, policy).released
    assert decide(rights(), CLEAN, at_home, policy).code == "RELEASE"
    assert decide(rights(train_dom="deny"), CLEAN, at_home, policy).code == "BLOCK_TRAIN_DENY"
    for other in (
        asked(ABROAD, Purpose.NONCOMMERCIAL, Mode.IN_PLACE),
        asked(TOKYO, Purpose.NONCOMMERCIAL, Mode.IN_PLACE),
        asked(mode=Mode.IN_PLACE),
        asked(purpose=Purpose.NONCOMMERCIAL),
    ):
        assert decide(news, CLEAN, other, policy).code == "BLOCK_UNKNOWN"


def test_refusals():
    policy = read_policy(
        """
        name = "말모이 연구소"
        [every]
        never_met = ["share_alike"]
        [foreign]
        countries = ["US"]
        [domestic]
        least_confidence = 0.9
        """
    )
    assert decide(rights(), CLEAN, asked(SEOUL), policy).code == "RELEASE"
    assert decide(rights(), CLEAN, asked(TOKYO), policy).code == "BLOCK_ORGANISATION:countries"
    unsure = rights(confidence={"redist": 0.8})
    assert decide(unsure, CLEAN, asked(SEOUL), policy).code == "BLOCK_ORGANISATION:least_confidence"
    wiki = rights(train_dom="cond", conditions={"train_dom": ["share_alike"]})
    plan = asked().plan.model_copy(update={"agreements": frozenset({"share_alike"})})
    assert decide(wiki, CLEAN, asked(plan=plan), policy).code == "BLOCK_ORGANISATION:never_met"


def test_the_example_is_a_policy():
    example = Path(__file__).parents[2] / "examples" / "organisation-policy.toml"
    text = example.read_text("utf-8")
    assert read_policy(text).foreign.least_confidence == 0.9
    loosened = "\n".join(line.removeprefix("# ") for line in text.splitlines())
    start = loosened.rindex("[[domestic.loosened]]")
    assert read_policy(loosened[start:]).domestic.loosened[0].unknown == ("train_dom",)
