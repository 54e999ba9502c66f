"""A pass over the tables: first the rows of ``drops``, then the documents leave, then what evidence quotes of them.

Each step looks whether there is still need and makes one commit, so that a pass can be killed anywhere and gone through
again. A document is in no moment in neither table: between the first two steps it is in both, and the withdrawal list
keeps it out of releases.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from warehouse._place import place
from warehouse.catalog import Warehouse
from warehouse.errors import WarehouseError
from warehouse.lookup import rows_with, values_of
from warehouse.schemas import EVIDENCE
from warehouse.withdrawal.plan import STAGE, Pass
from warehouse.withdrawal.retry import retrying
from warehouse.withdrawal.rewrite import Change, Rows, rewrite, without

WITHDRAWAL_PROPERTY = "malmoi.withdrawal-id"
_FOLDER = "withdrawals"


def apply_pass(warehouse: Warehouse, one: Pass, withdrawal_id: str) -> None:
    """Bring the tables to what a pass wants.

    Raises:
        ConflictError: Other writers kept winning; the same call goes on.
        WarehouseError: A document is still there, or its row in ``drops`` is not.
    """
    properties = {WITHDRAWAL_PROPERTY: withdrawal_id}
    gone = one.drops()
    doc_ids = set(values_of(gone, "doc_id"))
    captured = set(values_of(one.captures(), "doc_id"))
    quotes = one.quotes()
    _add_drops(warehouse, one, gone, properties)
    rewrite(warehouse, Rows("documents", "doc_id", doc_ids), without("doc_id", doc_ids), one.note, properties)
    rewrite(
        warehouse, Rows("evidence", "evidence_id", quotes), _unquoted(quotes, doc_ids | captured), one.note, properties
    )
    if quotes:
        rewrite(warehouse, Rows("drops", "doc_id", captured), _renamed(quotes, captured), one.note, properties)
    _check(warehouse, gone)
    one.finish()


def _add_drops(warehouse: Warehouse, one: Pass, rows: pa.Table, properties: Mapping[str, str]) -> None:
    if not rows.num_rows:
        return

    def attempt() -> None:
        table = warehouse.table("drops")
        if _missing(warehouse, rows):
            location = place(table, one.drops_file, _FOLDER)
            table.add_files([location], snapshot_properties=dict(properties), check_duplicate_files=False)

    retrying(attempt, "add rows to drops")


def _missing(warehouse: Warehouse, rows: pa.Table) -> int:
    """Rows of the pass that are not in ``drops`` yet: all of them, or none."""
    there = rows_with(warehouse, "drops", "doc_id", set(values_of(rows, "doc_id")), ("doc_id", "run_id", "stage"))
    there = there.filter(pc.field("stage") == STAGE)
    return len(_keys(rows) - _keys(there))


def _check(warehouse: Warehouse, rows: pa.Table) -> None:
    left = rows_with(warehouse, "documents", "doc_id", set(values_of(rows, "doc_id")), ("doc_id",))
    if left.num_rows or _missing(warehouse, rows):
        raise WarehouseError(
            f"{left.num_rows} documents are back in documents and {_missing(warehouse, rows)} are missing in drops: "
            "another writer undid the withdrawal; run it again"
        )


def _keys(rows: pa.Table) -> set[tuple[Any, Any]]:
    return set(zip(values_of(rows, "doc_id"), values_of(rows, "run_id"), strict=True))


def _unquoted(quotes: Mapping[str, str], pages: set[str]) -> Change:
    """Evidence of these pages without the words of the pages, under the ids it has then."""
    ids, owners = pa.array(sorted(quotes), pa.string()), pa.array(sorted(pages), pa.string())

    def change(rows: pa.Table) -> pa.Table:
        of_pages: Any = pc.is_in(rows["doc_id"], owners)
        quoting: Any = pc.is_in(rows["evidence_id"], ids)
        mask = pc.and_(of_pages, quoting)
        mine = rows.filter(mask)
        if not mine.num_rows:
            return rows
        for name, values in (
            ("evidence_id", [quotes[one] for one in values_of(mine, "evidence_id")]),
            ("literal", [""] * mine.num_rows),
        ):
            number = mine.schema.get_field_index(name)
            mine = mine.set_column(number, mine.schema.field(number), pa.array(values, pa.string()))
        return _sorted(pa.concat_tables([rows.filter(pc.invert(mask)), mine]), EVIDENCE.sort_by)

    return change


def _renamed(quotes: Mapping[str, str], captured: set[str]) -> Change:
    """Drops of these captures with the new ids of their evidence."""
    owners = pa.array(sorted(captured), pa.string())

    def change(rows: pa.Table) -> pa.Table:
        mine: Any = pc.is_in(rows["doc_id"], owners)
        ids = values_of(rows, "evidence_ids")
        for row in np.flatnonzero(mine.to_numpy()).tolist():
            if ids[row]:
                ids[row] = sorted(quotes.get(one, one) for one in ids[row])
        number = rows.schema.get_field_index("evidence_ids")
        field = rows.schema.field(number)
        return rows.set_column(number, field, pa.array(ids, field.type))

    return change


def _sorted(rows: pa.Table, keys: tuple[str, ...]) -> pa.Table:
    return rows.sort_by([(key, "ascending") for key in keys])
