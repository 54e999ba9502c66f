"""What became of a document after it was kept: releases, withdrawals, certificates."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from warehouse.catalog import Warehouse
from warehouse.lookup import rows_with
from warehouse.withdrawal.holders import TOKENS, holders
from warehouse.withdrawal.plan import folder_of
from warehouse.withdrawal.register import load_list, row_of

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class History:
    """What became of a record."""

    releases: Sequence[Row] = field(default_factory=list)
    """Rows of ``releases`` that hold it, with the ``shard``."""
    token_sets: Sequence[Row] = field(default_factory=list)
    """Token sets that hold it: ``name``, ``recipient_id``, ``where``."""
    withdrawals: Sequence[Row] = field(default_factory=list)
    """Rows of ``withdrawals`` that cover it or took it out, with ``certificate`` where there is one."""


def history_of(warehouse: Warehouse, row: Row) -> History:
    """What became of a row of ``documents`` or ``drops``."""
    doc_id = str(row["doc_id"])
    token_sets = [
        {"name": one.name, "recipient_id": one.recipient_id, "where": one.where}
        for one in holders(warehouse, [doc_id])
        if one.kind == TOKENS
    ]
    return History(_releases(warehouse, doc_id), token_sets, _withdrawals(warehouse, row))


def _releases(warehouse: Warehouse, doc_id: str) -> list[Row]:
    held = rows_with(warehouse, "release_documents", "doc_id", [doc_id], ("release_id", "shard")).to_pylist()
    releases = {row["release_id"]: row for row in warehouse.scan("releases").to_pylist()} if held else {}
    found = [{**releases.get(one["release_id"], {}), **one} for one in held]
    return sorted(found, key=lambda one: str(one["release_id"]))


def _withdrawals(warehouse: Warehouse, row: Row) -> list[Row]:
    listing = load_list(warehouse)
    covering = listing.covers(url=row["url"], host=row["host"], doc_id=row["doc_id"], owner=row.get("author"))
    ids = {covering.withdrawal_id} if covering else set()
    ids |= {row["withdrawal_id"]} if row.get("withdrawal_id") else set()
    found: list[Row] = []
    for withdrawal_id in sorted(ids):
        path = folder_of(warehouse, withdrawal_id) / f"certificate-{withdrawal_id}.json"
        certificate = {"certificate": str(path)} if path.exists() else {}
        found.append({**row_of(warehouse, withdrawal_id), **certificate})
    return found
