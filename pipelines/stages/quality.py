"""Is the main text worth reading?"""

from typing import Any

import pyarrow as pa

from filters import QualitySettings, judge_quality
from pipelines.stages.base import Outcome, Verdict, divide, values, with_columns


class QualityStage:
    """Drops what no model should read; adds ``n_chars``, ``quality``, ``quality_score`` and ``hangul_share``.

    ``quality`` are its signals. ``quality_score`` is the share of lines that end like a sentence, the one signal that
    best tells good documents from bad ones.
    """

    name = "quality"

    def __init__(self, settings: QualitySettings) -> None:
        self._settings = settings

    def __call__(self, batch: pa.RecordBatch) -> Outcome:
        """See ``Stage``."""
        texts = values(batch, "text")
        found = judge_quality(texts, self._settings)
        verdicts = [
            None if row["keep"] else Verdict(row["reason"], row["score"]) for row in found.decisions.to_pylist()
        ]
        columns: dict[str, pa.Array[Any]] = {
            "n_chars": pa.array([len(text) for text in texts], pa.int64()),
            "quality": found.signals.to_struct_array(),
            "quality_score": found.signals.column("finished_lines"),
            "hangul_share": found.signals.column("hangul_share"),
        }
        return divide(self.name, with_columns(batch, columns), verdicts)
