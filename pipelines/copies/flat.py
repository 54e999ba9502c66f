"""Records of fixed width in files: read by position without mapping them, or by partition.

A mapped file counts as memory of the process for as long as its pages stay, so rows are read by offset.
"""

import os
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from pipelines.copies.documents import Rows

Bytes = npt.NDArray[np.uint8]

# To read what lies between two rows costs less than another call up to about this distance.
_GAP_BYTES = 8 << 10
_SPAN_BYTES = 1 << 20


class FlatFile:
    """Bytes that are written once, from front to back, and read by position. Any thread may read.

    Args:
        path: A new file.
        width: Bytes of a record, where records are read; it may be set when the first one is known.
    """

    def __init__(self, path: Path, width: int = 1) -> None:
        self._file = path.open("xb+", buffering=0)
        self.width = width
        self.size = 0

    def append(self, data: Any) -> None:
        """Write the bytes of a buffer behind what is there."""
        view = memoryview(data).cast("B")
        while view:
            written = self._file.write(view) or 0
            self.size += written
            view = view[written:]

    def records(self, rows: Rows) -> Bytes:
        """Records by position; rows ascend; shape (rows, width)."""
        width = self.width
        starts = rows * width
        found = np.empty((len(rows), width), dtype=np.uint8)
        for first, last, data in self._spans(starts, starts + width):
            block = np.frombuffer(data, dtype=np.uint8).reshape(-1, width)
            found[first:last] = block[rows[first:last] - rows[first]]
        return found

    def pieces(self, starts: Rows, ends: Rows) -> Iterator[bytes]:
        """The bytes between ascending offsets."""
        for first, last, data in self._spans(starts, ends):
            base = int(starts[first])
            for start, end in zip(starts[first:last].tolist(), ends[first:last].tolist(), strict=True):
                yield data[start - base : end - base]

    def _spans(self, starts: Rows, ends: Rows) -> Iterator[tuple[int, int, bytes]]:
        """Runs of positions that lie close together, with the bytes from the first to the last."""
        if not len(starts):
            return
        apart = (starts[1:] - ends[:-1] > _GAP_BYTES) | (starts[1:] // _SPAN_BYTES != starts[:-1] // _SPAN_BYTES)
        bounds = [0, *(np.flatnonzero(apart) + 1).tolist(), len(starts)]
        handle = self._file.fileno()
        for first, last in pairwise(bounds):
            start, length = int(starts[first]), int(ends[last - 1] - starts[first])
            data = os.pread(handle, length, start)
            if len(data) < length:
                raise EOFError(f"{self._file.name} holds {start + len(data)} bytes, not {start + length}")
            yield first, last, data

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()


def fixed_bytes(column: Any) -> Bytes:
    """Values of a fixed-size binary column as bytes; shape (rows, width). Those of nulls are anything."""
    width = column.type.byte_width
    buffer = column.buffers()[1]
    if buffer is None:
        return np.zeros((len(column), width), dtype=np.uint8)
    cells: Bytes = np.frombuffer(buffer, dtype=np.uint8)[: (column.offset + len(column)) * width]
    return np.ascontiguousarray(cells.reshape(-1, width)[column.offset :])


def ranks(keys: Bytes) -> Rows:
    """Place of each row in the order of its bytes; rows of bytes are distinct."""
    # NumPy compares byte strings of one width as memcmp does, but for zeros at the end, which differ from nothing.
    ordered = np.argsort(np.ascontiguousarray(keys).view(f"S{keys.shape[1]}").reshape(-1))
    place = np.empty(len(keys), dtype=np.int64)
    place[ordered] = np.arange(len(keys))
    return place


class Partitions:
    """Records of one dtype, laid aside by a number that says which file they go to. Any thread may add.

    Args:
        folder: Where the files go.
        name: What their names begin with.
        count: How many there are.
        dtype: Of the records.
    """

    def __init__(self, folder: Path, name: str, count: int, dtype: Any) -> None:
        self.name, self.count = name, count
        self.written = 0
        self._paths = [folder / f"{name}-{number:05d}" for number in range(count)]
        self._dtype = np.dtype(dtype)
        self._lock = Lock()

    def add(self, records: npt.NDArray[Any], places: npt.NDArray[np.integer[Any]]) -> None:
        """Lay records aside; ``places`` names the partition of each."""
        if not len(records):
            return
        if self.count > 1:
            # NumPy sorts 16-bit integers by radix.
            order = np.argsort(places.astype(np.uint16), kind="stable")
            records, places = records[order], places[order]
        bounds = np.searchsorted(places, np.arange(self.count + 1)) if self.count > 1 else np.array([0, len(records)])
        with self._lock:
            for path, (start, end) in zip(self._paths, pairwise(bounds.tolist()), strict=True):
                if start < end:
                    with path.open("ab") as file:
                        file.write(records[start:end].view(np.uint8).data)
            self.written += records.nbytes

    def size(self, number: int) -> int:
        """Bytes of a partition."""
        path = self._paths[number]
        return path.stat().st_size if path.exists() else 0

    def take(self, number: int) -> npt.NDArray[Any]:
        """All records of a partition, in the order of their arrival; its file is removed."""
        path = self._paths[number]
        if not path.exists():
            return np.empty(0, self._dtype)
        records = np.fromfile(path, dtype=self._dtype)
        path.unlink()
        return records

    def chunks(self, number: int, most: int) -> Iterator[npt.NDArray[Any]]:
        """The records of a partition, at most so many at a time; its file is removed behind the last."""
        path = self._paths[number]
        with path.open("rb", buffering=0) as file:
            while len(records := np.fromfile(file, dtype=self._dtype, count=most)):
                yield records
        path.unlink()
