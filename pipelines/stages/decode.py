"""Bytes to text, and away with what was broken beyond reading before it reached us."""

from typing import Any

import pyarrow as pa
from pydantic import BaseModel, ConfigDict, Field

from filters import MojibakeSettings, decode, judge_mojibake, nfc, visible_text
from pipelines.stages.base import Outcome, Verdict, divide, values, with_columns


class DecodeSettings(BaseModel):
    """How much damage a page may show."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    mojibake: MojibakeSettings = Field(
        default=MojibakeSettings(), description="From which damage the visible text is dropped and not kept as garbage."
    )


class DecodeStage:
    """Replaces ``body`` by ``html`` and ``visible`` (what a reader sees, NFC) and notes how the bytes were read."""

    name = "decode"

    def __init__(self, settings: DecodeSettings) -> None:
        self._settings = settings

    def __call__(self, batch: pa.RecordBatch) -> Outcome:
        """See ``Stage``."""
        rows = zip(*(values(batch, name) for name in ("body", "content_type", "plain")), strict=True)
        pages, visible = [], []
        for body, content_type, plain in rows:
            page = decode(body, content_type)
            pages.append(page)
            visible.append(nfc(page.text if plain else visible_text(page.text)))
        findings = [judge_mojibake(text, self._settings.mojibake) for text in visible]
        verdicts = [None if found.keep else Verdict(str(found.reason), found.score) for found in findings]
        columns: dict[str, pa.Array[Any]] = {
            "html": pa.array([page.text for page in pages], pa.large_string()),
            "visible": pa.array(visible, pa.large_string()),
            "encoding": pa.array([page.encoding for page in pages], pa.string()),
            "charset_source": pa.array([page.source for page in pages], pa.string()),
            "broken_bytes": pa.array([page.broken for page in pages], pa.int32()),
        }
        return divide(self.name, with_columns(batch.drop_columns(["body"]), columns), verdicts)
