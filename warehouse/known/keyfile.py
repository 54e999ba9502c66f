"""One file of fingerprints, asked for many keys at once.

Bounds and Bloom filters leave the row groups that may hold a key. Keys are hashes, spread evenly: where one would lie
is reckoned from the bounds, and the surroundings are read. Of what is found the documents are read, value by value.
"""

import json
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from warehouse.bloom import hash_words, may_hold_each
from warehouse.known.plain import Column, Rows, column, spans, take
from warehouse.known.records import DOC_ID, Records

RUNS_METADATA = b"malmoi.runs"
"""Metadata of a file that holds rows of several runs: their ids (JSON)."""

_KEY = np.dtype("<i8")
_SIGMAS = 2.0
"""Standard deviations of the place of a key, of at most sqrt(n) / 2, that are read on each side, in halves."""


@dataclass(frozen=True, slots=True)
class Found:
    """Documents of keys: by number of the key, ascending."""

    which: Rows
    doc_ids: Records


class KeyFile:
    """A file of the table ``fingerprints``.

    Args:
        opener: Opens it.
        runs: Runs whose rows count.
        most: Documents of one key in one row group that are given: the first ones.
    """

    def __init__(self, opener: Callable[[], BinaryIO], runs: Collection[str], most: int) -> None:
        self._opener = opener
        self._runs = frozenset(runs)
        self._most = most
        with opener() as source, pq.ParquetFile(source) as file:
            self.metadata = file.metadata
        self._chunks = [_chunks(self.metadata, group) for group in range(self.metadata.num_row_groups)]
        named = _runs_of(self.metadata)
        self._runs_here = [named or _one_run(chunks["run_id"]) for chunks in self._chunks]

    def find(self, keys: "npt.NDArray[np.int64]") -> Found:
        """Documents of keys, which ascend and differ."""
        which: list[Rows] = [np.empty(0, dtype=np.int64)]
        doc_ids: list[Records] = [np.empty(0, dtype=DOC_ID)]
        with self._opener() as source, pq.ParquetFile(source, metadata=self.metadata) as file:
            for group, chunks in enumerate(self._chunks):
                if self._runs_here[group] and self._runs.isdisjoint(self._runs_here[group]):
                    continue
                there = self._admitted(source, chunks["key"], keys)
                if len(there):
                    found = self._found(source, file, group, keys[there])
                    which.append(there[found.which])
                    doc_ids.append(found.doc_ids)
        return Found(np.concatenate(which), np.concatenate(doc_ids))

    def _admitted(self, source: BinaryIO, chunk: Any, keys: "npt.NDArray[np.int64]") -> Rows:
        bounds = chunk.statistics
        low, high = 0, len(keys)
        if bounds is not None and bounds.has_min_max:
            low, high = np.searchsorted(keys, bounds.min, "left"), np.searchsorted(keys, bounds.max, "right")
        rows = np.arange(low, high, dtype=np.int64)
        if low == high or chunk.bloom_filter_offset is None or chunk.bloom_filter_length is None:
            return rows
        hashes = hash_words(keys[low:high].view(np.uint64)[:, None])
        return rows[may_hold_each(source, chunk.bloom_filter_offset, chunk.bloom_filter_length, hashes)]

    def _found(self, source: BinaryIO, file: pq.ParquetFile, group: int, keys: "npt.NDArray[np.int64]") -> Found:
        starts, stops = equal_ranges(
            column(source, file, group, "key", _KEY), keys, self._chunks[group]["key"].statistics
        )
        runs = self._runs_here[group]
        everything = bool(runs) and runs <= self._runs
        if everything:
            stops = np.minimum(stops, starts + self._most)
        there = np.flatnonzero(stops > starts)
        which = np.repeat(there, (stops - starts)[there])
        doc_ids = take(column(source, file, group, "doc_id", DOC_ID), starts[there], stops[there])
        if everything:
            return Found(which, doc_ids)
        rows = np.concatenate([np.arange(0), *map(np.arange, starts[there], stops[there])])
        run_ids = file.read_row_group(group, ["run_id"])["run_id"]
        mine = np.asarray(pc.is_in(run_ids, pa.array(sorted(self._runs), pa.string())))[rows]
        return Found(which[mine], doc_ids[mine])


def equal_ranges(values: Column, keys: "npt.NDArray[np.int64]", bounds: Any = None) -> tuple[Rows, Rows]:
    """For each key the first row that holds it, and the row after the last; equal ones where none does.

    Args:
        values: Ascending int64.
        keys: Ascending int64.
        bounds: ``min`` and ``max`` of the values, where they are known.
    """
    starts = np.zeros(len(keys), dtype=np.int64)
    stops = np.zeros(len(keys), dtype=np.int64)
    left = np.arange(len(keys))
    if bounds is not None and bounds.has_min_max and bounds.max > bounds.min:
        reach = int(_SIGMAS * np.sqrt(values.rows)) + 1
        low, high = float(bounds.min), float(bounds.max)
        guess = ((keys.astype(np.float64) - low) / (high - low) * (values.rows - 1)).astype(np.int64)
        near = np.clip(guess - reach, 0, values.rows), np.clip(guess + reach, 0, values.rows)
        sure = np.zeros(len(keys), dtype=np.bool_)
        for first, last in spans(*near):
            start, stop = int(near[0][first]), int(near[1][last - 1])
            part = values.read(start, stop)
            ranges = [np.searchsorted(part, keys[first:last], side) for side in ("left", "right")]
            starts[first:last], stops[first:last] = ranges[0] + start, ranges[1] + start
            # A key at the edge of what was read may go on beyond it.
            inside = (ranges[0] > 0) | (start == 0), (ranges[1] < len(part)) | (stop == values.rows)
            sure[first:last] = inside[0] & inside[1]
        left = np.flatnonzero(~sure)
    if len(left):
        whole = values.read(0, values.rows)
        starts[left], stops[left] = (np.searchsorted(whole, keys[left], side) for side in ("left", "right"))
    return starts, stops


def _chunks(metadata: pq.FileMetaData, group: int) -> dict[str, pq.ColumnChunkMetaData]:
    row_group = metadata.row_group(group)
    columns = [row_group.column(number) for number in range(row_group.num_columns)]
    return {one.path_in_schema: one for one in columns}


def _one_run(chunk: Any) -> frozenset[str]:
    bounds = chunk.statistics
    same = bounds is not None and bounds.has_min_max and bounds.min == bounds.max
    return frozenset([str(bounds.min)]) if same else frozenset()


def _runs_of(metadata: pq.FileMetaData) -> frozenset[str]:
    return frozenset(json.loads((metadata.metadata or {}).get(RUNS_METADATA, b"[]")))
