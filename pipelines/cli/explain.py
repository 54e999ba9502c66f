"""malmoi explain: everything known about a record."""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from pipelines.accounting import Accounts
from pipelines.errors import MalmoiError
from pipelines.recipe import DEFAULT_RECIPE, load_recipe
from warehouse.catalog import Warehouse
from warehouse.lookup import Finding, find_document

_HIDDEN = ("text", "evidence_ids", "quality", "pii")


def explain(
    record: Annotated[str, typer.Argument(help="URL as captured, or doc_id.")],
    *,
    warehouse: Annotated[str | None, typer.Option(help="Folder of the warehouse.")] = None,
    recipe: Annotated[Path, typer.Option(help="Recipe that names the warehouse.")] = Path(DEFAULT_RECIPE),
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout.")] = False,
) -> None:
    """Say everything known about a record: its path through the stages, evidence, rights, and copies."""
    settings = load_recipe(recipe).warehouse
    uri = warehouse or settings.uri
    with Warehouse.open(uri, create=False, catalog=settings.catalog or None) as store:
        findings = find_document(store, record)
        if not findings:
            raise MalmoiError(f"{record} is neither a URL nor a doc_id of a record in {uri}")
        paths = [_path(store, finding) for finding in findings]
    if as_json:
        found = [_object(finding, path) for finding, path in zip(findings, paths, strict=True)]
        typer.echo(json.dumps({"ok": True, "record": record, "findings": found}, ensure_ascii=False, default=_plain))
        return
    console = Console()
    for finding, path in zip(findings, paths, strict=True):
        _show(console, finding, path)


def _path(store: Warehouse, finding: Finding) -> list[str]:
    """Stages that the record passed, the last one being where it stopped."""
    counts = store.run(str(finding.row["run_id"]))
    stages = list(Accounts.from_json(counts).stages) if counts else []
    stopped = finding.row.get("stage")
    if finding.table == "documents":
        return [*stages, "kept"]
    upto = stages[: stages.index(stopped)] if stopped in stages else []
    return [*upto, f"{stopped}: {finding.row['outcome']} as {finding.row['reason']}"]


def _object(finding: Finding, path: Sequence[str]) -> dict[str, Any]:
    return {
        "table": finding.table,
        "path": list(path),
        "record": {name: value for name, value in finding.row.items() if name != "text"},
        "evidence": [dict(row) for row in finding.evidence],
        "policy_class": dict(finding.policy_class) if finding.policy_class else None,
        "cluster": [dict(row) for row in finding.cluster],
    }


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, dt.datetime | dt.date) else str(value)


def _show(console: Console, finding: Finding, path: Sequence[str]) -> None:
    console.rule(f"{finding.table}  {finding.row['doc_id']}")
    console.print(" > ".join(path), highlight=False, markup=False)
    facts = {name: value for name, value in finding.row.items() if name not in _HIDDEN and value is not None}
    console.print(_pairs("record", facts))
    if finding.policy_class:
        console.print(_pairs("rights", {k: v for k, v in finding.policy_class.items() if v not in (None, [], {})}))
    for row in finding.evidence:
        console.print(_pairs(f"evidence {row['signal']}", {k: v for k, v in row.items() if v not in (None, [], {})}))
    for row in finding.cluster:
        if row["doc_id"] != finding.row["doc_id"]:
            what = row.get("reason") or "kept"
            console.print(f"copy: {row['url']} ({what}, jaccard {row.get('jaccard')})", highlight=False, markup=False)


def _pairs(title: str, values: Mapping[str, Any]) -> Table:
    table = Table(title=title, title_justify="left", show_header=False, box=None, pad_edge=False)
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    for name, value in values.items():
        table.add_row(name, _plain(value))
    return table
