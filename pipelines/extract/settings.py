"""What a recipe may say about extraction."""

from typing import Literal

from pydantic import BaseModel, ByteSize, ConfigDict, Field


class ExtractSettings(BaseModel):
    """Limits on one page, and what to take from it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    extractor: Literal["malmoi", "trafilatura", "resiliparse"] = Field(
        default="malmoi",
        description="What finds the main text. trafilatura is the reference, an order of magnitude slower.",
    )
    cpu_seconds: float = Field(
        default=20.0,
        gt=0,
        description="CPU time one page may use. CPU and not wall time, so that a busy machine gives the same rows.",
    )
    wall_seconds: float = Field(
        default=120.0, gt=0, description="Wall time after which a page that uses no CPU is given up too."
    )
    attempts: int = Field(
        default=2,
        ge=1,
        description="How often a page is tried whose process was killed or hung: that may be the machine's fault.",
    )
    memory: ByteSize = Field(
        default=ByteSize(1 << 30), gt=0, description="Memory one page may take above the idle process."
    )
    max_characters: int = Field(
        default=8_000_000, gt=0, description="Longer pages are quarantined unread as html_too_large."
    )
    min_characters: int = Field(default=1, ge=1, description="Main text shorter than this is dropped as no_main_text.")
