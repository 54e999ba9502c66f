"""What a search for copies reads, and what it finds."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Rows = npt.NDArray[np.int64]
"""Numbers of documents in one search, 0 to count - 1."""

Column: TypeAlias = "pa.Array[Any]"

EQUAL_SCHEMA = pa.schema([("row", pa.int64()), ("stands", pa.int64())])
"""A document whose text equals that of a better one, and the best document of that text."""


class Documents(Protocol):
    """Documents at rest, read as often as a search needs them."""

    @property
    def count(self) -> int:
        """How many there are."""

    def sketches(self) -> Iterator[pa.RecordBatch]:
        """All rows in order.

        Columns ``text_digest`` (string, null for an empty text), ``signature`` (fixed-size binary, null for a text too
        short for one), ``n_shingles`` (int32) and ``order`` (fixed-size binary, unique, the smaller the better).
        """

    def texts(self, rows: Rows) -> Iterator[tuple[Rows, Column]]:
        """The texts of some rows, named in ascending order; in batches of ascending rows, in one pass."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a search has been through.

    Attributes:
        documents: Documents searched.
        candidates: Pairs that share a band, each once.
        screened: Pairs that the sketches allow.
        verified: Pairs whose exact Jaccard index reaches the threshold.
        capped_buckets: Buckets too large for all their pairs.
        spilled_bytes: Bytes laid aside on disk.
    """

    documents: int
    candidates: int
    screened: int
    verified: int
    capped_buckets: int
    spilled_bytes: int


@dataclass(frozen=True, slots=True)
class Copies:
    """What is a copy of what; who is kept follows from it (``decide``).

    Attributes:
        equal: ``EQUAL_SCHEMA``, sorted by row.
        pairs: ``dedup.VERIFIED_SCHEMA``: pairs of rows that stand for their texts, the better one first, sorted.
        involved: All rows of both, ascending.
        orders: The order of each involved row.
        facts: Counts.
    """

    equal: pa.Table
    pairs: pa.Table
    involved: Rows
    orders: Column
    facts: Facts

    def orders_of(self, rows: Rows) -> Column:
        """The orders of involved rows."""
        places: Any = pa.array(np.searchsorted(self.involved, rows))
        return self.orders.take(places)
