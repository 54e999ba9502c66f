"""The peers' environment, and their scripts run in it."""

import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
ENVIRONMENT = ROOT / ".venv-peers"
_MARK = ENVIRONMENT / ".installed"
_SECONDS = 600

Results = Mapping[str, dict[str, Any]]


def peers_python() -> Path:
    """Python of the peers' environment, made when missing (some minutes, several GB).

    Raises:
        subprocess.CalledProcessError: It cannot be made, as without a package index.
    """
    python = ENVIRONMENT / "bin" / "python"
    project = ROOT / "pyproject.toml"
    groups = tomllib.loads(project.read_text(encoding="utf-8"))["dependency-groups"]
    wanted = json.dumps([groups["bench"], groups["bench-bare"]])
    if not _MARK.exists() or _MARK.read_text(encoding="utf-8") != wanted:
        print(f"making {ENVIRONMENT.name}, which takes some minutes", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", ENVIRONMENT], check=True)
        pip = [python, "-m", "pip", "install", "--quiet"]
        subprocess.run([*pip, "--upgrade", "pip"], check=True)
        subprocess.run([*pip, "--group", f"{project}:bench"], check=True)
        subprocess.run([*pip, "--no-deps", "--group", f"{project}:bench-bare"], check=True)
        _MARK.write_text(wanted, encoding="utf-8")
    return python


def run_peers(script: str, rows: Iterable[Mapping[str, Any]], work: Path, tools: Sequence[str]) -> Results:
    """Give rows to the tools of a script; see _serve.py for what comes back.

    Args:
        script: Name of the script beside this file.
        rows: What the tools are given.
        work: Folder for what goes in and out.
        tools: Names of the tools to run, one process each, so that one that hangs costs only itself.
    """
    try:
        python = peers_python()
    except (subprocess.CalledProcessError, OSError):
        return {tool: {"reason": "the environment of the peers could not be made"} for tool in tools}
    work.mkdir(parents=True, exist_ok=True)
    given = work / f"{script}.in.jsonl"
    with given.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    return {tool: _run(python, script, given, tool) for tool in tools}


def speeds(results: Results) -> dict[str, float]:
    """Rows per CPU second of the tools that were run."""
    return {
        name: one["rows"] / one["cpu_s"] for name, one in results.items() if "reason" not in one and one["cpu_s"] > 0
    }


def versions(results: Results) -> dict[str, str]:
    """Versions of the packages of the tools that were run."""
    return {name: one["version"] for name, one in results.items() if one.get("version")}


def failed(results: Results) -> dict[str, str]:
    """Why the others were not run."""
    return {name: one["reason"] for name, one in results.items() if "reason" in one}


def _run(python: Path, script: str, given: Path, tool: str) -> dict[str, Any]:
    print(f"  {script}: {tool}", file=sys.stderr)
    out = given.with_suffix(".out.json")
    out.unlink(missing_ok=True)
    environment = {"MALMOI_LID": str(ROOT / "filters" / "data" / "lid.176.ftz"), **os.environ}
    command = [str(python), str(HERE / script), str(given), str(out), tool]
    try:
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=_SECONDS, check=False, cwd=HERE
        )
    except subprocess.TimeoutExpired:
        return {"reason": f"over {_SECONDS} s"}
    if done.returncode != 0 or not out.exists():
        return {"reason": (done.stderr.strip().splitlines() or [f"exit {done.returncode}"])[-1][:120]}
    found: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))[tool]
    return found
