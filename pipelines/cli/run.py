"""malmoi run."""

import json
from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.show import show_run
from pipelines.progress import configure_logging
from pipelines.recipe import DEFAULT_RECIPE, Recipe, check_recipe, load_recipe
from pipelines.run import run_recipe


def run(
    recipe: Annotated[Path, typer.Argument(help="Recipe to run.")] = Path(DEFAULT_RECIPE),
    *,
    inputs: Annotated[
        list[str] | None,
        typer.Option("--input", help="File, folder, pattern or URL; replaces the recipe's sources. Repeatable."),
    ] = None,
    engine: Annotated[str | None, typer.Option(help="Engine: local.")] = None,
    workers: Annotated[int | None, typer.Option(min=0, help="Worker processes; 0 is one for each core.")] = None,
    split: Annotated[str | None, typer.Option(help="Compressed bytes of input per task, such as '4 MiB'.")] = None,
    warehouse: Annotated[str | None, typer.Option(help="Folder of the warehouse.")] = None,
    retry: Annotated[
        str | None, typer.Option(metavar="RUN_ID", help="Read again only what this finished run quarantined.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", help="Log more.")] = False,
) -> None:
    """Run the pipeline: web archives in, accounted, rights-tagged, deduplicated Parquet out. Resumes by itself."""
    configure_logging(verbose=verbose)
    changes: dict[str, dict[str, object]] = {
        "sources": {"inputs": inputs},
        "engine": {"name": engine, "workers": workers, "split_bytes": split},
        "warehouse": {"uri": warehouse},
    }
    report = run_recipe(override(load_recipe(recipe), changes, str(recipe)), retry)
    if as_json:
        typer.echo(json.dumps(report.to_json(), ensure_ascii=False, default=str))
    else:
        show_run(report)


def override(recipe: Recipe, changes: dict[str, dict[str, object]], where: str) -> Recipe:
    """The recipe with the options of the command line in it; options that are None change nothing.

    Raises:
        ConfigError: A value does not fit.
    """
    values = recipe.model_dump()
    for section, options in changes.items():
        values[section] |= {name: value for name, value in options.items() if value is not None}
    return check_recipe(values, where)
