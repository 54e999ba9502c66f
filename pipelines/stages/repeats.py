"""Away with what stands in a document twice."""

from typing import Any

import pyarrow as pa

from dedup import RepeatSettings, remove_repeats
from pipelines.stages.base import Outcome, divide, values, with_columns


class RepeatsStage:
    """Takes repeated passages out of ``text`` and counts ``n_chars`` anew; adds ``repeated_chars``, how much went.

    Also adds ``boilerplate_lines``, 0: what the pages of a site have in common is only known when all were read.
    """

    name = "repeats"

    def __init__(self, settings: RepeatSettings) -> None:
        self._settings = settings

    def __call__(self, batch: pa.RecordBatch) -> Outcome:
        """See ``Stage``."""
        found = [remove_repeats(text, self._settings) for text in values(batch, "text")]
        removed = pa.array([one.removed for one in found], pa.int32())
        if any(one.removed for one in found):
            batch = _replaced(batch, "text", pa.array([one.text for one in found], pa.large_string()))
            batch = _replaced(batch, "n_chars", pa.array([len(one.text) for one in found], pa.int64()))
        columns: dict[str, pa.Array[Any]] = {
            "repeated_chars": removed,
            "boilerplate_lines": pa.array([0] * batch.num_rows, pa.int32()),
        }
        return divide(self.name, with_columns(batch, columns), [None] * batch.num_rows)


def _replaced(batch: pa.RecordBatch, name: str, column: "pa.Array[Any]") -> pa.RecordBatch:
    place = batch.schema.get_field_index(name)
    return batch.set_column(place, pa.field(name, column.type), column)
