"""The map phase of one split: captures in, one committed part out.

A part is a folder: ``documents``, ``drops``, ``evidence`` and ``site_files`` as Parquet, and the accounts of the split.
It appears under its final name only when it is whole, and is never made twice.
"""

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pyarrow as pa

from dedup import sketch_schema
from filters import SIGNALS_SCHEMA
from filters.pii import COUNTS_TYPE
from pipelines.accounting import Accounts
from pipelines.engines.base import MapJob, Progress
from pipelines.errors import ConfigError
from pipelines.extract import Sandbox
from pipelines.ingest import IngestBatch, Split, SplitReader
from pipelines.ingest.datasets import DatasetReader
from pipelines.recipe import Recipe
from pipelines.stages.base import DROP_SCHEMA, QUARANTINED, Stage
from pipelines.stages.capture import SITE_FILES_SCHEMA, CaptureStage, declaration
from pipelines.stages.clean import CleanStage
from pipelines.stages.decode import DecodeStage
from pipelines.stages.decontaminate import BENCHMARKS_TYPE, DecontaminateStage
from pipelines.stages.extract import ExtractStage
from pipelines.stages.hangul import HangulStage
from pipelines.stages.language import LanguageStage
from pipelines.stages.pii import PiiStage
from pipelines.stages.quality import QualityStage
from pipelines.stages.repeats import RepeatsStage
from pipelines.stages.rights import PAGE_EVIDENCE_SCHEMA, RightsStage
from pipelines.stages.sketch import SketchStage
from pipelines.version import code_version
from warehouse import PartWriter, read_part

_OF_PAGES = frozenset({CaptureStage.name, HangulStage.name, DecodeStage.name, RightsStage.name, ExtractStage.name})
"""Stages that work on bytes and HTML of pages; records of data sets have none and pass them untouched."""

READ = "read"
"""The stage before all others: what could not be read is quarantined here."""


def document_schema(recipe: Recipe) -> pa.Schema:
    """Columns of a document as the map phase leaves it."""
    fields: list[tuple[str, pa.DataType]] = [
        ("doc_id", pa.string()),
        ("url", pa.string()),
        ("host", pa.string()),
        ("site", pa.string()),
        ("source", pa.string()),
        ("offset", pa.int64()),
        ("length", pa.int64()),
        ("fetched_at", pa.timestamp("us", tz="UTC")),
        ("payload_digest", pa.string()),
        ("http_status", pa.int32()),
        ("title", pa.string()),
        ("author", pa.string()),
        ("published_at", pa.string()),
        ("text", pa.large_string()),
        ("n_chars", pa.int64()),
        ("cleaned_lines", pa.int32()),
        ("foreign_chars", pa.int32()),
        ("repeated_chars", pa.int32()),
        ("boilerplate_lines", pa.int32()),
        ("encoding", pa.string()),
        ("charset_source", pa.string()),
        ("broken_bytes", pa.int32()),
        ("language", pa.string()),
        ("language_score", pa.float64()),
        ("language_runner_up", pa.string()),
        ("language_runner_up_score", pa.float64()),
        ("hangul_share", pa.float64()),
        ("extractor", pa.string()),
        ("quality", pa.struct(list(SIGNALS_SCHEMA))),
        ("genre", pa.string()),
        ("quality_score", pa.float64()),
        ("benchmarks", BENCHMARKS_TYPE),
        ("pii", COUNTS_TYPE),
    ]
    return pa.schema([*fields, *sketch_schema(recipe.dedup)])


@dataclass(frozen=True, slots=True)
class PartSummary:
    """What a part says of itself."""

    accounts: Accounts
    first: int
    """Offset of the first record start that was used."""
    following: int
    """Offset of the first record start behind the split."""

    @classmethod
    def from_meta(cls, meta: Mapping[str, Any]) -> Self:
        """Read the ``meta`` of a part."""
        return cls(Accounts.from_json(meta["accounts"]), meta["first"], meta["next"])


class Mapper:
    """Maps splits, one after another; holds the models and the extraction process.

    Use as a context manager.

    Args:
        recipe: What to do.
        parts_dir: Folder of the run's parts.
    """

    def __init__(self, recipe: Recipe, parts_dir: Path) -> None:
        self._recipe = recipe
        self._parts_dir = parts_dir
        self._schemas = {
            "documents": document_schema(recipe),
            "drops": DROP_SCHEMA,
            "evidence": PAGE_EVIDENCE_SCHEMA,
            "site_files": SITE_FILES_SCHEMA,
        }
        self._datasets = {dataset.name: dataset for dataset in recipe.sources.datasets}
        self._open = ExitStack()
        self._stages: Sequence[Stage] = (
            CaptureStage(recipe.capture),
            HangulStage(recipe.hangul),
            DecodeStage(recipe.decode),
            LanguageStage(recipe.language),
            RightsStage(recipe.rights),
            ExtractStage(recipe.extract, self._open.enter_context(Sandbox(recipe.extract))),
            CleanStage(recipe.clean),
            QualityStage(recipe.quality),
            DecontaminateStage(recipe.decontamination),
            RepeatsStage(recipe.repeats),
            PiiStage(recipe.pii),
            SketchStage(recipe.dedup),
        )

    @classmethod
    def from_job(cls, job: MapJob) -> Self:
        """Build a mapper from what a worker was told.

        Raises:
            ConfigError: This worker's code or reading of the recipe differs from the submitter's.
        """
        recipe = Recipe.model_validate_json(job.recipe)
        if recipe.digest() != job.recipe_digest or code_version() != job.code_version:
            raise ConfigError(
                f"this worker runs Malmoi {code_version()} and the run wants {job.code_version}: "
                "install the same version on every worker"
            )
        return cls(recipe, Path(job.parts_dir))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def map(self, split: Split, report: Callable[[Progress], None]) -> None:
        """Make the part of one split, unless it stands already.

        Raises:
            SplitError: The split cannot be read.
            AccountingError: A stage lost or invented records.
        """
        target = self._parts_dir / split.split_id
        if read_part(target) is not None:
            return
        accounts = Accounts()
        dataset = self._datasets.get(split.dataset)
        settings, options = self._recipe.ingest, self._recipe.sources.storage_options
        reader = DatasetReader(split, dataset, settings, options) if dataset else SplitReader(split, settings, options)
        skipped = _OF_PAGES if dataset else frozenset[str]()
        position = 0
        with PartWriter(target) as writer:
            for name, schema in self._schemas.items():
                writer.write(name, schema.empty_table())
            if dataset:
                writer.write("site_files", declaration(dataset))
            for batch in reader:
                records, kept = self._map_batch(batch, writer, accounts, skipped)
                report(Progress(split.split_id, records, kept, batch.position - position))
                position = batch.position
            accounts.check()
            writer.meta |= {"accounts": accounts.to_json(), "first": reader.first, "next": reader.next}

    def _map_batch(
        self, batch: IngestBatch, writer: PartWriter, accounts: Accounts, skipped: AbstractSet[str]
    ) -> tuple[int, int]:
        """Send one batch through all stages but the skipped ones; records in and records kept."""
        for kind, count in batch.auxiliary.items():
            accounts.auxiliary[kind] = accounts.auxiliary.get(kind, 0) + count
        unread = _unread_rows(batch.bad)
        accounts.count(READ, batch.captures.num_rows, unread)
        writer.write("drops", unread)
        rows = batch.captures
        for stage in self._stages:
            if stage.name in skipped:
                accounts.skip(stage.name, rows.num_rows)
                continue
            outcome = stage(rows)
            accounts.record(stage.name, outcome)
            if outcome.dropped.num_rows:
                writer.write("drops", outcome.dropped)
            for name, table in outcome.tables.items():
                writer.write(name, table)
            rows = outcome.kept
        if rows.num_rows:
            schema = self._schemas["documents"]
            writer.write(
                "documents", pa.RecordBatch.from_arrays([rows.column(name) for name in schema.names], schema=schema)
            )
        return batch.captures.num_rows + batch.bad.num_rows, rows.num_rows


def _unread_rows(bad: pa.RecordBatch) -> pa.RecordBatch:
    """Rows of ``DROP_SCHEMA`` for records that could not be read."""
    count = bad.num_rows
    values = {name: bad.column(name) for name in ("doc_id", "url", "source", "offset", "length", "reason", "error")}
    values["outcome"] = pa.array([QUARANTINED] * count, pa.string())
    values["stage"] = pa.array([READ] * count, pa.string())
    columns = [values.get(field.name, pa.nulls(count, field.type)) for field in DROP_SCHEMA]
    return pa.RecordBatch.from_arrays(columns, schema=DROP_SCHEMA)
