"""Everything the warehouse knows of one record, read with as few bytes as its files allow.

Iceberg's manifests name the files whose bounds admit a key. Within a file the bounds and Bloom filters of row groups
leave those that may hold it; of these the key column is read, and the other columns only where it is found.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, cast

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyiceberg.expressions import In, Reference

from warehouse.bloom import may_hold
from warehouse.catalog import Warehouse
from warehouse.errors import WarehouseError
from warehouse.files import conform
from warehouse.schemas import TABLES

_MOST_PROBED = 256
"""Values that a Bloom filter is asked about; with more of them hardly a row group has none."""
_DOC_ID = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Finding:
    """A record of a run, kept or not."""

    table: str
    """``documents`` or ``drops``."""
    row: Mapping[str, Any]
    evidence: Sequence[Mapping[str, Any]]
    """What the page and its site said of rights."""
    policy_class: Mapping[str, Any] | None
    """What follows from that; None for a record that was not kept."""
    cluster: Sequence[Mapping[str, Any]]
    """The kept document and the drops that duplicate it, this record included, texts left out; empty without such."""


def find_document(warehouse: Warehouse, url_or_doc_id: str) -> list[Finding]:
    """What is known of a URL, as it was captured, or of a doc_id: one finding for each row, kept ones first.

    A record has several rows where it was captured or run several times.
    """
    column = "doc_id" if _DOC_ID.fullmatch(url_or_doc_id) else "url"
    found = [
        (table, row)
        for table in ("documents", "drops")
        for row in rows_with(warehouse, table, column, [url_or_doc_id]).to_pylist(maps_as_pydicts="strict")
    ]
    return [
        Finding(table, row, _evidence(warehouse, row), _policy_class(warehouse, row), _cluster(warehouse, row))
        for table, row in found
    ]


def rows_with(
    warehouse: Warehouse, name: str, column: str, values: Collection[str], columns: Sequence[str] | None = None
) -> pa.Table:
    """Rows of a table whose ``column`` (a string) is among ``values``, in the order of files and rows.

    Rows of unfinished runs are left out.

    Raises:
        WarehouseError: Another engine wrote delete files, which this reader does not apply.
    """
    names = list(columns or TABLES[name].schema.names)
    schema = pa.schema([TABLES[name].schema.field(each) for each in names])
    if not values:
        return schema.empty_table()
    table = warehouse.table(name)
    hidden = pa.array(sorted(warehouse.unfinished(table)), pa.string())
    pieces = [schema.empty_table()]
    wanted: Any = set(values)
    tasks = table.scan(row_filter=In(term=Reference(column), values=wanted)).plan_files()
    for task in sorted(tasks, key=lambda task: task.file.file_path):
        if task.delete_files:
            raise WarehouseError(f"table {name} has delete files: rewrite it before looking records up")
        with cast("BinaryIO", table.io.new_input(task.file.file_path).open()) as source:
            for rows in _rows_of_file(source, column, values, {*names, "run_id"}):
                seen = rows.filter(pc.invert(pc.is_in(rows["run_id"], hidden))) if len(hidden) else rows
                pieces.append(conform(seen.select([each for each in names if each in seen.column_names]), schema))
    return pa.concat_tables(pieces)


def values_of(rows: pa.Table | pa.RecordBatch, column: str) -> list[Any]:
    """A column as Python values; None for null."""
    return rows.column(column).to_pylist()


def may_hold_any(source: BinaryIO, column: str, values: Collection[str]) -> bool:
    """Whether a file may hold one of the values in a column of strings, by its bounds and Bloom filters."""
    with pq.ParquetFile(source) as file:
        leaf = _leaf(file, column)
        chunks = [file.metadata.row_group(group).column(leaf) for group in range(file.num_row_groups)]
    return any(_may_hold_any(source, chunk, sorted(values)) for chunk in chunks)


def _leaf(file: pq.ParquetFile, column: str) -> int:
    return [file.schema.column(number).path for number in range(len(file.schema))].index(column)


def _rows_of_file(
    source: BinaryIO, column: str, values: Collection[str], columns: Collection[str]
) -> Iterator[pa.Table]:
    ordered = sorted(values)
    wanted = pa.array(ordered, pa.string())
    with pq.ParquetFile(source, page_checksum_verification=True) as file:
        leaf = _leaf(file, column)
        for group in range(file.num_row_groups):
            chunk = file.metadata.row_group(group).column(leaf)
            if not _may_hold_any(source, chunk, ordered):
                continue
            mask = pc.is_in(file.read_row_group(group, [column])[column], wanted)
            if pc.any(mask).as_py():
                # A file from before an upgrade lacks columns; they are left out here.
                yield file.read_row_group(group, list(columns)).filter(mask)


def _may_hold_any(source: BinaryIO, chunk: Any, ordered: Sequence[str]) -> bool:
    """Whether a column chunk may hold one of the sorted values. The filter is asked about few values only."""
    bounds = chunk.statistics
    low, high = 0, len(ordered)
    if bounds is not None and bounds.has_min_max:
        low, high = bisect_left(ordered, bounds.min), bisect_right(ordered, bounds.max)
    if high - low > _MOST_PROBED or chunk.bloom_filter_offset is None or chunk.bloom_filter_length is None:
        return low < high
    offset, length = chunk.bloom_filter_offset, chunk.bloom_filter_length
    return any(may_hold(source, offset, length, value.encode()) for value in ordered[low:high])


def _evidence(warehouse: Warehouse, row: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Evidence of a record, each piece once for the record and once for its site."""
    rows = rows_with(warehouse, "evidence", "evidence_id", row["evidence_ids"] or ())
    mine = [each for each in rows.to_pylist(maps_as_pydicts="strict") if each["doc_id"] in {None, row["doc_id"]}]
    return list({(each["evidence_id"], each["doc_id"]): each for each in mine}.values())


def _policy_class(warehouse: Warehouse, row: Mapping[str, Any]) -> Mapping[str, Any] | None:
    if row.get("policy_class_id") is None:
        return None
    rows = rows_with(warehouse, "policy_classes", "policy_class_id", [row["policy_class_id"]])
    return next(iter(rows.to_pylist(maps_as_pydicts="strict")), None)


def _cluster(warehouse: Warehouse, row: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    kept = row.get("cluster_id") or row.get("partner_doc_id")
    if kept is None:
        return []
    columns = [name for name in TABLES["documents"].schema.names if name != "text"]
    documents = rows_with(warehouse, "documents", "doc_id", [kept], columns)
    drops = rows_with(warehouse, "drops", "partner_doc_id", [kept])
    return [*documents.to_pylist(maps_as_pydicts="strict"), *drops.to_pylist(maps_as_pydicts="strict")]
