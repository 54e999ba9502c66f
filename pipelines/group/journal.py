"""What a run decided upon, pinned before it commits, so that one that was killed goes on as it began."""

import json
from collections.abc import Collection
from pathlib import Path

from warehouse.catalog import Warehouse, runs_of
from warehouse.withdrawal.certificate import write_whole


def pinned(warehouse: Warehouse, run_id: str, journal: Path, present: Collection[str]) -> set[str]:
    """``present``, or what it was when the run first came here, if the run has begun to commit since.

    Args:
        warehouse: Where the run goes.
        run_id: The run.
        journal: File of the run that keeps it.
        present: Ids as they are now: of runs, of withdrawals.
    """
    if journal.exists() and begun(warehouse, run_id):
        return set(json.loads(journal.read_text("ascii")))
    write_whole(journal, json.dumps(sorted(present)))
    return set(present)


def begun(warehouse: Warehouse, run_id: str) -> bool:
    """Whether a run has committed to a table, finished or not."""
    return any(run_id in runs_of(warehouse.table(name)) for name in warehouse.tables() if name != "runs")
