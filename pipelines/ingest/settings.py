"""What a recipe may say about reading."""

from pydantic import BaseModel, ByteSize, ConfigDict, Field


class IngestSettings(BaseModel):
    """Limits of one record and one batch, and patience with storage. Sizes take ``16777216`` or ``"16 MiB"``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    max_record_bytes: ByteSize = Field(
        default=ByteSize(16 << 20),
        gt=0,
        lt=1 << 30,
        description="A larger record or decoded body is quarantined as too_large; no more of it is inflated.",
    )
    max_header_bytes: ByteSize = Field(
        default=ByteSize(64 << 10), ge=256, description="Most bytes of a WARC header, and of an HTTP header."
    )
    batch_rows: int = Field(default=256, ge=1, description="Most captures in one batch.")
    batch_bytes: ByteSize = Field(
        default=ByteSize(8 << 20), gt=0, description="A batch is handed on once its bodies have this many bytes."
    )
    read_bytes: ByteSize = Field(
        default=ByteSize(1 << 20), ge=4096, description="Bytes asked of storage in one request."
    )
    read_attempts: int = Field(default=5, ge=1, description="How often one request to storage is tried.")
    retry_seconds: float = Field(
        default=0.5,
        ge=0,
        description="Longest wait before the second attempt; doubles with each further one, up to 30 s.",
    )
