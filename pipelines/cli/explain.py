"""malmoi explain: everything known about a record, from its capture to what was withdrawn of it."""

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from licenses.conditions import Mode, Purpose, ReleasePlan, Request
from licenses.gate_rules import BLOCK_WITHDRAWN
from licenses.organisation import SECTION_8, OrganisationPolicy, read_policy
from licenses.recipients import Recipient
from pipelines.accounting import Accounts
from pipelines.cli.registry import DEFAULT_RECIPE_PATH, JsonOption, RecipeOption, WarehouseOption, checked, opened
from pipelines.decision import decision
from pipelines.errors import ConfigError, MalmoiError
from warehouse.catalog import Warehouse
from warehouse.history import History, history_of
from warehouse.key_stores import open_keys
from warehouse.lookup import Finding, find_document
from warehouse.registry import find
from warehouse.withdrawal.plan import STAGE

NOT_KEPT = "NOT_KEPT"
"""Said in place of a code of the gate of a record that was not kept."""
_HIDDEN = ("text", "evidence_ids", "quality", "pii")


@dataclass(frozen=True, slots=True)
class _Told:
    """A finding with what belongs to it."""

    finding: Finding
    path: list[str]
    history: History
    decision: str | None


def explain(
    record: Annotated[str, typer.Argument(help="URL as captured, or doc_id.")],
    *,
    recipient: Annotated[str | None, typer.Option(help="Also say what the gate says to this recipient.")] = None,
    purpose: Annotated[Purpose, typer.Option(help="What the recipient wants it for.")] = Purpose.NONCOMMERCIAL,
    mode: Annotated[Mode, typer.Option(help="How the recipient gets at it.")] = Mode.COPY,
    sold: Annotated[bool, typer.Option("--sold", help="The release is sold.")] = False,
    agreement: Annotated[list[str] | None, typer.Option(help="Condition that is met otherwise. Repeatable.")] = None,
    policy: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="Policy of the organisation (TOML).")
    ] = None,
    warehouse: WarehouseOption = None,
    recipe: RecipeOption = DEFAULT_RECIPE_PATH,
    as_json: JsonOption = False,
) -> None:
    """Say everything known about a record: stages, evidence, rights, copies, the gate, releases, withdrawals."""
    plan = checked(lambda: ReleasePlan(attribution=True, sold=sold, agreements=frozenset(agreement or ())))
    organisation = checked(lambda: read_policy(policy.read_text("utf-8")) if policy else SECTION_8)
    with opened(warehouse, recipe) as store:
        findings = find_document(store, record)
        if not findings:
            raise MalmoiError(f"{record} is neither a URL nor a doc_id of a record in {store.uri}")
        request = None
        if recipient is not None:
            row = find(store, "recipients", recipient)
            if row is None:
                raise ConfigError(f"there is no recipient {recipient}: malmoi recipient add")
            request = Request(Recipient.from_row(row), purpose, mode, plan)
        told = [
            _Told(
                finding,
                _path(store, finding),
                history_of(store, finding.row),
                _decision(store, finding, request, organisation),
            )
            for finding in findings
        ]
    if as_json:
        answer = {"ok": True, "record": record, "findings": [_object(one) for one in told]}
        typer.echo(json.dumps(answer, ensure_ascii=False, default=_plain))
        return
    console = Console()
    for one in told:
        _show(console, one)


def _decision(
    store: Warehouse, finding: Finding, request: Request | None, organisation: OrganisationPolicy
) -> str | None:
    """What the gate says; a record that was not kept has nothing to be released."""
    if request is None:
        return None
    if finding.table == "drops":
        return BLOCK_WITHDRAWN if finding.row.get("withdrawal_id") else NOT_KEPT
    return decision(store, finding.row, request, open_keys(store.uri).public_key_pem, organisation)


def _path(store: Warehouse, finding: Finding) -> list[str]:
    """Stages that the record passed, the last one being where it stopped."""
    counts = store.run(str(finding.row["run_id"]))
    stages = list(Accounts.from_json(counts).stages) if counts else []
    stopped = finding.row.get("stage")
    if finding.table == "documents":
        return [*stages, "kept"]
    if stopped == STAGE:
        return [*stages, "kept", f"{stopped}: {finding.row['reason']}"]
    upto = stages[: stages.index(stopped)] if stopped in stages else []
    return [*upto, f"{stopped}: {finding.row['outcome']} as {finding.row['reason']}"]


def _object(told: _Told) -> dict[str, Any]:
    finding = told.finding
    return {
        "table": finding.table,
        "path": told.path,
        "record": {name: value for name, value in finding.row.items() if name != "text"},
        "evidence": [dict(row) for row in finding.evidence],
        "policy_class": dict(finding.policy_class) if finding.policy_class else None,
        "cluster": [dict(row) for row in finding.cluster],
        "decision": told.decision,
        "releases": [dict(row) for row in told.history.releases],
        "token_sets": [dict(row) for row in told.history.token_sets],
        "withdrawals": [dict(row) for row in told.history.withdrawals],
    }


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, dt.datetime | dt.date) else str(value)


def _show(console: Console, told: _Told) -> None:
    finding = told.finding
    console.rule(f"{finding.table}  {finding.row['doc_id']}")
    console.print(" > ".join(told.path), highlight=False, markup=False)
    console.print(_pairs("record", {k: v for k, v in finding.row.items() if k not in _HIDDEN}))
    if finding.policy_class:
        console.print(_pairs("rights", finding.policy_class))
    for row in finding.evidence:
        console.print(_pairs(f"evidence {row['signal']}", row))
    for row in finding.cluster:
        if row["doc_id"] != finding.row["doc_id"]:
            what = row.get("reason") or "kept"
            console.print(f"copy: {row['url']} ({what}, jaccard {row.get('jaccard')})", highlight=False, markup=False)
    if told.decision:
        console.print(f"gate: {told.decision}", highlight=False, markup=False)
    named = (("release", told.history.releases), ("token set", told.history.token_sets))
    for title, rows in (*named, ("withdrawal", told.history.withdrawals)):
        for row in rows:
            console.print(_pairs(title, row))


def _pairs(title: str, values: Mapping[str, Any]) -> Table:
    table = Table(title=title, title_justify="left", show_header=False, box=None, pad_edge=False)
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    for name, value in values.items():
        if value not in (None, [], {}):
            table.add_row(name, _plain(value))
    return table
