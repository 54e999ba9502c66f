"""Which documents are kept, and why the others are not.

In this order: refused pages leave; of several captures of one page and payload the first stays (a recapture is the same
document); documents that an earlier run kept leave; then exact and near duplicates, found by MinHash bands and
confirmed on the texts. Band keys are partitioned to disk, one partition is in memory at a time.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
from pyarrow import ipc

from dedup import (
    BAND_SCHEMA,
    PAIR_SCHEMA,
    DedupSettings,
    band_keys,
    candidates,
    choose,
    fold_exact,
    keep_rank,
    partition,
    screen,
    verify,
)
from pipelines.group.rows import RowReader, Rows

RIGHTS = "rights"
DEDUP = "dedup"

_PARTITION_ROWS = 4_000_000
"""Band rows of a partition: about 100 MB while it is solved."""


def choose_documents(
    keys: pl.DataFrame, known: Sequence[str], parts: Sequence[Path], settings: DedupSettings, scratch: Path
) -> pl.DataFrame:
    """Decide on every document.

    Args:
        keys: As ``load_keys`` made them.
        known: doc_ids among them that earlier runs kept.
        parts: Part folders, in order.
        settings: Dedup settings of the recipe.
        scratch: Folder for spilled band keys.

    Returns:
        One row for each row of ``keys``: ``row``, ``part``, ``doc_id``, ``site``; ``stage``, ``reason``,
        ``partner_doc_id`` and ``jaccard`` of a drop (null if kept); ``cluster_id`` and ``cluster_size``.
    """
    first = (
        keys.filter(~pl.col("refused"))
        .sort("doc_id", "fetched_at", pl.col("source").cast(pl.String), "offset", "row")
        .unique("doc_id", keep="first", maintain_order=True)
        .get_column("row")
    )
    stage = (
        pl.when(pl.col("refused"))
        .then(pl.lit("crawl_denied"))
        .when(~pl.col("row").is_in(first.implode()))
        .then(pl.lit("recapture"))
        .when(pl.col("doc_id").is_in(pl.Series(known, dtype=pl.String).implode()))
        .then(pl.lit("kept_before"))
    )
    early = keys.select("row", "part", "doc_id", "site", stage.alias("reason")).with_columns(
        pl.when(pl.col("reason") == "crawl_denied")
        .then(pl.lit(RIGHTS))
        .when(pl.col("reason").is_not_null())
        .then(pl.lit(DEDUP))
        .alias("stage"),
        pl.when(pl.col("reason").is_in(["recapture", "kept_before"])).then(pl.col("doc_id")).alias("partner_doc_id"),
    )
    alive = early.filter(pl.col("reason").is_null()).get_column("row").to_numpy()
    choice = _near_duplicates(keys[alive], alive, parts, settings, scratch)
    return (
        early.join(choice, on="row", how="left", suffix="_late")
        .with_columns(
            pl.coalesce("reason", "reason_late").alias("reason"),
            pl.coalesce("stage", pl.when(pl.col("reason_late").is_not_null()).then(pl.lit(DEDUP))).alias("stage"),
            pl.coalesce("partner_doc_id", "partner_doc_id_late").alias("partner_doc_id"),
        )
        .drop("reason_late", "partner_doc_id_late")
        .sort("row")
    )


def _near_duplicates(
    keys: pl.DataFrame, alive: Rows, parts: Sequence[Path], settings: DedupSettings, scratch: Path
) -> pl.DataFrame:
    """Exact and near duplicates among the rows still alive; rows here are positions in ``alive``."""
    reader = RowReader([part / "documents.parquet" for part in parts])
    doc_ids = keys.get_column("doc_id").to_arrow().cast(pa.string())
    digests = keys.get_column("text_digest").to_arrow().cast(pa.string())
    order = keys.select(
        "rights_rank",
        pl.col("quality_score").alias("quality"),
        pl.col("n_chars").alias("length"),
        pl.col("fetched_at"),
    ).to_arrow()
    rank = keep_rank(order, doc_ids)
    distinct = np.flatnonzero(fold_exact(digests, rank) == np.arange(len(rank)))
    spilled = _spill_bands(distinct, alive, reader, settings, scratch)
    pairs = _candidate_pairs(spilled, rank, settings)
    likely = screen(pairs, lambda rows: reader.take(alive[rows], ["signature", "n_shingles"]), settings)
    verified = verify(likely, lambda rows: reader.texts(alive[rows]), settings)
    choice = choose(digests, verified, rank)
    cluster = doc_ids.take(choice["cluster"].combine_chunks())
    return pl.DataFrame(
        {
            "row": alive,
            "reason": pl.from_arrow(choice["reason"]),
            "partner_doc_id": pl.from_arrow(cluster),
            "jaccard": pl.from_arrow(choice["jaccard"]),
            "cluster_id": pl.from_arrow(cluster),
            "cluster_size": pl.from_arrow(choice["cluster_size"]),
        }
    ).with_columns(pl.when(pl.col("reason").is_not_null()).then(pl.col("partner_doc_id")).alias("partner_doc_id"))


def _spill_bands(distinct: Rows, alive: Rows, reader: RowReader, settings: DedupSettings, scratch: Path) -> list[Path]:
    """Write the band keys of the given rows into one file for each partition."""
    scratch.mkdir(parents=True, exist_ok=True)
    count = max(1, -(-len(distinct) * settings.bands // _PARTITION_ROWS))
    files = [scratch / f"bands-{number:05d}.arrow" for number in range(count)]
    with ExitStack() as stack:
        writers = [stack.enter_context(ipc.new_stream(str(path), BAND_SCHEMA)) for path in files]
        for rows in _chunks(distinct, 20_000):
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


def known_documents(keys: pl.DataFrame, scan: Iterator[pa.RecordBatch]) -> list[str]:
    """doc_ids of ``keys`` that occur in a scan of documents of earlier runs (column ``doc_id``)."""
    ours = keys.get_column("doc_id").unique()
    found: set[str] = set()
    for batch in scan:
        theirs = pl.Series(pl.from_arrow(batch.column("doc_id")))
        found.update(theirs.filter(theirs.is_in(ours.implode())).to_list())
    return sorted(found)
