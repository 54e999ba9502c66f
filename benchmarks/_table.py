"""One line of the comparison: a measure, Malmoi's figure, the peers' figures, on which data, of how many."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Unit = Literal["share", "per_cpu_s", "count"]
Cells = dict[str, Any]


@dataclass(frozen=True)
class Figure:
    """A peer's figure; one without a value says why."""

    value: float | None = None
    n: int | None = None
    """Where the peer was given fewer rows than Malmoi."""
    reason: str = ""


@dataclass(frozen=True)
class Line:
    """A measure on a data set."""

    measure: str
    data: str
    n: int
    malmoi: float | None
    peers: Mapping[str, Figure] = field(default_factory=dict)
    unit: Unit = "share"
    lower_is_better: bool = False
    chart: bool = False
    """Whether it is one of the few that the chart shows."""


@dataclass(frozen=True)
class Details:
    """A table below the one table."""

    title: str
    rows: Sequence[Cells]
    note: str = ""


@dataclass(frozen=True)
class Part:
    """What one room's evaluation gave."""

    name: str
    lines: Sequence[Line]
    details: Sequence[Details] = ()
    meaning: str = ""
    """What the measures mean, Markdown."""
    versions: Mapping[str, str] = field(default_factory=dict)
    """Versions of the peers' packages."""

    def to_json(self) -> Cells:
        """For the cache."""
        return asdict(self)

    @classmethod
    def from_json(cls, row: Cells) -> "Part":
        """Out of the cache."""
        lines = [
            Line(**{**line, "peers": {name: Figure(**one) for name, one in line["peers"].items()}})
            for line in row["lines"]
        ]
        details = [Details(**one) for one in row["details"]]
        return cls(row["name"], lines, details, row["meaning"], row.get("versions", {}))


@dataclass(frozen=True)
class Measure:
    """A column of scores that becomes a line."""

    key: str
    title: str
    unit: Unit = "share"
    lower_is_better: bool = False
    chart: bool = False


def lines_of(
    measures: Iterable[Measure],
    scores: Mapping[str, Mapping[str, Any]],
    data: str,
    n: int,
    *,
    reasons: Mapping[str, str] | None = None,
    sizes: Mapping[str, int] | None = None,
) -> list[Line]:
    """A line for each measure.

    Args:
        measures: What to show.
        scores: Values by name (`malmoi` and peers) and key; a peer without the key is left out of that line.
        data: Name of the data set.
        n: Rows of it.
        reasons: Peers that were not run, and why; they stand in every line.
        sizes: Rows of the peers that were given fewer.
    """
    lines = []
    for one in measures:
        peers = {
            name: Figure(row[one.key], (sizes or {}).get(name))
            for name, row in scores.items()
            if name != "malmoi" and row.get(one.key) is not None
        }
        peers |= {name: Figure(reason=reason) for name, reason in (reasons or {}).items()}
        ours = scores.get("malmoi", {}).get(one.key)
        lines.append(Line(one.title, data, n, ours, peers, one.unit, one.lower_is_better, one.chart))
    return lines


def best(line: Line) -> tuple[str, Figure] | None:
    """The best peer that has a value."""
    rated = [(name, one) for name, one in line.peers.items() if one.value is not None]
    if not rated:
        return None
    return (min if line.lower_is_better else max)(rated, key=lambda item: item[1].value or 0.0)


def shown(value: float | None, unit: Unit) -> str:
    """A figure for people."""
    if value is None:
        return "–"
    if unit == "share":
        return f"{value:.4f}"
    return f"{value:,.0f}" if value >= 10 else f"{value:.1f}"


def peers_shown(line: Line) -> list[str]:
    """Each peer with its figure, best first, then those that were not run."""

    def order(item: tuple[str, Figure]) -> tuple[bool, float]:
        value = item[1].value
        return value is None, (value or 0.0) * (1 if line.lower_is_better else -1)

    return [_peer(name, one, line) for name, one in sorted(line.peers.items(), key=order)]


def _peer(name: str, one: Figure, line: Line) -> str:
    if one.value is None:
        return f"{name}: not run: {one.reason}" if one.reason else f"{name} –"
    size = f" (n {one.n:,})" if one.n is not None and one.n != line.n else ""
    return f"{name} {shown(one.value, line.unit)}{size}"
