"""The documents that take part in the search for copies: those of the run, then those of earlier runs.

Both are read in passes, a part or a batch at a time, so that neither sketches nor texts are ever in memory together.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

Rows = npt.NDArray[np.int64]

SKETCH = ("text_digest", "signature", "n_shingles")
_BATCH = 4096


class Earlier(Protocol):
    """Documents of earlier runs, by number."""

    @property
    def count(self) -> int:
        """How many there are."""
        ...

    def sketches(self) -> Iterator[pa.Table]:
        """All of them in order, columns ``SKETCH``."""
        ...

    def texts(self, rows: Rows) -> Iterator[tuple[Rows, "pa.Array[Any]"]]:
        """The texts of some, asked for in ascending order, and given so."""
        ...


class Gathered:
    """Rows 0 to ``len(searching) - 1`` are documents of the run, the rest is of earlier runs.

    Args:
        files: One Parquet file of documents for each part, in order.
        searching: Documents that take part, numbered over all parts, ascending.
        orders: Key of each row (``dedup.order_keys``), of the run and of earlier runs.
        earlier: Documents of earlier runs.
    """

    def __init__(
        self, files: Sequence[Path], searching: Rows, orders: "pa.FixedSizeBinaryArray", earlier: Earlier
    ) -> None:
        counts = [pq.read_metadata(path).num_rows for path in files]
        self._files = files
        self._starts = np.concatenate([[0], np.cumsum(counts, dtype=np.int64)]).astype(np.int64)
        self._searching = searching
        self._orders = orders
        self._earlier = earlier
        self.count = len(searching) + earlier.count

    def sketches(self) -> Iterator[pa.RecordBatch]:
        """Sketches of all rows, in order, with their ``order``."""
        done = 0
        for batch in self._pieces(SKETCH):
            orders: Any = self._orders.slice(done, batch.num_rows)
            done += batch.num_rows
            yield batch.append_column("order", orders)

    def texts(self, rows: Rows) -> Iterator[tuple[Rows, "pa.Array[Any]"]]:
        """Texts of some rows, ascending."""
        own = rows[rows < len(self._searching)]
        for taken, batch in self._taken(self._searching[own], ("text",)):
            yield own[taken], batch.column("text")
        there = rows[len(own) :] - len(self._searching)
        if len(there):
            for found, texts in self._earlier.texts(there):
                yield found + len(self._searching), texts

    def _pieces(self, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        for _, batch in self._taken(self._searching, columns):
            yield batch
        for table in self._earlier.sketches():
            yield from table.select(list(columns)).to_batches()

    def _taken(self, wanted: Rows, columns: Sequence[str]) -> Iterator[tuple[slice, pa.RecordBatch]]:
        """Wanted documents of the parts, ascending, and which of ``wanted`` they are."""
        for number, path in enumerate(self._files):
            low, high = np.searchsorted(wanted, self._starts[number : number + 2])
            if low == high:
                continue
            start = int(self._starts[number])
            with pq.ParquetFile(path) as file:
                for batch in file.iter_batches(batch_size=_BATCH, columns=list(columns)):
                    upto = low + int(np.searchsorted(wanted[low:high], start + batch.num_rows))
                    if upto > low:
                        places: Any = pa.array(wanted[low:upto] - start)
                        yield slice(low, upto), batch.take(places).select(list(columns))
                    low, start = upto, start + batch.num_rows
