"""Rows laid aside by shard, so that a release larger than memory can be put into its order.

Arrow files with one record batch for each shard that has rows in it. Rows are text of documents: the folder lies inside
the warehouse, never beside the release, and is removed whatever happens.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa

ORDER = "_order"
"""Column of the numbers that order the rows, unsigned 64-bit."""
_IPC = pa.ipc.IpcWriteOptions(compression="lz4")


class Spill:
    """Takes rows in any order and gives them back shard by shard, each sorted.

    Args:
        folder: Where files go; it exists and is empty.
        shards: Number of shards; the order numbers are cut into that many equal ranges.
        limit: Bytes held in memory before they are written.
    """

    def __init__(self, folder: Path, shards: int, limit: int) -> None:
        self._folder = folder
        self._shards = shards
        self._limit = limit
        self._pending: list[pa.RecordBatch] = []
        self._bytes = 0
        self._files: list[tuple[Path, dict[int, int]]] = []

    def add(self, rows: pa.RecordBatch) -> None:
        """Take rows with the column ``ORDER``."""
        self._pending.append(rows)
        self._bytes += rows.nbytes
        if self._bytes >= self._limit:
            self._flush()

    def shards(self) -> Iterator[pa.Table]:
        """Rows of each shard that has some, in their order, the column ``ORDER`` left in place."""
        self._flush()
        for shard in range(self._shards):
            batches = []
            for path, index in self._files:
                if shard in index:
                    with pa.memory_map(str(path)) as source:
                        batches.append(pa.ipc.open_file(source).get_batch(index[shard]))
            if batches:
                yield pa.Table.from_batches(batches).sort_by([(ORDER, "ascending"), ("doc_id", "ascending")])

    def _flush(self) -> None:
        if not self._pending:
            return
        rows = pa.Table.from_batches(self._pending).combine_chunks()
        self._pending, self._bytes = [], 0
        # The upper 32 bits of a number tell its shard: shards * 2**32 fits into 64 bits.
        upper = rows[ORDER].to_numpy() >> np.uint64(32)
        shard = (upper * np.uint64(self._shards)) >> np.uint64(32)
        order = np.argsort(shard, kind="stable")
        numbers, starts = np.unique(shard[order], return_index=True)
        path = self._folder / f"{len(self._files)}.arrow"
        with pa.ipc.new_file(str(path), rows.schema, options=_IPC) as writer:
            for mine in np.split(order, starts[1:]):
                writer.write_table(rows.take(mine).combine_chunks(), max_chunksize=len(mine))
        self._files.append((path, {int(number): batch for batch, number in enumerate(numbers)}))
