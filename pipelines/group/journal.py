"""What a run decided upon, kept before it commits, so that one that was killed goes on as it began."""

import fcntl
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from pipelines.accounting import Accounts
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


@contextmanager
def group_lock(warehouse: Warehouse) -> Iterator[None]:
    """Let one run at a time decide and commit: what another one keeps meanwhile it would not know of. Waits."""
    with (Path(warehouse.uri.removeprefix("file://")) / "group.lock").open("w", encoding="ascii") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@dataclass(frozen=True, slots=True)
class Ready:
    """All that a run is about to commit."""

    files: Mapping[str, Sequence[Path]]
    """Files by table."""
    accounts: Accounts
    leaving: Sequence[str]
    """Documents of earlier runs that leave."""

    def save(self, path: Path) -> None:
        """Keep it, once its files are whole."""
        files = {name: [str(file) for file in paths] for name, paths in self.files.items()}
        value = {"files": files, "accounts": self.accounts.to_json(), "leaving": list(self.leaving)}
        write_whole(path, json.dumps(value, ensure_ascii=False))

    @classmethod
    def load(cls, path: Path) -> Self | None:
        """What was kept; None where there is nothing, or a file of it is gone."""
        if not path.exists():
            return None
        value = json.loads(path.read_text("utf-8"))
        files = {name: [Path(file) for file in paths] for name, paths in value["files"].items()}
        if not all(file.exists() for paths in files.values() for file in paths):
            return None
        return cls(files, Accounts.from_json(value["accounts"]), value["leaving"])
