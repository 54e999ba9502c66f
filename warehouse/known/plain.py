"""Reading single values of a column that lies plain in a Parquet file (``TableSpec.plain``).

A required column of fixed width, in one page of plain encoding without compression, ends with its values one after the
other (Parquet format, Encodings.md, "Plain"): value i of n lies (n - i) widths before the end of the chunk. pyarrow
reads whole chunks only.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any, BinaryIO, Protocol

import numpy as np
import numpy.typing as npt
import pyarrow.parquet as pq

from warehouse.known.records import from_fixed

Rows = npt.NDArray[np.int64]

_HEADER_BYTES = 24
_NEAR_ROWS = 256
"""Rows between two that are read at once: of 16 bytes as much as a disk reads at the least."""


class Column(Protocol):
    """A column of a row group."""

    @property
    def rows(self) -> int:
        """Rows of the row group."""
        ...

    def read(self, start: int, stop: int) -> npt.NDArray[Any]:
        """Values of some rows."""
        ...


@dataclass(frozen=True, slots=True)
class Plain:
    """One that lies plain."""

    source: BinaryIO
    offset: int
    rows: int
    kind: np.dtype[Any]

    def read(self, start: int, stop: int) -> npt.NDArray[Any]:
        """Values of some rows."""
        self.source.seek(self.offset + start * self.kind.itemsize)
        return np.frombuffer(self.source.read((stop - start) * self.kind.itemsize), dtype=self.kind)


@dataclass(frozen=True, slots=True)
class Whole:
    """One that was read as a whole: another writer laid it out."""

    values: npt.NDArray[Any]

    @property
    def rows(self) -> int:
        """Rows of the row group."""
        return len(self.values)

    def read(self, start: int, stop: int) -> npt.NDArray[Any]:
        """Values of some rows."""
        return self.values[start:stop]


def column(source: BinaryIO, file: pq.ParquetFile, group: int, name: str, kind: np.dtype[Any]) -> Column:
    """A column of fixed width, ready for reading values of it."""
    leaf = [file.schema.column(number).path for number in range(len(file.schema))].index(name)
    chunk = file.metadata.row_group(group).column(leaf)
    size = chunk.num_values * kind.itemsize
    if _page_bytes(source, chunk) == size:
        return Plain(source, chunk.data_page_offset + chunk.total_compressed_size - size, chunk.num_values, kind)
    values = file.read_row_group(group, [name])[name].combine_chunks()
    return Whole(np.asarray(values) if kind.kind != "V" else from_fixed(values, kind))


def rows_of(starts: Rows, stops: Rows) -> Rows:
    """The rows of ranges, one after the other."""
    sizes = stops - starts
    before = np.cumsum(sizes) - sizes
    return np.repeat(starts - before, sizes) + np.arange(int(sizes.sum()), dtype=np.int64)


def take(values: Column, rows: Rows) -> npt.NDArray[Any]:
    """Values of ascending rows."""
    pieces = [values.read(0, 0)]
    for first, last in spans(rows, rows + 1, _NEAR_ROWS):
        start = int(rows[first])
        pieces.append(values.read(start, int(rows[last - 1]) + 1)[rows[first:last] - start])
    return np.concatenate(pieces)


def spans(starts: Rows, stops: Rows, near: int = 0) -> list[tuple[int, int]]:
    """Numbers of the ranges that are read together: those less than ``near`` rows apart. Both ascend."""
    breaks = np.flatnonzero(starts[1:] - stops[:-1] > near) + 1
    edges = [0, *breaks.tolist(), len(starts)]
    return list(pairwise(edges)) if len(starts) else []


def _page_bytes(source: BinaryIO, chunk: pq.ColumnChunkMetaData) -> int:
    """Uncompressed bytes of the first page, but 0 for one that is compressed or encoded.

    A page header (parquet.thrift, compact protocol) begins with the type of the page and its two sizes.
    """
    if chunk.has_dictionary_page or chunk.compression != "UNCOMPRESSED" or "PLAIN" not in chunk.encodings:
        return 0
    source.seek(chunk.data_page_offset)
    header = source.read(_HEADER_BYTES)
    at, numbers = 0, []
    for _ in range(2):
        if header[at] != _I32_NEXT:
            return 0
        value = shift = 0
        while True:
            at += 1
            value |= (header[at] & 0x7F) << shift
            shift += 7
            if header[at] < _MORE:
                break
        at += 1
        numbers.append(value >> 1)
    return numbers[1] if numbers[0] == _DATA_PAGE else 0


_I32_NEXT, _MORE, _DATA_PAGE = 0x15, 0x80, 0
