"""Which document of a group of duplicates is kept.

There is no transitive closure: a document goes only for a kept document that it is itself a copy of, so a chain of
small changes cannot swallow a corpus. (One published run lost 859,090 of 859,092 rows of a source to such a chain.)
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from dedup._arrays import Column, Rows, Scores
from dedup.keep import Direction
from dedup.settings import KEEP, KeepKey

_CHOICE_FIELDS: "list[pa.Field[Any]]" = [
    pa.field("kept", pa.bool_(), nullable=False),
    pa.field("cluster", pa.int64(), nullable=False),
    pa.field("cluster_size", pa.int32(), nullable=False),
    pa.field("jaccard", pa.float64()),
    pa.field("reason", pa.string()),
]
CHOICE_SCHEMA = pa.schema(_CHOICE_FIELDS)
"""One row per document: `kept`; `cluster`, the row of the kept document it belongs to (its own if kept);
`cluster_size`, documents of that cluster; `jaccard` to the kept one and `reason` of the drop (`exact_duplicate` or
`near_duplicate`), both null if kept."""

_COLUMNS: Mapping[KeepKey, tuple[str, Direction]] = {
    "day": ("day", "ascending"),
    "rights": ("rights_rank", "ascending"),
    "quality": ("quality", "descending"),
    "length": ("length", "descending"),
    "age": ("fetched_at", "ascending"),
}


def keep_order(keep: Sequence[KeepKey] = KEEP) -> dict[str, Direction]:
    """The columns that say which copy is best, most important first, with their direction."""
    return dict(_COLUMNS[key] for key in keep)


def keep_rank(keys: pa.Table, doc_ids: Column, order: Mapping[str, Direction]) -> Rows:
    """Place of each document in the order of preference, 0 is best; shape (rows,), a permutation of 0 to rows - 1.

    Args:
        keys: the sort columns; nulls come last in either direction.
        doc_ids: breaks ties, ascending, which makes the order total and independent of the order of rows.
        order: column name to "ascending" or "descending", most important first.

    Raises:
        ValueError: doc_ids repeat, hold nulls or differ in number from the rows of keys.
        KeyError: a column of the order is missing.
    """
    if len(keys) != len(doc_ids):
        raise ValueError(f"{len(keys)} rows of keys but {len(doc_ids)} doc_ids")
    if doc_ids.null_count or pc.count_distinct(doc_ids).as_py() != len(doc_ids):
        raise ValueError("doc_ids must be unique and not null")
    names = [f"key{i}" for i in range(len(order))]
    table = pa.table([*(keys[name] for name in order), doc_ids], names=[*names, "doc_id"])
    sort_keys: list[tuple[str, Direction]] = [*zip(names, order.values(), strict=True), ("doc_id", "ascending")]
    best_first = pc.sort_indices(table, sort_keys=sort_keys).to_numpy()
    rank = np.empty(len(table), dtype=np.int64)
    rank[best_first] = np.arange(len(table))
    return rank


def fold_exact(text_digests: Column, rank: Rows) -> Rows:
    """For each row the best ranked row of the same text digest; a row without a digest stands for itself."""
    rows = np.arange(len(rank), dtype=np.int64)
    frame = pl.DataFrame({"digest": pl.Series(values=text_digests, dtype=pl.String), "row": rows, "rank": rank})
    best = frame.select(pl.col("row").get(pl.col("rank").arg_min()).over("digest")).to_series().to_numpy()
    return np.where(np.asarray(text_digests.is_valid()), best, rows)


def choose(text_digests: Column, verified: pa.Table, rank: Rows, cap: int | None = None) -> pa.Table:
    """Decide on every document; a table in `CHOICE_SCHEMA`, rows as in `text_digests`.

    Equal digests are folded onto the best ranked first. The remaining documents are walked best first, and one is
    dropped if and only if it has a verified pair with a document already kept: the best ranked of these is its
    partner. A copy of a dropped document shares its partner and jaccard, for their texts are equal.

    Args:
        text_digests: as `sketch` made them; null for an empty text.
        verified: `VERIFIED_SCHEMA`, every pair at or above the threshold, in any order and orientation. Pairs of folded
            documents count for the document they are folded onto.
        rank: as `keep_rank` made it.
        cap: most texts that may go for one kept document as near-duplicates. A text that comes later stays, unless it
            has a pair with another kept one, and the following may go for it: no template takes a whole site along.

    Raises:
        ValueError: rank is not a permutation of the row numbers, or its length differs from that of the digests.
    """
    if len(text_digests) != len(rank) or not np.array_equal(np.sort(rank), np.arange(len(rank))):
        raise ValueError(f"rank is not a permutation of {len(text_digests)} rows")
    folded = fold_exact(text_digests, rank)
    partner, score = _partners(verified, folded, rank, len(rank) if cap is None else cap)

    rows = np.arange(len(rank), dtype=np.int64)
    near = partner[folded] >= 0
    cluster = np.where(near, partner[folded], folded)
    exact = ~near & (folded != rows)
    kept = cluster == rows
    columns = [
        pa.array(kept),
        pa.array(cluster),
        pa.array(np.bincount(cluster, minlength=len(rank))[cluster].astype(np.int32)),
        pa.array(np.where(exact, 1.0, score[folded]), mask=kept),
        pa.array(np.where(exact, "exact_duplicate", "near_duplicate").astype(object), pa.string(), mask=kept),
    ]
    return pa.table(columns, schema=CHOICE_SCHEMA)


def _partners(verified: pa.Table, folded: Rows, rank: Rows, cap: int) -> tuple[Rows, Scores]:
    """The kept partner of each row, -1 for none, and the jaccard to it."""
    ends = folded[np.asarray(verified["a"], dtype=np.int64)], folded[np.asarray(verified["b"], dtype=np.int64)]
    a_first = rank[ends[0]] < rank[ends[1]]
    better, worse = np.where(a_first, *ends), np.where(a_first, ends[1], ends[0])
    # By the worse one's rank: when a pair comes up, all pairs that decide on its better document are behind us.
    order = np.lexsort((rank[better], rank[worse]))
    order = order[better[order] != worse[order]]
    partner = np.full(len(rank), -1, dtype=np.int64)
    score = np.full(len(rank), np.nan)
    jaccards = np.asarray(verified["jaccard"], dtype=np.float64)
    gone = np.zeros(len(rank), dtype=np.int64)
    for pair, winner, loser in zip(order.tolist(), better[order].tolist(), worse[order].tolist(), strict=True):
        if partner[loser] < 0 and partner[winner] < 0 and gone[winner] < cap:
            partner[loser] = winner
            gone[winner] += 1
            score[loser] = jaccards[pair]
    return partner, score
