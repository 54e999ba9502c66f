"""Every record is accounted for: in = kept + dropped + quarantined, per stage and for the run.

Stages count what they did; the accounts check that the counts chain (what one stage kept is what the next one got) and
that they equal the rows that were written. A sum that differs fails the run.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

import pyarrow as pa

from pipelines.errors import MalmoiError
from pipelines.stages.base import QUARANTINED, Outcome


class AccountingError(MalmoiError):
    """Sums that must be equal differ: the run's output is not to be trusted and is not committed."""


@dataclass(slots=True)
class StageAccount:
    """Counts of one stage. Reasons map to numbers of records."""

    taken: int = 0
    kept: int = 0
    dropped: dict[str, int] = field(default_factory=dict)
    quarantined: dict[str, int] = field(default_factory=dict)
    skipped: int = 0
    """Of those kept: records that have nothing for this stage to work on, such as those of data sets."""
    noted: dict[str, int] = field(default_factory=dict)
    """What the stage met, kept or not, such as items of benchmarks; numbers of records that are no part of the sums."""

    @property
    def stopped(self) -> int:
        """Records that did not go on."""
        return sum(self.dropped.values()) + sum(self.quarantined.values())

    def add(self, other: Self) -> None:
        """Add another account of the same stage."""
        self.taken += other.taken
        self.kept += other.kept
        self.skipped += other.skipped
        pairs = (
            (self.dropped, other.dropped),
            (self.quarantined, other.quarantined),
            (self.noted, other.noted),
        )
        for mine, theirs in pairs:
            for reason, count in theirs.items():
                mine[reason] = mine.get(reason, 0) + count


@dataclass(slots=True)
class Accounts:
    """Counts of a split or a run, stages in their order."""

    stages: dict[str, StageAccount] = field(default_factory=dict)
    auxiliary: dict[str, int] = field(default_factory=dict)
    """WARC records that are no captures (warcinfo, request, metadata …), by type; they are not part of ``in``."""
    alarms: list[Mapping[str, Any]] = field(default_factory=list)
    """What a person should look at (``group.alarms``); JSON objects."""

    def record(self, stage: str, outcome: Outcome) -> None:
        """Count what a stage did to one batch."""
        self.count(stage, outcome.kept.num_rows, outcome.dropped)
        self.stages[stage].add(StageAccount(noted=dict(outcome.noted)))

    def count(self, stage: str, kept: int, dropped: pa.RecordBatch | pa.Table) -> None:
        """Count ``kept`` rows that went on and the stopped rows (columns ``outcome`` and ``reason``)."""
        account = StageAccount(taken=kept + dropped.num_rows, kept=kept)
        for outcome, reason in zip(*(dropped[name].to_pylist() for name in ("outcome", "reason")), strict=True):
            target = account.quarantined if outcome == QUARANTINED else account.dropped
            target[reason] = target.get(reason, 0) + 1
        self.stages.setdefault(stage, StageAccount()).add(account)

    def skip(self, stage: str, kept: int) -> None:
        """Count ``kept`` rows that pass a stage untouched."""
        self.stages.setdefault(stage, StageAccount()).add(StageAccount(taken=kept, kept=kept, skipped=kept))

    def add(self, other: Self) -> None:
        """Add the accounts of another part of the same run."""
        for name, account in other.stages.items():
            self.stages.setdefault(name, StageAccount()).add(account)
        for kind, count in other.auxiliary.items():
            self.auxiliary[kind] = self.auxiliary.get(kind, 0) + count
        self.alarms += other.alarms

    @property
    def taken(self) -> int:
        """Records in."""
        return next(iter(self.stages.values())).taken if self.stages else 0

    @property
    def kept(self) -> int:
        """Records kept."""
        return list(self.stages.values())[-1].kept if self.stages else 0

    def totals(self) -> dict[str, int]:
        """Records in, kept, dropped and quarantined over the whole."""
        accounts = self.stages.values()
        return {
            "in": self.taken,
            "kept": self.kept,
            "dropped": sum(sum(account.dropped.values()) for account in accounts),
            "quarantined": sum(sum(account.quarantined.values()) for account in accounts),
        }

    def check(self) -> None:
        """Check every sum.

        Raises:
            AccountingError: A stage lost or invented records, or two neighbours disagree.
        """
        before: tuple[str, int] | None = None
        for name, account in self.stages.items():
            if account.taken != account.kept + account.stopped:
                raise AccountingError(
                    f"stage {name} took {account.taken} records but kept {account.kept} and stopped {account.stopped}"
                )
            if before is not None and before[1] != account.taken:
                raise AccountingError(
                    f"stage {before[0]} kept {before[1]} records but stage {name} took {account.taken}"
                )
            before = (name, account.kept)
        totals = self.totals()
        if totals["in"] != totals["kept"] + totals["dropped"] + totals["quarantined"]:
            raise AccountingError(f"the run's sums differ: {totals}")

    def check_rows(self, documents: int, drops: int) -> None:
        """Check the counts against rows that were written.

        Raises:
            AccountingError: They differ.
        """
        totals = self.totals()
        stopped = totals["dropped"] + totals["quarantined"]
        if documents != totals["kept"] or drops != stopped:
            raise AccountingError(
                f"{totals['kept']} records were kept and {stopped} stopped, "
                f"but {documents} documents and {drops} drops were written"
            )

    def to_json(self) -> dict[str, Any]:
        """A JSON object that ``from_json`` reads."""
        return {
            "auxiliary": dict(sorted(self.auxiliary.items())),
            "stages": {
                name: {
                    "in": account.taken,
                    "kept": account.kept,
                    "dropped": dict(sorted(account.dropped.items())),
                    "quarantined": dict(sorted(account.quarantined.items())),
                    **({"skipped": account.skipped} if account.skipped else {}),
                    **({"noted": dict(sorted(account.noted.items()))} if account.noted else {}),
                }
                for name, account in self.stages.items()
            },
            **({"alarms": list(self.alarms)} if self.alarms else {}),
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """Read what ``to_json`` made."""
        stages = {
            name: StageAccount(
                row["in"],
                row["kept"],
                dict(row["dropped"]),
                dict(row["quarantined"]),
                row.get("skipped", 0),
                dict(row.get("noted", {})),
            )
            for name, row in value["stages"].items()
        }
        return cls(stages, dict(value["auxiliary"]), list(value.get("alarms", ())))


def total(accounts: Iterable[Accounts]) -> Accounts:
    """The sum of many accounts."""
    result = Accounts()
    for account in accounts:
        result.add(account)
    return result
