"""Malmoi's own figures, from the command that everyone has."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any


def evaluate(*arguments: object) -> dict[str, Any]:
    """`malmoi eval ... --json`.

    Raises:
        RuntimeError: It failed; the message is what it said.
    """
    command = [str(Path(sys.executable).parent / "malmoi"), "eval", *map(str, arguments), "--json"]
    print(f"  malmoi eval {arguments[0]}", file=sys.stderr)
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"malmoi eval {arguments[0]}: {(done.stderr.strip().splitlines() or ['failed'])[-1]}")
    report: dict[str, Any] = json.loads(done.stdout)
    return report
