"""The list of withdrawals: registering one, reading all, noting that one was carried out."""

import datetime as dt
import hashlib
from collections import defaultdict
from typing import Any

import pyarrow as pa
from pyiceberg.expressions import EqualTo, Reference

from licenses import Withdrawal, WithdrawalList
from warehouse.canonical import canonical
from warehouse.catalog import Warehouse
from warehouse.ledger import Ledger
from warehouse.schemas import TABLES
from warehouse.withdrawal.retry import retrying

_SPEC = TABLES["withdrawals"]


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

    def attempt() -> tuple[Withdrawal, bool]:
        table = warehouse.table("withdrawals")
        for row in table.scan(row_filter=_this(withdrawal.withdrawal_id)).to_arrow().to_pylist():
            return Withdrawal.from_row(row), False
        row = {**withdrawal.model_dump(mode="python"), "kind": withdrawal.kind.value}
        table.append(pa.Table.from_pylist([row], _SPEC.schema))
        return withdrawal, True

    listed, new = retrying(attempt, f"register {withdrawal.withdrawal_id}")
    if new:
        # The target may be a person's name, so the ledger, which is never erased, holds its digest.
        said = listed.model_dump(mode="json")
        body = {"withdrawal_id": listed.withdrawal_id, "kind": listed.kind.value, "digest": _digest(said)}
        Ledger.of(warehouse.uri).append("withdrawal", body)
    return listed, new


def note(warehouse: Warehouse, withdrawal_id: str, **values: Any) -> None:
    """Write into the row of a withdrawal what was done: ``applied_at``, ``erased_at``, ``documents``."""

    def attempt() -> None:
        table = warehouse.table("withdrawals")
        (row,) = table.scan(row_filter=_this(withdrawal_id)).to_arrow().to_pylist()
        table.overwrite(pa.Table.from_pylist([{**row, **values}], _SPEC.schema), _this(withdrawal_id))

    retrying(attempt, f"note {withdrawal_id}")


def row_of(warehouse: Warehouse, withdrawal_id: str) -> dict[str, Any]:
    """The row of a withdrawal that is on the list."""
    (row,) = warehouse.scan("withdrawals", _this(withdrawal_id)).to_pylist()
    return dict(row)


def now() -> dt.datetime:
    """The time, UTC."""
    return dt.datetime.now(dt.UTC)


def _this(withdrawal_id: str) -> EqualTo:
    value: Any = withdrawal_id
    return EqualTo(term=Reference("withdrawal_id"), value=value)


def _digest(said: Any) -> str:
    return hashlib.sha256(canonical(said)).hexdigest()
