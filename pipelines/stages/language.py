"""Is the visible text of the page Korean? Asked before extraction, which costs twenty times as much."""

from typing import Any

import pyarrow as pa

from filters import LanguageFilter, LanguageSettings
from pipelines.stages.base import Outcome, Verdict, divide, values, with_columns


class LanguageStage:
    """Drops pages that are not Korean, not even in part.

    Takes ``visible``; adds ``language``, ``language_score``, ``language_runner_up`` and ``language_runner_up_score``.
    """

    name = "language"

    def __init__(self, settings: LanguageSettings) -> None:
        self._filter = LanguageFilter(settings)

    def __call__(self, batch: pa.RecordBatch) -> Outcome:
        """See ``Stage``."""
        found = self._filter.examine(values(batch, "visible"))
        verdicts = [
            None if decision.keep else Verdict(str(decision.reason), decision.score) for decision in found.decisions
        ]
        columns: dict[str, pa.Array[Any]] = {
            "language": found.identities.column("language"),
            "language_score": found.identities.column("score"),
            "language_runner_up": found.identities.column("runner_up"),
            "language_runner_up_score": found.identities.column("runner_up_score"),
        }
        return divide(self.name, with_columns(batch.drop_columns(["visible"]), columns), verdicts)
