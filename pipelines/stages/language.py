"""Is the visible text of the page Korean? Asked before extraction, which costs twenty times as much."""

from typing import Any

import pyarrow as pa

from filters import LanguageFilter, LanguageSettings
from pipelines.stages.base import Outcome, Verdict, divide, values, with_columns


class LanguageStage:
    """Drops pages that are not Korean; takes ``visible``, adds ``language`` and ``language_score``."""

    name = "language"

    def __init__(self, settings: LanguageSettings) -> None:
        self._filter = LanguageFilter(settings)

    def __call__(self, batch: pa.RecordBatch) -> Outcome:
        """See ``Stage``."""
        findings = self._filter.judge(values(batch, "visible"))
        verdicts = [None if found.keep else Verdict(str(found.reason), found.score) for found in findings]
        columns: dict[str, pa.Array[Any]] = {
            "language": pa.array(["ko"] * batch.num_rows, pa.string()),
            "language_score": pa.array([found.score for found in findings], pa.float64()),
        }
        return divide(self.name, with_columns(batch.drop_columns(["visible"]), columns), verdicts)
