import datetime as dt

import pytest

from licenses import Axis, Value
from licenses.conditions import Mode, Purpose
from licenses.contracts import Contract
from licenses.policy import policy_classes_from_table
from warehouse.contract_records import add_contract
from warehouse.release.reader import open_release
from warehouse.release.verify import verify

NOW = dt.datetime.now(dt.UTC)
ALLOWED = dict.fromkeys((Axis.TRAIN_DOM, Axis.TRAIN_FOR, Axis.REDIST), Value.ALLOW)


def contract(kind, number, **changes):
    values = {
        "contract_id": f"c-{kind.replace('_', '-')}{number}",
        "owner": "예제신문",
        "owner_proof": "등기부",
        "scope": (f"{kind.replace('_', '-')}{number}.example.kr",),
        "recipients": ("dom",),
        "purposes": (Purpose.NONCOMMERCIAL,),
        "modes": (Mode.COPY,),
        "axes": ALLOWED,
        "valid_from": NOW - dt.timedelta(days=10),
        "expires_at": NOW + dt.timedelta(days=10),
        "document_digest": "d" * 64,
    }
    return Contract(**{**values, **changes})


@pytest.fixture
def contracted(tmp_path, kit):
    made = kit.make_world(tmp_path, kinds=("silent", "denied", "free"))
    past = {"valid_from": NOW - dt.timedelta(days=20), "expires_at": NOW - dt.timedelta(days=1)}
    for one in (contract("silent", 0), contract("denied", 0), contract("silent", 1, **past)):
        add_contract(made.warehouse, one, made.keys)
    yield made
    made.warehouse.close()


def rows_of(world, released):
    return [
        row
        for row in open_release(released.folder, world.private_key).documents.to_table().to_pylist()
        if not row["synthetic"]
    ]


def test_a_contract_lets_go_what_nobody_else_denied(contracted):
    released = contracted.release("with")
    rows = rows_of(contracted, released)
    by_contract = {row["url"].split("/")[2] for row in rows if row["contract_ids"]}
    assert by_contract == {"silent0.example.kr", "denied0.example.kr"}
    assert {one for row in rows for one in row["contract_ids"]} == {"c-silent0", "c-denied0"}
    assert released.manifest["counts"]["by_code"]["BLOCK_EXPIRED"] == 10
    assert sum(released.manifest["counts"]["by_code"].values()) == 90


def test_a_release_by_contract_is_restricted_and_verifies(contracted):
    released = contracted.release("restricted")
    assert released.manifest["restricted"] is True
    report = verify(released.folder, public_key=contracted.keys.public_key_pem, private_key=contracted.private_key)
    assert (report.faults, report.rows_checked) == ([], True)
    licences = {
        one.rights.licence
        for one in policy_classes_from_table(open_release(released.folder, contracted.private_key).classes)
    }
    assert "LicenseRef-contract-c-silent0" in licences


@pytest.mark.parametrize("other", [{"name": "someone-else"}, {"purpose": Purpose.COMMERCIAL}, {"mode": Mode.IN_PLACE}])
def test_a_contract_is_for_whom_it_names_alone(contracted, other):
    recipient = contracted.recipient(other.pop("name", "dom"))
    released = contracted.release("other", recipient, **other)
    rows = rows_of(contracted, released)
    assert {row["url"].split("/")[2][:4] for row in rows} == {"free"}
