"""The README is kept true: its commands run, and its output is what they print."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^\$ (.+)$", README, re.MULTILINE)
# A console block that shows more than its command shows output.
BLOCKS = [block for block in re.findall(r"```console\n\$ (.+?)```", README, re.DOTALL) if block.count("\n") > 1]


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Path:
    """A folder that looks like the checkout, so that runs do not litter it."""
    folder = tmp_path_factory.mktemp("readme")
    for name in ("examples", "recipes"):
        (folder / name).symlink_to(ROOT / name)
    return folder


def execute(command: str, place: Path) -> str:
    """Run a command of the README as a user would; ``make run`` by what the Makefile says of it."""
    if command == "make run":
        makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
        command = re.search(r"^run:.*\n\t\$\(BIN\)/(.+)$", makefile, re.MULTILINE).group(1)
        command = command.replace("$(WAREHOUSE)", "malmoi-warehouse")
    binaries = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": binaries, "NO_COLOR": "1", "COLUMNS": "120"}
    done = subprocess.run(shlex.split(command), cwd=place, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}: {done.stderr}"
    return done.stdout


def lines(text: str) -> list[str]:
    """Lines without what differs from run to run: ids, seconds, folders."""
    text = re.sub(r"\b[0-9a-f]{16,64}\b", "ID", text)
    text = re.sub(r"after [\d.]+ s", "after N s", text)
    text = re.sub(r"\S*malmoi-warehouse", "malmoi-warehouse", text)
    return [line.rstrip() for line in text.splitlines() if line.strip()]


def test_commands_run_and_print_what_is_shown(place):
    for command in COMMANDS:
        if command == "make test":
            continue
        printed = lines(execute(command, place))
        for block in BLOCKS:
            shown_command, _, shown = block.partition("\n")
            if shown_command == command:
                missing = [line for line in lines(shown) if line != "…" and line not in printed]
                assert missing == [], f"{command} does not print these lines of the README: {missing}"


def test_make_targets_that_are_named_exist():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(re.findall(r"(?:`|\$ )make ([a-z-]+)", README)) <= targets


def test_code_of_the_readme_runs(place):
    execute("malmoi run --warehouse malmoi-warehouse", place)
    for code in re.findall(r"```python\n(.+?)```", README, re.DOTALL):
        done = subprocess.run([sys.executable, "-c", code], cwd=place, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
