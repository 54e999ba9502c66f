"""The vectors of the consent specification, and a case for each sentence of its sections 1 to 3, 8 and 9."""

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licenses.axes import Axis
from licenses.vectors import JUDGES, judge

DATA = Path(__file__).parents[1] / "data"
SHARED = Path(os.environ.get("MALMOI_SHARED", Path(__file__).parents[3] / "shared"))


def read(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


VECTORS = [one for one in read(DATA / "consent_vectors.jsonl") if one["kind"] != "pii"]
CASES = read(DATA / "rights_cases.jsonl")


@pytest.mark.parametrize("case", [*VECTORS, *CASES], ids=lambda case: case["id"])
def test_case(case):
    found = judge(case["kind"], case["input"])
    assert {key: found.get(key, "no such key") for key in case["expected"]} == case["expected"], case.get("why")


def test_the_copied_vectors_are_those_of_the_specification():
    original = SHARED / "consent_vectors.jsonl"
    if not original.exists():
        pytest.skip("shared/consent_vectors.jsonl is not here")
    assert read(original) == read(DATA / "consent_vectors.jsonl")


def test_every_kind_has_a_vector_or_case():
    assert {case["kind"] for case in [*VECTORS, *CASES]} <= set(JUDGES)
    assert len({case["id"] for case in CASES}) == len(CASES)


@pytest.mark.parametrize(
    ("robots_txt", "path", "crawl", "truncated"),
    [
        ("User-agent: *\nDisallow: /x\n" + "#" * (520 << 10) + "\nDisallow: /y\n", "/y", "allow", True),
        ("User-agent: *\nDisallow: /x\n" + "#" * (520 << 10), "/x", "deny", True),
        ("#" * (400 << 10) + "\nUser-agent: *\nDisallow: /y\n", "/y", "deny", False),
    ],
)
def test_500_kib_of_robots_are_read_and_the_rest_is_told(robots_txt, path, crawl, truncated):
    found = judge("robots_crawl", {"robots_txt": robots_txt, "path": path})
    assert (found["crawl"], found["truncated"]) == (crawl, truncated)


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("notice", {"text": 5}),
        ("notice", {"html": ["x"]}),
        ("robots_crawl", {"robots_txt": {}, "path": "/"}),
        ("robots_crawl", {"robots_txt": "", "path": 3}),
        ("robots_meta", {"headers": "X-Robots-Tag: noai"}),
        ("robots_meta", {"headers": {"X-Robots-Tag": None}}),
        ("resolve", {"signals": {}}),
        ("resolve", {"signals": [{"train_dom": "perhaps"}]}),
        ("resolve", {"signals": [{"train_dom": "deny", "confidence": 2}]}),
        ("resolve", {"signals": [{"train_dom": "deny", "scope": "galaxy"}]}),
        ("resolve", {"signals": [{"train_dom": "cond", "conditions": ["be nice"]}]}),
        ("terms", {}),
        ("ai_txt", {"text": None}),
        ("resolve", {"signals": [{"train_dom": "deny", "licence": 5}]}),
    ],
)
def test_inputs_of_a_wrong_form_are_refused(kind, given):
    with pytest.raises((KeyError, TypeError, ValueError)):
        judge(kind, given)


@given(
    st.sampled_from(sorted(set(JUDGES) - {"gate", "dataset"})),
    st.dictionaries(
        st.sampled_from(
            ["text", "html", "path", "robots_txt", "status", "headers", "signals", "xml", "token", "policy"]
        ),
        st.one_of(st.none(), st.text(max_size=30), st.integers(), st.lists(st.text(max_size=5), max_size=3)),
        max_size=5,
    ),
)
def test_whatever_the_fields_are_an_answer_or_a_refusal(kind, given):
    try:
        found = judge(kind, given)
    except (KeyError, TypeError, ValueError):
        return
    assert {axis.value for axis in Axis} <= found.keys()
