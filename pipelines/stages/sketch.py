"""Fingerprints for the duplicate search, made where the text still is in memory."""

from typing import Any

import pyarrow as pa

from dedup import DedupSettings, sketch
from pipelines.stages.base import Outcome, divide, with_columns


class SketchStage:
    """Adds ``text_digest``, ``signature`` and ``n_shingles``."""

    name = "sketch"

    def __init__(self, settings: DedupSettings) -> None:
        self._settings = settings

    def __call__(self, batch: pa.RecordBatch) -> Outcome:
        """See ``Stage``."""
        prints = sketch(batch.column("text"), self._settings)
        columns: dict[str, pa.Array[Any]] = {name: prints[name].combine_chunks() for name in prints.column_names}
        return divide(self.name, with_columns(batch, columns), [None] * batch.num_rows)
