"""Registries: rows are added once, never replaced, and entered in the ledger."""

import datetime as dt
import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa, x25519
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from licenses.conditions import Mode, Purpose
from licenses.contracts import Contract
from licenses.recipients import Recipient
from warehouse import SchemaMismatchError, WarehouseError
from warehouse.catalog import Warehouse
from warehouse.contract_records import ForgedContractError, add_contract, load_contracts
from warehouse.keys import KEYS_FOLDER, FileKeyStore
from warehouse.ledger import Ledger
from warehouse.registry import AlreadyThereError, find, insert, rows
from warehouse.schemas import TABLES

NOW = dt.datetime(2026, 11, 24, 9, tzinfo=dt.UTC)
FIELDS = {"name": "한국연구소", "established_in": "KR", "controlled_from": "KR", "processed_in": ("KR",)}


def recipient(recipient_id="kr-lab", **changes):
    return Recipient.model_validate({"recipient_id": recipient_id, **FIELDS, **changes})


def row(*arguments, **changes):
    return {**recipient(*arguments, **changes).row(), "registered_at": NOW}


def entries(warehouse):
    return [entry for entry in Ledger.of(warehouse.uri).entries() if entry.kind == "registered"]


def test_what_was_added_is_found(warehouse):
    insert(warehouse, "recipients", row())
    insert(warehouse, "recipients", row("jp-lab", established_in="JP", processed_in=("KR", "JP"), contact="a@b.jp"))
    found = [Recipient.from_row(one) for one in rows(warehouse, "recipients")]
    assert [one.recipient_id for one in found] == ["jp-lab", "kr-lab"]
    assert found[1] == recipient()
    assert [one["domestic"] for one in rows(warehouse, "recipients")] == [False, True]
    assert find(warehouse, "recipients", "kr-lab")["registered_at"] == NOW
    assert find(warehouse, "recipients", "nobody") is None


def test_a_recipient_without_a_country_comes_back_without_it(warehouse):
    unknown = recipient("nobody", established_in=None, controlled_from=None, processed_in=())
    insert(warehouse, "recipients", {**unknown.row(), "registered_at": NOW})
    assert Recipient.from_row(find(warehouse, "recipients", "nobody")) == unknown


def test_nothing_is_replaced(warehouse):
    insert(warehouse, "recipients", row())
    with pytest.raises(AlreadyThereError, match="recipients has kr-lab already"):
        insert(warehouse, "recipients", row(name="다른 연구소"))
    assert [one["name"] for one in rows(warehouse, "recipients")] == ["한국연구소"]
    assert len(entries(warehouse)) == 1


def test_each_row_is_an_entry_of_the_ledger_that_says_nothing_of_it(warehouse):
    insert(warehouse, "recipients", row(contact="hong@example.kr"))
    insert(warehouse, "recipients", row(contact="hong@example.kr"))
    (entry,) = entries(warehouse)
    assert (entry.body["table"], entry.body["key"]) == ("recipients", "kr-lab")
    assert "hong" not in json.dumps(dict(entry.body))
    Ledger.of(warehouse.uri).check()


def test_a_row_that_a_crash_kept_out_of_the_ledger_is_entered_by_the_next_call(warehouse, monkeypatch):
    def crash(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Ledger, "append", crash)
        with pytest.raises(KeyboardInterrupt):
            insert(warehouse, "recipients", row())
    assert entries(warehouse) == []
    with pytest.raises(AlreadyThereError):
        insert(warehouse, "recipients", row("kr-lab", contact="other"))
    insert(warehouse, "recipients", row())
    assert len(entries(warehouse)) == 1
    assert len(rows(warehouse, "recipients")) == 1


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"colour": "blue"}, WarehouseError, "no columns"),
        ({"name": None}, SchemaMismatchError, "name"),
    ],
)
def test_rows_that_do_not_fit_change_nothing(warehouse, changes, error, message):
    with pytest.raises(error, match=message):
        insert(warehouse, "recipients", row() | changes)
    assert rows(warehouse, "recipients") == entries(warehouse) == []


RACE = """
import sys
from warehouse.catalog import Warehouse
from warehouse.registry import AlreadyThereError, insert
uri, name = sys.argv[1:]
base = {"jurisdiction": "KR", "domestic": False}
with Warehouse.open(uri) as store:
    try:
        insert(store, "recipients", {"recipient_id": "same", "name": name, **base})
        print("added")
    except AlreadyThereError:
        print("refused")
    insert(store, "recipients", {"recipient_id": name, "name": name, **base})
"""


def test_writers_at_the_same_time(warehouse, python):
    processes = [python(RACE, warehouse.uri, f"writer-{number}") for number in range(2)]
    said = [process.communicate(timeout=60)[0].strip() for process in processes]
    assert sorted(said) == ["added", "refused"]
    assert all(process.returncode == 0 for process in processes)
    assert [one["recipient_id"] for one in rows(warehouse, "recipients")] == ["same", "writer-0", "writer-1"]
    assert len(entries(warehouse)) == 3
    Ledger.of(warehouse.uri).check()


def contract(**changes):
    values = {
        "contract_id": "nuri-2026",
        "owner": "누리신문",
        "owner_names": ("Nuri News",),
        "owner_proof": "법인 인감증명서",
        "scope": ("누리.kr", "https://blog.example.kr/nuri"),
        "recipients": ("kr-lab",),
        "jurisdictions": ("KR",),
        "purposes": (Purpose.COMMERCIAL,),
        "modes": (Mode.COPY, Mode.IN_PLACE),
        "axes": {"train_dom": "allow", "redist": "cond"},
        "conditions": ("attribution",),
        "valid_from": NOW,
        "expires_at": NOW + dt.timedelta(days=365),
        "document_digest": "0" * 64,
    }
    return Contract.model_validate({**values, **changes})


@pytest.fixture
def keys(warehouse):
    return FileKeyStore(Path(warehouse.uri) / KEYS_FOLDER)


def test_contracts_come_back_as_they_were_signed(warehouse, keys):
    korean_time = contract(contract_id="seoul", valid_from=NOW.astimezone(dt.timezone(dt.timedelta(hours=9))))
    for one in (contract(), korean_time):
        add_contract(warehouse, one, keys)
    assert load_contracts(warehouse, keys.public_key_pem) == [contract(), korean_time]
    with pytest.raises(AlreadyThereError):
        add_contract(warehouse, contract(owner="다른 신문"), keys)


@pytest.mark.parametrize(
    "change",
    [
        {"axes": {"train_dom": "allow", "train_for": "allow", "redist": "cond"}},
        {"recipients": ["kr-lab", "us-lab"]},
        {"expires_at": NOW + dt.timedelta(days=3650)},
        {"signature": None},
        {"signing_key_id": "0" * 32},
    ],
)
def test_a_contract_that_was_changed_at_rest_permits_nothing(warehouse, keys, change):
    add_contract(warehouse, contract(), keys)
    signed = find(warehouse, "contracts", "nuri-2026")
    insert(warehouse, "contracts", {**signed, "contract_id": "nuri-2027"} | change)
    with pytest.raises(ForgedContractError, match="nuri-2027"):
        load_contracts(warehouse, keys.public_key_pem)


def test_a_contract_signed_by_somebody_else_permits_nothing(warehouse, keys, tmp_path):
    add_contract(warehouse, contract(), FileKeyStore(tmp_path / "theirs"))
    with pytest.raises(ForgedContractError):
        load_contracts(warehouse, keys.public_key_pem)


def test_columns_are_those_of_the_records():
    assert {*recipient().row(), "registered_at"} == set(TABLES["recipients"].schema.names)
    added = {"registered_at", "signature", "signing_key_id"}
    assert set(contract().row()) | added == set(TABLES["contracts"].schema.names)


def test_a_warehouse_of_an_older_version_gets_the_new_columns(tmp_path):
    uri = str(tmp_path / "창고")
    with Warehouse.open(uri) as store, store.table("recipients").update_schema() as update:
        for name in ("controlled_from", "processed_in", "public_key", "contact"):
            update.delete_column(name)
    with Warehouse.open(uri, upgrade=True) as store:
        insert(store, "recipients", row())
        assert Recipient.from_row(find(store, "recipients", "kr-lab")) == recipient()


def pem(key, *, private=False):
    if private:
        return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def test_public_keys_are_of_kinds_that_wrap():
    for key in (x25519.X25519PrivateKey.generate(), rsa.generate_private_key(65537, 2048)):
        assert recipient(public_key=pem(key)).public_key == pem(key).strip()
    wrong = [
        pem(rsa.generate_private_key(65537, 1024)),
        pem(ec.generate_private_key(ec.SECP256R1())),
        pem(x25519.X25519PrivateKey.generate(), private=True),
        "열쇠",
    ]
    for text in wrong:
        with pytest.raises(ValueError, match="public_key"):
            recipient(public_key=text)
