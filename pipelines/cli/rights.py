"""malmoi rights rebuild."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from pipelines.errors import ConfigError
from pipelines.rebuild import RebuildReport, rebuild_rights
from pipelines.recipe import DEFAULT_RECIPE, load_recipe
from warehouse.catalog import Warehouse

rights_app = typer.Typer(no_args_is_help=True, help="What may be done with the documents of a warehouse.")


@rights_app.callback()
def _group() -> None:
    """Hold the group together: with one command alone it would be taken for the command itself."""


@rights_app.command()
def rebuild(
    *,
    warehouse: Annotated[str | None, typer.Option(help="Folder of the warehouse.")] = None,
    recipe: Annotated[Path, typer.Option(help="Recipe that names the warehouse.")] = Path(DEFAULT_RECIPE),
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Report what would change and write nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout.")] = False,
) -> None:
    """Derive every policy class anew from stored evidence, after rules or tables have changed."""
    settings = load_recipe(recipe).warehouse
    uri = warehouse or settings.uri
    catalog = settings.catalog or None
    if catalog is None and not (Path(uri.removeprefix("file://")) / "catalog.db").is_file():
        raise ConfigError(f"there is no warehouse at {uri}: a run makes one")
    # Rules change with versions: tables of the version before get the columns of this one.
    with Warehouse.open(uri, upgrade=True, catalog=catalog) as store:
        report = rebuild_rights(store, dry_run=dry_run)
    if as_json:
        typer.echo(json.dumps(report.to_json(), ensure_ascii=False))
    else:
        _show(Console(), report)


def _show(console: Console, report: RebuildReport) -> None:
    if report.unchanged_rules:
        console.print("The classes were made by these rules: nothing to do.")
        return
    said = "would get" if report.dry_run else "got"
    console.print(f"{report.documents} documents read again; {report.changed} {said} another class")
    for count, what in (
        (report.renamed, "keep their class and name their evidence anew"),
        (report.without_evidence, "stay as they are: some of their evidence is not stored"),
        (report.not_revived, "stay denied, as they were when fetched: fetch them anew"),
    ):
        if count:
            console.print(f"{count} {what}")
    table = Table("axis", "direction", "documents", box=None, pad_edge=False)
    for axis, directions in report.axes.items():
        for direction, count in directions.items():
            table.add_row(axis, direction, str(count))
    if table.row_count:
        console.print(table)
    for release in report.releases:
        codes = ", ".join(f"{code} {count}" for code, count in release["codes"].items())
        console.print(
            f"release {release['release_id']} to {release['recipient_id']}: {release['documents']} documents "
            f"would no longer pass ({codes})"
        )
