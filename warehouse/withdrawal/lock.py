"""One at a time: withdrawals, and whoever else must not be swept away or overlooked by one."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from warehouse.catalog import Warehouse


@contextmanager
def lock(warehouse: Warehouse) -> Iterator[None]:
    """Hold the lock of a warehouse's withdrawals; another process waits; one outside a folder has none to hold."""
    if "://" in warehouse.uri.removeprefix("file://"):
        yield
        return
    folder = Path(warehouse.uri.removeprefix("file://")) / "withdrawals"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w", encoding="ascii") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
