"""A Parquet file at rest: laid out for look-ups, checked page by page, and there wholly or not at all."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from warehouse._durable import fsync, make_temp, rename, sha256
from warehouse.errors import DamagedFileError, SchemaMismatchError
from warehouse.schemas import TableSpec
from warehouse.settings import DEFAULT_FILES, FileSettings

_WHOLE_CHUNK = 1 << 30
"""Bytes of a page that no column of a row group fills."""


@dataclass(frozen=True, slots=True)
class ShardFile:
    """A finished file."""

    path: Path
    rows: int
    bytes: int
    sha256: str


def conform(rows: pa.Table, schema: pa.Schema) -> pa.Table:
    """Rows with exactly the columns of ``schema``, in its order and types.

    Optional columns that are missing become null; a struct becomes a map where the schema has one.

    Raises:
        SchemaMismatchError: A column is unknown, a required one is missing or has nulls, or a type does not fit.
    """
    unknown = sorted(set(rows.column_names) - set(schema.names))
    if unknown:
        raise SchemaMismatchError(f"columns {unknown} are in no table of this name")
    return pa.table([_conform_column(rows, field) for field in schema], schema=schema)


def write_file(
    rows: pa.Table,
    path: Path,
    spec: TableSpec,
    schema: pa.Schema,
    *,
    group_rows: int | None = None,
    settings: FileSettings = DEFAULT_FILES,
) -> ShardFile:
    """Write rows as they are ordered, check what came to rest, and only then give the file its name.

    Args:
        rows: Rows that ``conform`` can bring to ``schema``.
        path: Where the file goes; one of that name is replaced.
        spec: Which columns get Bloom filters and bounds.
        schema: ``Warehouse.file_schema(spec.name)``: the columns with the field ids of the table.
        group_rows: Rows of a row group. Give it where bytes must not depend on how ``rows`` lies in memory; else it
            follows from ``settings.row_group_bytes``.
        settings: Layout.

    Raises:
        SchemaMismatchError: The rows do not fit.
        DamagedFileError: What was read back is not what was written.
    """
    table = conform(rows, schema)
    if group_rows is None:
        group_rows = table.num_rows * group_bytes(spec, settings) // max(1, table.nbytes)
    group_rows = max(1, min(group_rows, table.num_rows))
    folder = make_temp(path.parent)
    try:
        unfinished = folder / path.name
        pq.write_table(table, unfinished, row_group_size=group_rows, **_layout(spec, group_rows, settings))
        fsync(unfinished)
        check_file(unfinished, table.num_rows)
        finished = ShardFile(path, table.num_rows, unfinished.stat().st_size, sha256(unfinished))
        rename(unfinished, path)
    finally:
        for left in folder.iterdir():
            left.unlink()
        folder.rmdir()
    return finished


def group_bytes(spec: TableSpec, settings: FileSettings = DEFAULT_FILES) -> int:
    """Uncompressed bytes that row groups of a table aim at."""
    return min(int(settings.row_group_bytes), spec.group_bytes or int(settings.row_group_bytes))


def check_file(path: Path, rows: int) -> None:
    """Read a file in full, a row group at a time, and check every page against its checksum.

    Raises:
        DamagedFileError: It cannot be read, a checksum differs, or it does not hold ``rows`` rows.
    """
    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            found = sum(file.read_row_group(group).num_rows for group in range(file.num_row_groups))
    except (OSError, pa.ArrowException) as error:
        raise DamagedFileError(f"{path} is damaged: {error}") from error
    if found != rows:
        raise DamagedFileError(f"{path} holds {found} rows where {rows} were written")


def _layout(spec: TableSpec, group_rows: int, settings: FileSettings) -> Mapping[str, Any]:
    bloom = {"ndv": group_rows, "fpp": settings.bloom_false_positives}
    coded = [name for name in spec.schema.names if name not in spec.plain]
    compression = {
        "compression": {**dict.fromkeys(coded, "zstd"), **dict.fromkeys(spec.plain, "none")},
        "compression_level": dict.fromkeys(coded, settings.compression_level),
        "use_dictionary": coded,
        "data_page_size": _WHOLE_CHUNK,
        "max_rows_per_page": group_rows,
    }
    usual = {"compression": "zstd", "compression_level": settings.compression_level}
    return {
        **(compression if spec.plain else usual),
        "write_page_checksum": True,
        "write_page_index": True,
        "write_statistics": list(spec.bounds),
        "bloom_filter_options": dict.fromkeys(spec.blooms, bloom),
    }


def _conform_column(rows: pa.Table, field: "pa.Field[Any]") -> "pa.ChunkedArray[Any]":
    if field.name not in rows.column_names:
        if not field.nullable:
            raise SchemaMismatchError(f"the required column {field.name} is missing")
        return pa.chunked_array([pa.nulls(rows.num_rows, field.type)])
    column = rows.column(field.name)
    if column.null_count and not field.nullable:
        raise SchemaMismatchError(f"the required column {field.name} has {column.null_count} nulls")
    if column.type == field.type:
        return column
    try:
        if pa.types.is_map(field.type) and pa.types.is_struct(column.type):
            return _map_of_struct(column.combine_chunks(), field.type)
        return column.cast(field.type)
    except pa.ArrowException as error:
        raise SchemaMismatchError(f"column {field.name} is {column.type} and not {field.type}: {error}") from error


def _map_of_struct(values: Any, kind: Any) -> "pa.ChunkedArray[Any]":
    """A struct as a map from the names of its fields."""
    names = [field.name for field in values.type]
    width = len(names)
    rows = np.arange(len(values))
    items = pa.concat_arrays(
        [child.cast(kind.item_type) for child in values.flatten()] or [pa.nulls(0, kind.item_type)]
    )
    # Fields lie one after the other; a map wants the fields of each row together.
    by_row = (rows[:, None] + np.arange(width) * len(values)).ravel()
    keys = pa.array(names * len(values), kind.key_type)
    offsets = pa.array(np.arange(len(values) + 1) * width, pa.int32())
    maps: Any = pa.MapArray
    return pa.chunked_array(
        [maps.from_arrays(offsets, keys, items.take(pa.array(by_row)), type=kind, mask=values.is_null())]
    )
