"""Are there items of benchmarks in the text?"""

from collections import Counter
from typing import Any

import pyarrow as pa

from pipelines.decontamination import DecontaminationSettings, load_index
from pipelines.stages.base import Outcome, Verdict, divide, values, with_columns

BENCHMARKS_TYPE = pa.list_(pa.string())


class DecontaminateStage:
    """Drops documents that hold an item of a benchmark, or names the benchmarks in the column ``benchmarks``.

    The reason is ``contaminated_<benchmark>`` of the item that the text holds the greatest share of, and that share is
    the score. Which items were met, and in how many documents, stands in the account: ``<benchmark>/<item>``.

    Raises:
        ConfigError: The files of a benchmark cannot be read, or are others than the run began with.
    """

    name = "decontaminate"

    def __init__(self, settings: DecontaminationSettings) -> None:
        self._settings = settings
        self._index = load_index(settings) if settings.benchmarks else None

    def __call__(self, batch: pa.RecordBatch) -> Outcome:
        """See ``Stage``."""
        if self._index is None:
            unjudged = with_columns(batch, {"benchmarks": pa.nulls(batch.num_rows, BENCHMARKS_TYPE)})
            return divide(self.name, unjudged, [None] * batch.num_rows)
        found = self._index.find(values(batch, "text"))
        met = [sorted({overlap.benchmark for overlap in overlaps}) for overlaps in found]
        drop = self._settings.action == "drop"
        verdicts = [
            Verdict(f"contaminated_{overlaps[0].benchmark}", overlaps[0].share) if drop and overlaps else None
            for overlaps in found
        ]
        columns: dict[str, pa.Array[Any]] = {"benchmarks": pa.array(met, BENCHMARKS_TYPE)}
        noted = Counter(f"{overlap.benchmark}/{overlap.item}" for overlaps in found for overlap in overlaps)
        outcome = divide(self.name, with_columns(batch, columns), verdicts)
        return Outcome(outcome.kept, outcome.dropped, noted=noted)
