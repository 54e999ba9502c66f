"""Away with what is no text of the page, or not in Korean. Rights were read before, from the page as it was served."""

from typing import Any

import pyarrow as pa
from pydantic import BaseModel, ConfigDict, Field

from filters import Cleaned, KoreanPart, ParagraphSettings, clean_text, korean_part
from pipelines.stages.base import Outcome, Verdict, divide, values, with_columns


class CleanSettings(BaseModel):
    """What leaves an extracted text, always as whole lines."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    boilerplate: bool = Field(
        default=True, description="Take out bylines, notices, share buttons and other lines a page says of itself."
    )
    foreign: bool = Field(default=True, description="Take out foreign paragraphs of partly Korean texts.")
    paragraphs: ParagraphSettings = Field(
        default=ParagraphSettings(), description="How much foreign prose may stay in a Korean text."
    )
    min_syllables: int = Field(
        default=50,
        ge=1,
        description="Hangul syllables that must be left of a text that lost foreign paragraphs; of any other, one.",
    )


class CleanStage:
    """Takes lines out of ``text``; adds ``cleaned_lines`` and ``foreign_chars``, how much went.

    Drops texts in which no Korean part is left.
    """

    name = "clean"

    def __init__(self, settings: CleanSettings) -> None:
        self._settings = settings

    def __call__(self, batch: pa.RecordBatch) -> Outcome:
        """See ``Stage``."""
        cleaned = [self._clean(text) for text in values(batch, "text")]
        parts = [self._korean(text) for text, _ in cleaned]
        place = batch.schema.get_field_index("text")
        texts = pa.array([part.text for part in parts], pa.large_string())
        batch = batch.set_column(place, batch.schema.field("text"), texts)
        foreign = [sum(removed.chars for removed in part.removed.values()) for part in parts]
        columns: dict[str, pa.Array[Any]] = {
            "cleaned_lines": pa.array([sum(removed.values()) for _, removed in cleaned], pa.int32()),
            "foreign_chars": pa.array(foreign, pa.int32()),
        }
        return divide(self.name, with_columns(batch, columns), [self._judge(part) for part in parts])

    def _clean(self, text: str) -> Cleaned:
        return clean_text(text) if self._settings.boilerplate else Cleaned(text, {})

    def _korean(self, text: str) -> KoreanPart:
        if self._settings.foreign:
            return korean_part(text, self._settings.paragraphs)
        return KoreanPart(text, {}, self._settings.min_syllables)

    def _judge(self, part: KoreanPart) -> Verdict | None:
        least = self._settings.min_syllables if part.removed else 1
        return Verdict("no_korean_part", float(part.syllables)) if part.syllables < least else None
