"""What a rebuild changed, in numbers."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import polars as pl
import pyarrow as pa

from licenses import Axis, PolicyClass, Value

_WORDS = {
    Value.ALLOW: "granted",
    Value.COND: "conditional",
    Value.DENY: "denied",
    Value.DENY_TEMP: "denied",
    Value.UNKNOWN: "unknown",
}


@dataclass(slots=True)
class RebuildReport:
    """What a rebuild did, or with ``dry_run`` would do."""

    version: str
    """The rules."""
    dry_run: bool
    unchanged_rules: bool = False
    """The classes were made by these rules: nothing was read."""
    documents: int = 0
    changed: int = 0
    """Documents that get another class."""
    renamed: int = 0
    """Documents that keep their class and name evidence as the present rules read it."""
    without_evidence: int = 0
    """Documents left alone because some of their evidence is not stored."""
    not_revived: int = 0
    """Documents whose fetch was denied and would be allowed now: fetch them anew."""
    classes: list[dict[str, Any]] = field(default_factory=list)
    """``before``, ``after`` and ``documents`` of each change of class."""
    axes: dict[str, dict[str, int]] = field(default_factory=dict)
    """Documents by axis and direction, such as ``granted to denied``."""
    releases: list[dict[str, Any]] = field(default_factory=list)
    """Documents of releases that would no longer pass."""

    def to_json(self) -> dict[str, Any]:
        """A JSON object for ``--json``."""
        return {"ok": True, **asdict(self)}


def add_changes(report: RebuildReport, changes: pa.Table, classes: Mapping[str, PolicyClass]) -> None:
    """Count changes into a report.

    Args:
        report: The report.
        changes: Rows of ``CHANGE_SCHEMA``.
        classes: Classes by id, those before and those after.
    """
    frame = pl.DataFrame(pl.from_arrow(changes.select(["before", "after"])))
    moved = frame.filter(pl.col("before") != pl.col("after")).group_by("before", "after").len().sort("before", "after")
    report.changed = int(moved.get_column("len").sum())
    report.renamed = frame.height - report.changed
    report.classes = [
        {"before": before, "after": after, "documents": count} for before, after, count in moved.iter_rows()
    ]
    directions: dict[str, Counter[str]] = {axis.value: Counter() for axis in Axis}
    for before, after, count in moved.iter_rows():
        if before in classes and after in classes:
            _count(directions, classes[before], classes[after], count)
    report.axes = {axis: dict(sorted(counts.items())) for axis, counts in directions.items() if counts}


def _count(directions: Mapping[str, Counter[str]], before: PolicyClass, after: PolicyClass, count: int) -> None:
    for axis in Axis:
        old, new = before.rights.axes[axis], after.rights.axes[axis]
        if _WORDS[old] != _WORDS[new]:
            directions[axis.value][f"{_WORDS[old]} to {_WORDS[new]}"] += count
        elif before.rights.conditions[axis] != after.rights.conditions[axis]:
            directions[axis.value]["other conditions"] += count
