"""What the commands of the registries have in common: the warehouse, problems in one line, records on a terminal."""

import datetime as dt
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, TypeVar
from zoneinfo import ZoneInfo

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.table import Table

from pipelines.errors import ConfigError
from pipelines.recipe import DEFAULT_RECIPE, load_recipe
from warehouse.catalog import Warehouse
from warehouse.registry import AlreadyThereError

Made = TypeVar("Made")
WarehouseOption = Annotated[str | None, typer.Option("--warehouse", help="Folder of the warehouse.")]
RecipeOption = Annotated[Path, typer.Option("--recipe", help="Recipe that names the warehouse.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout.")]
DEFAULT_RECIPE_PATH = Path(DEFAULT_RECIPE)
KOREAN_TIME = ZoneInfo("Asia/Seoul")


@contextmanager
def opened(warehouse: str | None, recipe: Path, *, create: bool = False) -> Iterator[Warehouse]:
    """The warehouse that a command names.

    Raises:
        ConfigError: There is none, and the command does not make one; or the registry has such a record already.
    """
    settings = load_recipe(recipe).warehouse
    uri = warehouse or settings.uri
    catalog = settings.catalog or None
    if not create and catalog is None and not (Path(uri.removeprefix("file://")) / "catalog.db").is_file():
        raise ConfigError(f"there is no warehouse at {uri}: a run makes one")
    with Warehouse.open(uri, upgrade=True, catalog=catalog) as store:
        try:
            yield store
        except AlreadyThereError as error:
            raise ConfigError(str(error)) from error


def checked(make: Callable[[], Made]) -> Made:
    """What ``make`` makes; every problem of its fields in one line.

    Raises:
        ConfigError: A field does not fit.
    """
    try:
        return make()
    except ValidationError as error:
        problems = (f"{_option(one['loc'])}{_reason(one)}" for one in error.errors())
        raise ConfigError("; ".join(problems)) from error
    except ValueError as error:
        raise ConfigError(str(error)) from error


def _option(place: tuple[int | str, ...]) -> str:
    return f"{place[0]}: ".replace("_", "-") if place else ""


def _reason(problem: Mapping[str, Any]) -> str:
    return str(problem["msg"]).removeprefix("Value error, ")


def moment(written: str) -> dt.datetime:
    """A time in ISO 8601; a day alone is its beginning in Korea, and so is a time without a zone Korean.

    Raises:
        ConfigError: It is no time.
    """
    try:
        found = dt.datetime.fromisoformat(written)
    except ValueError as error:
        raise ConfigError(f"no day or time (2027-12-31): {written!r}") from error
    return found if found.tzinfo else found.replace(tzinfo=KOREAN_TIME)


def say(answer: Mapping[str, Any], text: str, *, as_json: bool) -> None:
    """Print one JSON object, or a line for people."""
    if as_json:
        typer.echo(json.dumps({"ok": True, **answer}, ensure_ascii=False, default=_plain))
    else:
        typer.echo(text)


def show_record(record: Mapping[str, Any]) -> None:
    """Print the fields of a record that say something."""
    table = Table(show_header=False, box=None, pad_edge=False)
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    for name, value in record.items():
        if value not in (None, "", [], {}):
            table.add_row(name, _shown(value))
    Console().print(table)


def show_rows(records: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> None:
    """Print records, one in a line."""
    table = Table(*columns, box=None, pad_edge=False)
    for record in records:
        table.add_row(*(_shown(record[name]) for name in columns))
    Console().print(table)


def _shown(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name}={one}" for name, one in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else _plain(value)


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, dt.datetime) else str(value)
