"""The peers' side of a comparison: rows in, one result per row and tool out. Imports nothing but the standard library.

A script calls `serve` with its tools and is run as `peer_NAME.py IN.jsonl OUT.json [TOOL ...]`. The output is an object
{tool: {"version", "cpu_s", "every", "rows", "results"}} or {tool: {"reason"}} where the tool cannot be loaded or fails.
"""

import importlib.metadata
import json
import logging
import sys
import time
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Row = dict[str, Any]
_FEW = 500


@dataclass(frozen=True)
class Tool:
    """A peer: how it is loaded, its package, and which rows it gets."""

    load: Callable[[], Callable[[Row], Any]]
    package: str
    every: int = 1
    """Slow tools get every n-th row, of more than 500."""


def serve(tools: Mapping[str, Tool]) -> None:
    """Run the tools named on the command line, or all, one after the other."""
    logging.disable(logging.CRITICAL)
    warnings.filterwarnings("ignore")
    with Path(sys.argv[1]).open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    names = sys.argv[3:] or list(tools)
    Path(sys.argv[2]).write_text(
        json.dumps({name: run(tools[name], rows) for name in names}, ensure_ascii=False), encoding="utf-8"
    )


def run(tool: Tool, rows: list[Row]) -> Row:
    """Results of one tool; a row it raises on gets None and is counted."""
    try:
        judge = tool.load()
        version = importlib.metadata.version(tool.package) if tool.package else ""
    except Exception as error:  # noqa: BLE001  told in the table as the reason why the peer was not run
        kind = "" if isinstance(error, ImportError) else f"{type(error).__name__}: "
        return {"reason": f"{kind}{error}".splitlines()[0][:120]}
    every = tool.every if len(rows) > _FEW else 1
    chosen = rows[::every]
    results: list[Any] = []
    failed = 0
    for row in chosen[:3]:
        attempt(judge, row)
    start = time.process_time()
    for row in chosen:
        ok, result = attempt(judge, row)
        failed += not ok
        results.append(result)
    seconds = time.process_time() - start
    return {"version": version, "every": every, "rows": len(chosen), "cpu_s": seconds} | {
        "failed": failed,
        "results": results,
    }


def attempt(judge: Callable[[Row], Any], row: Row) -> tuple[bool, Any]:
    """The tool's result, or None where it raises."""
    try:
        return True, judge(row)
    except Exception:  # noqa: BLE001  counted: whatever a library raises is its result on this row
        return False, None
