"""Documents of all parts, addressed by one row number: part after part, in the order of the plan."""

from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

Rows = npt.NDArray[np.int64]

_HELD_PARTS = 4


class RowReader:
    """Reads single rows out of many files, holding the columns of at most four parts at a time.

    Args:
        files: One Parquet file of documents for each part, in order.
    """

    def __init__(self, files: Sequence[Path]) -> None:
        self._files = files
        counts = [pq.read_metadata(path).num_rows for path in files]
        self._starts = np.concatenate([[0], np.cumsum(counts, dtype=np.int64)]) if counts else np.zeros(1, np.int64)
        self._held: OrderedDict[tuple[int, tuple[str, ...]], pa.Table] = OrderedDict()

    def __len__(self) -> int:
        return int(self._starts[-1])

    def start(self, part: int) -> int:
        """Row number of the first document of a part."""
        return int(self._starts[part])

    def take(self, rows: Rows, columns: Sequence[str]) -> pa.Table:
        """The given rows, in the given order."""
        parts = np.searchsorted(self._starts, rows, side="right") - 1
        order = np.argsort(parts, kind="stable")
        pieces = [
            self._part(int(part), tuple(columns)).take(np.subtract(rows[of_part], self._starts[part], dtype=np.int64))
            for part, of_part in _runs(parts, order)
        ]
        if not pieces:
            return pa.table({name: [] for name in columns})
        back = np.empty(len(rows), np.int64)
        back[order] = np.arange(len(rows))
        return pa.concat_tables(pieces).take(back)

    def texts(self, rows: Rows) -> list[str]:
        """Texts of the given rows, in the given order."""
        return [text or "" for text in self.take(rows, ["text"])["text"].to_pylist()]

    def _part(self, part: int, columns: tuple[str, ...]) -> pa.Table:
        key = (part, columns)
        if key not in self._held:
            self._held[key] = pq.read_table(self._files[part], columns=list(columns))
            while len(self._held) > _HELD_PARTS:
                self._held.popitem(last=False)
        self._held.move_to_end(key)
        return self._held[key]


def _runs(parts: Rows, order: Rows) -> list[tuple[int, Rows]]:
    """Positions of the rows of each part, part by part."""
    bounds = np.flatnonzero(np.diff(parts[order])) + 1
    return [(int(parts[run[0]]), run) for run in np.split(order, bounds) if len(run)]
