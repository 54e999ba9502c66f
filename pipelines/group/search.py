"""The search for copies: pairs by MinHash bands, confirmed on the texts; then who of each group stays.

Documents of earlier runs that a page may copy take part as if they were the best of all, and are not judged: what is
kept stays kept. Only where a page of this run refuses what such a document is silent about, it leaves (``standing``).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from dedup import (
    VERIFIED_SCHEMA,
    DedupSettings,
    Direction,
    candidates,
    choose,
    keep_order,
    keep_rank,
    verify,
)
from pipelines.copies import find_copies
from pipelines.group.gathered import Gathered, Rows
from pipelines.group.remembered import Remembered
from pipelines.group.rows import RowReader
from pipelines.group.standing import REFUSED, WITHDRAWN, Bits, launderers

_STANDING: Mapping[str, Direction] = {"standing": "ascending"}
"""Who refuses comes first in the search: in a crowded bucket everybody is compared with the best ranked."""
_FIXED: Mapping[str, Direction] = {"fixed": "descending"}

_HELD_BYTES = 900
"""What the group phase holds for each document, measured over a million: keys, ranks, decisions."""

DECISION = {
    "row": pl.Int64,
    "reason": pl.String,
    "partner_doc_id": pl.String,
    "jaccard": pl.Float64,
    "withdrawal_id": pl.String,
    "cluster_id": pl.String,
    "cluster_size": pl.Int32,
}
"""What is decided on a row: ``reason`` is null if it is kept."""

DISPLACED = {"doc_id": pl.String, "reason": pl.String, "partner_doc_id": pl.String, "jaccard": pl.Float64}
DISPLACED["withdrawal_id"] = pl.String
"""Documents of earlier runs that leave, because a page of this run refuses what they copy."""

Bools = npt.NDArray[np.bool_]

_COLUMNS = ("doc_id", "denies", "owns", "withdrawal_id", "rights_rank", "quality_score", "n_chars", "fetched_at")


@dataclass(frozen=True, slots=True)
class Decisions:
    """What the search decides."""

    rows: pl.DataFrame
    """``DECISION``, under the row numbers of ``keys``."""
    displaced: pl.DataFrame
    """``DISPLACED``."""


class Search:
    """The search for copies; rows here are positions among the pages that take part, then those of earlier runs.

    Args:
        pages: Documents of the run that take part, each with a doc_id of its own, ascending: columns of ``load_keys``,
            ``alive`` (it may still be kept) and ``fixed`` (an earlier run kept it).
        parts: Part folders, in order.
        settings: Dedup settings of the recipe.
        remembered: Documents of earlier runs.
    """

    def __init__(
        self, pages: pl.DataFrame, parts: Sequence[Path], settings: DedupSettings, remembered: Remembered
    ) -> None:
        own = pages.select(*_COLUMNS, "text_digest", "url_key", "alive", "fixed")
        earlier = remembered.kept.select(
            *("doc_id", "text_digest", "rights_rank", "quality_score", "n_chars", "fetched_at"),
            denies="refuses",
            owns=pl.lit(0, pl.UInt8),
            alive=False,
            fixed=True,
        )
        withdrawn = pl.when(pl.col("withdrawal_id").is_not_null()).then(pl.lit(WITHDRAWN, pl.UInt8))
        self._rows = pages.get_column("row").to_numpy()
        self._keys = pl.concat([own, earlier], how="diagonal").with_columns(denies=withdrawn.otherwise("denies"))
        self._settings = settings
        self._files = [part / "documents.parquet" for part in parts]
        self._remembered = remembered

    def decide(self, scratch: Path) -> Decisions:
        """Decide on the rows that are alive, and on documents of earlier runs that copy what is refused now."""
        rank = self._rank({**_STANDING, **_FIXED, **keep_order(self._settings.keep)})
        folded, verified = self._pairs(rank, scratch)
        alive, fixed = (self._keys.get_column(name).to_numpy() for name in ("alive", "fixed"))
        refusals = self._keys.get_column("denies").to_numpy()
        grants = self._grants(launderers(folded, verified, refusals, self._keys.get_column("owns").to_numpy(), rank))
        laundering = self._named(launderers(folded, verified, refusals, grants, rank))
        copies = pl.concat([self._of_gone(refusals, grants), laundering]).unique(
            "row", keep="first", maintain_order=True
        )
        copies = copies.filter(pl.col("row").is_in(np.flatnonzero(alive)))
        left = alive | fixed
        left[copies.get_column("row").to_numpy()] = False
        displaced = self._displaced(laundering, np.flatnonzero(fixed))
        left[displaced.get_column("row").to_numpy()] = False
        kept = self._choose(np.flatnonzero(left), folded, verified, rank)
        decided = pl.concat([copies, kept.filter(pl.col("row").is_in(np.flatnonzero(alive)))])
        rows = decided.with_columns(pl.Series("row", self._rows[decided.get_column("row").to_numpy()], pl.Int64))
        return Decisions(rows, displaced.select(list(DISPLACED)))

    def _pairs(self, rank: Rows, scratch: Path) -> tuple[Rows, pa.Table]:
        """For each row the row that stands for its text, and verified pairs of such rows."""
        gathered = Gathered(self._files, self._rows, _orders(rank), self._remembered.source)
        copies = find_copies(gathered, self._settings, scratch, held=_HELD_BYTES * len(rank))
        folded = np.arange(len(rank), dtype=np.int64)
        folded[np.asarray(copies.equal["row"])] = np.asarray(copies.equal["stands"])
        return folded, copies.pairs

    def _grants(self, laundering: pl.DataFrame) -> Bits:
        """What the own owner of each row grants; of documents of earlier runs it is asked only where it matters."""
        grants = self._keys.get_column("owns").to_numpy().copy()
        earlier = laundering.filter(pl.col("row") >= len(self._rows)).get_column("row").to_numpy()
        if len(earlier):
            doc_ids = self._keys.get_column("doc_id")[earlier].to_list()
            granted = self._remembered.grants(doc_ids)
            grants[earlier] = [granted.get(doc_id, 0) for doc_id in doc_ids]
        return grants

    def _of_gone(self, refusals: Bits, grants: Bits) -> pl.DataFrame:
        """Copies of documents that refuse something and are not there: only their sketches are."""
        position = pl.DataFrame({"row": self._rows, "position": np.arange(len(self._rows))})
        own = pl.DataFrame({"refusals": refusals, "grants": grants})
        found = self._remembered.gone.join(position, on="row").sort("position", maintain_order=True)
        free = own[found.get_column("position").to_numpy()]
        return self._decided(
            found.with_columns(*free.get_columns())
            .filter(pl.col("refuses") & ~(pl.col("refusals") | pl.col("grants")) > 0)
            .unique("position", keep="first", maintain_order=True)
            .select(
                pl.col("position").alias("row"), _reason("withdrawal_id"), "partner_doc_id", "jaccard", "withdrawal_id"
            )
        )

    def _named(self, found: pl.DataFrame) -> pl.DataFrame:
        """``launderers`` with the names of their partners."""
        partner = self._keys[found.get_column("partner").to_numpy()]
        return self._decided(
            found.with_columns(
                partner.get_column("doc_id").alias("partner_doc_id"),
                pl.when("withdrawn").then(partner.get_column("withdrawal_id")).alias("withdrawal_id"),
            ).select("row", _reason("withdrawal_id"), "partner_doc_id", "jaccard", "withdrawal_id")
        )

    def _displaced(self, laundering: pl.DataFrame, fixed: Rows) -> pl.DataFrame:
        """Documents of earlier runs among the launderers of what pages of this run refuse."""
        leaving = laundering.filter(pl.col("row").is_in(fixed))
        names = self._keys.get_column("doc_id")[leaving.get_column("row").to_numpy()]
        earlier = self._remembered.kept.get_column("doc_id")
        of_this_run = ~pl.col("partner_doc_id").is_in(earlier.implode())
        return leaving.with_columns(names).filter(of_this_run).sort("doc_id")

    def _choose(self, left: Rows, folded: Rows, verified: pa.Table, searched: Rows) -> pl.DataFrame:
        """Duplicates among the rows that are left."""
        positions: Any = pa.array(left)
        doc_ids = self._strings("doc_id").take(positions)
        stand_in = np.full(len(folded), -1, np.int64)
        stand_in[folded[left][::-1]] = np.arange(len(left))[::-1]
        fixed = self._keys.get_column("fixed").to_numpy()[left]
        rank = self._rank({**_FIXED, **keep_order(self._settings.keep)}, left)
        digests = self._strings("text_digest").take(positions)
        place = np.full(len(folded), -1, np.int64)
        place[left] = np.arange(len(left))
        near, variants = _pairs_of(verified, stand_in, fixed), _pairs_of(self._variants(left, searched), place, fixed)
        choice = choose(digests, near, rank, self._settings.cluster_cap, variants)
        cluster = doc_ids.take(choice["cluster"].combine_chunks())
        return self._decided(
            pl.DataFrame(
                {
                    "row": left,
                    "reason": pl.Series(values=choice["reason"], dtype=pl.String),
                    "partner_doc_id": pl.Series(values=cluster, dtype=pl.String),
                    "jaccard": pl.Series(values=choice["jaccard"], dtype=pl.Float64),
                    "cluster_id": pl.Series(values=cluster, dtype=pl.String),
                    "cluster_size": pl.Series(values=choice["cluster_size"], dtype=pl.Int32),
                }
            ).with_columns(pl.when(pl.col("reason").is_not_null()).then("partner_doc_id").alias("partner_doc_id"))
        )

    def _variants(self, left: Rows, rank: Rows) -> pa.Table:
        """Pairs of pages under variants of one URL whose texts have enough in common, below the threshold."""
        settings = self._settings
        within = (
            self._keys.with_row_index("row")[left]
            .filter(pl.col("url_key").is_not_null() & pl.col("text_digest").is_not_null())
            .select(pl.col("url_key").alias("key"), pl.col("row").cast(pl.Int64))
        )
        pairs = pl.DataFrame(pl.from_arrow(candidates(within.to_arrow(), rank, settings).pairs))
        earlier = self._keys.with_row_index("a").select(pl.col("a").cast(pl.Int64), "doc_id", "fixed").filter("fixed")
        position = pl.DataFrame({"row": self._rows, "b": np.arange(len(self._rows))})
        across_runs = self._remembered.variants.join(earlier, on="doc_id").join(position, on="row").select("a", "b")
        both = pl.concat([pairs, across_runs.filter(pl.col("b").is_in(left))]).unique().sort("a", "b")
        loose = settings.model_copy(update={"threshold": settings.url_variants})
        return verify(both.to_arrow(), self._texts, loose)

    def _texts(self, rows: Rows) -> list[str]:
        own = rows[rows < len(self._rows)]
        texts = RowReader(self._files).texts(self._rows[own])
        for _, found in self._remembered.source.texts(rows[len(own) :] - len(self._rows)):
            texts += [text or "" for text in found.to_pylist()]
        return texts

    def _decided(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Rows with all columns of ``DECISION``."""
        columns = [
            pl.col(name).cast(kind) if name in rows.columns else pl.lit(None, kind).alias(name)
            for name, kind in DECISION.items()
        ]
        return rows.select(columns)

    def _strings(self, name: str) -> "pa.Array[Any]":
        return self._keys.get_column(name).to_arrow().cast(pa.string())

    def _rank(self, order: Mapping[str, Direction], rows: Rows | None = None) -> Rows:
        keys = self._keys if rows is None else self._keys[rows]
        standing = (
            pl.when(pl.col("denies").ge(WITHDRAWN))
            .then(0)
            .when(pl.col("denies").ge(REFUSED))
            .then(1)
            .when(pl.col("denies") > 0)
            .then(2)
            .otherwise(3)
        )
        columns = keys.select(
            standing.alias("standing"),
            "fixed",
            "rights_rank",
            pl.col("quality_score").alias("quality"),
            pl.col("n_chars").alias("length"),
            pl.col("fetched_at").dt.date().alias("day"),
            "fetched_at",
        )
        return keep_rank(columns.to_arrow(), keys.get_column("doc_id").to_arrow().cast(pa.string()), order)


def _orders(rank: Rows) -> "pa.FixedSizeBinaryArray":
    """Ranks as bytes that sort as they do."""
    buffers: Any = [None, pa.py_buffer(rank.astype(">u8").tobytes())]
    found: Any = pa.Array.from_buffers(pa.binary(8), len(rank), buffers)
    orders: pa.FixedSizeBinaryArray = found
    return orders


def _reason(withdrawal_id: str) -> pl.Expr:
    named = pl.when(pl.col(withdrawal_id).is_not_null()).then(pl.lit("withdrawn_copy"))
    return named.otherwise(pl.lit("copy_of_refused")).alias("reason")


def _pairs_of(verified: pa.Table, places: Rows, fixed: Bools) -> pa.Table:
    """Pairs under other numbers; those left out that have none, or are of two documents that stay anyway."""
    ends = [places[np.asarray(verified[name], dtype=np.int64)] for name in ("a", "b")]
    there = (ends[0] >= 0) & (ends[1] >= 0)
    there[there] &= ~(fixed[ends[0][there]] & fixed[ends[1][there]])
    jaccard = np.asarray(verified["jaccard"], dtype=np.float64)[there]
    return pa.table([pa.array(ends[0][there]), pa.array(ends[1][there]), pa.array(jaccard)], schema=VERIFIED_SCHEMA)
