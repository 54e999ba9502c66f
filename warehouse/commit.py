"""Committing a run: all its rows in every table, once, whatever crashes and whoever else is writing.

Each table gets one snapshot, which carries the run's id; the row in ``runs`` comes last and makes the others visible.
Committing again after a crash goes on where it stopped, since a table that has a snapshot of the run is left alone.

Files are added to the tables as they are. pyiceberg could write them itself (``Table.append``), but gives them neither
page checksums, page index, Bloom filters nor row groups of a chosen size.
"""

import json
import logging
import tempfile
import time
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from pyiceberg.exceptions import CommitFailedException, CommitStateUnknownException
from pyiceberg.io.pyarrow import pyarrow_to_schema
from pyiceberg.types import StructType

from warehouse._place import place as _place
from warehouse.catalog import RUN_ID_PROPERTY, Warehouse, runs_of
from warehouse.errors import ConflictError, SchemaMismatchError
from warehouse.files import write_file
from warehouse.schemas import RUNS, TABLES

_log = logging.getLogger(__name__)

_ATTEMPTS = 12
_FIRST_WAIT_S = 0.05


def commit_run(
    warehouse: Warehouse,
    run_id: str,
    files: Mapping[str, Sequence[Path]],
    run_row: Mapping[str, Any],
    snapshot_properties: Mapping[str, str] | None = None,
) -> list[str]:
    """Commit the files of a run and, last, its row in ``runs``.

    Files stay where they are (a local warehouse links them); their owner may remove them afterwards.

    Args:
        warehouse: Where to.
        run_id: The run.
        files: Files of ``write_file`` or ``write_shards`` by table name; ``runs`` is not among them.
        run_row: The columns of ``runs`` but ``run_id``.
        snapshot_properties: More properties of every snapshot, beside ``malmoi.run-id``, ``malmoi.recipe-digest``,
            ``malmoi.code-version`` and ``malmoi.models``.

    Returns:
        The tables that this call committed to; none where the run was committed before.

    Raises:
        SchemaMismatchError: A file does not fit its table or holds rows of another run; nothing was committed.
        ConflictError: Other writers kept winning; call again.
    """
    if warehouse.run(run_id) is not None:
        return []
    for name, paths in files.items():
        _check(warehouse, name, paths, run_id)
    properties = {
        **(snapshot_properties or {}),
        RUN_ID_PROPERTY: run_id,
        "malmoi.recipe-digest": run_row["recipe_digest"],
        "malmoi.code-version": run_row["code_version"],
        "malmoi.models": json.dumps(dict(run_row.get("models") or {}), sort_keys=True),
    }
    committed = [name for name in TABLES if files.get(name) and commit_files(warehouse, name, files[name], properties)]
    with tempfile.TemporaryDirectory() as folder:
        row = pa.Table.from_pylist([{**run_row, "run_id": run_id}], RUNS.schema)
        path = Path(folder) / "run.parquet"
        write_file(row, path, RUNS, warehouse.file_schema("runs"))
        if commit_files(warehouse, "runs", [path], properties):
            committed.append("runs")
    return committed


def _check(warehouse: Warehouse, name: str, paths: Sequence[Path], run_id: str) -> None:
    if name not in TABLES or name == "runs":
        raise SchemaMismatchError(f"files of a run cannot go to a table {name}")
    wanted = warehouse.table(name).schema().as_struct()
    for path in paths:
        with pq.ParquetFile(path) as file:
            if not _fits(file.schema_arrow, wanted):
                raise SchemaMismatchError(f"{path} was not written for the table {name} of this warehouse")
            column = [file.schema.column(leaf).path for leaf in range(len(file.schema))].index("run_id")
            groups = [file.metadata.row_group(group) for group in range(file.num_row_groups)]
            bounds = {bound for group in groups for bound in _bounds(group.column(column))}
        if bounds != {run_id}:
            raise SchemaMismatchError(f"{path} holds rows of other runs than {run_id}")


def _fits(schema: pa.Schema, wanted: StructType) -> bool:
    try:
        return pyarrow_to_schema(schema).as_struct() == wanted
    except ValueError:  # it has no field ids
        return False


def _bounds(chunk: pq.ColumnChunkMetaData) -> tuple[Any, Any]:
    return (chunk.statistics.min, chunk.statistics.max) if chunk.statistics else (None, None)


def commit_files(warehouse: Warehouse, name: str, paths: Sequence[Path], properties: Mapping[str, str]) -> bool:
    """Commit files to one table, once for each value of ``malmoi.run-id``.

    Args:
        warehouse: Where to.
        name: The table.
        paths: Files of ``write_file`` for it.
        properties: Properties of the snapshot; ``malmoi.run-id`` names what is committed.

    Returns:
        Whether there was need to.

    Raises:
        ConflictError: Other writers kept winning; call again.
    """
    run_id = properties[RUN_ID_PROPERTY]
    locations: list[str] = []
    for attempt in range(_ATTEMPTS):
        table = warehouse.table(name)
        if run_id in runs_of(table):
            return False
        locations = locations or [_place(table, path, run_id) for path in paths]
        try:
            # The commit holds only if nobody has committed since the table was loaded, so not twice for one run.
            # New names cannot be in the table already, which pyiceberg would read all manifests to find out.
            table.add_files(locations, snapshot_properties=dict(properties), check_duplicate_files=False)
        except (CommitFailedException, CommitStateUnknownException) as error:
            wait = _FIRST_WAIT_S * 2 ** min(attempt, 6) * _jitter(run_id, attempt)
            _log.info("run %s waits %.2f s to commit to %s again: %s", run_id, wait, name, error)
            time.sleep(wait)
        else:
            return True
    raise ConflictError(f"other writers kept run {run_id} from committing to {name}: commit it again")


def _jitter(run_id: str, attempt: int) -> float:
    """Between 0.5 and 1.5, the same for the same run and attempt."""
    return 0.5 + zlib.crc32(f"{run_id}/{attempt}".encode()) / 2**32
