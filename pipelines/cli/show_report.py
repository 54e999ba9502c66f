"""The report of an evaluation on a terminal, whatever is in it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

_WIDE = 6


def show_report(console: Console, report: Mapping[str, Any], title: str = "") -> None:
    """Print facts as lines, an object of objects or a list of objects as a table, and what lies deeper below that."""
    facts = {name: value for name, value in report.items() if not isinstance(value, Mapping | list) and value != title}
    name = str(report.get("evaluation", title))
    if facts:
        told = ", ".join(f"{key} {_cell(value)}" for key, value in facts.items() if key != "evaluation")
        console.print(f"[bold]{name}[/bold]  {told}", highlight=False)
    for key, value in report.items():
        label = f"{title} {key}".strip().replace("_", " ")
        if isinstance(value, Mapping) and value:
            if _is_table(value.values()):
                console.print(_table(label, _upright(value)))
            elif any(isinstance(item, Mapping | list) for item in value.values()):
                show_report(console, value, label)
            else:
                told = ", ".join(f"{inner} {_cell(item)}" for inner, item in value.items())
                console.print(f"[bold]{label}[/bold]  {told}", highlight=False)
        elif isinstance(value, list) and value and _is_table(value):
            console.print(_table(label, value))
        elif isinstance(value, list) and value:
            console.print(f"[bold]{label}[/bold]  {', '.join(map(_cell, value))}", highlight=False)


def _is_table(rows: Any) -> bool:
    return all(
        isinstance(row, Mapping) and not any(isinstance(cell, Mapping | list) for cell in row.values()) for row in rows
    )


def _upright(rows: Mapping[str, Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    """One row each; few rows of many columns are turned on their side, so that they fit on a terminal."""
    columns = list(dict.fromkeys(name for cells in rows.values() for name in cells))
    if len(columns) > max(_WIDE, len(rows)):
        return [{"": name.replace("_", " "), **{row: rows[row].get(name) for row in rows}} for name in columns]
    return [{"": row, **cells} for row, cells in rows.items()]


def _table(title: str, rows: Sequence[Mapping[str, Any]]) -> Table:
    columns = list(dict.fromkeys(name for row in rows for name in row))
    table = Table(title=title, title_justify="left")
    for name in columns:
        table.add_column(name.replace("_", " "), justify="left" if name == "" else "right")
    for cells in _cells(rows, columns):
        table.add_row(*cells)
    return table


def _cells(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> Iterator[list[str]]:
    for row in rows:
        yield [_cell(row.get(name)) for name in columns]


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.4g}"  # noqa: PLR2004  rates need no decimals
    return str(value)
