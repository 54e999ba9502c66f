"""The search for copies: pairs by MinHash bands, confirmed on the texts; then who of each group stays.

Band keys are partitioned to disk, one partition is in memory at a time.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa
from pyarrow import ipc

from dedup import (
    BAND_SCHEMA,
    PAIR_SCHEMA,
    DedupSettings,
    Direction,
    across,
    band_keys,
    candidates,
    choose,
    fold_exact,
    keep_order,
    keep_rank,
    partition,
    screen,
    sure_enough,
    verify,
)
from pipelines.group.rows import RowReader, Rows
from pipelines.group.standing import REFUSED, WITHDRAWN, Bits, launderers
from pipelines.group.withdrawn import Withdrawn

_PARTITION_ROWS = 4_000_000
"""Band rows of a partition: about 100 MB while it is solved."""
_CHUNK = 20_000
_STANDING: Mapping[str, Direction] = {"standing": "ascending"}
"""Who refuses comes first in the search: in a crowded bucket everybody is compared with the best ranked."""

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


class Search:
    """The search for copies among the pages that take part in it; rows here are positions among them.

    Args:
        keys: Of all documents.
        searching: Rows of ``keys`` that take part, each with a doc_id of its own.
        alive: For each row of ``keys``, whether it may still be kept.
        parts: Part folders, in order.
        settings: Dedup settings of the recipe.
    """

    def __init__(
        self,
        keys: pl.DataFrame,
        searching: Rows,
        alive: npt.NDArray[np.bool_],
        parts: Sequence[Path],
        settings: DedupSettings,
    ) -> None:
        self._rows = searching
        self._keys = keys[searching].with_columns(
            pl.when(pl.col("withdrawal_id").is_not_null())
            .then(pl.lit(WITHDRAWN, pl.UInt8))
            .otherwise("denies")
            .alias("denies")
        )
        self._alive = alive[searching]
        self._settings = settings
        self._reader = RowReader([part / "documents.parquet" for part in parts])

    def decide(self, scratch: Path, withdrawn: Withdrawn) -> pl.DataFrame:
        """Decisions (``DECISION``) on the rows that are alive, under the row numbers of ``keys``."""
        digests = self._strings("text_digest")
        rank = self._rank({**_STANDING, **keep_order(self._settings.keep)})
        folded = fold_exact(digests, rank)
        verified = self._pairs(folded, rank, scratch)
        refusals, grants = (self._keys.get_column(name).to_numpy() for name in ("denies", "owns"))
        copies = pl.concat(
            [
                self._of_withdrawn(withdrawn, grants),
                self._named(launderers(folded, verified, refusals, grants, rank)),
            ]
        ).unique("row", keep="first", maintain_order=True)
        copies = copies.filter(pl.col("row").is_in(np.flatnonzero(self._alive)))
        left = self._alive.copy()
        left[copies.get_column("row").to_numpy()] = False
        kept = self._choose(np.flatnonzero(left), folded, verified)
        decided = pl.concat([copies, kept])
        return decided.with_columns(pl.Series("row", self._rows[decided.get_column("row").to_numpy()], pl.Int64))

    def _pairs(self, folded: Rows, rank: Rows, scratch: Path) -> pa.Table:
        """Verified pairs of rows that stand for their texts."""
        distinct = np.flatnonzero(folded == np.arange(len(rank)))
        spilled = _spill_bands(distinct, self._rows, self._reader, self._settings, scratch)
        pairs = _candidate_pairs(spilled, rank, self._settings)
        sketch = ["signature", "n_shingles"]
        likely = screen(pairs, lambda rows: self._reader.take(self._rows[rows], sketch), self._settings)
        return verify(likely, lambda rows: self._reader.texts(self._rows[rows]), self._settings)

    def _of_withdrawn(self, withdrawn: Withdrawn, grants: Bits) -> pl.DataFrame:
        """Copies of documents that were withdrawn before: their texts are gone, their signatures are not."""
        found = [pl.DataFrame(schema=DECISION)]
        listed = withdrawn.signatures
        if not listed.num_rows:
            return found[0]
        least = sure_enough(self._settings)
        for rows in _chunks(np.arange(len(self._rows)), _CHUNK):
            newcomers = self._reader.take(self._rows[rows], ["text_digest", "signature", "n_shingles"])
            matches = pl.DataFrame(pl.from_arrow(across(listed, newcomers, self._settings)))
            best = (
                matches.filter(pl.col("jaccard") >= least)
                .sort("b", "jaccard", "a", descending=[False, True, False])
                .unique("b", keep="first", maintain_order=True)
            )
            doc_ids = listed["doc_id"].take(pa.array(best.get_column("a").to_numpy())).to_pylist()
            found.append(
                self._decided(
                    best.select(
                        pl.Series("row", rows[best.get_column("b").to_numpy()], pl.Int64),
                        pl.lit("withdrawn_copy").alias("reason"),
                        pl.Series("partner_doc_id", doc_ids, pl.String),
                        "jaccard",
                        pl.Series(
                            "withdrawal_id", [withdrawn.gone[str(one)]["withdrawal_id"] for one in doc_ids], pl.String
                        ),
                    )
                )
            )
        copies = pl.concat(found)
        free = grants[copies.get_column("row").to_numpy()] & WITHDRAWN > 0
        return copies.filter(pl.Series(~free))

    def _named(self, found: pl.DataFrame) -> pl.DataFrame:
        """``launderers`` with the names of their partners."""
        partner = self._keys[found.get_column("partner").to_numpy()]
        return self._decided(
            found.select(
                "row",
                pl.when("withdrawn")
                .then(pl.lit("withdrawn_copy"))
                .otherwise(pl.lit("copy_of_refused"))
                .alias("reason"),
                partner.get_column("doc_id").alias("partner_doc_id"),
                "jaccard",
                pl.when("withdrawn").then(partner.get_column("withdrawal_id")).alias("withdrawal_id"),
            )
        )

    def _choose(self, left: Rows, folded: Rows, verified: pa.Table) -> pl.DataFrame:
        """Exact and near duplicates among the rows that are left."""
        positions: Any = pa.array(left)
        doc_ids = self._strings("doc_id").take(positions)
        stand_in = np.full(len(folded), -1, np.int64)
        stand_in[folded[left][::-1]] = np.arange(len(left))[::-1]
        ends = [stand_in[np.asarray(verified[name], dtype=np.int64)] for name in ("a", "b")]
        there = (ends[0] >= 0) & (ends[1] >= 0)
        jaccard = np.asarray(verified["jaccard"], dtype=np.float64)[there]
        pairs = pl.DataFrame({"a": ends[0][there], "b": ends[1][there], "jaccard": jaccard}).to_arrow()
        choice = choose(
            self._strings("text_digest").take(positions), pairs, self._rank(keep_order(self._settings.keep), left)
        )
        cluster = doc_ids.take(choice["cluster"].combine_chunks())
        reason = pl.Series(values=choice["reason"], dtype=pl.String)
        return self._decided(
            pl.DataFrame(
                {
                    "row": left,
                    "reason": reason,
                    "partner_doc_id": pl.Series(values=cluster, dtype=pl.String),
                    "jaccard": pl.Series(values=choice["jaccard"], dtype=pl.Float64),
                    "cluster_id": pl.Series(values=cluster, dtype=pl.String),
                    "cluster_size": pl.Series(values=choice["cluster_size"], dtype=pl.Int32),
                }
            ).with_columns(pl.when(pl.col("reason").is_not_null()).then("partner_doc_id").alias("partner_doc_id"))
        )

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
            "rights_rank",
            pl.col("quality_score").alias("quality"),
            pl.col("n_chars").alias("length"),
            pl.col("fetched_at").dt.date().alias("day"),
            "fetched_at",
        )
        return keep_rank(columns.to_arrow(), keys.get_column("doc_id").to_arrow().cast(pa.string()), order)


def _spill_bands(distinct: Rows, alive: Rows, reader: RowReader, settings: DedupSettings, scratch: Path) -> list[Path]:
    """Write the band keys of the given rows into one file for each partition."""
    scratch.mkdir(parents=True, exist_ok=True)
    count = max(1, -(-len(distinct) * settings.bands // _PARTITION_ROWS))
    files = [scratch / f"bands-{number:05d}.arrow" for number in range(count)]
    with ExitStack() as stack:
        writers = [stack.enter_context(ipc.new_stream(str(path), BAND_SCHEMA)) for path in files]
        for rows in _chunks(distinct, _CHUNK):
            signatures = reader.take(alive[rows], ["signature"])["signature"]
            bands = band_keys(pa.array(rows), signatures, settings)
            place = partition(bands["key"], count)
            for number, writer in enumerate(writers):
                writer.write_table(bands.filter(pa.array(place == number)) if count > 1 else bands)
    return files


def _candidate_pairs(files: Sequence[Path], rank: Rows, settings: DedupSettings) -> pa.Table:
    """Pairs that share a bucket in any band, each once, sorted."""
    tables = [PAIR_SCHEMA.empty_table()]
    for path in files:
        with pa.memory_map(str(path)) as source, ipc.open_stream(source) as stream:
            tables.append(candidates(stream.read_all(), rank, settings).pairs.cast(PAIR_SCHEMA))
        path.unlink()
    pairs = pl.DataFrame(pl.from_arrow(pa.concat_tables(tables)))
    return pairs.unique().sort("a", "b").to_arrow().cast(PAIR_SCHEMA)


def _chunks(rows: Rows, size: int) -> Iterator[Rows]:
    for start in range(0, len(rows), size):
        yield rows[start : start + size]
