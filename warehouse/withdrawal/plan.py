"""What is to be done, on disk before anything is done: a withdrawal that was killed goes on from here.

A pass over the tables is a folder ``<warehouse>/withdrawals/<withdrawal_id>/pass-<number>`` that appears whole:

| file | holds |
|---|---|
| ``drops.parquet`` | the rows of ``drops`` that take the place of the documents |
| ``captures.parquet`` | captures that the withdrawal covers and that were not kept |
| ``evidence.parquet`` | ids of evidence that quotes these pages, and the ids it has without what it quotes |
| ``spared.json`` | copies that stay, because their own owner permits training |
| ``files.jsonl`` | data files that were written anew; noted before each commit |
| ``done`` | the pass is through |

Nothing here holds text of a page.
"""

import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from licenses import Evidence, evidence_from_table
from warehouse._durable import fsync, make_temp, rename
from warehouse.catalog import Warehouse
from warehouse.files import conform, write_file
from warehouse.lookup import rows_with, values_of
from warehouse.schemas import DROPS
from warehouse.withdrawal.copies import Copy
from warehouse.withdrawal.find import DOCUMENT_COLUMNS, documents_of
from warehouse.withdrawal.rewrite import Replaced

STAGE = "withdrawal"
WITHDRAWN, WITHDRAWN_COPY = "withdrawn", "withdrawn_copy"
REASONS = frozenset({WITHDRAWN, WITHDRAWN_COPY})
_SPARED = "spared.json"
_QUOTES_FIELDS: "list[pa.Field[Any]]" = [pa.field("evidence_id", pa.string()), pa.field("without_id", pa.string())]
_QUOTES = pa.schema(_QUOTES_FIELDS)


@dataclass(frozen=True, slots=True)
class Pass:
    """One pass over the tables."""

    folder: Path

    @property
    def done(self) -> bool:
        """Whether the tables are as this pass wants them."""
        return (self.folder / "done").exists()

    def finish(self) -> None:
        """Note that it is through."""
        (self.folder / "done").touch()
        fsync(self.folder)

    @property
    def drops_file(self) -> Path:
        """Rows of ``drops`` as a file of that table."""
        return self.folder / "drops.parquet"

    def drops(self) -> pa.Table:
        """Rows of ``drops`` that take the place of the documents; none where only captures are covered."""
        if not self.drops_file.exists():
            return DROPS.schema.empty_table()
        return conform(pq.read_table(self.drops_file), DROPS.schema)

    def captures(self) -> pa.Table:
        """Captures that were not kept (``find.CAPTURE_COLUMNS``)."""
        return pq.read_table(self.folder / "captures.parquet")

    def quotes(self) -> dict[str, str]:
        """Ids of evidence that quotes the pages, with the ids it has without."""
        table = pq.read_table(self.folder / "evidence.parquet")
        return dict(zip(values_of(table, "evidence_id"), values_of(table, "without_id"), strict=True))

    def spared(self) -> list[Copy]:
        """Copies that stay, because their own owner permits training."""
        return [Copy(**one) for one in json.loads((self.folder / _SPARED).read_text("utf-8"))]

    def note(self, replaced: Iterable[Replaced]) -> None:
        """Note data files that are about to be replaced."""
        with (self.folder / "files.jsonl").open("a", encoding="utf-8") as file:
            file.writelines(json.dumps(asdict(one), ensure_ascii=False) + "\n" for one in replaced)
            file.flush()
            os.fsync(file.fileno())

    def replaced(self) -> list[Replaced]:
        """What was noted, each once; some of it may not have come to a commit."""
        path = self.folder / "files.jsonl"
        lines = path.read_text("utf-8").splitlines() if path.exists() else []
        return list(dict.fromkeys(Replaced(**json.loads(line)) for line in lines))


def folder_of(warehouse: Warehouse, withdrawal_id: str) -> Path:
    """Where the passes and the certificate of a withdrawal lie."""
    return Path(warehouse.uri.removeprefix("file://")) / "withdrawals" / withdrawal_id


def passes(folder: Path) -> list[Pass]:
    """Passes in their order."""
    return [Pass(path) for path in sorted(folder.glob("pass-*"))]


@dataclass(frozen=True, slots=True)
class Covered:
    """What a withdrawal covers."""

    documents: pa.Table
    """Documents that it covers (``find.DOCUMENT_COLUMNS``)."""
    copies: Sequence[Copy]
    """Copies of them that leave as well."""
    spared: Sequence[Copy]
    """Copies that stay, because their own owner permits training."""
    captures: pa.Table
    """Captures that were not kept (``find.CAPTURE_COLUMNS``)."""


def write_pass(warehouse: Warehouse, withdrawal_id: str, covered: Covered) -> Pass:
    """Put a pass on disk, whole."""
    copies, captures = covered.copies, covered.captures
    folder = folder_of(warehouse, withdrawal_id)
    target = folder / f"pass-{len(passes(folder)):04d}"
    leaving = pa.concat_tables([covered.documents, documents_of(warehouse, [copy.doc_id for copy in copies])])
    pages = {*values_of(leaving, "doc_id"), *values_of(captures, "doc_id")}
    quotes = _quotes(warehouse, pages)
    temporary = make_temp(folder)
    if leaving.num_rows:
        rows = _drop_rows(leaving, {copy.doc_id: copy for copy in copies}, quotes, withdrawal_id)
        write_file(rows, temporary / "drops.parquet", DROPS, warehouse.file_schema("drops"))
    pq.write_table(captures, temporary / "captures.parquet")
    pairs = pa.table(
        [pa.array(list(quotes), pa.string()), pa.array(list(quotes.values()), pa.string())], schema=_QUOTES
    )
    pq.write_table(pairs, temporary / "evidence.parquet")
    said = json.dumps([asdict(one) for one in covered.spared])
    (temporary / _SPARED).write_text(said, "utf-8")
    for path in temporary.iterdir():
        fsync(path)
    fsync(temporary)
    rename(temporary, target)
    return Pass(target)


def without_quote(evidence: Evidence) -> Evidence:
    """The same signal without the words of the page."""
    return replace(evidence, literal="")


def _quotes(warehouse: Warehouse, pages: Iterable[str]) -> dict[str, str]:
    rows = rows_with(warehouse, "evidence", "doc_id", set(pages))
    found = {one.evidence_id: without_quote(one).evidence_id for one in evidence_from_table(rows) if one.literal}
    return dict(sorted(found.items()))


def _drop_rows(leaving: pa.Table, copies: dict[str, Copy], quotes: dict[str, str], withdrawal_id: str) -> pa.Table:
    rows = leaving.select([name for name in DOCUMENT_COLUMNS if name in DROPS.schema.names]).to_pylist()
    for row in rows:
        copy = copies.get(row["doc_id"])
        row |= {
            "outcome": "dropped",
            "stage": STAGE,
            "reason": WITHDRAWN_COPY if copy else WITHDRAWN,
            "partner_doc_id": copy.partner if copy else None,
            "jaccard": copy.jaccard if copy else None,
            "evidence_ids": sorted(quotes.get(one, one) for one in row["evidence_ids"] or ()),
            "withdrawal_id": withdrawal_id,
        }
    table = pa.Table.from_pylist(rows, DROPS.schema)
    return table.sort_by([(name, "ascending") for name in DROPS.sort_by])
