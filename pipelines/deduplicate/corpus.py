"""The documents of all parts, as the search for copies reads them."""

import hashlib
from collections.abc import Iterator, Sequence
from enum import IntEnum
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dedup import DedupSettings, sketch
from pipelines.copies import Rows
from pipelines.copies.equal import DIGEST, place_of
from pipelines.copies.flat import FlatFile, Partitions
from pipelines.copies.pool import mapped
from pipelines.deduplicate.keep import Order
from pipelines.deduplicate.parts import Part, common_schema, strings

_ID_BYTES = 16
_CHUNK = 1 << 16
_PARTITION_RECORDS = 1 << 20


class State(IntEnum):
    """Why a row is no document; the names in lower case are the reasons of the report."""

    TAKEN = 0
    NO_ID = 1
    REPEATED_ID = 2
    NO_TEXT = 3


class Corpus:
    """Documents of files; rows without an id or a text, or with the id of an earlier row, take no part in the search.

    Args:
        parts: Where they are.
        id_column: Column of their names.
        text_column: Column of their texts.
        order: Which of two copies is the better one; the digest of the id decides last.
        settings: What a near-duplicate is.
        threads: How many work at once.
        ids: A new file for digests of ids.
    """

    def __init__(
        self,
        parts: Sequence[Part],
        id_column: str,
        text_column: str,
        order: Order,
        settings: DedupSettings,
        *,
        threads: int,
        ids: FlatFile,
    ) -> None:
        self.parts, self.id_column, self.text_column = parts, id_column, text_column
        self.schema = common_schema(parts)
        self.count = sum(part.rows for part in parts)
        self.states: npt.NDArray[np.uint8] = np.zeros(self.count, dtype=np.uint8)
        self._order, self._settings, self._threads = order, settings, threads
        self._ids = ids
        self._width = settings.permutations

    def check_ids(self, scratch: Path) -> None:
        """Find the rows without an id and those whose id an earlier row has: one pass over the ids."""
        for part in self.parts:
            for first, batch in part.read([self.id_column]):
                names = strings(batch, self.id_column).to_pylist()
                self._ids.append(b"".join(_digest(name) for name in names))
                for place in np.flatnonzero([name is None for name in names]).tolist():
                    self.states[first + place] = State.NO_ID
        digests = Partitions(scratch, "ids", 1 + self.count // _PARTITION_RECORDS, DIGEST)
        for start in range(0, self.count, _CHUNK):
            rows = np.arange(start, min(start + _CHUNK, self.count))
            records = np.empty(len(rows), dtype=DIGEST)
            halves = self._ids.records(rows).view("<u8")
            records["high"], records["low"], records["row"] = halves[:, 0], halves[:, 1], rows
            records = records[self.states[rows] == State.TAKEN]
            digests.add(records, place_of(records, digests.count))
        for number in range(digests.count):
            self.states[_later(digests.take(number))] = State.REPEATED_ID

    def sketches(self) -> Iterator[pa.RecordBatch]:
        """See ``pipelines.copies.Documents``."""
        columns = [self.text_column, *self._order.columns]
        batches = (pair for part in self.parts for pair in part.read(columns))
        yield from mapped(self._sketched, batches, self._threads)

    def texts(self, rows: Rows) -> Iterator[tuple[Rows, Any]]:
        """See ``pipelines.copies.Documents``."""
        for part in self.parts:
            low, high = np.searchsorted(rows, (part.first, part.first + part.rows))
            if low == high:
                continue
            for first, batch in part.read([self.text_column]):
                start, end = np.searchsorted(rows, (first, first + batch.num_rows))
                if start < end:
                    mine = rows[start:end]
                    yield mine, strings(batch, self.text_column).take(pa.array(mine - first))

    def _sketched(self, numbered: tuple[int, pa.RecordBatch]) -> pa.RecordBatch:
        first, batch = numbered
        texts = strings(batch, self.text_column)
        states = self.states[first : first + batch.num_rows]
        if texts.null_count:
            states[np.asarray(texts.is_null()) & (states == State.TAKEN)] = State.NO_TEXT
        if states.any():
            texts = pc.if_else(pa.array(states == State.TAKEN), texts, None)
        ids: Any = pa.py_buffer(self._ids.records(np.arange(first, first + batch.num_rows)).tobytes())
        ties: Any = pa.binary(_ID_BYTES)
        order = self._order.of(
            batch, texts, first, pa.Array.from_buffers(ties, batch.num_rows, [None, ids]), self.schema
        )
        table = sketch(texts, self._settings).append_column("order", order)
        return table.combine_chunks().to_batches()[0]


def _digest(name: str | None) -> bytes:
    return hashlib.blake2b((name or "").encode(), digest_size=_ID_BYTES).digest()


def _later(records: npt.NDArray[Any]) -> Rows:
    """Rows whose digest an earlier row has."""
    records = records[np.lexsort((records["row"], records["low"], records["high"]))]
    same = (records["high"][1:] == records["high"][:-1]) & (records["low"][1:] == records["low"][:-1])
    later: Rows = records["row"][1:][same]
    return later
