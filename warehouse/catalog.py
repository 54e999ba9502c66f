"""The warehouse: an Iceberg catalog with the tables of ``schemas``, and how they are read."""

import fcntl
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pyarrow as pa
from pyiceberg.catalog import Catalog, load_catalog
from pyiceberg.exceptions import NoSuchTableError
from pyiceberg.expressions import AlwaysTrue, BooleanExpression, EqualTo, NotIn, Reference
from pyiceberg.table import DataScan, Table

from warehouse._columns import check_columns, with_ids
from warehouse.errors import WarehouseError
from warehouse.schemas import NAMESPACE, TABLES

RUN_ID_PROPERTY = "malmoi.run-id"
UNFINISHED_PROPERTY = "malmoi.unfinished-runs"
"""Property of a table whose snapshots were expired: the runs (JSON) that had committed to it and were not finished."""

_EVERYTHING = AlwaysTrue()
# Committing is retried by commit_run, which looks at each attempt whether its run is there already.
_PROPERTIES = {"commit.retry.num-retries": "0", "write.metadata.metrics.default": "none"}


class Warehouse:
    """Tables of the namespace ``corpus`` in one Iceberg catalog. A context manager; ``close`` frees connections."""

    def __init__(self, catalog: Catalog, uri: str) -> None:
        self.catalog = catalog
        self.uri = uri

    @classmethod
    def open(
        cls,
        uri: str,
        *,
        create: bool = True,
        upgrade: bool = False,
        catalog: Mapping[str, str] | None = None,
        storage_options: Mapping[str, str] | None = None,
    ) -> Self:
        """Open a warehouse, making what is missing.

        Args:
            uri: A folder, with the catalog in ``<folder>/catalog.db``; with ``catalog`` also a URL of object storage.
                Iceberg stores absolute paths: a warehouse folder cannot be moved.
            create: Whether tables that are missing are made.
            upgrade: Whether columns that this version adds are added to tables of an older one.
            catalog: Properties of another catalog by pyiceberg's names, such as ``type`` and ``uri``.
            storage_options: Properties of the storage by pyiceberg's names, such as ``s3.endpoint``.

        Raises:
            WarehouseError: There is no warehouse and ``create`` is false, or object storage has no catalog.
            SchemaMismatchError: A table has other columns than this version of Malmoi; the message says what to do.
        """
        place, properties = _catalog_of(uri, catalog or {})
        local = not catalog
        if local and not create and not Path(place, "catalog.db").is_file():
            raise WarehouseError(f"there is no warehouse at {place}: a run makes one")
        with _locked(Path(place)) if local and create else nullcontext():
            opened = cls(load_catalog("malmoi", **{**(storage_options or {}), **properties}), place)
            try:
                opened._check_tables(create=create, upgrade=upgrade)
            except BaseException:
                opened.close()
                raise
        return opened

    def close(self) -> None:
        """Close the connections of the catalog."""
        self.catalog.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def table(self, name: str) -> Table:
        """A table in its present state.

        Raises:
            KeyError: Malmoi has no such table.
        """
        return self.catalog.load_table((NAMESPACE, TABLES[name].name))

    def tables(self) -> list[str]:
        """Names of the tables that there are, in the order of ``TABLES``."""
        found = {identifier[-1] for identifier in self.catalog.list_tables(NAMESPACE)}
        return [name for name in TABLES if name in found]

    def file_schema(self, name: str) -> pa.Schema:
        """Columns of the files of a table: those of ``TABLES[name].schema`` with the field ids that Iceberg gave."""
        fields = self.table(name).schema().fields
        return pa.schema([with_ids(TABLES[name].schema.field(field.name), field) for field in fields])

    def scan(
        self, name: str, row_filter: str | BooleanExpression = _EVERYTHING, columns: Sequence[str] = ("*",)
    ) -> pa.Table:
        """Rows of a table, those of unfinished runs left out, in the types of ``TABLES[name].schema``.

        Args:
            name: The table.
            row_filter: An Iceberg expression, or its text such as ``site = 'example.kr'``.
            columns: Columns to read; all by default.
        """
        rows = self.plan(name, row_filter, columns).to_arrow()
        return rows.cast(pa.schema([TABLES[name].schema.field(column) for column in rows.column_names]))

    def plan(
        self, name: str, row_filter: str | BooleanExpression = _EVERYTHING, columns: Sequence[str] = ("*",)
    ) -> DataScan:
        """The scan that ``scan`` carries out; for readers of batches or files."""
        table = self.table(name)
        scan = table.scan(row_filter=row_filter, selected_fields=tuple(columns))
        hidden: Any = self.unfinished(table)
        return scan.filter(NotIn(term=Reference("run_id"), values=hidden)) if hidden else scan

    def unfinished(self, table: Table) -> set[str]:
        """Runs that have committed to a table but are not finished, so that their rows are not to be seen."""
        if "run_id" not in table.schema().column_names or table.name()[-1] == "runs":
            return set()
        committed = runs_of(table)
        return committed - self.runs() if committed else set()

    def runs(self) -> set[str]:
        """Ids of finished runs."""
        rows = self.table("runs").scan(selected_fields=("run_id",)).to_arrow()
        return {str(run_id) for run_id in rows["run_id"].to_pylist()}

    def run(self, run_id: str) -> dict[str, Any] | None:
        """What a finished run counted (its JSON object ``counts``); None where there is no such run."""
        wanted: Any = run_id
        this = EqualTo(term=Reference("run_id"), value=wanted)
        rows = self.table("runs").scan(row_filter=this, selected_fields=("counts",)).to_arrow()
        return json.loads(rows["counts"][0].as_py() or "{}") if rows.num_rows else None

    def folders(self) -> dict[str, str]:
        """Where the Parquet files of each table lie."""
        return {name: f"{self.table(name).location()}/data" for name in self.tables()}

    def _check_tables(self, *, create: bool, upgrade: bool) -> None:
        if create:
            self.catalog.create_namespace_if_not_exists(NAMESPACE)
        for spec in TABLES.values():
            if create:
                bounds = {f"write.metadata.metrics.column.{name}": "full" for name in spec.bounds}
                properties = {**_PROPERTIES, **bounds, "comment": spec.meaning}
                self.catalog.create_table_if_not_exists((NAMESPACE, spec.name), spec.schema, properties=properties)
            try:
                check_columns(self.table(spec.name), spec, upgrade=upgrade)
            except NoSuchTableError as error:
                raise WarehouseError(f"the warehouse at {self.uri} has no table {spec.name}: a run makes it") from error


def runs_of(table: Table) -> set[str]:
    """Ids of the runs that have a snapshot in a table, or had one that was expired before they were finished."""
    summaries = [snapshot.summary for snapshot in table.metadata.snapshots if snapshot.summary]
    found = (summary.additional_properties.get(RUN_ID_PROPERTY) for summary in summaries)
    carried = json.loads(table.properties.get(UNFINISHED_PROPERTY, "[]"))
    return {run_id for run_id in found if run_id} | set(carried)


def _catalog_of(uri: str, catalog: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """Where the tables lie, and the properties of the catalog that knows them."""
    remote = "://" in uri and not uri.startswith("file://")
    if remote and not catalog:
        raise WarehouseError(f"{uri} needs a catalog: give the properties of a PostgreSQL or REST catalog")
    place = uri if remote else str(Path(uri.removeprefix("file://")).expanduser().resolve())
    # A writer that finds the catalog busy waits a minute, not the five seconds of SQLite's binding.
    embedded = {"type": "sql", "uri": f"sqlite:///{place}/catalog.db?timeout=60"}
    return place, {**(catalog or embedded), "warehouse": place}


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold a lock among the processes of this machine, so that two do not make the same catalog."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "catalog.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
