"""What a release is made of: one state of the tables, read batch by batch."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyiceberg.table import Table

from warehouse.catalog import Warehouse, runs_of
from warehouse.errors import WarehouseError
from warehouse.release.fingerprint import Keys
from warehouse.schemas import TABLES

_READ = ("runs", "documents", "policy_classes", "evidence")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The tables as they were when it was taken; what is committed later is not seen."""

    tables: dict[str, Table]
    hidden: frozenset[str]
    """Runs that are not finished."""
    ids: dict[str, int] = field(default_factory=dict)
    """Iceberg snapshot by table; a table that nothing was committed to has none."""

    @classmethod
    def take(cls, warehouse: Warehouse) -> "Snapshot":
        """Take the present state."""
        # Finished runs are read first: a run that finishes meanwhile has all its rows hidden, not half of them.
        tables = {name: warehouse.table(name) for name in _READ}
        finished = set(tables["runs"].scan(selected_fields=("run_id",)).to_arrow()["run_id"].to_pylist())
        committed = frozenset[str]().union(*(runs_of(tables[name]) for name in _READ if name != "runs"))
        ids = {name: found.snapshot_id for name in _READ if (found := tables[name].current_snapshot())}
        return cls(tables, committed - finished, ids)

    def batches(self, name: str, columns: Sequence[str], rows: int) -> Iterator[pa.RecordBatch]:
        """Rows of a table in the types of its schema, file by file in the order of their names.

        Args:
            name: The table.
            columns: Columns to read; those that a file lacks are null.
            rows: Rows of a batch at most.

        Raises:
            WarehouseError: The table holds row-level deletes, which nothing in Malmoi writes.
        """
        table = self.tables[name]
        schema = pa.schema([TABLES[name].schema.field(column) for column in columns])
        wanted = [*columns, *({"run_id"} - set(columns) if "run_id" in TABLES[name].schema.names else ())]
        for path in self._paths(table):
            with _opened(table, path) as file:
                held = [column for column in wanted if column in file.schema_arrow.names]
                for batch in file.iter_batches(batch_size=rows, columns=held):
                    yield _conform(self._finished(batch), schema)

    def size(self, name: str, columns: Sequence[str]) -> int:
        """Uncompressed bytes of some columns of a table, rows of unfinished runs counted too."""
        size = 0
        for path in self._paths(self.tables[name]):
            with _opened(self.tables[name], path) as file:
                groups = [file.metadata.row_group(number) for number in range(file.num_row_groups)]
                chunks = [group.column(leaf) for group in groups for leaf in range(group.num_columns)]
                size += sum(
                    chunk.total_uncompressed_size for chunk in chunks if chunk.path_in_schema.split(".")[0] in columns
                )
        return size

    def _finished(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        if not self.hidden or "run_id" not in batch.schema.names:
            return batch
        unfinished = pc.is_in(batch["run_id"], value_set=pa.array(sorted(self.hidden), pa.string()))
        return batch.filter(pc.invert(unfinished))

    def _paths(self, table: Table) -> list[str]:
        tasks = list(table.scan().plan_files())
        if any(task.delete_files for task in tasks):
            raise WarehouseError(f"table {table.name()[-1]} holds row-level deletes: rewrite it before a release")
        return sorted(task.file.file_path for task in tasks)


@contextmanager
def _opened(table: Table, path: str) -> Iterator[pq.ParquetFile]:
    source: Any = table.io.new_input(path).open()
    with source, pq.ParquetFile(source) as file:
        yield file


def id_keys(ids: "pa.Array[Any]") -> Keys:
    """The first 64 bits of ids of 32 hex digits without nulls; an id of another form is 0, which no digest is."""
    values: Any = pc
    whole = values.match_substring_regex(ids, "^[0-9a-f]{32}$")
    held = b"".join(values.if_else(whole, ids, "0" * 32).cast(pa.binary()).to_pylist())
    flat = np.frombuffer(held, np.uint8).reshape(-1, 32)[:, :16]
    digits = np.where(flat >= ord("a"), flat - (ord("a") - 10), flat - ord("0")).astype(np.uint64)
    keys: Keys = (digits << np.arange(60, -4, -4).astype(np.uint64)).sum(axis=1, dtype=np.uint64)
    return keys


def _conform(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    held = batch.schema.names
    columns = [
        batch[field.name].cast(field.type) if field.name in held else pa.nulls(batch.num_rows, field.type)
        for field in schema
    ]
    return pa.RecordBatch.from_arrays(columns, schema=pa.schema([field.with_nullable(True) for field in schema]))
