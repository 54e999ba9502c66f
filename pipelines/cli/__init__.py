"""The ``malmoi`` command.

Exit codes: 0 done, 1 run failed, 2 wrong usage or configuration, 3 refused by the gate or verification failed, 130
interrupted (the same command goes on where it stopped).

Contents:
    app      the command, its subcommands and what every one of them shares
    run      malmoi run
    recipe   malmoi recipe check, malmoi recipe schema
    explain  malmoi explain
    show     tables and paths on a terminal
"""

from pipelines.cli.app import main

__all__ = ["main"]
