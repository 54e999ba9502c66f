"""Part directories: what one task of the map phase leaves behind, whole or not at all.

A part is a directory with one Parquet file for each of its tables and ``part.json``, which names their row counts and
digests. It is written beside its final name and renamed, so a directory of that name is a finished part; a crash leaves
only a temporary directory, which ``clean_temp`` removes.
"""

import hashlib
import json
import logging
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pyarrow as pa
import pyarrow.parquet as pq

from warehouse._durable import clean_temp, fsync, make_temp, rename, sha256
from warehouse.errors import DamagedFileError

__all__ = ["Part", "PartTable", "PartWriter", "clean_temp", "read_part", "write_part"]

_log = logging.getLogger(__name__)

_MANIFEST = "part.json"
_GROUP_BYTES = 16 << 20


@dataclass(frozen=True, slots=True)
class PartTable:
    """A table of a part."""

    file: str
    rows: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Part:
    """A finished part."""

    path: Path
    tables: Mapping[str, PartTable]
    meta: Mapping[str, Any]

    def file(self, table: str) -> Path:
        """The Parquet file of a table."""
        return self.path / self.tables[table].file

    def read(self, table: str, columns: list[str] | None = None) -> pa.Table:
        """All rows of a table."""
        return pq.read_table(self.file(table), columns=columns, partitioning=None)


class PartWriter:
    """Writes a part; a context manager that publishes the part on a normal exit and leaves nothing otherwise.

    Rows are gathered into row groups of 16 MiB, so that memory holds one row group of each table.

    Attributes:
        meta: What ``part.json`` tells beside the tables, a JSON object; may be filled until the exit.
        part: The finished part, after the exit.
    """

    def __init__(self, path: Path, meta: Mapping[str, Any] | None = None) -> None:
        self.meta: dict[str, Any] = dict(meta or {})
        self.part: Part | None = None
        self._path = path
        self._writers: dict[str, pq.ParquetWriter] = {}
        self._schemas: dict[str, pa.Schema] = {}
        self._pending: dict[str, list[pa.RecordBatch]] = {}
        self._rows: dict[str, int] = {}
        self._bytes: dict[str, int] = {}

    def __enter__(self) -> Self:
        self._folder = make_temp(self._path.parent)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            for name in self._writers:
                if kind is None:
                    self._flush(name)
            for writer in self._writers.values():
                writer.close()
            if kind is None:
                self.part = self._publish()
        finally:
            shutil.rmtree(self._folder, ignore_errors=True)

    def write(self, table: str, rows: pa.Table | pa.RecordBatch) -> None:
        """Add rows to a table; all rows of a table have one schema. No rows at all still make an empty table.

        Raises:
            ValueError: The schema differs from that of earlier rows.
        """
        if table not in self._writers:
            file = self._folder / f"{table}.parquet"
            self._writers[table] = pq.ParquetWriter(file, rows.schema, compression="zstd", compression_level=1)
            self._schemas[table] = rows.schema
            self._pending[table] = []
            self._rows[table] = 0
            self._bytes[table] = 0
        elif rows.schema != self._schemas[table]:
            raise ValueError(f"rows of {table} have another schema than those before")
        self._rows[table] += rows.num_rows
        self._bytes[table] += rows.nbytes
        self._pending[table].extend(rows.to_batches() if isinstance(rows, pa.Table) else [rows])
        if self._bytes[table] >= _GROUP_BYTES:
            self._flush(table)

    def _flush(self, table: str) -> None:
        if any(batch.num_rows for batch in self._pending[table]):
            rows = pa.Table.from_batches(self._pending[table])
            self._writers[table].write_table(rows, row_group_size=rows.num_rows)
        self._pending[table] = []
        self._bytes[table] = 0

    def _publish(self) -> Part:
        """Flush, read back, describe and rename."""
        tables = {}
        for name in sorted(self._writers):
            file = self._folder / f"{name}.parquet"
            fsync(file)
            rows = pq.read_metadata(file).num_rows
            if rows != self._rows[name]:
                raise DamagedFileError(f"{file.name} holds {rows} rows where {self._rows[name]} were written")
            tables[name] = PartTable(file.name, rows, sha256(file))
        meta = json.loads(json.dumps(self.meta))
        body = {"tables": {name: asdict(table) for name, table in tables.items()}, "meta": meta}
        manifest = self._folder / _MANIFEST
        manifest.write_text(json.dumps({**body, "digest": _digest(body)}, ensure_ascii=False), encoding="utf-8")
        fsync(manifest)
        fsync(self._folder)
        # Another worker may have finished the same part: the first one stands.
        finished = read_part(self._path)
        if finished is None:
            rename(self._folder, self._path)
            finished = Part(self._path, tables, meta)
        return finished


def write_part(path: Path, tables: Mapping[str, pa.Table], meta: Mapping[str, Any]) -> Part:
    """Write a part at once.

    Args:
        path: The part's directory; its parent is made where it is missing.
        tables: Rows by table name.
        meta: A JSON object that goes with them.
    """
    writer = PartWriter(path, meta)
    with writer:
        for name, rows in tables.items():
            writer.write(name, rows)
    if writer.part is None:
        raise DamagedFileError(f"the part {path} was not published")
    return writer.part


def read_part(path: Path) -> Part | None:
    """A finished part, every byte of it checked; None where there is none.

    A part that is damaged is removed, with a warning in the log, so that it is computed anew.
    """
    if not path.is_dir():
        return None
    try:
        return _read(path)
    except (DamagedFileError, OSError, ValueError, KeyError, TypeError) as error:
        _log.warning("the part %s is damaged and is computed anew: %s", path.name, error)
        shutil.rmtree(path)
        return None


def _read(path: Path) -> Part:
    body = json.loads((path / _MANIFEST).read_text(encoding="utf-8"))
    if body.pop("digest") != _digest(body):
        raise DamagedFileError(f"the digest of {_MANIFEST} differs")
    tables = {name: PartTable(**table) for name, table in body["tables"].items()}
    for name, table in tables.items():
        if sha256(path / table.file) != table.sha256:
            raise DamagedFileError(f"the digest of its table {name} differs")
    return Part(path, tables, body["meta"])


def _digest(body: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
