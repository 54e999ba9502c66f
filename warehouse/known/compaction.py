"""Many small files of sorted rows made few large ones: every run adds files, and each costs a look-up its footer.

Rows keep their run, so that those who let some runs count go on doing so. The old files stay for older snapshots.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path
from typing import Any, BinaryIO, cast

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyiceberg.io.pyarrow import parquet_file_to_data_file
from pyiceberg.manifest import DataFile
from pyiceberg.table import Table

from warehouse._place import place
from warehouse.catalog import Warehouse
from warehouse.errors import WarehouseError
from warehouse.files import conform, write_file
from warehouse.known.footer import RUNS, groups_of
from warehouse.known.write import GROUP_ROWS, cut
from warehouse.schemas import TABLES
from warehouse.withdrawal.retry import retrying
from warehouse.withdrawal.rewrite import workplace

COMPACTED = ("fingerprints", "signatures")
"""Tables that are asked by key in every run."""

_PROPERTY = "malmoi.compacted"
_GROUP_ROWS = {"fingerprints": GROUP_ROWS}
_LARGE_BYTES = 128 << 20
_MOST_SMALL = 32


def maintain(warehouse: Warehouse, *, most_small: int = _MOST_SMALL) -> list[str]:
    """Compact the tables that have more than so many small files; their names."""
    return [
        name
        for name in COMPACTED
        if len(_small(warehouse, warehouse.table(name))) > most_small and compact(warehouse, name)
    ]


def compact(warehouse: Warehouse, name: str, *, memory: int = 256 << 20, file_bytes: int = _LARGE_BYTES) -> int:
    """Put large files in the place of the small ones of a table, in one commit; how many were replaced.

    Files that hold rows of unfinished runs are left alone.

    Args:
        warehouse: Whose table it is.
        name: One of ``COMPACTED``.
        memory: Bytes of rows that are held at a time, about, but for those of one file.
        file_bytes: Size that the new files aim at, uncompressed.

    Raises:
        WarehouseError: Another engine wrote delete files, which this reader does not apply.
        ConflictError: Other writers kept winning; nothing was changed.
    """
    made: dict[tuple[str, ...], list[DataFile]] = {}
    with workplace(warehouse) as folder:

        def attempt() -> int:
            table = warehouse.table(name)
            small = _small(warehouse, table)
            if len(small) < 2:  # noqa: PLR2004 - one is not to be joined with itself
                return 0
            sources = tuple(file.file_path for file in small)
            if sources not in made:
                made[sources] = _Merge(warehouse, table, name, memory, file_bytes).write(sources, folder)
            with table.transaction() as transaction:
                update = transaction.update_snapshot(snapshot_properties={_PROPERTY: str(len(small))}).overwrite()
                with update as overwrite:
                    for old in small:
                        overwrite.delete_data_file(old)
                    for new in made[sources]:
                        overwrite.append_data_file(new)
            return len(small)

        return retrying(attempt, f"compact {name}")


def _small(warehouse: Warehouse, table: Table) -> list[DataFile]:
    """Data files of finished runs that are less than half as large as they could be, by name."""
    tasks = list(table.scan().plan_files())
    if any(task.delete_files for task in tasks):
        raise WarehouseError(f"table {table.name()[-1]} has delete files: rewrite it before compacting it")
    hidden = warehouse.unfinished(table)
    field = table.schema().find_field("run_id").field_id
    found = []
    for task in tasks:
        least, most = (bounds.get(field, b"").decode() for bounds in (task.file.lower_bounds, task.file.upper_bounds))
        open_runs = [run_id for run_id in hidden if not most or least <= run_id <= most]
        if task.file.file_size_in_bytes < _LARGE_BYTES // 2 and not open_runs:
            found.append(task.file)
    return sorted(found, key=lambda file: file.file_path)


class _Merge:
    """Sorted files into sorted files, a range of the first key at a time."""

    def __init__(self, warehouse: Warehouse, table: Table, name: str, memory: int, file_bytes: int) -> None:
        self._table = table
        self._spec = TABLES[name]
        self._schema = warehouse.file_schema(name)
        self._memory = memory
        self._file_bytes = file_bytes

    def write(self, sources: Sequence[str], folder: Path) -> list[DataFile]:
        """Write the rows of some files into new ones, put in their place."""
        io = self._table.io
        with ExitStack() as stack:
            opened = (stack.enter_context(cast("BinaryIO", io.new_input(path).open())) for path in sources)
            files = [stack.enter_context(pq.ParquetFile(source)) for source in opened]
            total = sum(file.metadata.num_rows for file in files)
            size = max(1, -(-total // max(1, -(-_bytes(files) // self._file_bytes))))
            return [
                self._placed(rows, folder / f"{self._spec.name}-compacted-{number:05d}.parquet")
                for number, rows in enumerate(cut(self._ranges(files), size, pa.concat_tables))
            ]

    def _placed(self, rows: pa.Table, path: Path) -> DataFile:
        runs = sorted(map(str, pc.unique(rows["run_id"]).to_pylist()))
        schema = self._schema.with_metadata({RUNS: json.dumps(runs).encode()})
        write_file(rows, path, self._spec, schema, group_rows=_GROUP_ROWS.get(self._spec.name))
        location = place(self._table, path, "several")
        path.unlink()
        return parquet_file_to_data_file(io=self._table.io, table_metadata=self._table.metadata, file_path=location)

    def _ranges(self, files: Sequence[pq.ParquetFile]) -> Iterator[pa.Table]:
        """All rows, sorted, a range of keys after the other."""
        key = self._spec.sort_by[0]
        groups = [(file, group) for file in files for group in groups_of(file.metadata, (key,))]
        sizes = [(group.bounds[key][0], _group_bytes(file, group.number)) for file, group in groups]
        for low, high in pairwise([None, *self._edges(sizes), None]):
            pieces = [self._schema.empty_table()]
            for file, group in groups:
                least, most = group.bounds[key]
                if (high is None or least < high) and (low is None or most >= low):
                    pieces.append(conform(_within(file.read_row_group(group.number), key, low, high), self._schema))
            yield pa.concat_tables(pieces).sort_by([(name, "ascending") for name in (*self._spec.sort_by, "run_id")])

    def _edges(self, groups: Sequence[tuple[Any, int]]) -> list[Any]:
        """Keys at which ranges begin, such that the row groups that begin in a range fit into memory."""
        edges: list[Any] = []
        held = 0
        for least, size in sorted(groups, key=lambda group: group[0]):
            held += size
            if held > self._memory and (not edges or least > edges[-1]):
                edges.append(least)
                held = size
        return edges


def _bytes(files: Sequence[pq.ParquetFile]) -> int:
    return sum(_group_bytes(file, number) for file in files for number in range(file.num_row_groups))


def _group_bytes(file: pq.ParquetFile, number: int) -> int:
    return int(file.metadata.row_group(number).total_byte_size)


def _within(rows: pa.Table, key: str, low: Any, high: Any) -> pa.Table:
    mask: Any = pc.is_valid(rows[key])
    for limit, compare in ((low, pc.greater_equal), (high, pc.less)):
        mask = mask if limit is None else pc.and_(mask, compare(rows[key], limit))
    return rows.filter(mask)
