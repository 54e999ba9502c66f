"""The footer of a Parquet file, as far as looking up in it needs it."""

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO, cast

import pyarrow.parquet as pq

from warehouse.catalog import Warehouse
from warehouse.errors import WarehouseError

Opener = Callable[[], BinaryIO]

RUNS = b"malmoi.runs"
"""Metadata of a file that holds rows of several runs: their ids (JSON)."""


@dataclass(frozen=True, slots=True)
class Group:
    """A row group."""

    number: int
    bounds: Mapping[str, tuple[Any, Any]]
    """Least and greatest value of columns, where they are known."""
    blooms: Mapping[str, tuple[int, int]]
    """Offset and length of the Bloom filters that there are, by column."""
    runs: frozenset[str]
    """Runs that it may hold rows of; none where that is not known."""

    def all_of(self, runs: Collection[str]) -> bool:
        """Whether all its rows are of these runs."""
        return bool(self.runs) and self.runs.issubset(runs)

    def none_of(self, runs: Collection[str]) -> bool:
        """Whether none of its rows is of these runs."""
        return bool(self.runs) and self.runs.isdisjoint(runs)


def groups_of(metadata: pq.FileMetaData, columns: Collection[str]) -> list[Group]:
    """The row groups of a file, as far as some of its columns go."""
    several = frozenset(json.loads((metadata.metadata or {}).get(RUNS, b"[]")))
    leaves = [(metadata.schema.column(number).path, number) for number in range(metadata.num_columns)]
    places = [(path, number) for path, number in leaves if path in {*columns, "run_id"}]
    groups = []
    for number in range(metadata.num_row_groups):
        row_group = metadata.row_group(number)
        chunks: dict[str, Any] = {path: row_group.column(place) for path, place in places}
        told = {path: chunk.statistics for path, chunk in chunks.items()}
        bounds = {path: (one.min, one.max) for path, one in told.items() if one is not None and one.has_min_max}
        blooms = {path: (chunk.bloom_filter_offset, chunk.bloom_filter_length) for path, chunk in chunks.items()}
        there = {path: place for path, place in blooms.items() if None not in place}
        first, last = bounds.get("run_id", (None, None))
        runs = frozenset([str(first)]) if first is not None and first == last else several
        groups.append(Group(number, bounds, there, runs))
    return groups


def openers(warehouse: Warehouse, name: str) -> list[Opener]:
    """Opens each file of a table, in the order of their names.

    Raises:
        WarehouseError: Another engine wrote delete files, which this reader does not apply.
    """
    table = warehouse.table(name)
    tasks = list(table.scan().plan_files())
    if any(task.delete_files for task in tasks):
        raise WarehouseError(f"table {name} has delete files: rewrite it before looking records up")
    paths = sorted(task.file.file_path for task in tasks)
    return [_opener(table.io.new_input(path)) for path in paths]


def _opener(file: Any) -> Opener:
    return lambda: cast("BinaryIO", file.open())
