"""malmoi recipient add, list, show: who may get releases."""

import datetime as dt
from pathlib import Path
from typing import Annotated, Any

import typer

from licenses.countries import KOREA
from licenses.recipients import Recipient
from pipelines.cli.registry import (
    DEFAULT_RECIPE_PATH,
    JsonOption,
    RecipeOption,
    WarehouseOption,
    checked,
    opened,
    say,
    show_record,
    show_rows,
)
from pipelines.errors import ConfigError
from warehouse.registry import find, insert, rows

recipient_app = typer.Typer(help="Register and show who may get releases.", no_args_is_help=True)
_TABLE = "recipients"


@recipient_app.command()
def add(
    recipient_id: Annotated[str, typer.Argument(help="Name of the record: a-z, 0-9 and hyphens.")],
    *,
    name: Annotated[str, typer.Option(help="Name of the organisation.")],
    established_in: Annotated[str | None, typer.Option(help="Country it is established in (ISO 3166-1: KR).")] = None,
    controlled_from: Annotated[str | None, typer.Option(help="Country it is controlled from.")] = None,
    processed_in: Annotated[
        list[str] | None, typer.Option(help="Country in which it stores or processes what it gets. Repeatable.")
    ] = None,
    public_key: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="Its public key (PEM, X25519 or RSA).")
    ] = None,
    contact: Annotated[str, typer.Option(help="Where notices of withdrawal go.")] = "",
    warehouse: WarehouseOption = None,
    recipe: RecipeOption = DEFAULT_RECIPE_PATH,
    as_json: JsonOption = False,
) -> None:
    """Register a recipient. A country that is not given makes it foreign; a record is never changed."""
    recipient = checked(
        lambda: Recipient(
            recipient_id=recipient_id,
            name=name,
            established_in=established_in,
            controlled_from=controlled_from,
            processed_in=tuple(processed_in or ()),
            public_key=public_key.read_text("utf-8") if public_key else None,
            contact=contact,
        )
    )
    with opened(warehouse, recipe, create=True) as store:
        insert(store, _TABLE, {**recipient.row(), "registered_at": dt.datetime.now(dt.UTC)})
    say(
        {"recipient": _described(recipient)},
        f"{recipient_id} is registered: {standing(recipient)}",
        as_json=as_json,
    )


@recipient_app.command("list")
def list_all(
    *, warehouse: WarehouseOption = None, recipe: RecipeOption = DEFAULT_RECIPE_PATH, as_json: JsonOption = False
) -> None:
    """List all recipients."""
    with opened(warehouse, recipe) as store:
        found = [_described(Recipient.from_row(row)) for row in rows(store, _TABLE)]
    if as_json:
        say({"recipients": found}, "", as_json=True)
    else:
        show_rows(found, ("recipient_id", "name", "domestic", "established_in", "controlled_from", "processed_in"))


@recipient_app.command()
def show(
    recipient_id: Annotated[str, typer.Argument(help="Recipient.")],
    *,
    warehouse: WarehouseOption = None,
    recipe: RecipeOption = DEFAULT_RECIPE_PATH,
    as_json: JsonOption = False,
) -> None:
    """Show one recipient."""
    with opened(warehouse, recipe) as store:
        row = find(store, _TABLE, recipient_id)
    if row is None:
        raise ConfigError(f"there is no recipient {recipient_id}: malmoi recipient list")
    found = {**_described(Recipient.from_row(row)), "registered_at": row["registered_at"]}
    if as_json:
        say({"recipient": found}, "", as_json=True)
    else:
        show_record(found)


def standing(recipient: Recipient) -> str:
    """Domestic, or foreign and why (section 0.2)."""
    if recipient.domestic:
        return "domestic"
    places = {
        "established in": (recipient.established_in,),
        "controlled from": (recipient.controlled_from,),
        "processes in": recipient.processed_in or (None,),
    }
    why = [
        f"{what} {place or 'an unknown country'}" for what, where in places.items() for place in where if place != KOREA
    ]
    return f"foreign ({', '.join(why)})"


def _described(recipient: Recipient) -> dict[str, Any]:
    return {**recipient.model_dump(mode="json"), "domestic": recipient.domestic, "standing": standing(recipient)}
