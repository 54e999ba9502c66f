"""One file of fingerprints, asked for many keys at once.

Bounds and Bloom filters leave the row groups that may hold a key. Keys are hashes, spread evenly: where one would lie
is reckoned from the bounds, and the surroundings are read. Of what is found the documents are read, value by value.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from warehouse.bloom import hash_words, may_hold_each
from warehouse.known.footer import Group, Opener, groups_of
from warehouse.known.plain import Column, Rows, column, rows_of, spans, take
from warehouse.known.records import DOC_ID, DocIds

_KEY = np.dtype("<i8")
_REACH = 2.0
"""Square roots of n rows that are read on each side of where a key would lie: four standard deviations of its place."""


@dataclass(frozen=True, slots=True)
class Found:
    """Documents of keys: by number of the key, ascending."""

    which: Rows
    doc_ids: DocIds


class KeyFile:
    """A file of the table ``fingerprints``.

    Args:
        opener: Opens it.
        runs: Runs whose rows count.
        most: Documents of one key in one row group that are given: the first ones.
    """

    def __init__(self, opener: Opener, runs: Collection[str], most: int) -> None:
        self._opener = opener
        self._runs = frozenset(runs)
        self._most = most
        with opener() as source, pq.ParquetFile(source) as file:
            self._metadata = file.metadata
        self._groups = groups_of(self._metadata, ("key",))

    def find(self, keys: "npt.NDArray[np.int64]") -> Found:
        """Documents of keys, which ascend and differ."""
        which: list[Rows] = [np.empty(0, dtype=np.int64)]
        doc_ids: list[DocIds] = [np.empty(0, dtype=DOC_ID)]
        with self._opener() as source, pq.ParquetFile(source, metadata=self._metadata) as file:
            for group in self._groups:
                there = self._admitted(source, group, keys)
                if len(there):
                    found = self._found(source, file, group, keys[there])
                    which.append(there[found.which])
                    doc_ids.append(found.doc_ids)
        return Found(np.concatenate(which), np.concatenate(doc_ids))

    def _admitted(self, source: BinaryIO, group: Group, keys: "npt.NDArray[np.int64]") -> Rows:
        if group.none_of(self._runs):
            return np.empty(0, dtype=np.int64)
        low, high = 0, len(keys)
        if bounds := group.bounds.get("key"):
            low, high = int(np.searchsorted(keys, bounds[0], "left")), int(np.searchsorted(keys, bounds[1], "right"))
        rows = np.arange(low, high, dtype=np.int64)
        place = group.blooms.get("key")
        if low == high or place is None:
            return rows
        return rows[may_hold_each(source, *place, hash_words(keys[low:high].view(np.uint64)[:, None]))]

    def _found(self, source: BinaryIO, file: pq.ParquetFile, group: Group, keys: "npt.NDArray[np.int64]") -> Found:
        values = column(source, file, group.number, "key", _KEY)
        starts, stops = equal_ranges(values, keys, group.bounds.get("key"))
        everything = group.all_of(self._runs)
        if everything:
            stops = starts + np.minimum(stops - starts, self._most)
        there = np.flatnonzero(stops > starts)
        which = np.repeat(there, (stops - starts)[there])
        rows = rows_of(starts[there], stops[there])
        doc_ids = take(column(source, file, group.number, "doc_id", DOC_ID), rows)
        if everything:
            return Found(which, doc_ids)
        run_ids = file.read_row_group(group.number, ["run_id"])["run_id"]
        mine = np.asarray(pc.is_in(run_ids, pa.array(sorted(self._runs), pa.string())))[rows]
        return Found(which[mine], doc_ids[mine])


def equal_ranges(
    values: Column, keys: "npt.NDArray[np.int64]", bounds: tuple[int, int] | None = None
) -> tuple[Rows, Rows]:
    """For each key the first row that holds it, and the row after the last; equal ones where none does.

    Args:
        values: Ascending int64.
        keys: Ascending int64.
        bounds: The least and the greatest of them, where they are known.
    """
    starts = np.zeros(len(keys), dtype=np.int64)
    stops = np.zeros(len(keys), dtype=np.int64)
    left = np.arange(len(keys))
    if bounds and bounds[0] < bounds[1]:
        reach = int(_REACH * np.sqrt(values.rows)) + 1
        low, high = float(bounds[0]), float(bounds[1])
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
