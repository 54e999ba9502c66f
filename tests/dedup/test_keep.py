"""Order keys: bytes that compare as the columns they stand for."""

import datetime as dt
import math

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup import DedupSettings, order_keys
from dedup.settings import bands_for

STEADY = settings(derandomize=True, deadline=None)

_NUMBERS = st.one_of(st.none(), st.floats(width=64, allow_nan=True), st.just(-0.0))
_TIMES = st.one_of(st.none(), st.datetimes(timezones=st.just(dt.UTC)))
_ROWS = st.lists(st.tuples(_NUMBERS, st.one_of(st.none(), st.integers(-(2**63), 2**63 - 1)), _TIMES), max_size=12)


def ties(count: int) -> pa.Array:
    return pa.array([(count - row).to_bytes(16, "big") for row in range(count)], pa.binary(16))


def plain_key(row: tuple[float | None, int | None, dt.datetime | None], place: int) -> tuple[object, ...]:
    quality, rank, time = row
    lost = quality is None or math.isnan(quality)
    return (
        (lost, 0 if lost else -(quality or 0.0)),
        (rank is None, rank or 0),
        (time is None, time or dt.datetime.min.replace(tzinfo=dt.UTC)),
        -place,
    )


@STEADY
@given(_ROWS)
def test_keys_order_as_the_columns_do(rows):
    columns = [
        (pa.array([row[0] for row in rows], pa.float64()), "descending"),
        (pa.array([row[1] for row in rows], pa.int64()), "ascending"),
        (pa.array([row[2] for row in rows], pa.timestamp("us", tz="UTC")), "ascending"),
    ]
    keys = order_keys(columns, ties(len(rows))).to_pylist()
    assert len(set(keys)) == len(rows)
    by_bytes = sorted(range(len(rows)), key=lambda place: keys[place])
    assert by_bytes == sorted(range(len(rows)), key=lambda place: plain_key(rows[place], place))


def test_slices_and_chunks_give_the_same_keys():
    length = pa.array([5, 1, 9, None], pa.int64())
    whole = order_keys([(length, "descending")], ties(4))
    cut = pa.chunked_array([length.slice(0, 1), length.slice(1)])
    assert order_keys([(cut, "descending")], pa.chunked_array([ties(4).slice(0, 3), ties(4).slice(3)])).equals(whole)
    assert order_keys([(length.slice(1), "descending")], ties(4).slice(1)).equals(whole.slice(1))


def test_what_has_no_order_is_refused():
    with pytest.raises(ValueError, match="ordered by a column of string"):
        order_keys([(pa.array(["가"]), "ascending")], ties(1))
    with pytest.raises(ValueError, match="16 bytes"):
        order_keys([], pa.array([b"a"], pa.binary(1)))
    with pytest.raises(ValueError, match="2 values but 1 documents"):
        order_keys([(pa.array([1, 2]), "ascending")], ties(1))


@STEADY
@given(st.floats(0.05, 0.99), st.floats(0.001, 0.5), st.integers(16, 512))
def test_bands_find_pairs_at_the_threshold(threshold, miss, permutations):
    bands, rows = bands_for(threshold, miss, permutations)
    assert 1 <= bands * rows <= permutations
    found = 1 - (1 - threshold**rows) ** bands
    assert found >= 1 - miss - 1e-9 or rows == 1, "unless even single values cannot promise it"


def test_bands_come_from_the_threshold_and_are_recorded():
    assert (DedupSettings().bands, DedupSettings().rows) == (18, 7)
    assert DedupSettings(threshold=0.9).model_dump()["bands"] == 10
    assert (DedupSettings(bands=4, rows=3).bands, DedupSettings(bands=4, rows=3).rows) == (4, 3)
    with pytest.raises(ValueError, match="both or neither"):
        DedupSettings(bands=4)
    with pytest.raises(ValueError, match="named twice"):
        DedupSettings(keep=("day", "day"))
