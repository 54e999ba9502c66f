"""Pairs that share a bucket, one partition of band keys at a time.

The rule is that of ``dedup.candidates``: in a bucket, ordered by preference, a document is paired with half of
``bucket_partners`` that come just before it and with as many of the best. Up to ``bucket_partners + 1`` documents these
are all pairs, so that the order, which is the wider part of a record, is looked up for crowded buckets alone.
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

Codes = npt.NDArray[np.int64]
"""Pairs: smaller row x number of documents + greater row."""


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


def pair_codes(row: Rows, size: Rows, partners: int, orders: FlatFile, count: int) -> Iterator[Codes]:
    """The pairs of buckets as ``crowd`` gives them; a pair may come more than once.

    Args:
        row: Rows of the buckets.
        size: Size of each bucket.
        partners: ``bucket_partners`` of the settings.
        orders: Order of preference of each row.
        count: Number of documents.
    """
    start = np.repeat(np.cumsum(size) - size, size)
    crowded = np.flatnonzero(np.repeat(size > partners + 1, size))
    if len(crowded):
        distinct, number = np.unique(row[crowded], return_inverse=True)
        row = row.copy()
        row[crowded] = row[crowded][np.lexsort((ranks_of(distinct, orders)[number], start[crowded]))]
    place = np.arange(len(row)) - start
    half = partners // 2
    for distance in range(1, half + 1):
        later = np.flatnonzero(place >= distance)
        yield _codes(row[later - distance], row[later], count)
    for best in range(half):
        later = np.flatnonzero(place > best + half)
        yield _codes(row[start[later] + best], row[later], count)


def place_of(codes: Codes, count: int, level: int) -> npt.NDArray[np.int64]:
    """Partition of each pair: equal ones go to one; other levels part the pairs of one partition."""
    mixed = (codes.astype(np.uint64) + np.uint64(level)) * np.uint64(0x9E3779B97F4A7C15)
    mixed ^= mixed >> np.uint64(32)
    mixed *= np.uint64(0xBF58476D1CE4E5B9)
    return ((mixed >> np.uint64(32)) * np.uint64(count) >> np.uint64(32)).astype(np.int64)


def _codes(one: Rows, other: Rows, count: int) -> Codes:
    return np.minimum(one, other) * count + np.maximum(one, other)
