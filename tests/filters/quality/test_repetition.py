"""Repetition of many texts at once is what a plain count over each of them says."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filters.quality.layout import lay_out
from filters.quality.repetition import Sequences, word_hashes

WORDS = st.lists(st.sampled_from(["가", "나", "다라", "마바사", "bc", "각", "ᄒᆞᆫ글"]), max_size=40)


def sequences(texts: list[str]) -> Sequences:
    layout = lay_out(texts)
    return Sequences(word_hashes(layout), layout.word_end - layout.word_start, layout.word_text, layout.texts)


@settings(max_examples=100, deadline=None)
@given(st.lists(WORDS, min_size=1, max_size=4), st.integers(1, 5))
def test_shares_are_those_of_a_plain_count(texts, n):
    grams = sequences([" ".join(words) for words in texts]).grams(n)
    duplicate, top, often = grams.duplicate_share(), grams.top_share(), grams.top_count()
    for row, words in enumerate(texts):
        runs = [tuple(words[i : i + n]) for i in range(len(words) - n + 1)]
        chars = max(1, sum(map(len, words)))
        covered = {j for i, run in enumerate(runs) if run in runs[:i] for j in range(i, i + n)}
        fills = [runs.count(run) * sum(map(len, run)) for run in runs if runs.count(run) >= 3]
        assert duplicate[row] == pytest.approx(sum(len(words[j]) for j in covered) / chars)
        assert top[row] == pytest.approx(min(1.0, max(fills, default=0) / chars))
        assert often[row] == max(map(runs.count, runs), default=0)


def test_by_hand():
    found = sequences(["가나 다 가나 다 가나 다 라"]).grams(2)
    assert found.top_share()[0] == 9 / 10
    assert found.duplicate_share()[0] == 6 / 10


def test_equal_words_of_two_texts_are_no_repetition():
    assert np.array_equal(sequences(["봄 여름", "봄 여름"]).grams(1).duplicate_share(), [0, 0])
