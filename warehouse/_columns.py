"""Columns as declared in Arrow against columns as Iceberg holds them."""

from typing import Any

import pyarrow as pa
from pyiceberg.io.pyarrow import schema_to_pyarrow
from pyiceberg.table import Table
from pyiceberg.types import ListType, MapType, NestedField, StructType

from warehouse.errors import SchemaMismatchError
from warehouse.schemas import TableSpec


def with_ids(field: "pa.Field[Any]", iceberg: NestedField) -> "pa.Field[Any]":
    """A declared field with the id of its Iceberg field, and so on inside it: what a file of the table has."""
    kind: Any = field.type
    inner = iceberg.field_type
    if isinstance(inner, StructType):
        kind = pa.struct([with_ids(kind.field(child.name), child) for child in inner.fields])
    elif isinstance(inner, ListType):
        kind = pa.list_(with_ids(kind.value_field, inner.element_field).with_name("element"))
    elif isinstance(inner, MapType):
        kind = pa.map_(with_ids(kind.key_field, inner.key_field), with_ids(kind.item_field, inner.value_field))
    metadata = {**(field.metadata or {}), b"PARQUET:field_id": str(iceberg.field_id).encode()}
    return pa.field(field.name, kind, field.nullable, metadata)


def check_columns(table: Table, spec: TableSpec, *, upgrade: bool) -> None:
    """Compare the columns of a table with those that this version of Malmoi declares.

    Args:
        table: The table.
        spec: What it should be.
        upgrade: Whether columns that are missing are added.

    Raises:
        SchemaMismatchError: They differ; the message says what to do.
    """
    held = {field.name: field for field in schema_to_pyarrow(table.schema(), include_field_ids=False)}
    wanted = {field.name: field.with_type(_widen(field.type)) for field in spec.schema}
    where = f"table {spec.name} at {table.location()}"
    if newer := [name for name in held if name not in wanted]:
        raise SchemaMismatchError(
            f"{where} has columns {newer} that this version of Malmoi does not know: "
            "use the version that made it, or another warehouse"
        )
    if changed := [name for name, field in held.items() if not field.equals(wanted[name])]:
        pairs = ", ".join(f"{held[name]} (now {wanted[name]})" for name in changed)
        raise SchemaMismatchError(
            f"{where} has columns of other types: {pairs}: "
            "use the version that made it, or run again into another warehouse"
        )
    if older := [name for name in wanted if name not in held]:
        if not upgrade:
            raise SchemaMismatchError(
                f"{where} was made by an older version of Malmoi and lacks columns {older}: "
                "open it once with upgrade=True"
            )
        with table.update_schema() as update:
            update.union_by_name(spec.schema)


def _widen(kind: Any) -> Any:
    """A declared type as pyiceberg gives it back: with 64-bit offsets everywhere."""
    if pa.types.is_string(kind):
        return pa.large_string()
    if pa.types.is_binary(kind):
        return pa.large_binary()
    if pa.types.is_list(kind):
        return pa.large_list(_widen_field(kind.value_field).with_name("element"))
    if pa.types.is_map(kind):
        return pa.map_(_widen_field(kind.key_field), _widen_field(kind.item_field))
    if pa.types.is_struct(kind):
        return pa.struct([_widen_field(child) for child in kind])
    return kind


def _widen_field(field: "pa.Field[Any]") -> "pa.Field[Any]":
    return field.with_type(_widen(field.type))
