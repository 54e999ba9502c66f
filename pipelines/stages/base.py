"""What a stage is: a batch in; the rows that go on, and the rows that do not with their reasons, out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import pyarrow as pa

_DROP_FIELDS: "list[pa.Field[Any]]" = [
    pa.field("doc_id", pa.string(), nullable=False),
    pa.field("url", pa.string()),
    pa.field("host", pa.string()),
    pa.field("site", pa.string()),
    pa.field("source", pa.string()),
    pa.field("offset", pa.int64()),
    pa.field("length", pa.int64()),
    pa.field("fetched_at", pa.timestamp("us", tz="UTC")),
    pa.field("outcome", pa.string(), nullable=False),
    pa.field("stage", pa.string(), nullable=False),
    pa.field("reason", pa.string(), nullable=False),
    pa.field("score", pa.float64()),
    pa.field("error", pa.string()),
]
DROP_SCHEMA = pa.schema(_DROP_FIELDS)
"""A record that was not kept, as the map phase knows it."""

DROPPED = "dropped"
QUARANTINED = "quarantined"

ORIGIN = ("doc_id", "url", "host", "site", "source", "offset", "length", "fetched_at")
"""Columns that say which record a row is."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why one row stops here."""

    reason: str
    score: float | None = None
    error: str | None = None
    """Set when the row is quarantined (it could not be judged) and not dropped (it was judged)."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a stage made of a batch: kept + dropped = in."""

    kept: pa.RecordBatch
    dropped: pa.RecordBatch
    """Rows of ``DROP_SCHEMA``."""
    tables: Mapping[str, pa.Table] = field(default_factory=dict)
    """Rows for other tables of the part, by table name."""
    noted: Mapping[str, int] = field(default_factory=dict)
    """What the accounts count beside reasons, such as items of benchmarks, by name."""


class Stage(Protocol):
    """One step of the map phase. The same batch always gives the same outcome."""

    name: str

    def __call__(self, batch: pa.RecordBatch) -> Outcome:
        """Judge every row of a batch."""
        ...


def divide(
    stage: str, batch: pa.RecordBatch, verdicts: Sequence[Verdict | None], tables: Mapping[str, pa.Table] | None = None
) -> Outcome:
    """Divide a batch by verdicts, one for each row; None means that the row goes on.

    Raises:
        ValueError: There is not exactly one verdict for each row.
    """
    if len(verdicts) != batch.num_rows:
        raise ValueError(f"stage {stage}: {len(verdicts)} verdicts for {batch.num_rows} rows")
    stopped = [(row, verdict) for row, verdict in enumerate(verdicts) if verdict is not None]
    if not stopped:
        return Outcome(batch, drop_rows([], stage, batch), tables or {})
    kept = batch.filter(pa.array([verdict is None for verdict in verdicts]))
    return Outcome(kept, drop_rows(stopped, stage, batch), tables or {})


def drop_rows(stopped: Sequence[tuple[int, Verdict]], stage: str, batch: pa.RecordBatch) -> pa.RecordBatch:
    """Rows of ``DROP_SCHEMA`` for the stopped rows of a batch."""
    origin = batch.select(list(ORIGIN)).take(pa.array([row for row, _ in stopped], pa.int64()))
    columns = [
        *origin.columns,
        pa.array([DROPPED if verdict.error is None else QUARANTINED for _, verdict in stopped], pa.string()),
        pa.array([stage] * len(stopped), pa.string()),
        pa.array([verdict.reason for _, verdict in stopped], pa.string()),
        pa.array([verdict.score for _, verdict in stopped], pa.float64()),
        pa.array([verdict.error for _, verdict in stopped], pa.string()),
    ]
    return pa.RecordBatch.from_arrays(columns, schema=DROP_SCHEMA)


def with_columns(batch: pa.RecordBatch, columns: Mapping[str, "pa.Array[Any]"]) -> pa.RecordBatch:
    """The batch with columns appended."""
    for name, values in columns.items():
        batch = batch.append_column(name, values)
    return batch


def values(batch: pa.RecordBatch, name: str) -> list[Any]:
    """A column as Python values; None for null."""
    return batch.column(name).to_pylist()
