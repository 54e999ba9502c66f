"""What earlier runs left of a document, found by keys: at a cost that follows the number of keys."""

from collections.abc import Collection, Iterator, Sequence
from functools import cached_property
from typing import Any, Self

import numpy as np
import polars as pl
import pyarrow as pa

from warehouse.catalog import Warehouse
from warehouse.files import conform
from warehouse.known.docfile import DocFile, Wanted
from warehouse.known.footer import openers
from warehouse.known.keyfile import KeyFile
from warehouse.known.records import to_hex
from warehouse.schemas import SIGNATURES

_FIELDS: "list[pa.Field[Any]]" = [
    pa.field("row", pa.int64()),
    pa.field("kind", pa.string()),
    pa.field("doc_id", pa.string()),
    pa.field("site", pa.string()),
]
HIT_SCHEMA = pa.schema(_FIELDS)
"""A document of an earlier run that has a key of the document in a row."""

MOST_OF_A_KEY = 64
"""Documents that one key brings up in a search. What so many share is a template, not a text."""


class Known:
    """Documents of earlier runs, by key and by doc_id.

    Rows of other runs than those that count are never seen.
    """

    def __init__(self, warehouse: Warehouse, runs: Collection[str], most: int) -> None:
        self._warehouse = warehouse
        self._runs = runs
        self._most = most

    @classmethod
    def open(cls, warehouse: Warehouse, runs: Collection[str], *, most: int = MOST_OF_A_KEY) -> Self:
        """Known documents of a warehouse.

        Args:
            warehouse: Where to look.
            runs: Ids of the finished runs whose rows count.
            most: Documents that one key brings up: those with the least doc_id.
        """
        return cls(warehouse, frozenset(runs), most)

    def hits(self, keys: pa.Table) -> pa.Table:
        """Documents that have a key; ``HIT_SCHEMA``, each once for a row and kind, sorted by row, kind and doc_id.

        Args:
            keys: As ``dedup.fingerprints`` makes them.
        """
        asked = pl.DataFrame(pl.from_arrow(keys.select(["row", "kind", "key"])))
        asked = asked.with_columns(pl.col("key").reinterpret(signed=True))
        wanted = asked.get_column("key").unique().sort().to_numpy()
        found = [file.find(wanted) for file in self._key_files]
        which = np.concatenate([np.empty(0, dtype=np.int64), *(one.which for one in found)])
        doc_ids = [to_hex(one.doc_ids) for one in found]
        hits = (
            pl.DataFrame({"key": wanted[which], "doc_id": pl.concat([pl.Series(dtype=pl.String), *doc_ids])})
            .unique()
            .sort("key", "doc_id")
            .filter(pl.int_range(pl.len()).over("key") < self._most)
        )
        told = asked.join(hits, on="key").select("row", "kind", "doc_id").unique()
        sites = self.signatures(told.get_column("doc_id").unique().to_list(), ("doc_id", "site"))
        named = pl.DataFrame(pl.from_arrow(sites)).unique("doc_id")
        return told.join(named, on="doc_id").sort("row", "kind", "doc_id").to_arrow().cast(HIT_SCHEMA)

    def signatures(self, doc_ids: Sequence[str], columns: Sequence[str] = SIGNATURES.schema.names) -> pa.Table:
        """Rows of the table ``signatures`` of some documents."""
        schema = pa.schema([SIGNATURES.schema.field(name) for name in columns])
        wanted = Wanted.of(doc_ids)
        found = (rows for file in self._signature_files for rows in file.rows(wanted, columns))
        return pa.concat_tables(
            [schema.empty_table(), *(conform(rows.select(_held(rows, columns)), schema) for rows in found)]
        )

    def kept(self, doc_ids: Sequence[str], sites: Sequence[str | None]) -> pl.Series:
        """Which documents are in the table ``documents``, sorted.

        Args:
            doc_ids: Documents.
            sites: The site of each, null where it is not known; it leaves few files to look into.
        """
        wanted = Wanted.of(doc_ids, sites)
        found = (rows for file in self._document_files for rows in file.rows(wanted, ["doc_id"]))
        series = (pl.Series(values=rows["doc_id"], dtype=pl.String) for rows in found)
        return pl.concat([pl.Series("doc_id", dtype=pl.String), *series]).unique().sort()

    def texts(self, doc_ids: Sequence[str], sites: Sequence[str | None]) -> Iterator[pa.RecordBatch]:
        """``doc_id`` and ``text`` of those that are in the table ``documents``, in no particular order.

        Args:
            doc_ids: Documents.
            sites: As for ``kept``.
        """
        wanted = Wanted.of(doc_ids, sites)
        for file in self._document_files:
            for rows in file.rows(wanted, ["doc_id", "text"]):
                yield from rows.to_batches()

    @cached_property
    def _key_files(self) -> list[KeyFile]:
        return [KeyFile(one, self._runs, self._most) for one in openers(self._warehouse, "fingerprints")]

    @cached_property
    def _signature_files(self) -> list[DocFile]:
        return [DocFile(one, self._runs) for one in openers(self._warehouse, "signatures")]

    @cached_property
    def _document_files(self) -> list[DocFile]:
        return [DocFile(one, self._runs) for one in openers(self._warehouse, "documents")]


def _held(rows: pa.Table, columns: Sequence[str]) -> list[str]:
    return [name for name in columns if name in rows.column_names]
