"""malmoi recipe check, malmoi recipe schema."""

import json
from pathlib import Path
from typing import Annotated

import typer

from pipelines.recipe import DEFAULT_RECIPE, load_recipe, recipe_schema

recipe_app = typer.Typer(help="Check recipes and describe their settings.", no_args_is_help=True)


@recipe_app.command()
def check(
    recipe: Annotated[Path, typer.Argument(help="Recipe to check.")] = Path(DEFAULT_RECIPE),
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Read a recipe and say whether it is right; exit code 2 and the nearest valid name if it is not."""
    digest = load_recipe(recipe).digest()
    if as_json:
        typer.echo(json.dumps({"ok": True, "recipe": str(recipe), "digest": digest}, ensure_ascii=False))
    else:
        typer.echo(f"{recipe} is right; digest {digest}")


@recipe_app.command()
def schema() -> None:
    """Print the JSON Schema of a recipe: every setting with its documentation, type, limits and default."""
    typer.echo(json.dumps(recipe_schema(), ensure_ascii=False, indent=2))
