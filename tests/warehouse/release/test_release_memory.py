import pytest

MEASURE = """
import sys
from pathlib import Path

import pyarrow as pa

from licenses.conditions import Mode, Purpose, ReleasePlan, Request
from licenses.recipients import Recipient
from warehouse.catalog import Warehouse
from warehouse.keys import FileKeyStore
from warehouse.release.order import Order
from warehouse.release.pack import release
from warehouse.release.settings import ReleaseSettings

uri, out = sys.argv[1:]
recipient = Recipient(recipient_id="abroad", name="abroad")
plan = ReleasePlan(attribution=True, sold=False)
order = Order(Request(recipient, Purpose.COMMERCIAL, Mode.COPY, plan), Path(out))
settings = ReleaseSettings(shard_bytes=1_000_000, batch_rows=64)
with Warehouse.open(uri) as warehouse:
    release(warehouse, FileKeyStore(Path(uri) / "keys"), order, {"run-1": frozenset()}, settings)
print(pa.default_memory_pool().max_memory())
"""


@pytest.mark.slow
def test_four_times_the_documents_take_no_more_memory(tmp_path, kit, python):
    peaks = []
    for count in (2_000, 8_000):
        world = kit.make_world(tmp_path / str(count), kinds=("free", "attribution"), per_kind=count, repeat=20)
        process = python(MEASURE, world.warehouse.uri, world.folder / "out")
        peaks.append(int(process.communicate()[0]))
        assert process.returncode == 0
        world.warehouse.close()
    small, large = peaks
    assert large < small * 1.2
