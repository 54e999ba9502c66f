"""Which documents are kept, and why the others are not.

In this order: withdrawn pages leave, and refused ones; texts that were nothing but boilerplate; of several captures of
one page and payload the first stays (a recapture is the same document); documents that an earlier run kept leave;
copies of what was withdrawn or is refused leave (``standing`` has the rule); then exact and near duplicates and
variants of one URL. Pages that left still take part in the search for copies, but are never kept.
"""

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from dedup import DedupSettings
from pipelines.group.remembered import Remembered
from pipelines.group.search import Search

RIGHTS = "rights"
BOILERPLATE = "boilerplate"
DEDUP = "dedup"

_OF_DROPS = ("partner_doc_id", "jaccard", "withdrawal_id")


def choose_documents(
    keys: pl.DataFrame,
    parts: Sequence[Path],
    settings: DedupSettings,
    scratch: Path,
    *,
    remembered: Remembered | None = None,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Decide on every document.

    Args:
        keys: As ``load_keys`` made them.
        parts: Part folders, in order.
        settings: Dedup settings of the recipe.
        scratch: Folder for what does not stay in memory.
        remembered: Documents of earlier runs.

    Returns:
        One row for each row of ``keys``: ``row``, ``part``, ``doc_id``, ``site``; ``stage``, ``reason``,
        ``partner_doc_id``, ``jaccard`` and ``withdrawal_id`` of a drop (null if kept); ``cluster_id`` and
        ``cluster_size``. And the documents of earlier runs that leave (``search.DISPLACED``).
    """
    remembered = remembered or Remembered()
    early = _early(keys, remembered.same)
    # Of each document one row searches for copies: the one that is still alive, or else one that refuses something.
    pages = (
        keys.with_columns(
            alive=early.get_column("reason").is_null(),
            fixed=early.get_column("reason").eq_missing("kept_before"),
            withdrawn=pl.col("withdrawal_id").is_not_null(),
        )
        .sort("doc_id", "alive", "withdrawn", "fixed", "row", descending=[False, True, True, True, False])
        .unique("doc_id", keep="first", maintain_order=True)
        .sort("row")
    )
    decisions = Search(pages, parts, settings, remembered).decide(scratch)
    choice = (
        early.join(decisions.rows, on="row", how="left", suffix="_late")
        .with_columns(
            pl.coalesce("stage", pl.when(pl.col("reason_late").is_not_null()).then(pl.lit(DEDUP))).alias("stage"),
            *(pl.coalesce(name, f"{name}_late").alias(name) for name in ("reason", *_OF_DROPS)),
        )
        .drop(f"{name}_late" for name in ("reason", *_OF_DROPS))
        .sort("row")
    )
    return choice, _leaving(choice, remembered.same, decisions.displaced)


def _leaving(choice: pl.DataFrame, same: Sequence[str], displaced: pl.DataFrame) -> pl.DataFrame:
    """Documents of earlier runs that leave: for a page that refuses, or as this page itself refuses now."""
    refused = choice.filter(pl.col("reason") == "crawl_denied", pl.col("doc_id").is_in(list(same)))
    return (
        pl.concat([refused.select(list(displaced.columns)), displaced])
        .unique("doc_id", keep="first", maintain_order=True)
        .sort("doc_id")
    )


def _early(keys: pl.DataFrame, known: Sequence[str]) -> pl.DataFrame:
    """What is decided without comparing texts."""
    gone = pl.col("withdrawal_id").is_not_null()
    first = (
        keys.filter(~pl.col("refused"), ~gone)
        .sort("doc_id", "fetched_at", pl.col("source").cast(pl.String), "offset", "row")
        .unique("doc_id", keep="first", maintain_order=True)
        .get_column("row")
    )
    reason = (
        pl.when(gone & pl.col("copied").is_not_null())
        .then(pl.lit("withdrawn_copy"))
        .when(gone)
        .then(pl.lit("withdrawn"))
        .when(pl.col("refused"))
        .then(pl.lit("crawl_denied"))
        .when(pl.col("n_chars") == 0)
        .then(pl.lit("only_boilerplate"))
        .when(~pl.col("row").is_in(first.implode()))
        .then(pl.lit("recapture"))
        .when(pl.col("doc_id").is_in(pl.Series(known, dtype=pl.String).implode()))
        .then(pl.lit("kept_before"))
    )
    same_page = pl.col("reason").is_in(["recapture", "kept_before"])
    return (
        keys.with_columns(reason.alias("reason"))
        .with_columns(
            pl.when(pl.col("reason").is_in(["withdrawn", "crawl_denied"]))
            .then(pl.lit(RIGHTS))
            .when(pl.col("reason") == "only_boilerplate")
            .then(pl.lit(BOILERPLATE))
            .when(pl.col("reason").is_not_null())
            .then(pl.lit(DEDUP))
            .alias("stage"),
            pl.when(same_page).then(pl.col("doc_id")).otherwise(pl.col("copied")).alias("partner_doc_id"),
            pl.col("alike").alias("jaccard"),
        )
        .select("row", "part", "doc_id", "site", "stage", "reason", *_OF_DROPS)
    )
