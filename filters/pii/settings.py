"""What is found, what is masked, and where the key of the pseudonyms comes from."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, model_validator

from filters.pii.entities import Entity

NEVER_PERSONAL = frozenset({Entity.BIZ_PHONE, Entity.BRN, Entity.CRN})
"""Numbers of businesses. A BRN is masked all the same where the context gives it to a sole trader."""


class PiiSettings(BaseModel):
    """Masking of personal data. Everything but the place of the key decides over the text that is written."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    enabled: bool = Field(default=True, description="Look for personal data and mask it.")
    threshold: float = Field(default=0.5, ge=0, le=1, description="Score from which on a find counts and is masked.")
    mask: tuple[Entity, ...] = Field(
        default=tuple(entity for entity in Entity if entity not in NEVER_PERSONAL),
        description=(
            "Types that are masked; others are only counted. Business numbers (KR_BRN) are also masked where the "
            "context gives them to a sole trader."
        ),
    )
    key_variable: str | None = Field(
        default=None,
        description=(
            "Environment variable that holds the secret key of the pseudonyms: one number becomes one token "
            "throughout the corpus. Without a key, placeholders carry no token."
        ),
    )
    key_file: Path | None = Field(default=None, description="File that holds the key, instead of a variable.")
    key_id: str | None = Field(
        default=None,
        description=(
            "What the key must be, as its short digest; part of the digest of the recipe, so that a run is never "
            "continued with another key. Filled in when a run begins."
        ),
    )

    @model_validator(mode="after")
    def _one_source(self) -> "PiiSettings":
        if self.key_variable is not None and self.key_file is not None:
            raise ValueError("give key_variable or key_file, not both")
        return self
