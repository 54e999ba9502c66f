import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warehouse.bloom import may_hold, xxh64


@pytest.mark.parametrize(
    ("data", "digest"),
    # Values of the reference implementation.
    [
        (b"", 0xEF46DB3751D8E999),
        (b"a", 0xD24EC4F1A98C6E5B),
        (b"abc", 0x44BC2CF5AD770999),
        (b"Nobody inspects the spammish repetition", 0xFBCEA83C8A378BF1),
    ],
)
def test_xxh64_of_the_reference(data, digest):
    assert xxh64(data) == digest


def _filter_of(values):
    sink = io.BytesIO()
    options = {"key": {"ndv": max(1, len(values)), "fpp": 0.01}}
    pq.write_table(pa.table({"key": values}), sink, bloom_filter_options=options)
    chunk = pq.read_metadata(sink).row_group(0).column(0)
    return sink, chunk.bloom_filter_offset, chunk.bloom_filter_length


@given(st.lists(st.text(max_size=60), min_size=1, max_size=40))
@settings(max_examples=60, deadline=None)
def test_every_value_that_arrow_wrote_may_be_there(values):
    bloom = _filter_of(values)
    assert all(may_hold(*bloom, value.encode()) for value in values)


def test_other_values_are_ruled_out_at_the_rate_that_was_asked_for():
    bloom = _filter_of([f"https://누리.kr/{n}" for n in range(5000)])
    wrong = sum(may_hold(*bloom, f"https://누리.kr/{n}".encode()) for n in range(5000, 15000))
    assert wrong < 200


def test_other_bytes_are_no_filter():
    with pytest.raises(ValueError, match="Bloom"):
        may_hold(io.BytesIO(b"PAR1" * 20), 0, 80, b"x")
