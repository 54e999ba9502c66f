"""What a filter says about one document, and its Arrow form."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

# One row per document: keep, reason (null when kept), score (null when nothing was measured).
_FIELDS: dict[str, pa.DataType] = {"keep": pa.bool_(), "reason": pa.string(), "score": pa.float64()}
DECISION_SCHEMA = pa.schema(_FIELDS)


@dataclass(frozen=True, slots=True)
class Decision:
    """One verdict: `reason` is a member of the filter's own closed set, and None exactly when the document is kept."""

    keep: bool
    reason: str | None
    score: float | None


def to_batch(decisions: Sequence[Decision]) -> pa.RecordBatch:
    """Return the decisions as a RecordBatch of `DECISION_SCHEMA`, one row each, in order."""
    columns: list[pa.Array[Any]] = [
        pa.array([d.keep for d in decisions], pa.bool_()),
        pa.array([None if d.reason is None else str(d.reason) for d in decisions], pa.string()),
        pa.array([d.score for d in decisions], pa.float64()),
    ]
    return pa.RecordBatch.from_arrays(columns, schema=DECISION_SCHEMA)
