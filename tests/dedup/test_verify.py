"""Screening and verifying of candidate pairs."""

from itertools import combinations

import numpy as np
import pyarrow as pa
import pytest

from dedup import PAIR_SCHEMA, VERIFIED_SCHEMA, DedupSettings, jaccard, screen, shingle_set, sketch, verify

SYLLABLES = "가나다라마바사아자차카타파하거너더러머버서어저처커터퍼허고노도로모보소오조초코토포호"


def all_pairs(count: int) -> pa.Table:
    return pa.Table.from_pylist([{"a": a, "b": b} for a, b in combinations(range(count), 2)], PAIR_SCHEMA)


def test_threshold_is_met_by_equality():
    """Eight shingles of ten are shared: 0.8 exactly; one more character makes it 8 of 11."""
    base, longer, longest = SYLLABLES[:12], SYLLABLES[:14], SYLLABLES[:15]
    texts = [base, longer, longest]
    assert jaccard(shingle_set(base), shingle_set(longer)) == 0.8
    found = verify(screen(all_pairs(3), sketch(texts).take), lambda rows: [texts[i] for i in rows])
    assert found.schema == VERIFIED_SCHEMA
    assert found.to_pylist() == [{"a": 0, "b": 1, "jaccard": 0.8}, {"a": 1, "b": 2, "jaccard": 10 / 11}]


def test_the_size_bound_rounds_like_the_index():
    """55 shingles of 100 at a threshold of 0.55, where 0.55 * 100 is more than 55 in binary."""
    whole = "".join(chr(0xB000 + i) for i in range(104))
    sketches = sketch([whole[:59], whole])
    assert screen(all_pairs(2), sketches.take, DedupSettings(threshold=0.55)).num_rows == 1


def test_sketches_may_be_a_slice_of_a_larger_batch():
    (sketches,) = sketch(["다른 글이 앞에 있다", SYLLABLES, SYLLABLES]).to_batches()
    assert screen(all_pairs(2), lambda rows: sketches.slice(1)).num_rows == 1


def test_screen_refuses_by_size_and_by_estimate():
    half = SYLLABLES[:24]
    other = "".join(reversed(SYLLABLES))
    sketches = sketch([SYLLABLES, half, other])
    assert screen(all_pairs(3), sketches.take).num_rows == 0
    assert screen(all_pairs(3), sketches.take, DedupSettings(estimate_slack=0.8)).to_pylist() == [{"a": 0, "b": 2}]


def test_texts_are_asked_for_in_bounded_batches():
    texts = [SYLLABLES[: 30 + i % 10] + str(i % 3) for i in range(40)]
    asked = []

    def look_up(rows):
        asked.append(rows.tolist())
        return [texts[i] for i in rows]

    backwards = all_pairs(40).take(np.arange(779, -1, -1))
    found = verify(backwards, look_up, DedupSettings(verify_batch=6))
    assert max(map(len, asked)) == 6
    assert all(rows == sorted(set(rows)) for rows in asked)
    assert found.equals(verify(all_pairs(40), look_up))
    assert 0 < found.num_rows < 780


def test_a_look_up_that_loses_a_text_is_an_error():
    with pytest.raises(ValueError, match="3 texts were asked for, 2 came"):
        verify(all_pairs(3), lambda rows: ["하나"] * (len(rows) - 1))


def test_no_pairs():
    empty = PAIR_SCHEMA.empty_table()
    assert screen(empty, sketch([]).take).num_rows == 0
    assert verify(empty, lambda rows: []).equals(VERIFIED_SCHEMA.empty_table())
