"""What is kept, what is a copy of what, and what could not be taken: one more pass over the documents."""

import json
from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.copies import Rows
from pipelines.deduplicate.corpus import Corpus, State
from pipelines.deduplicate.lines import LINE
from pipelines.deduplicate.parts import Part, strings

CLUSTER_ID, CLUSTER_SIZE = "cluster_id", "cluster_size"

_DUPLICATES: "list[pa.Field[Any]]" = [
    pa.field("id", pa.string()),
    pa.field("partner_id", pa.string()),
    pa.field("jaccard", pa.float64()),
    pa.field("reason", pa.string()),
    pa.field(CLUSTER_ID, pa.string()),
]
DUPLICATES_SCHEMA = pa.schema(_DUPLICATES)
"""A document that goes, the kept one that it is a copy of, and the exact Jaccard index of the two."""

_SHARD_BYTES = 256 << 20
_GROUP_BYTES = 16 << 20


class Rejects:
    """``rejected.jsonl``: where a row is that was not taken, and why; never its text.

    Args:
        path: A new file.
    """

    def __init__(self, path: Path) -> None:
        self._file = path.open("x", encoding="utf-8")
        self.counts: Counter[tuple[str, str]] = Counter()
        """By input and reason."""

    def add(self, source: str, reason: str, **where: Any) -> None:
        """Note one row."""
        self.counts[source, reason] += 1
        self._file.write(json.dumps({"file": source, **where, "reason": reason}, ensure_ascii=False) + "\n")

    def close(self) -> None:
        """Finish the file."""
        self._file.close()


class Writer:
    """Writes what was decided.

    Args:
        corpus: The documents.
        decisions: ``pipelines.copies.DECISION_SCHEMA``: those that are copies or have copies, sorted by row.
        out: The folder for the files.
        rejects: Told of each row that takes no part.
    """

    def __init__(self, corpus: Corpus, decisions: pa.Table, out: Path, rejects: Rejects) -> None:
        self._corpus, self._out, self._rejects = corpus, out, rejects
        self._rows: Rows = np.asarray(decisions["row"], dtype=np.int64)
        self._sizes = np.asarray(decisions["cluster_size"])
        self._decisions = decisions
        self._kept: npt.NDArray[np.bool_] = corpus.states == State.TAKEN
        self._kept[self._rows[~np.asarray(decisions["kept"])]] = False
        self.counts: dict[str, int] = dict.fromkeys((part.source for part in corpus.parts), 0)
        """Kept documents by input, as they were written."""

    def write(self) -> Any:
        """Write all files; returns the ids of the documents in ``decisions``."""
        involved = [pa.array([], pa.string())]
        with _Shards(self._out, self._schema(), self._corpus.text_column) as shards:
            for part in self._corpus.parts:
                for first, batch in part.read(part.schema.names):
                    ids = strings(batch, self._corpus.id_column).cast(pa.string())
                    involved.append(ids.take(pa.array(self._mine(first, batch.num_rows)[0] - first)))
                    self._reject(part, first, batch, ids)
                    table = self._chosen(first, batch, ids)
                    self.counts[part.source] += table.num_rows
                    shards.add(table)
        names = pa.concat_arrays(involved)
        self._write_duplicates(names)
        return names

    def _schema(self) -> pa.Schema:
        names = [field for field in self._corpus.schema if field.name not in {CLUSTER_ID, CLUSTER_SIZE}]
        return pa.schema([*names, pa.field(CLUSTER_ID, pa.string()), pa.field(CLUSTER_SIZE, pa.int32())])

    def _mine(self, first: int, count: int) -> tuple[Rows, slice]:
        """The rows of a batch that were decided on, and where they are among all of them."""
        low, high = np.searchsorted(self._rows, (first, first + count))
        return self._rows[low:high], slice(int(low), int(high))

    def _chosen(self, first: int, batch: pa.RecordBatch, ids: Any) -> pa.Table:
        """The rows that are kept, with all columns, in the schema of the output."""
        kept = self._kept[first : first + batch.num_rows]
        rows, place = self._mine(first, batch.num_rows)
        sizes = np.ones(batch.num_rows, dtype=np.int32)
        sizes[rows - first] = self._sizes[place]
        columns: list[Any] = []
        for field in self._schema():
            at = batch.schema.get_field_index(field.name)
            if field.name == CLUSTER_ID:
                columns.append(ids)
            elif field.name == CLUSTER_SIZE:
                columns.append(pa.array(sizes))
            else:
                there: Any = batch.column(at) if at >= 0 else pa.nulls(batch.num_rows)
                columns.append(there if there.type.equals(field.type) else there.cast(field.type))
        table = pa.table(columns, schema=self._schema())
        return table if kept.all() else table.filter(pa.array(kept))

    def _reject(self, part: Part, first: int, batch: pa.RecordBatch, ids: Any) -> None:
        states = self._corpus.states[first : first + batch.num_rows]
        for place in np.flatnonzero(states).tolist():
            if LINE in batch.schema.names:
                where = {"line": batch.column(LINE)[place].as_py()}
            else:
                where = {"row": first - part.first + place}
            self._rejects.add(part.source, State(states[place]).name.lower(), **where, id=ids[place].as_py())

    def _write_duplicates(self, names: Any) -> None:
        gone = ~np.asarray(self._decisions["kept"])
        dropped = self._decisions.filter(pa.array(gone))
        partners = names.take(pa.array(np.searchsorted(self._rows, np.asarray(dropped["cluster"]))))
        ids = names.filter(pa.array(gone))
        columns = [ids, partners, dropped["jaccard"], dropped["reason"], partners]
        table = pa.table(columns, schema=DUPLICATES_SCHEMA)
        pq.write_table(table, self._out / "duplicates.parquet", compression="zstd")


class _Shards:
    """Parquet files ``kept-<number>.parquet`` of about equal size; row groups of some megabytes.

    A row group is encoded in a thread of its own while the next one is gathered. There is one file at least, be it
    without rows.
    """

    def __init__(self, out: Path, schema: pa.Schema, text_column: str) -> None:
        self._out, self._schema = out, schema
        self._coded: Any = [field.name for field in schema if field.name != text_column]
        self._encoder = ThreadPoolExecutor(1)
        self._running: Future[None] | None = None
        self._writer: pq.ParquetWriter | None = None
        self._number = 0
        self._pending: list[pa.Table] = []
        self._held = self._written = 0

    def add(self, table: pa.Table) -> None:
        """Take rows in."""
        self._pending.append(table)
        self._held += table.get_total_buffer_size() if table.num_rows else 0
        if self._held >= _GROUP_BYTES:
            self._flush()

    def _flush(self) -> None:
        self._wait()
        self._running = self._encoder.submit(self._write, self._pending, self._held)
        self._pending, self._held = [], 0

    def _wait(self) -> None:
        if self._running is not None:
            self._running.result()

    def _write(self, tables: list[pa.Table], size: int) -> None:
        if self._writer is None:
            self._writer = pq.ParquetWriter(
                self._out / f"kept-{self._number:05d}.parquet",
                self._schema,
                compression="zstd",
                compression_level=1,
                use_dictionary=self._coded,
                write_statistics=self._coded,
            )
            self._number += 1
        table = pa.concat_tables([self._schema.empty_table(), *tables])
        self._writer.write_table(table, row_group_size=max(1, table.num_rows))
        self._written += size
        if self._written >= _SHARD_BYTES:
            self._finish()

    def _finish(self) -> None:
        if self._writer is not None:
            self._writer.close()
        self._writer, self._written = None, 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._wait()
                if self._pending or not self._number:
                    self._flush()
                    self._wait()
        finally:
            self._encoder.shutdown()
            self._finish()
