"""Fingerprints of a run as files of their table, sorted by key outside memory."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from shutil import rmtree
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa

from warehouse._durable import make_temp
from warehouse.catalog import Warehouse
from warehouse.files import write_file
from warehouse.known.records import RECORD, Records, in_order, names_of, records_of
from warehouse.schemas import FINGERPRINTS

GROUP_ROWS = 1 << 16
"""Rows of a row group: a Bloom filter of 128 KiB, at 16 bits a key, so that one key in 1,000 is read in vain."""
_FILE_ROWS = 1 << 22
_BUCKETS = 256
_Piece = TypeVar("_Piece", Records, pa.Table)
_SHARE = 24
"""One part in so many of the memory holds records: sorting takes three times as much, encoding a file as much again."""


def write_fingerprints(
    batches: Iterable[pa.Table], out: Path, *, warehouse: Warehouse, run_id: str, memory: int = 1 << 30
) -> list[Path]:
    """Write ``fingerprints-<run_id>-<number>.parquet``, for ``commit_run``.

    Files depend on the rows alone, not on how they come in batches. Rows that do not fit are laid aside by the first
    byte of the key, and sorted byte by byte.

    Args:
        batches: Columns ``key`` (uint64) and ``doc_id`` (32 hex digits), as ``dedup.fingerprints`` gives keys; each
            document once.
        out: Folder for the files.
        warehouse: Whose table they are for.
        run_id: The run.
        memory: Bytes that this may take, about.

    Returns:
        The files, ascending by key; none where there is no row.
    """
    folder = make_temp(out)
    try:
        spill = _Spill(folder, max(1, memory // _SHARE // RECORD.itemsize))
        for batch in batches:
            spill.add(records_of(batch))
        paths = []
        size = max(1, -(-spill.rows // max(1, -(-spill.rows // _FILE_ROWS))))
        for number, rows in enumerate(cut(spill.ordered(), size, np.concatenate)):
            path = out / f"fingerprints-{run_id}-{number:05d}.parquet"
            table = table_of(rows, pa.repeat(run_id, len(rows)))
            write_file(table, path, FINGERPRINTS, warehouse.file_schema("fingerprints"), group_rows=GROUP_ROWS)
            paths.append(path)
        return paths
    finally:
        rmtree(folder)


def table_of(records: Records, run_ids: "pa.Array[Any]") -> pa.Table:
    """Rows of the table."""
    keys = pa.array(np.ascontiguousarray(records["key"]))
    return pa.table([keys, names_of(records), run_ids], schema=FINGERPRINTS.schema)


def cut(pieces: Iterable[_Piece], size: int, join: Callable[[Sequence[_Piece]], _Piece]) -> Iterator[_Piece]:
    """Pieces in a row, cut anew: all of ``size`` rows but the last."""
    held: list[Any] = []
    count = 0
    for piece in pieces:
        rest: Any = piece
        while count + len(rest) >= size:
            yield join([*held, rest[: size - count]])
            rest = rest[size - count :]
            held, count = [], 0
        held.append(rest)
        count += len(rest)
    if count:
        yield join(held)


class _Spill:
    """Records in memory up to a limit, then in files by the first byte of their key."""

    def __init__(self, folder: Path, limit: int) -> None:
        self._folder = folder
        self._limit = limit
        self._held: list[Records] = []
        self._count = 0
        self.rows = 0

    def add(self, records: Records) -> None:
        """Take records in."""
        self._held.append(records)
        self._count += len(records)
        self.rows += len(records)
        if self._count > self._limit:
            self._lay_aside()

    def ordered(self) -> Iterator[Records]:
        """All records, sorted, in pieces."""
        if self._count == self.rows:
            yield in_order(self._take())
            return
        self._lay_aside()
        for bucket in range(_BUCKETS):
            if self._path(bucket).exists():
                yield in_order(np.fromfile(self._path(bucket), dtype=RECORD))

    def _take(self) -> Records:
        records = np.concatenate([np.empty(0, dtype=RECORD), *self._held])
        self._held, self._count = [], 0
        return records

    def _lay_aside(self) -> None:
        records = self._take()
        # The sign bit turned, numbers without a sign order as those with one do.
        bucket = ((records["key"].view(np.uint64) ^ np.uint64(1 << 63)) >> np.uint64(56)).astype(np.uint8)
        order = np.argsort(bucket, kind="stable")
        ends = np.cumsum(np.bincount(bucket, minlength=_BUCKETS))
        for number, mine in enumerate(np.split(records[order], ends[:-1])):
            if len(mine):
                with self._path(number).open("ab") as file:
                    mine.tofile(file)

    def _path(self, bucket: int) -> Path:
        return self._folder / f"{bucket:03d}"
