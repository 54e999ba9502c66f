"""What judging reads of a run: its documents with their evidence, in parts of bounded size."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyiceberg.expressions import And, BooleanExpression, EqualTo, IsNull, NotNull, Reference

from licenses import EVIDENCE_SCHEMA, Evidence, evidence_from_table
from warehouse.catalog import Warehouse

_DOCUMENTS = ("doc_id", "url", "fetched_at", "policy_class_id", "evidence_ids")
_EVIDENCE = ("doc_id", *EVIDENCE_SCHEMA.names)
_PART_ROWS = 25_000
"""Documents of a part, about; with their evidence some 100 MB."""


@dataclass(frozen=True, slots=True)
class Part:
    """Some documents of a run and all evidence of their pages."""

    documents: pl.DataFrame
    evidence: pa.Table


class RunStore:
    """Reads one run.

    Args:
        warehouse: Whose run it is.
        run_id: The run.
        scratch: Folder for what is laid aside.
    """

    def __init__(self, warehouse: Warehouse, run_id: str, scratch: Path) -> None:
        self._warehouse = warehouse
        self._of_run = _equals("run_id", run_id)
        self._scratch = scratch

    def site_files(self) -> Path:
        """The site files of the run, in one file."""
        path = self._scratch / "site_files.parquet"
        reader = self._warehouse.plan("site_files", self._of_run).to_arrow_batch_reader()
        with pq.ParquetWriter(path, reader.schema) as writer:
            for batch in reader:
                writer.write_batch(batch)
        return path

    def site_evidence(self) -> dict[str, tuple[Evidence, str | None]]:
        """Evidence of site files by its id, with the digest of its file."""
        of_sites = And(self._of_run, IsNull(term=Reference("doc_id")))
        table = self._warehouse.plan("evidence", of_sites).to_arrow()
        digests = table["site_file_digest"].to_pylist()
        return {one.evidence_id: (one, digest) for one, digest in zip(_read(table), digests, strict=True)}

    def parts(self) -> Iterator[Part]:
        """Documents and their evidence; every document is in one part."""
        files = self._warehouse.plan("documents", self._of_run, ("doc_id",)).plan_files()
        count = max(1, -(-sum(task.file.record_count for task in files) // _PART_ROWS))
        of_pages = And(self._of_run, NotNull(term=Reference("doc_id")))
        documents = self._divide("documents", self._of_run, _DOCUMENTS, count)
        evidence = self._divide("evidence", of_pages, _EVIDENCE, count)
        for ours, theirs in zip(documents, evidence, strict=True):
            rows = pl.DataFrame(pl.from_arrow(pq.read_table(ours)))
            table = pq.read_table(theirs)
            wanted = rows.get_column("doc_id").to_arrow().cast(table.schema.field("doc_id").type)
            kept: Any = pc.is_in(table["doc_id"], value_set=wanted)
            yield Part(rows, table.filter(kept))

    def _divide(self, name: str, rows: BooleanExpression, columns: Sequence[str], count: int) -> list[Path]:
        """Rows laid aside by the first digits of their doc_id."""
        paths = [self._scratch / f"{name}-{number:05d}.parquet" for number in range(count)]
        reader = self._warehouse.plan(name, rows, columns).to_arrow_batch_reader()
        with ExitStack() as stack:
            writers = [stack.enter_context(pq.ParquetWriter(path, reader.schema)) for path in paths]
            for batch in reader:
                place = pl.Series(pl.from_arrow(batch.column("doc_id"))).str.slice(0, 6).str.to_integer(base=16) % count
                for number, writer in enumerate(writers):
                    writer.write_batch(batch.filter(pa.array((place == number).to_numpy())) if count > 1 else batch)
        return paths


def page_evidence(part: Part) -> dict[str, dict[str, Evidence]]:
    """Evidence of a part by doc_id and id."""
    found: dict[str, dict[str, Evidence]] = {}
    for doc_id, one in zip(part.evidence["doc_id"].to_pylist(), _read(part.evidence), strict=True):
        found.setdefault(str(doc_id), {})[one.evidence_id] = one
    return found


def _read(table: pa.Table) -> list[Evidence]:
    return evidence_from_table(table)


def _equals(column: str, value: str) -> BooleanExpression:
    wanted: Any = value
    return EqualTo(term=Reference(column), value=wanted)
