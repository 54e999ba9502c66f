"""What earlier runs left of documents that pages of this run are, or may be copies of.

The table ``fingerprints`` is asked for the keys of the run alone, so the cost follows the run and not the warehouse.
What comes up is confirmed as far as it can be: of a document that is still there the text is read by the search, of one
that was withdrawn or refused only the sketch is left, which must be alike enough (``dedup.sure_enough``).
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from dedup import DedupSettings, alike, fingerprints, sure_enough
from pipelines.group.gathered import SKETCH, Rows
from pipelines.group.rows import RowReader
from pipelines.group.standing import WITHDRAWN, owns
from warehouse.catalog import Warehouse
from warehouse.known import Known
from warehouse.withdrawal.copies import page_evidence

PAGE, TEXT, URL = "page", "text", "url"
_CHUNK = 20_000
_ASKED_KEYS = 1_000_000
"""Keys that are asked for together: each look-up goes over all row groups of the table."""
_KEYS = ["doc_id", "text_digest", "signature"]

_TOLD: dict[str, Any] = {
    "text_digest": pl.String,
    "refuses": pl.UInt8,
    "rights_rank": pl.Int16,
    "quality_score": pl.Float64,
    "n_chars": pl.Int64,
    "fetched_at": pl.Datetime("us", "UTC"),
}
KEPT = {"doc_id": pl.String, "site": pl.String, **_TOLD}
GONE = {
    "row": pl.Int64,
    "partner_doc_id": pl.String,
    "jaccard": pl.Float64,
    "withdrawal_id": pl.String,
    "refuses": pl.UInt8,
}
VARIANTS = {"row": pl.Int64, "doc_id": pl.String}


@dataclass(frozen=True, slots=True)
class Past:
    """What earlier runs left."""

    warehouse: Warehouse
    runs: Collection[str]
    """The earlier runs that count."""
    withdrawn: Mapping[str, Mapping[str, Any]]
    """By doc_id the row of ``drops`` that took the place of a withdrawn document."""


def _nothing(doc_ids: Sequence[str]) -> Mapping[str, int]:
    del doc_ids
    return {}


class Nobody:
    """No documents of earlier runs."""

    count = 0

    def sketches(self) -> Iterator[pa.Table]:
        """None."""
        return iter(())

    def texts(self, rows: Rows) -> Iterator[tuple[Rows, "pa.Array[Any]"]]:
        """None."""
        del rows
        return iter(())


@dataclass(frozen=True, slots=True)
class KeptBefore:
    """Documents of earlier runs that are still there, by number."""

    known: Known
    scheme: str
    doc_ids: Sequence[str]
    sites: Sequence[str]

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.doc_ids)

    def sketches(self) -> Iterator[pa.Table]:
        """Their sketches, in order."""
        for start in range(0, self.count, _CHUNK):
            ids = self.doc_ids[start : start + _CHUNK]
            yield _in_order(self.known.signatures(ids), ids, self.scheme)

    def texts(self, rows: Rows) -> Iterator[tuple[Rows, "pa.Array[Any]"]]:
        """The texts of some, in order."""
        for start in range(0, len(rows), _CHUNK):
            wanted = rows[start : start + _CHUNK]
            ids = [self.doc_ids[row] for row in wanted.tolist()]
            found: dict[str, str] = {}
            for batch in self.known.texts(ids, [self.sites[row] for row in wanted.tolist()]):
                found.update(zip(*(batch.column(name).to_pylist() for name in ("doc_id", "text")), strict=True))
            yield wanted, pa.array([found.get(one, "") for one in ids], pa.large_string())


@dataclass(frozen=True, slots=True)
class Remembered:
    """Documents of earlier runs that pages of this run are, or may be copies of."""

    same: Sequence[str] = ()
    """doc_ids of this run that an earlier one kept, and that are still there."""
    kept: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=KEPT))
    """Others that are still there, sorted by doc_id: ``KEPT``."""
    gone: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=GONE))
    """Pages that copy one that is not there but refuses (bits of ``standing``) or was withdrawn: ``GONE``."""
    variants: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=VARIANTS))
    """Pages whose URL is a variant of that of a document of ``same`` or ``kept``: ``VARIANTS``."""
    source: "KeptBefore | Nobody" = field(default_factory=Nobody)
    """Sketches and texts of ``kept``."""
    grants: Callable[[Sequence[str]], Mapping[str, int]] = _nothing
    """By doc_id of ``kept`` what their own owners grant (bits of ``standing``)."""

    @classmethod
    def recall(cls, past: Past, keys: pl.DataFrame, parts: Sequence[Path], settings: DedupSettings) -> Self:
        """Ask the warehouse.

        Args:
            past: What earlier runs left.
            keys: As ``load_keys`` made them.
            parts: Part folders, in order.
            settings: Dedup settings of the recipe.
        """
        if not past.runs or not keys.height:
            return cls()
        known = Known.open(past.warehouse, past.runs)
        hits = _hits(known, keys, parts, settings)
        own = hits.join(keys.select("row", mine="doc_id"), on="row").filter(
            pl.col("doc_id") == pl.col("mine"), pl.col("kind") == PAGE
        )
        others = hits.filter(pl.col("kind") != PAGE)
        met = hits.unique("doc_id", keep="first", maintain_order=True)
        there = known.kept(met.get_column("doc_id").to_list(), met.get_column("site").to_list())
        likely = _likely(known, others, parts, settings)
        mine = keys.get_column("doc_id").unique()
        kept = likely.filter(pl.col("doc_id").is_in(there.implode()), ~pl.col("doc_id").is_in(mine.implode()))
        kept = kept.sort("doc_id", "fetched_at").unique("doc_id", keep="first", maintain_order=True).select(list(KEPT))
        ids, sites = (kept.get_column(name).to_list() for name in ("doc_id", "site"))
        return cls(
            same=own.filter(pl.col("doc_id").is_in(there.implode())).get_column("doc_id").unique().sort().to_list(),
            kept=kept,
            gone=_gone(likely.filter(~pl.col("doc_id").is_in(there.implode())), past.withdrawn, settings),
            variants=likely.filter(pl.col("kind") == URL, pl.col("doc_id").is_in(there.implode()))
            .select(list(VARIANTS))
            .unique()
            .sort("row", "doc_id"),
            source=KeptBefore(known, settings.scheme, ids, sites) if ids else Nobody(),
            grants=lambda doc_ids: {one: owns(said) for one, said in page_evidence(past.warehouse, doc_ids).items()},
        )


def _hits(known: Known, keys: pl.DataFrame, parts: Sequence[Path], settings: DedupSettings) -> pl.DataFrame:
    """Documents of earlier runs that share a key with a row of ``keys``: row, kind, doc_id, site."""
    found = [pl.DataFrame(schema={"row": pl.Int64, "kind": pl.String, "doc_id": pl.String, "site": pl.String})]
    waiting: list[pa.Table] = []
    for prints in _prints(keys, parts, settings):
        waiting.append(prints)
        if sum(map(len, waiting)) >= _ASKED_KEYS:
            found.append(pl.DataFrame(pl.from_arrow(known.hits(pa.concat_tables(waiting)))))
            waiting = []
    if waiting:
        found.append(pl.DataFrame(pl.from_arrow(known.hits(pa.concat_tables(waiting)))))
    return pl.concat(found)


def _prints(keys: pl.DataFrame, parts: Sequence[Path], settings: DedupSettings) -> Iterator[pa.Table]:
    """Keys of the documents of each part, under the row numbers of ``keys``."""
    for (number,), mine in keys.select("row", "part", "url_key").partition_by("part", as_dict=True).items():
        table = pq.read_table(parts[int(number)] / "documents.parquet", columns=_KEYS)
        urls = mine["url_key"].to_arrow()
        prints = fingerprints(table["doc_id"], table["text_digest"], urls, table["signature"], settings)
        place = prints.schema.get_field_index("row")
        rows = pa.array(np.asarray(prints["row"]) + int(mine["row"][0]))
        yield prints.set_column(place, prints.schema.field(place), rows)


def _likely(known: Known, hits: pl.DataFrame, parts: Sequence[Path], settings: DedupSettings) -> pl.DataFrame:
    """Hits whose sketches allow that one copies the other, or whose URLs are variants: with ``KEPT``, ``estimate``."""
    reader = RowReader([part / "documents.parquet" for part in parts])
    ids = hits.get_column("doc_id").unique().sort().to_list()
    found = [pl.DataFrame(schema={**KEPT, "row": pl.Int64, "kind": pl.String, "estimate": pl.Float64})]
    for start in range(0, len(ids), _CHUNK):
        wanted = ids[start : start + _CHUNK]
        stored = known.signatures(wanted)
        comparable = np.array([scheme == settings.scheme for scheme in stored["scheme"].to_pylist()], dtype=np.bool_)
        place = pl.DataFrame({"doc_id": pl.Series(values=stored["doc_id"], dtype=pl.String)}).with_row_index("at")
        pairs = hits.join(place, on="doc_id").sort("row", "doc_id", "kind")
        at, rows = (pairs.get_column(name).to_numpy().astype(np.int64) for name in ("at", "row"))
        scores = alike(stored.take(pa.array(at)), reader.take(rows, SKETCH), settings)
        scores = np.where(comparable[at] | (scores == 1.0), scores, 0.0)
        told = pl.DataFrame(pl.from_arrow(stored.select(list(_TOLD))))[at]
        found.append(
            pairs.with_columns(*told.get_columns(), pl.Series("estimate", scores))
            .with_columns(pl.col("refuses").fill_null(0).cast(pl.UInt8), pl.col("rights_rank").cast(pl.Int16))
            .filter((pl.col("estimate") > 0) | (pl.col("kind") == URL))
            .select(found[0].columns)
        )
    return pl.concat(found)


def _gone(likely: pl.DataFrame, withdrawn: Mapping[str, Mapping[str, Any]], settings: DedupSettings) -> pl.DataFrame:
    """Of each row the withdrawn or refused document that it copies: withdrawn ones first, then the most alike."""
    ids = {doc_id: str(row["withdrawal_id"]) for doc_id, row in withdrawn.items()}
    return (
        likely.filter(pl.col("estimate") >= sure_enough(settings))
        .with_columns(pl.col("doc_id").replace_strict(ids, default=None, return_dtype=pl.String).alias("withdrawal_id"))
        .filter(pl.col("withdrawal_id").is_not_null() | (pl.col("refuses") > 0))
        .sort(pl.col("withdrawal_id").is_null(), -pl.col("estimate"), "doc_id")
        .unique(["row", "doc_id"], keep="first", maintain_order=True)
        .select(
            "row",
            pl.col("doc_id").alias("partner_doc_id"),
            pl.col("estimate").alias("jaccard"),
            "withdrawal_id",
            pl.when(pl.col("withdrawal_id").is_not_null())
            .then(pl.lit(WITHDRAWN, pl.UInt8))
            .otherwise("refuses")
            .alias("refuses"),
        )
    )


def _in_order(rows: pa.Table, doc_ids: Sequence[str], scheme: str) -> pa.Table:
    """The sketch of each document, in the order asked for; of another scheme only the digest of the text counts."""
    same = np.array([each == scheme for each in rows["scheme"].to_pylist()], dtype=np.bool_)
    first: dict[str, int] = {}
    for number in np.argsort(~same, kind="stable").tolist():
        first.setdefault(str(rows["doc_id"][number]), number)
    order = pa.array([first[doc_id] for doc_id in doc_ids], pa.int64())
    ordered = rows.select(list(SKETCH)).take(order)
    mask: Any = pa.array(same).take(order)
    signatures: Any = pc.if_else(mask, ordered["signature"], pa.scalar(None, ordered.schema.field("signature").type))
    place = ordered.schema.get_field_index("signature")
    return ordered.set_column(place, ordered.schema.field(place), signatures)
