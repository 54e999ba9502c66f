"""Language against labels: what is scored, what is shown, and foreign pages that hold some Korean."""

import math

import pytest

from pipelines.evaluate.language import evaluate_pages, evaluate_sentences
from tests.filters.conftest import PROSE

ENGLISH = "When the autumn came the people of the village went out into the fields and began to cut the rice. "


def test_pages_are_scored_by_label():
    texts = [PROSE * 2, PROSE * 3, ENGLISH, ENGLISH * 3, ENGLISH * 3 + PROSE]
    report = evaluate_pages(texts, ["ko", "ko", "nonko", "ko", "ko-mixed"])
    assert (report["texts"], report["scored"], report["wrong"], report["missed"]) == (5, 4, 0, 1)
    assert (report["precision"], report["recall"], report["f1"]) == (1, pytest.approx(2 / 3), pytest.approx(0.8))
    assert report["groups"]["ko"] == {
        "texts": 3,
        "ko": pytest.approx(2 / 3),
        "ko_mixed": 0,
        "named": "ko 2, und-Latn 1",
    }


def test_foreign_pages_with_some_korean_count_only_strictly():
    report = evaluate_pages([PROSE * 2, PROSE * 2, ENGLISH], ["ko", "nonko-with-ko", "nonko"])
    assert (report["scored"], report["f1"], report["f1_strict"]) == (2, 1, pytest.approx(2 / 3))


def test_sentences_are_shown_by_label_and_kind():
    rows = [
        {"text": "이제 충분히 했습니다.", "label": "ko", "kind": "sentence"},
        {"text": "ᄆᆞᄎᆞᆷ내 제 ᄠᅳ들 시러 펴디 몯ᄒᆞᇙ 노미 하니라", "label": "okm", "kind": "Middle Korean"},
        {"text": "I hate her hat.", "label": "en", "kind": ""},
    ]
    report = evaluate_sentences(rows)
    assert (report["scored"], report["f1"]) == (2, 1)
    assert list(report["groups"]) == ["en", "ko / sentence", "okm / Middle Korean"]
    assert report["groups"]["okm / Middle Korean"]["ko"] == 1


def test_nothing_has_no_ratio():
    assert math.isnan(evaluate_pages([], [])["f1"])
