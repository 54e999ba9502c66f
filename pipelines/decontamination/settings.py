"""What a recipe says of benchmarks."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from dedup.benchmarks import OverlapRule


class BenchmarkFiles(BaseModel):
    """One benchmark: files of one name."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(
        pattern=r"^[0-9A-Za-z가-힣][0-9A-Za-z가-힣._-]*$",
        description="What reasons and accounts call it: contaminated_<name>.",
    )
    paths: tuple[str, ...] = Field(
        min_length=1,
        description="Files, folders, patterns: .json, .jsonl, .csv, .tsv, .parquet, or packed (.gz, .zst, .zip, .tar).",
    )
    fields: tuple[str, ...] = Field(
        default=(),
        description="Fields with text of items. Empty: every text but identifiers, labels, answers and the like.",
    )
    sha256: str | None = Field(default=None, description="Digest of the files. A run sets it; a recipe need not.")


class DecontaminationSettings(BaseModel):
    """Which benchmarks to keep out, and how."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    benchmarks: tuple[BenchmarkFiles, ...] = Field(
        default=(), description="Benchmarks: [[decontamination.benchmarks]] for each. None: nothing is looked for."
    )
    action: Literal["drop", "tag"] = Field(
        default="drop",
        description="drop: a document that holds an item goes. tag: it stays, and its column benchmarks names them.",
    )
    rule: OverlapRule = Field(default_factory=OverlapRule, description="When a document holds an item.")

    @field_validator("benchmarks")
    @classmethod
    def _names_differ(cls, benchmarks: tuple[BenchmarkFiles, ...]) -> tuple[BenchmarkFiles, ...]:
        if len({benchmark.name for benchmark in benchmarks}) < len(benchmarks):
            raise ValueError("two benchmarks have one name")
        return benchmarks
