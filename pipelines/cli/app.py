"""The command, its subcommands and what every one of them shares."""

import json
import sys
from typing import Any

import typer

from pipelines.cli.explain import explain
from pipelines.cli.recipe import recipe_app
from pipelines.cli.run import run
from pipelines.errors import ConfigError, MalmoiError

app = typer.Typer(
    name="malmoi",
    help="말모이 Malmoi: Korean web archives to accounted, rights-tagged, deduplicated Parquet.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.command()(run)
app.command()(explain)
app.add_typer(recipe_app, name="recipe")

FAILED, WRONG_USAGE, INTERRUPTED = 1, 2, 130


def main() -> None:
    """Run the command line; errors become one clear line on stderr and an exit code."""
    try:
        app(standalone_mode=False)
    except typer.Exit as done:
        sys.exit(done.exit_code)
    except typer.Abort:
        sys.exit(INTERRUPTED)
    except KeyboardInterrupt:
        _complain("interrupted; the same command goes on where this one stopped")
        sys.exit(INTERRUPTED)
    except ConfigError as error:
        _complain(str(error))
        sys.exit(WRONG_USAGE)
    except MalmoiError as error:
        _complain(str(error))
        sys.exit(FAILED)
    except Exception as error:
        if hasattr(error, "format_message"):  # click's own usage errors
            _complain(error.format_message())
            sys.exit(WRONG_USAGE)
        raise


def _complain(message: str) -> None:
    if "--json" in sys.argv:
        sys.stdout.write(json.dumps(error_object(message), ensure_ascii=False) + "\n")
    typer.secho(f"malmoi: {message}", err=True, fg=typer.colors.RED)


def error_object(message: str) -> dict[str, Any]:
    """What ``--json`` prints when a command fails."""
    return {"ok": False, "error": message}
