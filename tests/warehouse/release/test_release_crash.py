import signal
from pathlib import Path

import pytest

from warehouse.ledger import Ledger
from warehouse.registry import rows as registry_rows
from warehouse.release.verify import verify

PACK = """
import json
import os
import signal
import sys
from pathlib import Path

from licenses.conditions import Mode, Purpose, ReleasePlan, Request
from licenses.recipients import Recipient
from warehouse.catalog import Warehouse
from warehouse.keys import FileKeyStore
from warehouse.release import manifest, pack, record
from warehouse.release.order import Order

uri, out, stop, recipient = sys.argv[1:]
place, _, name = stop.partition("/")
module = {"pack": pack, "manifest": manifest}.get(place)


def dying(*arguments, **named):
    if name == "write_file" and arguments[1] != "signature":
        return honest(*arguments, **named)
    os.kill(os.getpid(), signal.SIGKILL)


if module:
    honest = getattr(module, name)
    setattr(module, name, dying)
order = Order(
    Request(
        Recipient(**json.loads(recipient)), Purpose.NONCOMMERCIAL, Mode.COPY, ReleasePlan(attribution=True, sold=False)
    ),
    Path(out),
)
with Warehouse.open(uri) as warehouse:
    pack.release(warehouse, FileKeyStore(Path(uri) / "keys"), order, {"run-1": frozenset()})
"""
PLACES = [
    "pack/rename",
    *(
        pytest.param(place, marks=pytest.mark.slow)
        for place in (
            "pack/collect",
            "pack/describe",
            "pack/record_release",
            "manifest/write_proof",
            "manifest/write_file",
        )
    ),
]


@pytest.mark.parametrize("place", PLACES)
def test_a_killed_release_leaves_nothing_that_verifies_and_runs_again(world, python, place):
    recipient = world.recipient().model_dump_json()
    out = world.folder / "out"
    process = python(PACK, world.warehouse.uri, out, place, recipient)
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    assert not out.exists()
    _check_recorded(world, place)
    for folder in world.folder.glob(".tmp-*"):
        assert not verify(folder, public_key=world.keys.public_key_pem).sound
    again = world.release("out")
    assert verify(out, public_key=world.keys.public_key_pem, warehouse=world.warehouse, keys=world.keys).sound
    assert not list(world.folder.glob(".tmp-*"))
    assert not list((Path(world.warehouse.uri) / "releasing").iterdir())
    assert again.release_id in {row["release_id"] for row in registry_rows(world.warehouse, "releases")}


def _check_recorded(world, place):
    """A release that is killed right before it gets its name is recorded already."""
    recorded = [entry.body for entry in Ledger.of(world.warehouse.uri).entries() if entry.kind == "release"]
    rows = registry_rows(world.warehouse, "releases")
    assert {one["release_id"] for one in recorded} <= {row["release_id"] for row in rows}
    if place == "pack/rename":
        (one,) = recorded
        assert world.warehouse.scan("release_documents").num_rows == one["documents"] > 0
