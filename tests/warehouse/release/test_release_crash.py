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
    "pack/collect",
    "pack/describe",
    "pack/record_release",
    "manifest/write_proof",
    "manifest/write_file",
    "pack/rename",
]


@pytest.mark.parametrize("place", PLACES)
def test_a_killed_release_leaves_nothing_that_verifies_and_runs_again(world, python, place):
    recipient = world.recipient().model_dump_json()
    out = world.folder / "out"
    process = python(PACK, world.warehouse.uri, out, place, recipient)
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    assert not out.exists()
    for folder in world.folder.glob(".tmp-*"):
        assert not verify(folder, public_key=world.keys.public_key_pem).sound
    again = world.release("out")
    assert verify(out, public_key=world.keys.public_key_pem, warehouse=world.warehouse, keys=world.keys).sound
    assert not list(world.folder.glob(".tmp-*"))
    assert not list((Path(world.warehouse.uri) / "releasing").iterdir())
    assert again.release_id in {row["release_id"] for row in registry_rows(world.warehouse, "releases")}


def test_what_is_out_is_recorded(world, python):
    """A release killed right before it gets its name is recorded already."""
    python(
        PACK, world.warehouse.uri, world.folder / "out", "pack/rename", world.recipient().model_dump_json()
    ).communicate()
    entries = list(Ledger.of(world.warehouse.uri).entries())
    (recorded,) = [entry for entry in entries if entry.kind == "release"]
    (row,) = registry_rows(world.warehouse, "releases")
    assert row["release_id"] == recorded.body["release_id"]
    assert world.warehouse.scan("release_documents").num_rows == recorded.body["documents"] > 0
