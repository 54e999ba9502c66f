"""Keys with their documents as NumPy records."""

from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

Records = npt.NDArray[np.void]
"""Of one of these kinds."""

DOC_ID = np.dtype([("high", ">u8"), ("low", ">u8")])
"""16 bytes, ordered as bytes."""

RECORD = np.dtype([("key", "<i8"), ("doc_id", DOC_ID)])
"""24 bytes."""


def records_of(keys: pa.Table) -> Records:
    """Columns ``key`` (uint64) and ``doc_id`` (32 hex digits) as ``RECORD``."""
    records = np.empty(keys.num_rows, dtype=RECORD)
    records["key"] = np.asarray(keys["key"]).view(np.int64)
    records["doc_id"] = from_hex(pl.Series(values=keys["doc_id"], dtype=pl.String))
    return records


def from_hex(doc_ids: pl.Series) -> Records:
    """Documents by their 32 hex digits as ``DOC_ID``."""
    return from_fixed(doc_ids.str.decode("hex").to_arrow().cast(pa.binary(16)), DOC_ID)


def to_hex(doc_ids: Records) -> pl.Series:
    """``DOC_ID`` as 32 hex digits."""
    return pl.Series(values=to_fixed(doc_ids).cast(pa.binary())).bin.encode("hex")


def from_fixed(array: Any, kind: np.dtype[Any]) -> Records:
    """Fixed-size binary values without nulls."""
    data = array.buffers()[1]
    if data is None or not len(array):
        return np.empty(0, dtype=kind)
    return np.frombuffer(memoryview(data), dtype=kind, count=len(array), offset=array.offset * kind.itemsize)


def to_fixed(values: Records) -> "pa.Array[Any]":
    """Records of any kind as fixed-size binary values."""
    data = pa.py_buffer(np.ascontiguousarray(values).tobytes())
    return pa.FixedSizeBinaryArray.from_buffers(pa.binary(values.dtype.itemsize), len(values), [None, data])


def in_order(records: Records) -> Records:
    """``RECORD`` sorted by key and document."""
    ordered = records[np.argsort(records["key"])]
    key = ordered["key"]
    same = np.flatnonzero(key[1:] == key[:-1])
    if len(same):
        # Few keys have several documents; only these are sorted by document.
        shared = np.union1d(same, same + 1)
        mine = ordered[shared]
        ordered[shared] = mine[np.lexsort((mine["doc_id"]["low"], mine["doc_id"]["high"], mine["key"]))]
    return ordered
