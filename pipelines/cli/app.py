"""The command and its subcommands, each imported when it is called: a run does not wait for what signs releases."""

import sys
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_command, get_group

__all__ = ["app", "usage_error", "warehouse_refuses"]

_COMMANDS = {
    "run": "pipelines.cli.run:run",
    "dedup": "pipelines.cli.dedup:dedup",
    "decontaminate": "pipelines.cli.decontaminate:decontaminate",
    "explain": "pipelines.cli.explain:explain",
    "inspect": "pipelines.cli.inspect:inspect",
    "release": "pipelines.cli.release:release_app",
    "verify": "pipelines.cli.verify:verify",
    "withdraw": "pipelines.cli.withdraw:withdraw",
    "recipient": "pipelines.cli.recipient:recipient_app",
    "contract": "pipelines.cli.contract:contract_app",
    "gate": "pipelines.cli.gate:gate_app",
    "rights": "pipelines.cli.rights:rights_app",
    "recipe": "pipelines.cli.recipe:recipe_app",
    "quality": "pipelines.cli.quality:quality_app",
    "eval": "pipelines.cli.eval:eval_app",
}
"""Where the function or the group of functions of each subcommand is, in the order of the help."""


class _Commands(TyperGroup):
    """The group whose subcommands are those of the table."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - as the group it extends
        return list(_COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002
        return _load(cmd_name) if cmd_name in _COMMANDS else None


app = typer.Typer(
    cls=_Commands,
    name="malmoi",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


@app.callback(help="말모이 Malmoi: Korean web archives to accounted, rights-tagged, deduplicated Parquet.")
def _malmoi() -> None:
    """Nothing is done before a subcommand."""


def _load(name: str) -> Any:
    """A subcommand by its name in the table."""
    module, _, attribute = _COMMANDS[name].partition(":")
    target = getattr(import_module(module), attribute)
    if isinstance(target, typer.Typer):
        command: Any = get_group(target)
    else:
        single = typer.Typer(add_completion=False)
        single.command(name)(target)
        command = get_command(single)
    command.name = name
    return command


def warehouse_refuses(error: Exception) -> bool:
    """Whether an error is one that the warehouse raises on purpose; where none was opened, it was never imported."""
    errors = sys.modules.get("warehouse.errors")
    return errors is not None and isinstance(error, errors.WarehouseError)


def usage_error(error: Exception) -> str | None:
    """What the parser of the command line complains about; None for errors of another kind."""
    describe = getattr(error, "format_message", None)
    return str(describe()) if describe else None
