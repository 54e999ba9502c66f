"""Is the main text worth reading?"""

from typing import Any

import pyarrow as pa

from filters import QualitySettings, judge_quality
from pipelines.stages.base import Outcome, Verdict, divide, values, with_columns


class QualityStage:
    """Drops what no model should read; adds ``n_chars``, ``quality``, ``genre``, ``quality_score``, ``hangul_share``.

    ``quality`` are all signals, so that limits can be decided anew without the text (``filters.judge_signals``).
    ``quality_score`` is the probability that a document is good, made from all of them.
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
            "genre": found.genre,
            "quality_score": found.score,
            "hangul_share": found.signals.column("hangul_share"),
        }
        return divide(self.name, with_columns(batch, columns), verdicts)
