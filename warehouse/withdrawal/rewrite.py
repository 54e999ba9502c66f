"""Taking rows out of a table, or changing them: the files that hold them are written anew beside the old ones.

The new files are laid out as the old ones are (``files.write_file``: order, row groups, page checksums, Bloom filters,
bounds), and one commit puts them in the place of the old ones. The old files stay for older snapshots until they are
erased. Doing it again finds nothing left to do.
"""

import hashlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO, cast

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyiceberg.expressions import In, Reference
from pyiceberg.io.pyarrow import parquet_file_to_data_file
from pyiceberg.manifest import DataFile
from pyiceberg.table import Table

from warehouse._durable import clean_temp, make_temp
from warehouse._place import DIGEST_NAME, place
from warehouse.catalog import Warehouse
from warehouse.errors import WarehouseError
from warehouse.files import conform, write_file
from warehouse.lookup import may_hold_any
from warehouse.schemas import TABLES
from warehouse.withdrawal.retry import retrying

Change = Callable[[pa.Table], pa.Table]
"""From all rows of a file to the rows that stay, in their order."""

Note = Callable[[Sequence["Replaced"]], None]


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a table whose ``column``, of strings, is among ``values``."""

    table: str
    column: str
    values: Collection[str]


@dataclass(frozen=True, slots=True)
class Replaced:
    """A data file that was written anew."""

    table: str
    old: str
    old_sha256: str
    old_rows: int
    new: str | None
    """None where no row was left."""
    new_sha256: str | None
    new_rows: int


def rewrite(
    warehouse: Warehouse, rows: Rows, change: Change, note: Note, properties: Mapping[str, str]
) -> list[Replaced]:
    """Change the files of a table that hold such rows; one snapshot, or none.

    Args:
        warehouse: Whose table it is.
        rows: Which rows change.
        change: What becomes of them.
        note: Told what is about to be committed, before each attempt.
        properties: Of the snapshot.

    Rows of unfinished runs are changed too.

    Raises:
        WarehouseError: Another engine wrote delete files, which this reader does not apply.
        ConflictError: Other writers kept winning; nothing was changed.
    """
    if not rows.values:
        return []
    name = rows.table
    made: dict[str, tuple[Replaced, DataFile | None]] = {}
    with workplace(warehouse) as folder:

        def attempt() -> list[Replaced]:
            table = warehouse.table(name)
            outgoing = _holding(table, rows)
            pairs = []
            for data_file in outgoing:
                location = data_file.file_path
                if location not in made:
                    fresh = _File(table, name, warehouse.file_schema(name)).rewritten(location, change, folder)
                    if fresh is not None:
                        made[location] = fresh
                if location in made:
                    pairs.append((data_file, *made[location]))
            if not pairs:
                return []
            note([replaced for _, replaced, _ in pairs])
            with table.transaction() as transaction:
                update = transaction.update_snapshot(snapshot_properties=dict(properties)).overwrite()
                with update as overwrite:
                    for old, _, new in pairs:
                        overwrite.delete_data_file(old)
                        if new is not None:
                            overwrite.append_data_file(new)
            return [replaced for _, replaced, _ in pairs]

        return retrying(attempt, f"rewrite {name}")


@contextmanager
def workplace(warehouse: Warehouse) -> Iterator[Path]:
    """A folder for files that are not in their place yet; what a crash left of earlier ones is removed."""
    home = workplaces(warehouse)
    if home is None:
        with TemporaryDirectory(prefix="malmoi-") as elsewhere:
            yield Path(elsewhere)
        return
    clean_temp(home)
    folder = make_temp(home)
    try:
        yield folder
    finally:
        rmtree(folder)


def workplaces(warehouse: Warehouse) -> Path | None:
    """Where a warehouse in a folder keeps files that are not in their place yet; None for other warehouses."""
    local = "://" not in warehouse.uri or warehouse.uri.startswith("file://")
    return Path(warehouse.uri.removeprefix("file://")) / "rewriting" if local else None


def _holding(table: Table, rows: Rows) -> list[DataFile]:
    """Data files that may hold such rows, by the bounds of the table and the Bloom filters of the file."""
    wanted: Any = set(rows.values)
    found = []
    for task in table.scan(row_filter=In(term=Reference(rows.column), values=wanted)).plan_files():
        if task.delete_files:
            raise WarehouseError(f"table {rows.table} has delete files: rewrite it before withdrawing from it")
        with cast("BinaryIO", table.io.new_input(task.file.file_path).open()) as source:
            if may_hold_any(source, rows.column, rows.values):
                found.append(task.file)
    return sorted(found, key=lambda file: file.file_path)


@dataclass(frozen=True, slots=True)
class _File:
    """How files of a table are written."""

    table: Table
    name: str
    schema: pa.Schema

    def rewritten(self, location: str, change: Change, folder: Path) -> tuple[Replaced, DataFile | None] | None:
        """The file that takes the place of the one at ``location``, put there; None where nothing changes."""
        io, digest = self.table.io, hashlib.sha256()
        with io.new_input(location).open() as source:
            while block := source.read(1 << 20):
                digest.update(block)
        with cast("BinaryIO", io.new_input(location).open()) as source, pq.ParquetFile(source) as file:
            groups = [file.metadata.row_group(number).num_rows for number in range(file.num_row_groups)]
            rows = conform(file.read(), self.schema)
        left = change(rows)
        if left.equals(rows):
            return None
        if not left.num_rows:
            return Replaced(self.name, location, digest.hexdigest(), rows.num_rows, None, None, 0), None
        stem = DIGEST_NAME.sub("", location.rpartition("/")[2])
        path = folder / f"{stem}.parquet"
        fresh = write_file(left, path, TABLES[self.name], self.schema, group_rows=max(groups))
        new = place(self.table, path, _run_of(left))
        path.unlink()
        entry = parquet_file_to_data_file(io=io, table_metadata=self.table.metadata, file_path=new)
        return Replaced(
            *(self.name, location, digest.hexdigest(), rows.num_rows), *(new, fresh.sha256, left.num_rows)
        ), entry


def _run_of(rows: pa.Table) -> str:
    (run_id, *others) = pc.unique(rows["run_id"]).to_pylist()
    return str(run_id) if not others else "several"


def without(column: str, values: Collection[str]) -> Change:
    """The change that takes out rows whose ``column`` is among the values."""
    gone = pa.array(sorted(values), pa.string())

    def change(rows: pa.Table) -> pa.Table:
        leaving: Any = pc.is_in(rows[column], gone)
        return rows.filter(pc.invert(leaving))

    return change
