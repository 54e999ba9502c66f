"""The labelled set of personal data, and how it is measured."""

import pytest

from pipelines.evaluate.pii import evaluate, example_of, score
from pipelines.evaluate.pii_set import Example, labelled_set


@pytest.fixture(scope="module")
def development() -> list[Example]:
    return labelled_set(1, "development")


def test_the_same_seed_gives_the_same_set(development):
    assert labelled_set(1, "development") == development
    assert labelled_set(2, "development") != development
    assert {example.split for example in labelled_set(1)} == {"development", "held_out"}


def test_the_set_is_large_and_covers_every_type(development):
    spans = [span for example in development for span in example.spans]
    assert len(spans) >= 1_000
    assert sum(not example.spans for example in development) >= 2_000
    assert len({kind for _, _, kind, _ in spans}) == 14
    assert len({example.text for example in development}) > 3_500
    assert len({example.register for example in development}) > 12


def test_spans_lie_on_numbers_and_apart(development):
    for example in development:
        done = 0
        for start, end, _, _ in example.spans:
            assert done <= start < end <= len(example.text)
            assert example.text[start:end].strip() == example.text[start:end]
            done = end


def test_the_goal_is_kept_in_development(development):
    report = evaluate(development)
    for kind, scores in report["types"].items():
        assert scores["precision"] >= 0.98, kind
        assert scores["recall"] >= 0.98, kind
    assert report["negatives_with_finds"] <= 5
    assert report["masking"]["masked_wrongly"] == 0


def test_scores_count_misses_and_false_finds():
    text = "전화 010-1234-5678, 카드 없음"
    row = {"text": text, "spans": [{"start": 3, "end": 16, "type": "KR_PHONE", "mask": True}]}
    examples = [example_of(row), example_of({"text": text, "spans": []})]
    report = score(
        examples, [[[3, 16, "PHONE_NUMBER"], [18, 20, "CREDIT_CARD"], [0, 2, "IP_ADDRESS"]], [[0, 3, "EMAIL"]]]
    )
    assert report["negatives_with_finds"] == 1
    assert report["types"]["KR_PHONE"] == {
        "spans": 1,
        "found": 1,
        "finds": 1,
        "precision": 1,
        "recall": 1,
        "f1": 1,
    }
    assert (report["types"]["all"]["finds"], report["types"]["all"]["precision"]) == (3, 0.3333)
    missed = score(examples, [[], []])
    assert (missed["types"]["all"]["recall"], missed["types"]["all"]["f1"]) == (0, 0)


def test_a_span_outside_its_text_is_refused():
    with pytest.raises(ValueError, match="outside"):
        example_of({"text": "짧다", "spans": [{"start": 0, "end": 9, "type": "EMAIL"}]})
