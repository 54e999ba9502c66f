"""Pairs that share a bucket, one partition of band keys at a time.

The rule is that of ``dedup.candidates``: in a bucket, ordered by preference, a document is paired with half of
``bucket_partners`` that come just before it and with as many of the best. Up to ``bucket_partners + 1`` documents these
are all pairs, so that the order, which is the wider part of a record, is looked up for crowded buckets alone.

The pages of one template meet in crowded buckets of every band, a hundred and more pairs for each of them. Nearly all
go for the very best of their buckets, so these pairs come first, and the others only for documents that are no copy of
anything by then.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from pipelines.copies.documents import Rows
from pipelines.copies.equal import ranks_of
from pipelines.copies.flat import FlatFile

BAND = np.dtype([("key", "<u8"), ("row", "<i8")])
"""A band key, and whose it is."""

SOLVED_BYTES = 320
"""A record while its partition is solved, at most: its own 16 bytes, sort keys, order, a pair at a time."""

_BEST = 4
"""Best documents of a crowded bucket that all others are compared with first."""

Codes = npt.NDArray[np.int64]
"""Pairs: one row x number of documents + the other row."""


def crowd(records: npt.NDArray[Any], folded: npt.NDArray[np.bool_]) -> tuple[Rows, Rows]:
    """Rows of the buckets that hold two rows or more, bucket by bucket, and the size of each bucket.

    Args:
        records: All records (``BAND``) of any key they hold, a row once per key.
        folded: For each row whether another stands for it, which then is in all its buckets.
    """
    standing = ~folded[records["row"]]
    key, row = records["key"][standing], records["row"][standing]
    order = np.argsort(key)
    key, row = key[order], row[order]
    size = np.diff(np.concatenate(([0], np.flatnonzero(key[1:] != key[:-1]) + 1, [len(key)])))
    return row[np.repeat(size > 1, size)], size[size > 1]


class Buckets:
    """The buckets of a partition that hold two rows or more.

    Args:
        row: Rows, bucket by bucket, as ``crowd`` gives them.
        size: Size of each bucket.
        partners: ``bucket_partners`` of the settings.
        orders: Order of preference of each row.
        count: Number of documents.
    """

    def __init__(self, row: Rows, size: Rows, *, partners: int, orders: FlatFile, count: int) -> None:
        large = np.repeat(size > partners + 1, size)
        self._half, self._count = partners // 2, count
        self._small, self._small_places, _ = _placed(row[~large], size[size <= partners + 1])
        self._large, self._places, self._starts = _placed(row[large], size[size > partners + 1])
        self.crowded = int(np.count_nonzero(size > partners + 1))
        if len(self._large):
            distinct, number = np.unique(self._large, return_inverse=True)
            self._large = self._large[np.lexsort((ranks_of(distinct, orders)[number], self._starts))]

    def first(self) -> Iterator[Codes]:
        """All pairs of small buckets, and those of crowded ones with their best; a pair may come more than once."""
        for distance in range(1, int(self._small_places.max(initial=0)) + 1):
            later = np.flatnonzero(self._small_places >= distance)
            one, other = self._small[later - distance], self._small[later]
            yield np.minimum(one, other) * self._count + np.maximum(one, other)
        for best in range(min(_BEST, self._half)):
            better, worse = self._with_best(best, best)
            yield np.minimum(better, worse) * self._count + np.maximum(better, worse)

    def then(self) -> Iterator[Codes]:
        """The other pairs of crowded buckets, the better row first."""
        if not len(self._large):
            return
        for distance in range(1, self._half + 1):
            later = np.flatnonzero(self._places >= distance)
            yield self._large[later - distance] * self._count + self._large[later]
        for best in range(self._half):
            better, worse = self._with_best(best, best + self._half)
            yield better * self._count + worse

    def _with_best(self, best: int, behind: int) -> tuple[Rows, Rows]:
        later = np.flatnonzero(self._places > behind)
        return self._large[self._starts[later] + best], self._large[later]


def _placed(row: Rows, size: Rows) -> tuple[Rows, Rows, Rows]:
    """Rows with the place of each in its bucket, and where that begins."""
    starts = np.repeat(np.cumsum(size) - size, size)
    return row, np.arange(len(row)) - starts, starts


def place_of(codes: Codes, count: int, level: int) -> npt.NDArray[np.int64]:
    """Partition of each pair: equal ones go to one; other levels part the pairs of one partition."""
    mixed = (codes.astype(np.uint64) + np.uint64(level)) * np.uint64(0x9E3779B97F4A7C15)
    mixed ^= mixed >> np.uint64(32)
    mixed *= np.uint64(0xBF58476D1CE4E5B9)
    return ((mixed >> np.uint64(32)) * np.uint64(count) >> np.uint64(32)).astype(np.int64)
