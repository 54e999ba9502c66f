"""Contracts at rest: each record is signed by the warehouse, and one whose signature does not hold permits nothing."""

import datetime as dt

from licenses.contracts import Contract
from warehouse.canonical import canonical
from warehouse.catalog import Warehouse
from warehouse.errors import WarehouseError
from warehouse.keys import KeyStore, key_id, verify_signature
from warehouse.registry import insert, rows

TABLE = "contracts"


class ForgedContractError(WarehouseError):
    """A contract in the registry is not what the warehouse signed."""


def add_contract(warehouse: Warehouse, contract: Contract, keys: KeyStore) -> None:
    """Sign a contract and put it into the registry.

    Raises:
        AlreadyThereError: There is a contract of this id.
    """
    insert(
        warehouse,
        TABLE,
        {
            **contract.row(),
            "registered_at": dt.datetime.now(dt.UTC),
            "signature": keys.sign(signed_bytes(contract)).hex(),
            "signing_key_id": keys.signing_key_id,
        },
    )


def load_contracts(warehouse: Warehouse, public_key: str) -> list[Contract]:
    """Every contract, by id, each with a signature that holds.

    Args:
        warehouse: Where they are.
        public_key: Of the warehouse's signing key (PEM).

    Raises:
        ForgedContractError: A record is not what was signed, or was signed by another key.
    """
    found = []
    for row in rows(warehouse, TABLE):
        contract = Contract.from_row(row)
        signature = bytes.fromhex(row["signature"] or "")
        if row["signing_key_id"] != key_id(public_key) or not verify_signature(
            public_key, signed_bytes(contract), signature
        ):
            raise ForgedContractError(f"contract {contract.contract_id} is not what the warehouse signed")
        found.append(contract)
    return found


def signed_bytes(contract: Contract) -> bytes:
    """What the signature of a contract is over: its canonical JSON, times in UTC."""
    times = {"valid_from": contract.valid_from, "expires_at": contract.expires_at}
    in_utc = {name: time.astimezone(dt.UTC).isoformat() for name, time in times.items()}
    return canonical({**contract.model_dump(mode="json"), **in_utc})
