"""Wall time, CPU time and memory of a command with everything it starts."""

import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

_SAMPLE_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Cost:
    """What a command took."""

    wall_s: float
    cpu_s: float
    """User and system time of the whole process tree, the last sample of each process."""
    peak_rss_mb: float
    """Sum over the tree; pages that processes share are counted once for each, so this is an upper bound."""
    processes: int


def measure(command: Sequence[str], cwd: Path, env: Mapping[str, str], log: Path) -> Cost:
    """Run a command and watch its process tree.

    Raises:
        SystemExit: The command failed; its output is in ``log``.
    """
    seen: dict[int, float] = {}
    peak, most = 0, 0
    started = time.monotonic()
    with log.open("wb") as sink, subprocess.Popen(command, cwd=cwd, env=env, stdout=sink, stderr=sink) as process:
        root = psutil.Process(process.pid)
        while process.poll() is None:
            rss, alive = _sample(root, seen)
            peak, most = max(peak, rss), max(most, alive)
            time.sleep(_SAMPLE_SECONDS)
    wall = time.monotonic() - started
    if process.returncode != 0:
        raise SystemExit(f"{' '.join(command)} failed with {process.returncode}; see {log}")
    return Cost(round(wall, 2), round(sum(seen.values()), 2), round(peak / 2**20), most)


def _sample(root: psutil.Process, seen: dict[int, float]) -> tuple[int, int]:
    rss = alive = 0
    try:
        tree = [root, *root.children(recursive=True)]
    except psutil.NoSuchProcess:
        return 0, 0
    for process in tree:
        try:
            times = process.cpu_times()
            rss += process.memory_info().rss
        except psutil.NoSuchProcess:
            continue
        seen[process.pid] = times.user + times.system
        alive += 1
    return rss, alive
