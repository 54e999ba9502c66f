"""The results as a document and as a table on a terminal."""

import datetime as dt
import os
import platform
from collections.abc import Iterable, Sequence
from typing import Any

from _table import Details, Line, Part, best, peers_shown, shown
from rich.console import Console
from rich.table import Table

COLUMNS = ("metric", "Malmoi", "peers, best first", "data set", "n")


def show(parts: Sequence[Part]) -> None:
    """Print the one table."""
    table = Table(title="Malmoi beside its peers", title_justify="left", show_lines=True)
    for name in COLUMNS:
        table.add_column(name, justify="right" if name in {"Malmoi", "n"} else "left", overflow="fold")
    for line in (line for part in parts for line in part.lines):
        ours = shown(line.malmoi, line.unit)
        ours = f"[bold]{ours}[/bold]" if leads(line) else ours
        table.add_row(line.measure, ours, "\n".join(peers_shown(line)), line.data, f"{line.n:,}")
    Console(width=max(Console().width, 120)).print(table)


def leads(line: Line) -> bool:
    """Whether Malmoi's figure is at least as good as every peer's."""
    peer = best(line)
    if line.malmoi is None or peer is None or peer[1].value is None:
        return False
    return line.malmoi <= peer[1].value if line.lower_is_better else line.malmoi >= peer[1].value


def document(parts: Sequence[Part], day: dt.date) -> str:
    """EVAL.md."""
    lines = [line for part in parts for line in part.lines]
    ahead = sum(map(leads, lines))
    compared = sum(best(line) is not None for line in lines)
    return f"""\
# Evaluation

Written by `make eval` on {day.isoformat()}; {os.cpu_count()} cores ({platform.machine()}), Python \
{platform.python_version()}. Every figure is measured in this run on the labelled development data, Malmoi's by \
`malmoi eval` with default settings. Rates are per CPU second of one process. Bold: at least as good as every peer \
({ahead} of {compared} lines). Shares are of 1; n is the number of rows, and a peer that was given fewer says so.

![Malmoi beside the best peer of each measure](eval.svg)

{_markdown([_cells(line) for line in lines])}

The data were open to those who wrote the rules, so figures on other data will be lower, for Malmoi more than for peers.
`malmoi eval` takes any files of the same form.

## What the measures mean

{_meanings(parts)}

## Details

{_details(parts)}"""


def _cells(line: Line) -> dict[str, Any]:
    ours = shown(line.malmoi, line.unit)
    lower = " (lower is better)" if line.lower_is_better else ""
    values = (
        line.measure + lower,
        f"**{ours}**" if leads(line) else ours,
        "; ".join(peers_shown(line)) or "–",
        line.data,
        f"{line.n:,}",
    )
    return dict(zip(COLUMNS, values, strict=True))


def _meanings(parts: Iterable[Part]) -> str:
    return "\n\n".join(f"**{part.name.capitalize()}.** {part.meaning}" for part in parts if part.meaning)


def _details(parts: Iterable[Part]) -> str:
    return "\n".join(_detail(detail) for part in parts for detail in part.details if detail.rows)


def _detail(detail: Details) -> str:
    note = f"{detail.note}\n\n" if detail.note else ""
    return f"### {detail.title}\n\n{note}{_markdown(detail.rows)}\n"


def _markdown(rows: Sequence[dict[str, Any]]) -> str:
    names = list(dict.fromkeys(name for row in rows for name in row))
    head = f"| {' | '.join(name.replace('_', ' ') for name in names)} |\n|{'---|' * len(names)}"
    return "\n".join([head, *(f"| {' | '.join(_text(row.get(name)) for name in names)} |" for row in rows)])


def _text(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:.4f}" if abs(value) <= 1 else f"{value:,.1f}"
    return str(value).replace("|", "\\|")
