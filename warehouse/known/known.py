"""What earlier runs left of a document, found by keys: at a cost that follows the number of keys."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any, BinaryIO, Self, cast

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from warehouse.catalog import Warehouse
from warehouse.errors import WarehouseError
from warehouse.known.keyfile import KeyFile
from warehouse.known.records import to_hex
from warehouse.lookup import rows_with

_FIELDS: "list[pa.Field[Any]]" = [
    pa.field("row", pa.int64()),
    pa.field("kind", pa.string()),
    pa.field("doc_id", pa.string()),
    pa.field("site", pa.string()),
]
HIT_SCHEMA = pa.schema(_FIELDS)
"""A document of an earlier run that has a key of the document in a row."""

MOST_OF_A_KEY = 64
"""Documents that one key brings up: those with the least doc_id. What so many share is a template, not a text."""


class Known:
    """Documents of earlier runs, by key and by doc_id.

    Rows of other runs than those that count are never seen.
    """

    def __init__(self, warehouse: Warehouse, runs: Collection[str], files: Sequence[KeyFile]) -> None:
        self._warehouse = warehouse
        self._runs = pa.array(sorted(runs), pa.string())
        self._files = files

    @classmethod
    def open(cls, warehouse: Warehouse, runs: Collection[str]) -> Self:
        """Look at what is there.

        Args:
            warehouse: Where to look.
            runs: Ids of the finished runs whose rows count.

        Raises:
            WarehouseError: Another engine wrote delete files, which this reader does not apply.
        """
        return cls(warehouse, runs, [KeyFile(one, runs, MOST_OF_A_KEY) for one in _openers(warehouse, "fingerprints")])

    def hits(self, keys: pa.Table) -> pa.Table:
        """Documents that have a key; ``HIT_SCHEMA``, each once for a row and kind, sorted by row, kind and doc_id.

        Args:
            keys: As ``dedup.fingerprints`` makes them.
        """
        asked = pl.DataFrame(pl.from_arrow(keys.select(["row", "kind", "key"])))
        asked = asked.with_columns(pl.col("key").reinterpret(signed=True))
        wanted = asked.get_column("key").unique().sort().to_numpy()
        found = [file.find(wanted) for file in self._files]
        which = np.concatenate([np.empty(0, dtype=np.int64), *(one.which for one in found)])
        doc_ids = [to_hex(one.doc_ids) for one in found]
        hits = (
            pl.DataFrame({"key": wanted[which], "doc_id": pl.concat([pl.Series(dtype=pl.String), *doc_ids])})
            .unique()
            .sort("key", "doc_id")
            .filter(pl.int_range(pl.len()).over("key") < MOST_OF_A_KEY)
        )
        told = asked.join(hits, on="key").select("row", "kind", "doc_id").unique()
        sites = self.signatures(told.get_column("doc_id").unique().sort().to_list()).select(["doc_id", "site"])
        named = pl.DataFrame(pl.from_arrow(sites)).unique("doc_id")
        return told.join(named, on="doc_id").sort("row", "kind", "doc_id").to_arrow().cast(HIT_SCHEMA)

    def signatures(self, doc_ids: Collection[str]) -> pa.Table:
        """Rows of the table ``signatures`` of some documents."""
        return self._counted(rows_with(self._warehouse, "signatures", "doc_id", doc_ids))

    def texts(self, doc_ids: Sequence[str], sites: Sequence[str | None]) -> Iterator[pa.RecordBatch]:
        """``doc_id`` and ``text`` of those that are still kept, in no particular order.

        Args:
            doc_ids: Documents.
            sites: The site of each.
        """
        del sites
        columns = ("doc_id", "text", "run_id")
        rows = self._counted(rows_with(self._warehouse, "documents", "doc_id", doc_ids, columns))
        yield from rows.select(["doc_id", "text"]).to_batches()

    def _counted(self, rows: pa.Table) -> pa.Table:
        mask: Any = pc.is_in(rows["run_id"], self._runs)
        return rows.filter(mask)


def _openers(warehouse: Warehouse, name: str) -> list[Any]:
    table = warehouse.table(name)
    tasks = list(table.scan().plan_files())
    if any(task.delete_files for task in tasks):
        raise WarehouseError(f"table {name} has delete files: rewrite it before looking records up")
    inputs = [table.io.new_input(path) for path in sorted(task.file.file_path for task in tasks)]
    return [lambda one=one: cast("BinaryIO", one.open()) for one in inputs]
