"""The order of preference between copies, as bytes: the smaller, the better.

Keys of fixed width that compare as bytes do can be written to a file, read back row by row and sorted outside memory,
which ranks over the whole corpus cannot.
"""

from collections.abc import Sequence
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup._arrays import Column

Direction: TypeAlias = Literal["ascending", "descending"]

_SIGN = np.uint64(1 << 63)
_TIE_BYTES = 16
_CELL_BYTES = 9


def order_keys(columns: Sequence[tuple[Column, Direction]], ties: Column) -> "pa.FixedSizeBinaryArray":
    """One key for each document; keys compare as the columns do, one after the other.

    Args:
        columns: Numbers, booleans, dates or times, the most important first. Nulls and NaN come last in either
            direction.
        ties: 16 bytes for each document that no other has, ascending: what decides where all columns are equal.

    Raises:
        ValueError: A column has no order as a number, lengths differ, or ties are not 16 bytes each.
    """
    if not pa.types.is_fixed_size_binary(ties.type) or ties.type.byte_width != _TIE_BYTES or ties.null_count:
        raise ValueError(f"ties must be {_TIE_BYTES} bytes for each document, not {ties.type}")
    count = len(ties)
    cells = np.zeros((count, _CELL_BYTES * len(columns) + _TIE_BYTES), dtype=np.uint8)
    for number, (column, direction) in enumerate(columns):
        if len(column) != count:
            raise ValueError(f"{len(column)} values but {count} documents")
        cell = cells[:, number * _CELL_BYTES : (number + 1) * _CELL_BYTES]
        values, there = _ordered(column)
        bits = ~values if direction == "descending" else values
        cell[:, 0] = ~there
        cell[:, 1:] = np.where(there, bits, np.uint64(0)).astype(">u8").view(np.uint8).reshape(count, 8)
    cells[:, _CELL_BYTES * len(columns) :] = _bytes_of(ties)
    width = cells.shape[1]
    buffer: Any = pa.py_buffer(cells.tobytes())
    found: Any = pa.Array.from_buffers(pa.binary(width), count, [None, buffer])
    keys: pa.FixedSizeBinaryArray = found
    return keys


def _ordered(column: Column) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.bool_]]:
    """Values as unsigned integers of the same order, and which of them there are."""
    kind: Any = column.type
    values: Any = column
    there = np.array(column.is_valid(), dtype=np.bool_)
    if pa.types.is_floating(kind):
        numbers = np.asarray(values.cast(pa.float64()).fill_null(0.0), dtype=np.float64)
        there &= ~np.isnan(numbers)
        # + 0.0 makes one zero of both. Negative floats fall as their bits grow, so theirs are turned around.
        bits = (numbers + 0.0).view(np.uint64)
        return np.where(bits & _SIGN, ~bits, bits | _SIGN), there
    if pa.types.is_uint64(kind):
        return np.asarray(values.fill_null(0), dtype=np.uint64), there
    if pa.types.is_date32(kind):
        values, kind = values.cast(pa.int32()), pa.int32()
    if pa.types.is_integer(kind) or pa.types.is_boolean(kind) or pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        numbers = np.asarray(values.cast(pa.int64()).fill_null(0), dtype=np.int64)
        return numbers.view(np.uint64) ^ _SIGN, there
    raise ValueError(f"documents cannot be ordered by a column of {kind}: use numbers, dates or times")


def _bytes_of(ties: Column) -> npt.NDArray[np.uint8]:
    array = ties.combine_chunks() if isinstance(ties, pa.ChunkedArray) else ties
    buffer = array.buffers()[1]
    if buffer is None or not len(array):
        return np.empty((0, _TIE_BYTES), dtype=np.uint8)
    cells: npt.NDArray[np.uint8] = np.frombuffer(memoryview(buffer), dtype=np.dtype(np.uint8))
    return cells[: (array.offset + len(array)) * _TIE_BYTES].reshape(-1, _TIE_BYTES)[array.offset :]
