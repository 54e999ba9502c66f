"""Erasing: nothing that the warehouse folder holds keeps a byte of a withdrawn document.

What held one are the data files of older snapshots, the manifests that describe them, parts of runs that were not
finished, and files that a crash left. Older snapshots of the rewritten tables are expired as a whole, for a snapshot
that lacks files cannot be read. Inputs are the operator's; the certificate says where in them the captures lie.
Site files and signatures stay: neither holds text of a page.
"""

import fcntl
import json
import shutil
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyiceberg.expressions import In, Reference
from pyiceberg.manifest import DataFile
from pyiceberg.table import Table
from pyiceberg.table.snapshots import Snapshot

from licenses import WithdrawalList
from warehouse._durable import clean_temp, fsync, make_temp, rename
from warehouse.catalog import UNFINISHED_PROPERTY, Warehouse
from warehouse.errors import WarehouseError
from warehouse.withdrawal.retry import retrying

REWRITTEN = ("documents", "drops", "evidence")
"""Tables that a withdrawal rewrites."""
_MAIN = "main"


class Journal:
    """Files that were, or are to be, removed: a JSON list that outlives a crash."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> list[str]:
        """The files, sorted."""
        return list(json.loads(self._path.read_text("utf-8"))) if self._path.exists() else []

    def add(self, files: Iterable[str]) -> None:
        """Add files; on disk when this returns."""
        folder = make_temp(self._path.parent)
        try:
            fresh = folder / self._path.name
            fresh.write_text(json.dumps(sorted({*self.read(), *files}), ensure_ascii=False), "utf-8")
            fsync(fresh)
            rename(fresh, self._path)
        finally:
            folder.rmdir()


def expire(warehouse: Warehouse, name: str, journal: Journal) -> None:
    """Expire all but the present snapshot of a table and remove the files that only they had.

    Args:
        warehouse: Whose table it is.
        name: The table.
        journal: Told what is to be removed before anything is: a call that was killed is made good by the next one.

    Raises:
        WarehouseError: A branch or tag of another engine keeps an older snapshot.
    """

    def attempt() -> None:
        table = warehouse.table(name)
        if others := sorted(set(table.refs()) - {_MAIN}):
            raise WarehouseError(f"branches or tags {others} of table {name} keep older snapshots: drop them first")
        if table.current_snapshot() is None:
            return
        _carry_unfinished(warehouse, table)
        table = _forget_deletions(warehouse, name)
        old = [one for one in table.metadata.snapshots if one.snapshot_id != table.metadata.current_snapshot_id]
        journal.add(_files_of(table, old) - _reachable(table, old))
        if old:
            table.maintenance.expire_snapshots().by_ids([one.snapshot_id for one in old]).commit()

    retrying(attempt, f"expire snapshots of {name}")
    table = warehouse.table(name)
    for location in sorted(set(journal.read()) - _reachable(table)):
        if table.io.new_input(location).exists():
            table.io.delete(location)


def sweep(warehouse: Warehouse, name: str) -> list[str]:
    """Remove data files of a table that no snapshot has: what crashed commits left. For warehouses in a folder."""
    table = warehouse.table(name)
    root = Path(table.location().removeprefix("file://")) / "data"
    if "://" in table.location() and not table.location().startswith("file://"):
        return []
    reachable = {Path(path.removeprefix("file://")) for path in _reachable(table)}
    removed = []
    for folder in sorted(path for path in root.glob("*") if path.is_dir()):
        with _idle_run(warehouse, folder.name) as idle:
            for path in sorted(folder.rglob("*")) if idle else ():
                if path.is_file() and path not in reachable:
                    path.unlink()
                    removed.append(str(path))
    return removed


def clear_runs(warehouse: Warehouse, doc_ids: Iterable[str]) -> list[str]:
    """Remove what runs that are not finished hold of these documents: parts, and the files of the group phase.

    The run makes them anew when it goes on, and leaves the documents out.

    Raises:
        WarehouseError: A run is working.
    """
    runs = Path(warehouse.uri.removeprefix("file://")) / "runs"
    removed = []
    for folder in sorted(path for path in runs.glob("*") if path.is_dir()):
        with _idle_run(warehouse, folder.name) as idle:
            if not idle:
                raise WarehouseError(f"run {folder.name} is working: wait for its end, then the same command goes on")
            removed += _clear_run(folder, set(doc_ids))
    return removed


def clear_workplaces(warehouse: Warehouse) -> list[str]:
    """Remove what releases, rewrites and withdrawals that were killed had laid aside.

    Raises:
        WarehouseError: A release or a rewrite is going on.
    """
    home = Path(warehouse.uri.removeprefix("file://"))
    removed = []
    for folder in (home / "releasing", home / "rewriting", *(home / "withdrawals").glob("w-*")):
        removed += [str(path) for path in clean_temp(folder)]
        if any(folder.glob(".tmp-*")):
            raise WarehouseError(f"somebody works in {folder}: wait for the end, then the same command goes on")
    return removed


def check_finished(warehouse: Warehouse, doc_ids: Collection[str], listing: WithdrawalList) -> None:
    """Refuse to erase while rows of a run that is not finished hold such documents: they are not to be seen yet.

    Raises:
        WarehouseError: There are such rows.
    """
    table = warehouse.table("documents")
    hidden: Any = warehouse.unfinished(table)
    if not hidden:
        return
    wanted = pa.array(sorted(doc_ids), pa.string())
    columns = ("doc_id", "url", "host", "author", "run_id")
    scan = table.scan(row_filter=In(term=Reference("run_id"), values=hidden), selected_fields=columns)
    for batch in scan.to_arrow_batch_reader():
        covered = pc.or_(listing.covered(batch), pc.is_in(batch["doc_id"].cast(pa.string()), wanted))
        if pc.any(covered).as_py():
            raise WarehouseError(
                f"of the runs {sorted(hidden)}, which are not finished, documents are to be erased: "
                "run them to their end, then the same command goes on"
            )


def _clear_run(folder: Path, doc_ids: set[str]) -> list[str]:
    removed = []
    if (folder / "group").exists():
        shutil.rmtree(folder / "group")
        removed.append(str(folder / "group"))
    for cut in sorted((folder / "parts").glob("*")):
        removed += map(str, clean_temp(cut))
        for part in sorted(path for path in cut.glob("*") if path.is_dir() and not path.name.startswith(".")):
            if any(_holds(file, doc_ids) for file in part.glob("*.parquet")):
                shutil.rmtree(part)
                removed.append(str(part))
    return removed


def _holds(file: Path, doc_ids: set[str]) -> bool:
    if "doc_id" not in pq.read_schema(file).names:
        return False
    return not doc_ids.isdisjoint(pc.unique(pq.read_table(file, columns=["doc_id"])["doc_id"]).to_pylist())


@contextmanager
def _idle_run(warehouse: Warehouse, run_id: str) -> Iterator[bool]:
    """Whether no process works on a run; none will while this lasts."""
    path = Path(warehouse.uri.removeprefix("file://")) / "runs" / run_id / "lock"
    if not path.exists():
        yield True
        return
    with path.open("r+") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def _carry_unfinished(warehouse: Warehouse, table: Table) -> None:
    """Note in the table which runs committed to it without being finished: their snapshots are about to go."""
    hidden = sorted(warehouse.unfinished(table))
    if hidden or UNFINISHED_PROPERTY in table.properties:
        with table.transaction() as transaction:
            transaction.set_properties({UNFINISHED_PROPERTY: json.dumps(hidden)})


def _forget_deletions(warehouse: Warehouse, name: str) -> Table:
    """The table in a snapshot whose manifests name no file that was taken out, with the bounds of its rows."""
    table = warehouse.table(name)
    snapshot = table.current_snapshot()
    manifests = snapshot.manifests(table.io) if snapshot else []
    if not all(manifest.has_added_files() or manifest.has_existing_files() for manifest in manifests):
        with table.transaction() as transaction, transaction.update_snapshot().fast_append():
            pass
        table = warehouse.table(name)
    return table


def _files_of(table: Table, snapshots: Iterable[Snapshot]) -> set[str]:
    """Manifest lists, manifests and data files of snapshots."""
    found: set[str] = set()
    for snapshot in snapshots:
        found.add(snapshot.manifest_list)
        for manifest in snapshot.manifests(table.io):
            if manifest.manifest_path not in found:
                found.add(manifest.manifest_path)
                entries = manifest.fetch_manifest_entry(table.io, discard_deleted=False)
                found |= {_path(entry.data_file) for entry in entries}
    return found


def _reachable(table: Table, leaving: Iterable[Snapshot] = ()) -> set[str]:
    """Files that the snapshots of a table need, but for those that are leaving."""
    gone = {snapshot.snapshot_id for snapshot in leaving}
    found: set[str] = set()
    for snapshot in table.metadata.snapshots:
        if snapshot.snapshot_id in gone:
            continue
        found.add(snapshot.manifest_list)
        for manifest in snapshot.manifests(table.io):
            found.add(manifest.manifest_path)
            found |= {_path(entry.data_file) for entry in manifest.fetch_manifest_entry(table.io)}
    return found


def _path(file: DataFile) -> str:
    return str(file.file_path)
