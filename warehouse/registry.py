"""Registries: tables to which people add one row at a time, such as ``recipients`` and ``contracts``.

A row is never replaced. Its key is the first column that its table is sorted by, and each row that is added is an entry
in the ledger, with the digest of the row and nothing of what it says.
"""

import datetime as dt
import logging
import tempfile
import time
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyiceberg.exceptions import CommitFailedException, CommitStateUnknownException
from pyiceberg.expressions import EqualTo, Reference

from warehouse._place import place
from warehouse.canonical import digest
from warehouse.catalog import Warehouse
from warehouse.errors import ConflictError, WarehouseError
from warehouse.files import write_file
from warehouse.ledger import Ledger
from warehouse.schemas import TABLES

_log = logging.getLogger(__name__)

_ATTEMPTS = 12
_FIRST_WAIT_S = 0.05
_JSON_INTEGERS = 2**53
"""From here on JSON cannot hold every integer; ids of snapshots are larger."""


class AlreadyThereError(WarehouseError):
    """A registry has another row of this key: nothing was changed."""


def insert(warehouse: Warehouse, table: str, row: Mapping[str, Any]) -> None:
    """Add a row and enter it in the ledger, whoever else adds rows at the same time.

    A row that is there already with the same values is left alone. One that a crash kept out of the ledger is entered
    in it by the next call for its key, whatever that call says.

    Args:
        warehouse: Where to.
        table: The registry.
        row: Its columns; optional ones that are missing become null.

    Raises:
        AlreadyThereError: There is a row of this key that says something else.
        SchemaMismatchError: The row does not fit the table.
        ConflictError: Other writers kept winning; call again.
        WarehouseError: The warehouse has no folder of this machine for its ledger.
    """
    if "://" in warehouse.uri:
        raise WarehouseError(f"{warehouse.uri} has no ledger: registries are kept by warehouses in a folder")
    rows = _rows(table, row)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "row.parquet"
        write_file(rows, path, TABLES[table], warehouse.file_schema(table))
        there = _commit(warehouse, table, path, str(row[_key(table)]))
    ledger = Ledger.of(warehouse.uri)
    entry = _entry(table, rows if there is None else there)
    if there is None or not any(one.kind == _KIND and one.body == entry for one in ledger.entries()):
        ledger.append(_KIND, entry)
    if entry != _entry(table, rows):
        raise AlreadyThereError(f"{table} has {row[_key(table)]} already: nothing was changed")


def rows(warehouse: Warehouse, table: str) -> list[dict[str, Any]]:
    """Every row of a registry, by key."""
    found = warehouse.scan(table).sort_by(_key(table)).to_pylist()
    return [_as_given(table, row) for row in found]


def find(warehouse: Warehouse, table: str, key: str) -> dict[str, Any] | None:
    """The row of a key; None where there is none."""
    wanted: Any = key
    found = warehouse.scan(table, EqualTo(term=Reference(_key(table)), value=wanted)).to_pylist()
    return _as_given(table, found[0]) if found else None


_KIND = "registered"


def _key(table: str) -> str:
    return TABLES[table].sort_by[0]


def _rows(table: str, row: Mapping[str, Any]) -> pa.Table:
    """A row as a table of the registry's schema; mappings may be given as such."""
    schema = TABLES[table].schema
    unknown = sorted(set(row) - set(schema.names))
    if unknown:
        raise WarehouseError(f"{table} has no columns {unknown}")
    values = {name: list(value.items()) if isinstance(value, Mapping) else value for name, value in row.items()}
    return pa.Table.from_pylist([values], schema=schema)


def _as_given(table: str, row: Mapping[str, Any]) -> dict[str, Any]:
    schema = TABLES[table].schema
    maps = {field.name for field in schema if pa.types.is_map(field.type)}
    return {name: dict(value) if name in maps and value is not None else value for name, value in row.items()}


def _plain(value: Any) -> Any:
    """A value of a row as JSON has it."""
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, int) and abs(value) >= _JSON_INTEGERS:
        return str(value)
    return value.astimezone(dt.UTC).isoformat() if isinstance(value, dt.datetime) else value


def _entry(table: str, rows: pa.Table) -> dict[str, str]:
    """What the ledger says of a row."""
    (row,) = rows.to_pylist()
    return {"table": table, "key": str(row[_key(table)]), "row": digest(_plain(row))}


def _commit(warehouse: Warehouse, name: str, path: Path, key: str) -> pa.Table | None:
    """Commit a file of one row; returns the row that has the key already, and then nothing is committed."""
    location = ""
    for attempt in range(_ATTEMPTS):
        table = warehouse.table(name)
        if there := find(warehouse, name, key):
            return _rows(name, there)
        location = location or place(table, path, "registry")
        try:
            # The commit holds only if nobody has committed since the table was loaded, so not twice for one key.
            table.add_files([location], check_duplicate_files=False)
        except (CommitFailedException, CommitStateUnknownException) as error:
            wait = _FIRST_WAIT_S * 2 ** min(attempt, 6) * _jitter(location, attempt)
            _log.info("%s waits %.2f s to be added to %s: %s", key, wait, name, error)
            time.sleep(wait)
        else:
            return None
    raise ConflictError(f"other writers kept {key} from {name}: add it again")


def _jitter(row: str, attempt: int) -> float:
    """Between 0.5 and 1.5, another one for another row and attempt."""
    return 0.5 + zlib.crc32(f"{row}/{attempt}".encode()) / 2**32
