"""Settings of near-duplicate removal."""

import hashlib
import json
import math
from typing import Any, Literal

from pydantic import BaseModel, ByteSize, ConfigDict, Field, field_validator, model_validator

KeepKey = Literal["day", "rights", "quality", "length", "age"]
"""What copies are compared by: day (the earlier day of capture wins), rights (the better class), quality (the higher
score), length (the longer text), age (the earlier capture)."""

KEEP: tuple[KeepKey, ...] = ("day", "rights", "quality", "length", "age")
"""The default: day by day, and within a day the copy with the best rights, then the best text."""

_LEAST_MEMORY = 512 << 20
_LEAST_ALIKE = 1e-12


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
    miss: float = Field(
        default=0.015,
        gt=0,
        lt=1,
        description="Most likely share of pairs right at the threshold that no band brings together; sets bands, rows.",
    )
    bands: int = Field(
        default=0,
        ge=0,
        description="Bands of a signature; texts that agree on all of one band become candidates. 0: from threshold.",
    )
    rows: int = Field(
        default=0,
        ge=0,
        description="Signature values per band; bands x rows may not exceed permutations. 0: from threshold.",
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
    keep: tuple[KeepKey, ...] = Field(
        default=KEEP,
        description="Which copy is kept, most important first: day, rights, quality, length, age; then the least"
        " doc_id. With day first, daily increments and one big run keep the same; without it, the best rights of"
        " all days of a run win.",
    )
    url_variants: float = Field(
        default=0.5,
        gt=0,
        le=1,
        description="Least Jaccard index of two texts under variants of one URL (mobile, AMP, tracking parameters) at"
        " which one of them goes.",
    )
    cluster_cap: int = Field(
        default=10_000,
        ge=2,
        description="Most documents that may go for one kept document as near-duplicates; a larger family keeps one"
        " more for each such number, and raises an alarm.",
    )
    cluster_alarm: int = Field(
        default=1_000, ge=2, description="Clusters of more documents than this are named in the report of the run."
    )
    site_alarm: float = Field(
        default=0.9, gt=0, le=1, description="Sites that lose more than this share as copies are named in the report."
    )
    site_alarm_least: int = Field(
        default=100, ge=1, description="Documents that a site must have before such a share means anything."
    )
    memory: ByteSize = Field(
        default=ByteSize(2 << 30),
        ge=_LEAST_MEMORY,
        description="Memory that the search for copies may take, the process included. It changes no row.",
    )

    @property
    def scheme(self) -> str:
        """16 hex digits over what signatures depend on: only those of one scheme compare."""
        values = [self.shingle_width, self.permutations, self.seed, self.min_chars]
        return hashlib.sha256(json.dumps(values).encode()).hexdigest()[:16]

    @field_validator("keep")
    @classmethod
    def _keys_differ(cls, keep: tuple[KeepKey, ...]) -> tuple[KeepKey, ...]:
        if len(set(keep)) < len(keep):
            raise ValueError("a key is named twice")
        return keep

    @model_validator(mode="before")
    @classmethod
    def _derive_bands(cls, values: Any) -> Any:
        """Fill in bands and rows, so that a recipe records them."""
        if not isinstance(values, dict) or values.get("bands") or values.get("rows"):
            return values
        names = ("threshold", "miss", "permutations")
        try:
            threshold, miss, permutations = (float(values.get(name, cls.model_fields[name].default)) for name in names)
        except (TypeError, ValueError):  # the fields themselves will say what is wrong
            return values
        bands, rows = bands_for(threshold, miss, int(permutations))
        return {**values, "bands": bands, "rows": rows}

    @model_validator(mode="after")
    def _bands_fit_signature(self) -> "DedupSettings":
        if not (self.bands and self.rows):
            raise ValueError("bands and rows go together: give both or neither")
        if self.bands * self.rows > self.permutations:
            raise ValueError(f"bands x rows = {self.bands * self.rows} exceeds permutations = {self.permutations}")
        return self


def bands_for(threshold: float, miss: float, permutations: int) -> tuple[int, int]:
    """Bands and rows that find a pair at the threshold with a probability of at least 1 - miss.

    Two signatures of Jaccard index t agree on one of b bands of r values with probability 1 - (1 - t^r)^b (Leskovec,
    Rajaraman, Ullman, "Mining of Massive Datasets", 3.4.2). Of all r for which the least such b fits the signature the
    greatest is taken: the longer a band, the fewer pairs below the threshold come up. Where none fits, single values.
    """
    if not 0 < threshold < 1 or not 0 < miss < 1:
        return 1, max(1, permutations)
    fitting = [(1, permutations)]
    for rows in range(1, permutations + 1):
        bands = math.log(miss) / math.log1p(-(threshold**rows)) if threshold**rows > _LEAST_ALIKE else math.inf
        if bands <= permutations // rows:
            fitting.append((rows, math.ceil(bands)))
    rows, bands = max(fitting, key=lambda each: each[0])
    return max(1, bands), max(1, rows)


DEFAULTS = DedupSettings()
"""The settings used where none are given."""
