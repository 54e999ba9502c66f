"""Band keys, partitions, candidate pairs."""

from itertools import combinations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup import BAND_SCHEMA, PAIR_SCHEMA, DedupSettings, band_keys, candidates, partition, sketch

STEADY = settings(derandomize=True, deadline=None)
SMALL = DedupSettings(permutations=6, bands=3, rows=2)


def signatures(rows: list[list[int] | None]) -> pa.Array:
    return pa.array([None if row is None else np.array(row, "<u4").tobytes() for row in rows], pa.binary(24))


def bands_of(buckets: list[list[int]]) -> pa.Table:
    cells = [(0, key * 7919, row) for key, bucket in enumerate(buckets) for row in bucket]
    return pa.Table.from_pylist([dict(zip(("band", "key", "row"), cell, strict=True)) for cell in cells], BAND_SCHEMA)


def pairs_of(table: pa.Table) -> list[tuple[int, int]]:
    return list(zip(table["a"].to_pylist(), table["b"].to_pylist(), strict=True))


def test_keys_are_equal_where_bands_are():
    table = band_keys(pa.array([10, 20, 30]), signatures([[1, 2, 3, 4, 5, 6], None, [1, 2, 9, 4, 5, 6]]), SMALL)
    assert table.schema == BAND_SCHEMA
    assert table["band"].to_pylist() == [0, 0, 1, 1, 2, 2]
    assert table["row"].to_pylist() == [10, 30] * 3
    key = table["key"].to_pylist()
    assert [key[0] == key[1], key[2] == key[3], key[4] == key[5]] == [True, False, True]


def test_equal_values_in_different_bands_or_order_have_different_keys():
    keys = band_keys(pa.array([0, 1]), signatures([[1, 2, 1, 2, 1, 2], [2, 1, 2, 1, 2, 1]]), SMALL)["key"].to_pylist()
    assert len(set(keys)) == 6


def test_a_slice_of_signatures_has_the_keys_of_its_rows():
    table = sketch([f"{i}번 문서의 내용은 이러하다" for i in range(9)])
    whole = band_keys(pa.array(range(9)), table["signature"])
    part = band_keys(pa.array(range(3, 6)), table["signature"].combine_chunks().slice(3, 3))
    expected = [cell for cell in whole.to_pylist() if 3 <= cell["row"] < 6]
    assert part.to_pylist() == expected


def test_signatures_of_other_settings_are_refused():
    with pytest.raises(ValueError, match="settings say 128"):
        band_keys(pa.array([1]), signatures([[1, 2, 3, 4, 5, 6]]))
    with pytest.raises(ValueError, match="2 rows but 1"):
        band_keys(pa.array([1, 2]), signatures([[1, 2, 3, 4, 5, 6]]), SMALL)
    with pytest.raises(ValueError, match="fixed-size binary"):
        band_keys(pa.array([1]), pa.array([b"1234"]), SMALL)


def test_partitions_cover_the_range_evenly():
    keys = pa.array(np.random.default_rng(3).integers(0, 2**64, 20_000, dtype=np.uint64))
    parts = partition(keys, 7)
    assert np.array_equal(parts, partition(keys, 7))
    assert np.bincount(parts, minlength=7).min() > 20_000 / 7 * 0.9
    assert set(parts) == set(range(7))
    with pytest.raises(ValueError, match="0 partitions"):
        partition(keys, 0)


@STEADY
@given(st.lists(st.lists(st.integers(0, 59), max_size=33, unique=True), max_size=6), st.permutations(range(60)))
def test_small_buckets_give_all_pairs_once_better_first(buckets, order):
    rank = np.array(order)
    found = candidates(bands_of(buckets), rank)
    expected = {tuple(sorted(pair, key=order.__getitem__)) for bucket in buckets for pair in combinations(bucket, 2)}
    assert found.pairs.schema == PAIR_SCHEMA
    assert pairs_of(found.pairs) == sorted(expected)
    assert found.capped_buckets == 0


@STEADY
@given(st.integers(2, 80), st.integers(1, 8), st.permutations(range(80)))
def test_large_buckets_pair_with_the_best_and_with_neighbours(size, half, order):
    rank = np.array(order)
    found = candidates(bands_of([list(range(size))]), rank, DedupSettings(bucket_partners=2 * half))
    by_rank = sorted(range(size), key=order.__getitem__)
    expected = {(by_rank[i], by_rank[j]) for i, j in combinations(range(size), 2) if i < half or j - i <= half}
    assert pairs_of(found.pairs) == sorted(expected)
    assert found.capped_buckets == (size > 2 * half + 1)


def test_partitions_together_find_what_one_table_finds():
    texts = [f"{'같은 글 ' * 5}{'가나다라마바사아자차카타파하'[i % 14] * (i % 5)} 끝맺음" for i in range(80)]
    bands = band_keys(pa.array(range(80)), sketch(texts)["signature"])
    rank = np.arange(80)
    parts = partition(bands["key"], 4)
    split = [pairs_of(candidates(bands.filter(pa.array(parts == part)), rank).pairs) for part in range(4)]
    assert sorted({pair for pairs in split for pair in pairs}) == pairs_of(candidates(bands, rank).pairs)


def test_a_hot_bucket_stays_linear():
    count = 100_000
    rank = np.random.default_rng(5).permutation(count)
    columns = [np.zeros(count, np.int16), np.full(count, 12345, np.uint64), np.arange(count)]
    bands = pa.table(columns, schema=BAND_SCHEMA)
    found = candidates(bands, rank)
    assert found.capped_buckets == 1
    assert len(found.pairs) <= count * DedupSettings().bucket_partners
    best = int(np.argmin(rank))
    assert np.count_nonzero(np.asarray(found.pairs["a"]) == best) == count - 1


def test_no_bands():
    assert candidates(BAND_SCHEMA.empty_table(), np.arange(0)).pairs.equals(PAIR_SCHEMA.empty_table())
