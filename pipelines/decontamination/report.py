"""Items of benchmarks in files of documents, without a run."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from dedup.decontaminate import BenchmarkIndex, Overlap
from pipelines.errors import BadInputError

_BATCH = 256


@dataclass(slots=True)
class OverlapReport:
    """What was met, in numbers."""

    documents: int = 0
    """Documents that were read."""
    contaminated: int = 0
    """Documents that hold an item."""
    by_benchmark: Counter[str] = field(default_factory=Counter)
    """Documents that hold an item of it, by benchmark."""
    items: Counter[str] = field(default_factory=Counter)
    """Documents that hold it, by ``<benchmark>/<item>``."""

    def to_json(self) -> dict[str, Any]:
        """A JSON object."""
        return {
            "documents": self.documents,
            "contaminated": self.contaminated,
            "by_benchmark": dict(sorted(self.by_benchmark.items())),
            "items": dict(sorted(self.items.items())),
        }


def find_overlaps(
    documents: Iterator[tuple[str, str]], index: BenchmarkIndex, report: OverlapReport
) -> Iterator[tuple[str, Overlap]]:
    """Identifier of a document and an item that it holds, in order; the report is filled on the way.

    Args:
        documents: Identifiers and texts.
        index: What is looked for.
        report: Where it is counted.
    """
    while batch := list(islice(documents, _BATCH)):
        for (name, _), overlaps in zip(batch, index.find([text for _, text in batch]), strict=True):
            report.documents += 1
            report.contaminated += bool(overlaps)
            report.by_benchmark.update({overlap.benchmark for overlap in overlaps})
            report.items.update(f"{overlap.benchmark}/{overlap.item}" for overlap in overlaps)
            for overlap in overlaps:
                yield name, overlap


def read_documents(paths: Sequence[Path], text_column: str, id_column: str) -> Iterator[tuple[str, str]]:
    """Identifier and text of each document of JSON Lines (plain or packed) or Parquet; without one, file and row.

    Raises:
        BadInputError: A file cannot be read, or a row has no text.
    """
    for path in paths:
        try:
            rows = _parquet_rows(path, text_column, id_column) if path.suffix == ".parquet" else _json_rows(path)
            for number, row in enumerate(rows, start=1):
                if not isinstance(row, dict) or not isinstance(row.get(text_column), str):
                    raise BadInputError(f"{path}: row {number} has no text in {text_column}", uri=str(path))
                name = row.get(id_column)
                yield f"{path}#{number}" if name is None else str(name), row[text_column]
        except (OSError, ValueError, pa.ArrowException) as error:
            raise BadInputError(f"cannot read {path}: {error}", uri=str(path)) from error


def _parquet_rows(path: Path, *columns: str) -> Iterator[dict[str, Any]]:
    with pq.ParquetFile(path) as file:
        there = [name for name in columns if name in file.schema_arrow.names]
        for batch in file.iter_batches(batch_size=_BATCH, columns=there):
            yield from batch.to_pylist()


def _json_rows(path: Path) -> Iterator[Any]:
    with pa.input_stream(str(path), compression="detect") as stream:
        rest = b""
        while block := stream.read(1 << 20):
            *lines, rest = (rest + block).split(b"\n")
            yield from (json.loads(line) for line in lines if line.strip())
        if rest.strip():
            yield json.loads(rest)
