"""Keys with their documents as NumPy has them."""

from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

Records = npt.NDArray[np.void]
"""Of `RECORD`."""

DocIds = npt.NDArray[np.void]
"""Of `DOC_ID`."""

DOC_ID = np.dtype("V16")
"""The bytes of a document's name."""

RECORD = np.dtype([("key", "<i8"), ("high", "<u8"), ("low", "<u8")])
"""24 bytes; the two halves of a name as numbers, which order as its bytes do."""

_HALF = np.dtype(">u8")


def records_of(keys: pa.Table) -> Records:
    """Columns ``key`` (uint64) and ``doc_id`` (32 hex digits) as ``RECORD``."""
    records = np.empty(keys.num_rows, dtype=RECORD)
    records["key"] = np.asarray(keys["key"]).view(np.int64)
    names = pl.Series(values=keys["doc_id"], dtype=pl.String).str.decode("hex").to_arrow().cast(pa.binary(16))
    halves = from_fixed(names, _HALF).reshape(-1, 2)
    records["high"], records["low"] = halves[:, 0], halves[:, 1]
    return records


def names_of(records: Records) -> "pa.Array[Any]":
    """The names of documents as fixed-size binary values."""
    halves = np.empty((len(records), 2), dtype=_HALF)
    halves[:, 0], halves[:, 1] = records["high"], records["low"]
    data = pa.py_buffer(halves.tobytes())
    return pa.FixedSizeBinaryArray.from_buffers(pa.binary(16), len(records), [None, data])


def to_hex(doc_ids: DocIds) -> pl.Series:
    """Names of documents as 32 hex digits."""
    data = pa.py_buffer(doc_ids.tobytes())
    array = pa.FixedSizeBinaryArray.from_buffers(pa.binary(16), len(doc_ids), [None, data])
    return pl.Series(values=array.cast(pa.binary())).bin.encode("hex")


def from_fixed(array: Any, kind: np.dtype[Any]) -> npt.NDArray[Any]:
    """Fixed-size binary values without nulls, cut into values of a kind."""
    data = array.buffers()[1]
    if data is None or not len(array):
        return np.empty(0, dtype=kind)
    width = array.type.byte_width
    count = len(array) * width // kind.itemsize
    return np.frombuffer(memoryview(data), dtype=kind, count=count, offset=array.offset * width)


def in_order(records: Records) -> Records:
    """``RECORD`` sorted by key and document."""
    ordered = records[np.argsort(records["key"])]
    key = ordered["key"]
    same = np.flatnonzero(key[1:] == key[:-1])
    if len(same):
        # Few keys have several documents; only these are sorted by document.
        shared = np.union1d(same, same + 1)
        mine = ordered[shared]
        ordered[shared] = mine[np.lexsort((mine["low"], mine["high"], mine["key"]))]
    return ordered
