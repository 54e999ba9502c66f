"""malmoi contract add, list, show: what rights holders have signed."""

import datetime as dt
import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from licenses.axes import Axis, Value
from licenses.conditions import Mode, Purpose
from licenses.contracts import Contract
from pipelines.cli.registry import (
    DEFAULT_RECIPE_PATH,
    JsonOption,
    RecipeOption,
    WarehouseOption,
    checked,
    moment,
    opened,
    say,
    show_record,
    show_rows,
)
from pipelines.errors import ConfigError
from warehouse.contract_records import add_contract, load_contracts
from warehouse.key_stores import open_keys
from warehouse.registry import find

contract_app = typer.Typer(help="Register and show signed permissions of rights holders.", no_args_is_help=True)
_AXES = ", ".join(Axis)


@contract_app.command()
def add(
    contract_id: Annotated[str, typer.Argument(help="Name of the record: a-z, 0-9 and hyphens.")],
    *,
    document: Annotated[
        Path, typer.Option(exists=True, dir_okay=False, help="The signed document; its SHA-256 is stored.")
    ],
    owner: Annotated[str, typer.Option(help="The rights holder.")],
    owner_name: Annotated[
        list[str] | None, typer.Option(help="Another name under which notices call the owner. Repeatable.")
    ] = None,
    owner_proof: Annotated[str, typer.Option(help="How it was proven that the owner holds the rights.")],
    scope: Annotated[list[str], typer.Option(help="Host, with those below it, or URL prefix. Repeatable.")],
    purpose: Annotated[list[Purpose], typer.Option(help="Purpose it permits. Repeatable.")],
    mode: Annotated[list[Mode], typer.Option(help="Mode it permits. Repeatable.")],
    recipient: Annotated[list[str] | None, typer.Option(help="Recipient it is for. Repeatable.")] = None,
    jurisdiction: Annotated[
        list[str] | None, typer.Option(help="Country that recipients must be in wholly. Repeatable.")
    ] = None,
    allow: Annotated[list[Axis] | None, typer.Option(help=f"Axis it allows: {_AXES}. Repeatable.")] = None,
    cond: Annotated[list[Axis] | None, typer.Option(help="Axis it allows under --condition. Repeatable.")] = None,
    deny: Annotated[list[Axis] | None, typer.Option(help="Axis it denies. Repeatable.")] = None,
    condition: Annotated[list[str] | None, typer.Option(help="Condition of --cond, as in attribution.")] = None,
    valid_from: Annotated[str, typer.Option("--from", help="From when it holds; a day begins in Korean time.")],
    expires_at: Annotated[str, typer.Option("--until", help="When it ceases to hold: the first moment after it.")],
    warehouse: WarehouseOption = None,
    recipe: RecipeOption = DEFAULT_RECIPE_PATH,
    as_json: JsonOption = False,
) -> None:
    """Register a signed permission, signed again by the warehouse; a record is never changed."""
    contract = checked(
        lambda: Contract(
            contract_id=contract_id,
            owner=owner,
            owner_names=tuple(owner_name or ()),
            owner_proof=owner_proof,
            scope=tuple(scope),
            recipients=tuple(recipient or ()),
            jurisdictions=tuple(jurisdiction or ()),
            purposes=tuple(purpose),
            modes=tuple(mode),
            axes=_axes({Value.ALLOW: allow or (), Value.COND: cond or (), Value.DENY: deny or ()}),
            conditions=tuple(condition or ()),
            valid_from=moment(valid_from),
            expires_at=moment(expires_at),
            document_digest=hashlib.sha256(document.read_bytes()).hexdigest(),
        )
    )
    with opened(warehouse, recipe, create=True) as store:
        unknown = [one for one in contract.recipients if find(store, "recipients", one) is None]
        if unknown:
            raise ConfigError(f"no such recipients: {', '.join(unknown)}; malmoi recipient add")
        add_contract(store, contract, open_keys(store.uri))
    ended = " It has run out already." if contract.expires_at <= dt.datetime.now(dt.UTC) else ""
    say(
        {"contract": _described(contract)},
        f"{contract_id} is registered and signed: {contract.owner}, {', '.join(contract.scope)}.{ended}",
        as_json=as_json,
    )


@contract_app.command("list")
def list_all(
    *, warehouse: WarehouseOption = None, recipe: RecipeOption = DEFAULT_RECIPE_PATH, as_json: JsonOption = False
) -> None:
    """List all contracts, their signatures checked."""
    with opened(warehouse, recipe) as store:
        found = [_described(one) for one in load_contracts(store, open_keys(store.uri).public_key_pem)]
    if as_json:
        say({"contracts": found}, "", as_json=True)
    else:
        show_rows(found, ("contract_id", "owner", "scope", "recipients", "axes", "expires_at", "in_force"))


@contract_app.command()
def show(
    contract_id: Annotated[str, typer.Argument(help="Contract.")],
    *,
    warehouse: WarehouseOption = None,
    recipe: RecipeOption = DEFAULT_RECIPE_PATH,
    as_json: JsonOption = False,
) -> None:
    """Show one contract, its signature checked."""
    with opened(warehouse, recipe) as store:
        all_of_them = load_contracts(store, open_keys(store.uri).public_key_pem)
    found = next((_described(one) for one in all_of_them if one.contract_id == contract_id), None)
    if found is None:
        raise ConfigError(f"there is no contract {contract_id}: malmoi contract list")
    if as_json:
        say({"contract": found}, "", as_json=True)
    else:
        show_record(found)


def _axes(said: dict[Value, Sequence[Axis]]) -> dict[Axis, Value]:
    """Each axis once.

    Raises:
        ValueError: An axis is named twice.
    """
    named = [(axis, value) for value, axes in said.items() for axis in axes]
    if len({axis for axis, _ in named}) < len(named):
        raise ValueError("an axis is named twice: --allow, --cond and --deny exclude each other")
    return dict(named)


def _described(contract: Contract) -> dict[str, Any]:
    in_force = contract.valid_from <= dt.datetime.now(dt.UTC) < contract.expires_at
    return {**contract.model_dump(mode="json"), "in_force": in_force}
