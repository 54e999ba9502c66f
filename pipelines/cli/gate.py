"""malmoi gate check, table, export: what would go to whom, and why the rest would not."""

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from licenses.cedar import cedar_policies, cedar_schema
from licenses.conditions import Mode, Purpose, ReleasePlan, Request
from licenses.organisation import SECTION_8, OrganisationPolicy, read_policy
from licenses.recipients import Recipient
from pipelines.cli.registry import (
    DEFAULT_RECIPE_PATH,
    JsonOption,
    RecipeOption,
    WarehouseOption,
    checked,
    opened,
    say,
    show_rows,
)
from pipelines.errors import ConfigError
from pipelines.masking import unmasked_by_run
from warehouse.catalog import Warehouse
from warehouse.gate_report import GateReport, class_table, report
from warehouse.key_stores import open_keys
from warehouse.registry import find

gate_app = typer.Typer(help="What the gate lets go to whom, and why not the rest.", no_args_is_help=True)
RecipientOption = Annotated[str, typer.Option("--recipient", help="Who asks: a record of malmoi recipient.")]
PurposeOption = Annotated[Purpose, typer.Option("--purpose", help="What for.")]
ModeOption = Annotated[Mode, typer.Option("--mode", help="copy: files leave us; in_place: training inside our zone.")]
SoldOption = Annotated[bool, typer.Option("--sold", help="The release is sold.")]
AgreementOption = Annotated[
    list[str] | None,
    typer.Option("--agreement", help="Condition that is met otherwise, as share_alike, payment:use. Repeatable."),
]
PolicyOption = Annotated[
    Path | None,
    typer.Option("--policy", exists=True, dir_okay=False, help="Policy of the releasing organisation (TOML)."),
]


@gate_app.command()
def check(
    *,
    recipient: RecipientOption,
    purpose: PurposeOption,
    mode: ModeOption,
    sold: SoldOption = False,
    agreement: AgreementOption = None,
    policy: PolicyOption = None,
    warehouse: WarehouseOption = None,
    recipe: RecipeOption = DEFAULT_RECIPE_PATH,
    as_json: JsonOption = False,
) -> None:
    """Count what would go, what would not and why, and how many documents each missing permission holds back."""
    plan = _plan(sold, agreement)
    stricter = _policy(policy)
    with opened(warehouse, recipe) as store:
        request = Request(_recipient(store, recipient), purpose, mode, plan)
        found = report(store, request, stricter, unmasked_by_run(store), open_keys(store.uri).public_key_pem)
    if as_json:
        say(_answer(found, request), "", as_json=True)
    else:
        _show(found)


@gate_app.command()
def table(
    *,
    recipient: RecipientOption,
    purpose: PurposeOption,
    mode: ModeOption,
    sold: SoldOption = False,
    agreement: AgreementOption = None,
    policy: PolicyOption = None,
    warehouse: WarehouseOption = None,
    recipe: RecipeOption = DEFAULT_RECIPE_PATH,
    as_json: JsonOption = False,
) -> None:
    """List the policy classes with their documents, and what the gate says of each by its rights alone."""
    plan = _plan(sold, agreement)
    stricter = _policy(policy)
    with opened(warehouse, recipe) as store:
        request = Request(_recipient(store, recipient), purpose, mode, plan)
        rows = class_table(store, request, stricter)
    if as_json:
        say({"classes": rows}, "", as_json=True)
    else:
        show_rows(rows, ("documents", "code", "licence", "missing", "policy_class_id"))


@gate_app.command()
def export(
    *,
    form: Annotated[str, typer.Option("--format", help="cedar.")] = "cedar",
    schema: Annotated[bool, typer.Option("--schema", help="What the policies speak of, instead of them.")] = False,
) -> None:
    """Print the rules of the gate as Cedar policies."""
    if form != "cedar":
        raise ConfigError(f"unknown format {form!r}; known formats: cedar")
    typer.echo(cedar_schema() if schema else cedar_policies(), nl=False)


def _plan(sold: bool, agreements: list[str] | None) -> ReleasePlan:  # noqa: FBT001  an option of the command
    """What a release does about conditions; the list of sources always goes with it."""
    return checked(lambda: ReleasePlan(attribution=True, sold=sold, agreements=frozenset(agreements or ())))


def _policy(path: Path | None) -> OrganisationPolicy:
    return SECTION_8 if path is None else checked(lambda: read_policy(path.read_text("utf-8")))


def _recipient(store: Warehouse, recipient_id: str) -> Recipient:
    row = find(store, "recipients", recipient_id)
    if row is None:
        raise ConfigError(f"there is no recipient {recipient_id}: malmoi recipient add")
    return Recipient.from_row(row)


def _answer(found: GateReport, request: Request) -> dict[str, Any]:
    return {
        "recipient": request.recipient.recipient_id,
        "domestic": request.recipient.domestic,
        "purpose": request.purpose,
        "mode": request.mode,
        "documents": found.documents,
        "released": found.released,
        "by_code": found.by_code,
        "held_back": found.held_back,
        "held_back_by": [{"missing": list(one), "documents": count} for one, count in found.held_back_by.items()],
    }


def _show(found: GateReport) -> None:
    console = Console()
    codes = Table("code", "documents", title="What the gate says", title_justify="left", box=None, pad_edge=False)
    for code, count in found.by_code.items():
        codes.add_row(code, str(count))
    console.print(codes)
    title = "What missing permissions hold back"
    lacking = Table("permissions", "documents", title=title, title_justify="left", box=None, pad_edge=False)
    for missing, count in found.held_back_by.items():
        lacking.add_row(", ".join(missing), str(count))
    if found.held_back_by:
        console.print(lacking)
    console.print(f"{found.released} of {found.documents} documents would go.", highlight=False)
