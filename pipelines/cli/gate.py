"""malmoi gate export, table, check."""

import typer

from licenses.cedar import cedar_policies, cedar_schema

gate_app = typer.Typer(help="What the gate says, and to whom.", no_args_is_help=True)


@gate_app.command()
def export() -> None:
    """Print the rules of the gate as Cedar policies."""
    typer.echo(cedar_schema() + "\n" + cedar_policies(), nl=False)
