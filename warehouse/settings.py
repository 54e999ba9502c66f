"""How files of the warehouse are written."""

from typing import Annotated

from pydantic import BaseModel, ByteSize, ConfigDict, Field


class FileSettings(BaseModel):
    """Layout of Parquet files. Nothing here changes a row."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    row_group_bytes: Annotated[ByteSize, Field(gt=0)] = Field(
        default=ByteSize(16 << 20),
        description="Uncompressed bytes that a row group aims at: the least that is read to get one document.",
    )
    compression_level: int = Field(default=3, ge=1, le=22, description="Level of zstd.")
    bloom_false_positives: float = Field(
        default=0.01,
        gt=0,
        lt=1,
        description="Share of row groups that a look-up reads in vain; 0.01 costs two bytes for each row and key.",
    )


DEFAULT_FILES = FileSettings()
