"""Which texts are equal: partitioned by their digests, one partition in memory at a time."""

from typing import Any

import numpy as np
import numpy.typing as npt

from pipelines.copies.documents import Column, Rows
from pipelines.copies.flat import FlatFile, ranks

DIGEST = np.dtype([("high", "<u8"), ("low", "<u8"), ("row", "<i8")])
"""The 128 bits of a text digest, and whose it is."""

SOLVED_BYTES = 256
"""A record while its partition is solved, at most: its own 24 bytes, sort keys, order of preference."""

_HEX_DIGITS = 32


def digest_records(digests: Column, first: int) -> npt.NDArray[Any]:
    """Records of the documents that have a digest; the first document of the batch has this row number.

    Raises:
        ValueError: A digest is not 32 hex digits.
    """
    there = np.flatnonzero(np.asarray(digests.is_valid()))
    records = np.empty(len(there), dtype=DIGEST)
    records["row"] = there + first
    if len(there):
        values = _from_hex(digests.drop_null())
        records["high"], records["low"] = values[:, 0], values[:, 1]
    return records


def place_of(records: npt.NDArray[Any], count: int) -> npt.NDArray[np.int64]:
    """Partition of each record: all records of a digest go to one."""
    return ((records["high"] >> np.uint64(32)) * np.uint64(count) >> np.uint64(32)).astype(np.int64)


def fold(records: npt.NDArray[Any], orders: FlatFile) -> tuple[Rows, Rows]:
    """Rows whose text equals that of a better one, and those better ones: of each text the best of all.

    Args:
        records: All records of any digest they hold.
        orders: Order of preference of each row.
    """
    records = records[np.lexsort((records["row"], records["low"], records["high"]))]
    same = (records["high"][1:] == records["high"][:-1]) & (records["low"][1:] == records["low"][:-1])
    starts = np.concatenate(([True], ~same))[: len(records)]
    group = np.cumsum(starts) - 1
    shared = np.bincount(group)[group] > 1 if len(records) else np.empty(0, dtype=np.bool_)
    rows, group = records["row"][shared].astype(np.int64), group[shared]
    best_first = np.lexsort((ranks_of(rows, orders), group))
    rows, group = rows[best_first], group[best_first]
    firsts = np.flatnonzero(np.concatenate(([True], group[1:] != group[:-1]))[: len(rows)])
    stands = np.repeat(rows[firsts], np.diff(np.append(firsts, len(rows))))
    folded = rows != stands
    return rows[folded], stands[folded]


def ranks_of(rows: Rows, orders: FlatFile) -> Rows:
    """Place of each row in the order of preference among these rows; they are distinct and in any order."""
    ascending = np.argsort(rows)
    place = np.empty(len(rows), dtype=np.int64)
    place[ascending] = ranks(orders.records(rows[ascending]))
    return place


def _from_hex(digests: Column) -> npt.NDArray[np.uint64]:
    offsets = np.asarray(_buffer(digests, 1, np.int32 if digests.type == "string" else np.int64))
    bounds = offsets[digests.offset : digests.offset + len(digests) + 1]
    if (np.diff(bounds) != _HEX_DIGITS).any():
        raise ValueError("text digests are 32 hex digits each")
    digits = _buffer(digests, 2, np.uint8)[int(bounds[0]) : int(bounds[-1])]
    # "0" to "9" are 0x30 to 0x39, "a" to "f" 0x61 to 0x66: the low nibble, and 9 more for letters.
    nibbles = (digits & 0x0F) + 9 * (digits >> 6)
    values = (nibbles[0::2] << 4 | nibbles[1::2]).astype(np.uint8)
    return values.view("<u8").reshape(-1, 2)


def _buffer(array: Any, number: int, kind: Any) -> npt.NDArray[Any]:
    buffer = array.buffers()[number]
    return np.empty(0, dtype=kind) if buffer is None else np.frombuffer(buffer, dtype=kind)
