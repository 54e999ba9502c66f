"""Sorted shards out of many parts, in bounded memory.

The choice table says which rows of which part are kept and how they order. It is sorted and cut into shards of about
equal size; the parts are then read once, their rows laid aside by shard (a shuffle through files), and each shard is
gathered, sorted and written. Shards depend on the rows and their order alone: not on how parts hold them.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from shutil import rmtree
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from warehouse._durable import make_temp
from warehouse.files import ShardFile, group_bytes, write_file
from warehouse.schemas import TableSpec
from warehouse.settings import DEFAULT_FILES, FileSettings

Ints = npt.NDArray[np.int64]

_RANK = "_rank"
_PLACE = ("part", "row", "bytes")
_READ_ROWS = 512
_IPC = pa.ipc.IpcWriteOptions(compression="lz4")


def write_shards(
    parts: Sequence[Path],
    choice: pa.Table,
    out_dir: Path,
    *,
    spec: TableSpec,
    schema: pa.Schema,
    prefix: str,
    target_bytes: int = 128 << 20,
    sort_by: Sequence[str] = ("site", "doc_id"),
    settings: FileSettings = DEFAULT_FILES,
) -> list[ShardFile]:
    """Write the chosen rows of all parts as sorted shards ``<prefix>-<number>.parquet``.

    Memory holds the choice table and about four times ``target_bytes`` (laid-aside rows and their copy by shard; later
    one shard, its sorted copy and the encoder); disk holds the chosen rows once more while this runs.

    Args:
        parts: Parquet files of rows.
        choice: One row for each row kept: ``part`` (index in ``parts``), ``row`` (in that file), ``bytes`` (what the
            row takes uncompressed, about), the columns of ``sort_by``, and any columns that are to be added to the
            rows or to replace theirs, such as ``cluster_id``.
        out_dir: Where shards go; shards of the same name are replaced.
        spec: The table they are for.
        schema: ``Warehouse.file_schema(spec.name)``.
        prefix: What shard names begin with.
        target_bytes: Size that a shard aims at, as ``bytes`` has it; a larger row makes a larger shard.
        sort_by: Names of the columns that order the rows; together they are unique.
        settings: Layout of the files.

    Returns:
        The shards in order; none where the choice is empty.

    Raises:
        ValueError: Two rows have equal keys (their order would be chance) or a row is in no part.
        SchemaMismatchError: The rows do not fit the table.
    """
    if not choice.num_rows:
        return []
    order = choice.sort_by([(name, "ascending") for name in sort_by]).combine_chunks()
    _check_unique(order.select(list(sort_by)))
    part, row, sizes = (order[name].to_numpy().astype(np.int64) for name in _PLACE)
    bounds = _cut(sizes, target_bytes)
    added = order.drop_columns(list(_PLACE))
    columns = [name for name in schema.names if name not in added.column_names]
    folder = make_temp(out_dir)
    try:
        spill = _Spill(folder, target_bytes, bounds)
        for rows in _chosen(parts, part, row, columns):
            spill.add(rows)
        spill.flush()
        shards = []
        for number, (start, end) in enumerate(pairwise(bounds.tolist())):
            group_rows = int((end - start) * group_bytes(spec, settings) // max(1, int(sizes[start:end].sum())))
            shards.append(
                write_file(
                    _join(spill.gather(number), added.slice(start, end - start)),
                    out_dir / f"{prefix}-{number:05d}.parquet",
                    spec,
                    schema,
                    group_rows=group_rows,
                    settings=settings,
                )
            )
        return shards
    finally:
        rmtree(folder)


def _check_unique(keys: pa.Table) -> None:
    same = np.ones(keys.num_rows - 1, dtype=bool)
    for column in keys.columns:
        before, after = column.slice(0, len(same)), column.slice(1)
        equal: Any = pc.equal(before, after)
        both_null = before.is_null().to_numpy() & after.is_null().to_numpy()
        same &= pc.fill_null(equal, False).to_numpy() | both_null
    if same.any():
        example = keys.slice(int(same.argmax()), 1).to_pylist()[0]
        raise ValueError(f"{int(same.sum())} rows have the key of another row, such as {example}")


def _cut(sizes: Ints, target_bytes: int) -> Ints:
    """First row of each shard, and the end: shards of equal sizes, as near to the target as that allows."""
    before = sizes.cumsum() - sizes
    total = max(1, int(sizes.sum()))
    _, firsts = np.unique(before * -(-total // target_bytes) // total, return_index=True)
    return np.append(firsts, len(sizes))


def _chosen(parts: Sequence[Path], part: Ints, row: Ints, columns: Sequence[str]) -> Iterator[pa.Table]:
    """Chosen rows of every part, with their rank in the whole order."""
    ranks = np.lexsort((row, part))
    ends = np.searchsorted(part[ranks], np.arange(len(parts) + 1))
    if len(ranks) != ends[-1] or part.min() < 0:
        raise ValueError(f"the choice names a part beyond the {len(parts)} there are")
    for number, path in enumerate(parts):
        mine = ranks[ends[number] : ends[number + 1]]
        if len(mine):
            yield from _chosen_of(path, mine, row[mine], columns)


def _chosen_of(path: Path, ranks: Ints, rows: Ints, columns: Sequence[str]) -> Iterator[pa.Table]:
    with pq.ParquetFile(path) as file:
        if rows[0] < 0 or rows[-1] >= file.metadata.num_rows:
            raise ValueError(f"the choice names a row beyond the {file.metadata.num_rows} of {path.name}")
        held = [name for name in columns if name in file.schema_arrow.names]
        start = 0
        for batch in file.iter_batches(batch_size=_READ_ROWS, columns=held):
            low, high = np.searchsorted(rows, (start, start + batch.num_rows))
            if low < high:
                taken = batch.take(rows[low:high] - start)
                yield pa.table(taken).append_column(_RANK, pa.array(ranks[low:high]))
            start += batch.num_rows


def _join(rows: pa.Table, added: pa.Table) -> pa.Table:
    """Rows in the order of their ranks, beside what the choice adds to them."""
    joined = rows.take(np.argsort(rows[_RANK].to_numpy())).drop_columns([_RANK])
    for name, column in zip(added.column_names, added.columns, strict=True):
        joined = joined.append_column(name, column)
    return joined


class _Spill:
    """Rows laid aside by shard: Arrow files with one record batch for each shard that has rows in it."""

    def __init__(self, folder: Path, limit: int, bounds: Ints) -> None:
        self._folder = folder
        self._limit = limit
        self._bounds = bounds
        self._pending: list[pa.Table] = []
        self._bytes = 0
        self._files: list[tuple[Path, dict[int, int]]] = []

    def add(self, rows: pa.Table) -> None:
        """Take rows in."""
        self._pending.append(rows)
        self._bytes += rows.nbytes
        if self._bytes >= self._limit:
            self.flush()

    def flush(self) -> None:
        """Write what is pending."""
        if not self._pending:
            return
        rows = pa.concat_tables(self._pending, promote_options="default").combine_chunks()
        self._pending, self._bytes = [], 0
        shard = np.searchsorted(self._bounds, rows[_RANK].to_numpy(), side="right") - 1
        order = np.argsort(shard, kind="stable")
        numbers, starts = np.unique(shard[order], return_index=True)
        path = self._folder / f"{len(self._files)}.arrow"
        with pa.ipc.new_file(str(path), rows.schema, options=_IPC) as writer:
            for mine in np.split(order, starts[1:]):
                writer.write_table(rows.take(mine).combine_chunks(), max_chunksize=len(mine))
        self._files.append((path, {int(number): batch for batch, number in enumerate(numbers)}))

    def gather(self, shard: int) -> pa.Table:
        """All rows of a shard, as they came."""
        batches = []
        for path, index in self._files:
            if shard in index:
                with pa.memory_map(str(path)) as source:
                    batches.append(pa.table(pa.ipc.open_file(source).get_batch(index[shard])))
        return pa.concat_tables(batches, promote_options="default").combine_chunks()
