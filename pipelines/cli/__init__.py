"""The ``malmoi`` command.

Exit codes: 0 done, 1 run failed, 2 wrong usage or configuration, 3 refused by the gate or verification failed, 130
interrupted (the same command goes on where it stopped).

Contents:
    app      the command and its subcommands
    run      malmoi run
    recipe   malmoi recipe check, malmoi recipe schema
    dedup    malmoi dedup
    explain  malmoi explain
    withdraw malmoi withdraw
    recipient  malmoi recipient add, list, show
    contract   malmoi contract add, list, show
    gate     malmoi gate check, table, export
    registry what the commands of registries have in common
    rights   malmoi rights rebuild
    inspect  malmoi inspect
    eval     malmoi eval extraction, language, quality, pii, dedup
    show     tables and paths on a terminal
    show_report  reports of evaluations on a terminal
"""

import json
import signal
import sys

FAILED, WRONG_USAGE, INTERRUPTED = 1, 2, 130


def main() -> None:
    """Run the command line; errors become one clear line on stderr and an exit code.

    This module is imported again by every process that a run starts, so it imports nothing large itself.
    """
    # A scheduler's SIGTERM ends a run as cleanly as Ctrl-C does, and both do so in the background too.
    for stop in (signal.SIGINT, signal.SIGTERM):
        signal.signal(stop, signal.default_int_handler)
    try:
        sys.exit(_run())
    except KeyboardInterrupt:
        _interrupted()


def _run() -> int:
    """The command's exit code."""
    from pipelines.cli.app import app, usage_error, warehouse_refuses  # noqa: PLC0415  see main
    from pipelines.errors import ConfigError, MalmoiError  # noqa: PLC0415

    try:
        code = app(standalone_mode=False)
    except ConfigError as error:
        return _complain(str(error), WRONG_USAGE)
    except MalmoiError as error:
        return _complain(str(error), FAILED)
    except Exception as error:
        if warehouse_refuses(error):
            return _complain(str(error), FAILED)
        message = usage_error(error)
        if message is None:
            raise
        return _complain(message, WRONG_USAGE)
    if code == INTERRUPTED:
        _interrupted()
    return code if isinstance(code, int) else 0


def _interrupted() -> None:
    sys.exit(_complain("interrupted; the same command goes on where this one stopped", INTERRUPTED))


def _complain(message: str, code: int) -> int:
    if "--json" in sys.argv:
        sys.stdout.write(json.dumps({"ok": False, "error": message}, ensure_ascii=False) + "\n")
    if message:
        sys.stderr.write(f"malmoi: {message}\n")
    return code


__all__ = ["main"]
