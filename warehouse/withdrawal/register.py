"""The list of withdrawals: registering one, reading all, noting that one was carried out."""

import datetime as dt
from collections import defaultdict
from typing import Any

import pyarrow as pa
from pyiceberg.expressions import EqualTo, Reference

from licenses import Withdrawal, WithdrawalList
from warehouse import registry
from warehouse.catalog import Warehouse
from warehouse.schemas import TABLES
from warehouse.withdrawal.retry import retrying

_TABLE = "withdrawals"


def load_list(warehouse: Warehouse) -> WithdrawalList:
    """Every withdrawal that was registered, with the scopes of the contracts of each owner."""
    rows = warehouse.scan("withdrawals").to_pylist()
    scopes: defaultdict[str, list[str]] = defaultdict(list)
    for contract in warehouse.scan("contracts", columns=("owner", "scope")).to_pylist():
        scopes[contract["owner"]].extend(contract["scope"] or ())
    return WithdrawalList((Withdrawal.from_row(row) for row in rows), scopes)


def register(warehouse: Warehouse, withdrawal: Withdrawal) -> tuple[Withdrawal, bool]:
    """Put a withdrawal on the list; from here on no release and no run takes in what it covers.

    Returns:
        The withdrawal as it stands on the list, and whether it is new. One that is there already stays as it is.
    """
    there = registry.find(warehouse, _TABLE, withdrawal.withdrawal_id)
    if there is None:
        row = {**withdrawal.model_dump(mode="python"), "kind": withdrawal.kind.value}
        try:
            registry.insert(warehouse, _TABLE, row)
        except registry.AlreadyThereError:
            there = registry.find(warehouse, _TABLE, withdrawal.withdrawal_id)
    return (withdrawal, True) if there is None else (Withdrawal.from_row(there), False)


def note(warehouse: Warehouse, withdrawal_id: str, **values: Any) -> None:
    """Write into the row of a withdrawal what was done: ``applied_at``, ``erased_at``, ``documents``.

    What was asked stays as it was; what was done is in the certificate too, and that in the ledger.
    """

    def attempt() -> None:
        table = warehouse.table("withdrawals")
        (row,) = table.scan(row_filter=_this(withdrawal_id)).to_arrow().to_pylist()
        table.overwrite(pa.Table.from_pylist([{**row, **values}], TABLES[_TABLE].schema), _this(withdrawal_id))

    retrying(attempt, f"note {withdrawal_id}")


def row_of(warehouse: Warehouse, withdrawal_id: str) -> dict[str, Any]:
    """The row of a withdrawal that is on the list."""
    return dict(registry.find(warehouse, _TABLE, withdrawal_id) or {})


def now() -> dt.datetime:
    """The time, UTC."""
    return dt.datetime.now(dt.UTC)


def _this(withdrawal_id: str) -> EqualTo:
    value: Any = withdrawal_id
    return EqualTo(term=Reference("withdrawal_id"), value=value)
