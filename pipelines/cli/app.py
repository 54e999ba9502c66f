"""The command and its subcommands."""

import typer

from pipelines.cli.eval import eval_app
from pipelines.cli.explain import explain
from pipelines.cli.inspect import inspect
from pipelines.cli.quality import quality_app
from pipelines.cli.recipe import recipe_app
from pipelines.cli.run import run
from pipelines.cli.withdraw import withdraw
from warehouse import WarehouseError

__all__ = ["WarehouseError", "app", "usage_error"]

app = typer.Typer(
    name="malmoi",
    help="말모이 Malmoi: Korean web archives to accounted, rights-tagged, deduplicated Parquet.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.command()(run)
app.command()(explain)
app.command()(inspect)
app.command()(withdraw)
app.add_typer(recipe_app, name="recipe")
app.add_typer(quality_app, name="quality")
app.add_typer(eval_app, name="eval")


def usage_error(error: Exception) -> str | None:
    """What the parser of the command line complains about; None for errors of another kind."""
    describe = getattr(error, "format_message", None)
    return str(describe()) if describe else None
