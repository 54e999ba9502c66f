"""Which document of a group of duplicates is kept.

There is no transitive closure: a document goes only for a kept document that it is itself a copy of, so a chain of
small changes cannot swallow a corpus. (One published run lost 859,090 of 859,092 rows of a source to such a chain.)
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from dedup._arrays import Column, Rows
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
`cluster_size`, documents of that cluster; `jaccard` to the kept one and `reason` of the drop (`exact_duplicate`,
`near_duplicate` or `url_variant`), both null if kept."""

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


def choose(
    text_digests: Column, verified: pa.Table, rank: Rows, cap: int | None = None, variants: pa.Table | None = None
) -> pa.Table:
    """Decide on every document; a table in `CHOICE_SCHEMA`, rows as in `text_digests`.

    Documents are walked best first. One goes if a document of the same text is kept; else if its text has a verified
    pair with that of a kept document, the best ranked of which is its partner, and all copies of it share that partner;
    else if it is a variant of a kept document. Otherwise it is kept.

    Args:
        text_digests: as `sketch` made them; null for an empty text.
        verified: `VERIFIED_SCHEMA`, every pair at or above the threshold, in any order and orientation. A pair of two
            documents is one of their texts, so copies need no pairs of their own.
        rank: as `keep_rank` made it.
        cap: most texts that may go for one kept document as near-duplicates. A text that comes later stays, unless it
            has a pair with another kept one, and the following may go for it: no template takes a whole site along.
        variants: `VERIFIED_SCHEMA`, pairs of documents that are one page under two addresses. They hold for these two
            alone, not for copies of them. Reason `url_variant`.

    Raises:
        ValueError: rank is not a permutation of the row numbers, or its length differs from that of the digests.
    """
    if len(text_digests) != len(rank) or not np.array_equal(np.sort(rank), np.arange(len(rank))):
        raise ValueError(f"rank is not a permutation of {len(text_digests)} rows")
    folded = fold_exact(text_digests, rank)
    walk = _Walk(rank, folded, cap, _neighbours(verified, folded), _neighbours(variants, None))
    copies = np.flatnonzero(np.bincount(folded, minlength=len(rank)) > 1)
    involved = np.isin(folded, np.array([*walk.near, *copies.tolist()], dtype=np.int64))
    involved[list(walk.variants)] = True
    rows = np.flatnonzero(involved)
    for row in rows[np.argsort(rank[rows])].tolist():
        walk.judge(row)
    cluster = np.arange(len(rank), dtype=np.int64)
    gone = np.array(list(walk.partner), dtype=np.int64)
    cluster[gone] = list(walk.partner.values())
    jaccard = np.full(len(rank), np.nan)
    jaccard[gone] = list(walk.jaccard.values())
    reasons = np.full(len(rank), None, dtype=object)
    reasons[gone] = list(walk.reason.values())
    kept = cluster == np.arange(len(rank))
    columns = [
        pa.array(kept),
        pa.array(cluster),
        pa.array(np.bincount(cluster, minlength=len(rank))[cluster].astype(np.int32)),
        pa.array(jaccard, mask=kept),
        pa.array(reasons, pa.string()),
    ]
    return pa.table(columns, schema=CHOICE_SCHEMA)


class _Walk:
    """What is decided so far; documents are judged best first. Texts go by the row that stands for them."""

    def __init__(self, rank: Rows, folded: Rows, cap: int | None, near: "_Edges", variants: "_Edges") -> None:
        self.near, self.variants = near, variants
        self.partner: dict[int, int] = {}
        self.jaccard: dict[int, float] = {}
        self.reason: dict[int, str] = {}
        self._rank, self._text = rank, folded
        self._cap = len(rank) if cap is None else cap
        self._kept: dict[int, int] = {}
        self._kept_rows: set[int] = set()
        self._fate: dict[int, tuple[int, float]] = {}
        self._followers: dict[int, int] = {}

    def judge(self, row: int) -> None:
        """Decide on a document."""
        text = int(self._text[row])
        if text in self._kept:
            self._drop(row, self._kept[text], 1.0, "exact_duplicate")
        elif text in self._fate:
            self._drop(row, *self._fate[text], "near_duplicate")
        elif found := self._best((self._kept[other], score) for other, score in self._kept_near(text)):
            self._fate[text] = found
            self._followers[found[0]] = self._followers.get(found[0], 0) + 1
            self._drop(row, *found, "near_duplicate")
        elif found := self._best(pair for pair in self.variants.get(row, ()) if pair[0] in self._kept_rows):
            self._drop(row, *found, "url_variant")
        else:
            self._kept[text] = row
            self._kept_rows.add(row)

    def _kept_near(self, text: int) -> Iterator[tuple[int, float]]:
        for other, score in self.near.get(text, ()):
            if other in self._kept and self._followers.get(self._kept[other], 0) < self._cap:
                yield other, score

    def _best(self, pairs: Iterable[tuple[int, float]]) -> tuple[int, float] | None:
        return min(pairs, key=lambda pair: self._rank[pair[0]], default=None)

    def _drop(self, row: int, partner: int, score: float, reason: str) -> None:
        self.partner[row], self.jaccard[row], self.reason[row] = partner, score, reason


_Edges: TypeAlias = dict[int, list[tuple[int, float]]]


def _neighbours(pairs: pa.Table | None, folded: Rows | None) -> _Edges:
    """What each row, or each text, has a pair with."""
    edges: _Edges = {}
    if pairs is None:
        return edges
    ends = [np.asarray(pairs[name], dtype=np.int64) for name in ("a", "b")]
    a, b = (end if folded is None else folded[end] for end in ends)
    scores = np.asarray(pairs["jaccard"], dtype=np.float64)
    for one, other, score in zip(a.tolist(), b.tolist(), scores.tolist(), strict=True):
        if one != other:
            edges.setdefault(one, []).append((other, score))
            edges.setdefault(other, []).append((one, score))
    return edges
