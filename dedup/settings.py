"""Settings of near-duplicate removal."""

import hashlib
import json

from pydantic import BaseModel, ConfigDict, Field, model_validator


class DedupSettings(BaseModel):
    """How alike two texts must be, and how pairs that may be so alike are looked for.

    `threshold` and `shingle_width` define what a near-duplicate is; the rest only decides how many of them are found
    and at what cost. Every figure named below is printed by `benchmarks/dedup_shingles.py`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    threshold: float = Field(
        default=0.8,
        gt=0,
        le=1,
        description="Least exact Jaccard index of the two shingle sets at which texts are near-duplicates.",
    )
    shingle_width: int = Field(
        default=5,
        ge=1,
        le=64,
        description="Characters per shingle, counted on the canonical text (NFC, lower case, no whitespace).",
    )
    min_chars: int = Field(
        default=1,
        ge=1,
        description="Texts with fewer canonical characters get no signature: equal ones are folded, near ones are not.",
    )
    permutations: int = Field(default=128, ge=1, le=1024, description="Length of a signature in 32-bit values.")
    bands: int = Field(
        default=18, ge=1, description="Bands of a signature; texts that agree on all of one band become candidates."
    )
    rows: int = Field(
        default=7, ge=1, description="Signature values per band; bands x rows may not exceed permutations."
    )
    seed: int = Field(
        default=1,
        ge=0,
        lt=2**32,
        description="Seed of the permutations; sketches of different seeds cannot be compared.",
    )
    bucket_partners: int = Field(
        default=32,
        ge=2,
        multiple_of=2,
        description="Most better ranked documents of a bucket to pair a document with (lsh.candidates says which).",
    )
    estimate_slack: float = Field(
        default=0.25,
        ge=0,
        le=1,
        description="Pairs whose signatures estimate a Jaccard index this far below the threshold are refused unread.",
    )
    verify_batch: int = Field(
        default=1024, ge=2, description="Most documents whose texts and shingles are held while pairs are verified."
    )

    @property
    def scheme(self) -> str:
        """16 hex digits over what signatures depend on: only those of one scheme compare."""
        values = [self.shingle_width, self.permutations, self.seed, self.min_chars]
        return hashlib.sha256(json.dumps(values).encode()).hexdigest()[:16]

    @model_validator(mode="after")
    def _bands_fit_signature(self) -> "DedupSettings":
        if self.bands * self.rows > self.permutations:
            raise ValueError(f"bands x rows = {self.bands * self.rows} exceeds permutations = {self.permutations}")
        return self


DEFAULTS = DedupSettings()
"""The settings used where none are given."""
