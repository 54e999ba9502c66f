"""From pairs that share a bucket to verified ones, a batch at a time."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa

from dedup import PAIR_SCHEMA, DedupSettings, screen, verify
from pipelines.copies.buckets import Codes
from pipelines.copies.documents import Column, Documents, Rows
from pipelines.copies.flat import FlatFile

SKETCH_BYTES = 4
"""Of a record of a sketch, those of the number of shingles; the signature comes behind them."""

CODE_BYTES = 32
"""A code while its partition is made unique."""

_TEXT_FACTOR = 24
"""Bytes that verification takes for each byte of text: the text as a string, its canonical form, its shingles."""


def screened(codes: Codes, count: int, sketches: FlatFile, settings: DedupSettings) -> Codes:
    """The pairs whose sketches allow a Jaccard index at the threshold, in order."""
    a, b = np.divmod(codes, count)

    def take(rows: Rows) -> pa.Table:
        records = sketches.records(rows)
        n_shingles = np.ascontiguousarray(records[:, :SKETCH_BYTES]).view("<i4").reshape(-1)
        signatures: Any = pa.py_buffer(records[:, SKETCH_BYTES:].tobytes())
        kind: Any = pa.binary(4 * settings.permutations)
        column: Any = pa.Array.from_buffers(kind, len(rows), [None, signatures])
        return pa.table({"n_shingles": pa.array(n_shingles), "signature": column})

    kept = screen(_pairs(a, b), take, settings)
    return np.asarray(kept["a"], dtype=np.int64) * count + np.asarray(kept["b"], dtype=np.int64)


class LaidAside:
    """Texts of some rows, brought together in one pass over the documents.

    Args:
        documents: Where the texts are.
        rows: Whose texts, ascending.
        file: A new file for them.

    Raises:
        ValueError: Other texts came than were asked for.
    """

    def __init__(self, documents: Documents, rows: Rows, file: FlatFile) -> None:
        self.rows = rows
        self.file = file
        lengths = [np.zeros(1, dtype=np.int64)]
        seen = 0
        for found, texts in documents.texts(rows):
            if not np.array_equal(found, rows[seen : seen + len(found)]):
                raise ValueError("the texts that came are not those that were asked for")
            seen += len(found)
            data, sizes = _utf8(texts)
            self.file.append(data)
            lengths.append(sizes)
        if seen < len(rows):
            raise ValueError(f"{len(rows)} texts were asked for, {seen} came")
        self._offsets = np.cumsum(np.concatenate(lengths))

    def take(self, rows: Rows) -> Column:
        """The texts of ascending rows."""
        at = np.searchsorted(self.rows, rows)
        starts, ends = self._offsets[at], self._offsets[at + 1]
        data: Any = pa.py_buffer(b"".join(self.file.pieces(starts, ends)))
        offsets: Any = pa.py_buffer(np.concatenate(([0], np.cumsum(ends - starts))).tobytes())
        kind: Any = pa.large_string()
        found: Column = pa.Array.from_buffers(kind, len(rows), [None, offsets, data])
        return found

    def lengths(self, rows: Rows) -> Rows:
        """Bytes of the texts of rows, in any order."""
        at = np.searchsorted(self.rows, rows)
        return self._offsets[at + 1] - self._offsets[at]


def batches(codes: Codes, count: int, texts: LaidAside, share: int) -> Iterator[Codes]:
    """Runs of pairs whose texts can be verified within so many bytes; a single pair may take more."""
    a, b = np.divmod(codes, count)
    weight = np.cumsum(texts.lengths(a) + texts.lengths(b))
    most = max(1, share // _TEXT_FACTOR)
    start = 0
    while start < len(codes):
        before = int(weight[start - 1]) if start else 0
        end = max(start + 1, int(np.searchsorted(weight, before + most, side="right")))
        yield codes[start:end]
        start = end


def verified(codes: Codes, count: int, texts: LaidAside, settings: DedupSettings) -> pa.Table:
    """The pairs whose exact Jaccard index reaches the threshold; ``dedup.VERIFIED_SCHEMA``, smaller row first."""
    return verify(_pairs(*np.divmod(codes, count)), texts.take, settings)


def _pairs(a: Rows, b: Rows) -> pa.Table:
    return pa.table([pa.array(a), pa.array(b)], schema=PAIR_SCHEMA)


def _utf8(texts: Column) -> tuple[memoryview, Rows]:
    """The bytes of strings and the length of each; nulls are empty."""
    array: Any = texts.fill_null("") if texts.null_count else texts
    kind = np.int64 if pa.types.is_large_string(array.type) else np.int32
    if not (pa.types.is_large_string(array.type) or pa.types.is_string(array.type)):
        raise ValueError(f"texts must be strings, not {array.type}")
    _, offsets, data = array.buffers()
    if not len(array) or offsets is None:
        return memoryview(b""), np.zeros(len(array), dtype=np.int64)
    bounds = np.frombuffer(offsets, dtype=kind)[array.offset : array.offset + len(array) + 1].astype(np.int64)
    return memoryview(data or b"")[int(bounds[0]) : int(bounds[-1])], np.diff(bounds)
