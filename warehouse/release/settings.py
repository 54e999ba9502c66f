"""What can be set about releases, and what is asked of one."""

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ByteSize, ConfigDict, Field


class Encrypt(StrEnum):
    """When files of a release are encrypted."""

    RESTRICTED = "restricted"
    """Where a document is in it that not everybody may have."""
    ALWAYS = "always"
    NEVER = "never"
    """Refused where a document is in it that not everybody may have."""


class ReleaseSettings(BaseModel):
    """How releases are packed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    holdout_share: float = Field(
        default=0.001,
        ge=0,
        lt=1,
        description=(
            "Share of the documents of each site that is never released to anybody, so that released text can be "
            "compared with unreleased text of one distribution. May only grow: a document held out once stays so."
        ),
    )
    optional_share: float = Field(
        default=0.01,
        ge=0,
        lt=0.5,
        description="Share of the documents that a release leaves out, chosen for each recipient: its fingerprint.",
    )
    shard_bytes: Annotated[ByteSize, Field(gt=0)] = Field(
        default=ByteSize(128 << 20), description="Uncompressed size that a shard aims at."
    )
    row_group_bytes: Annotated[ByteSize, Field(gt=0)] = Field(
        default=ByteSize(16 << 20), description="Uncompressed bytes that a row group aims at."
    )
    compression_level: int = Field(default=3, ge=1, le=22, description="Level of zstd.")
    batch_rows: int = Field(default=1024, gt=0, description="Rows that are read and judged at once.")


DEFAULT_SETTINGS = ReleaseSettings()
