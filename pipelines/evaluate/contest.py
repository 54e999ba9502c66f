"""Extractors side by side, each in a process that may die.

The processes take turns, a block of pages each, so that whatever else the machine does slows all of them alike. CPU
time is counted around the call alone. A page that uses more than its share costs its process (SIGPROF, which the
kernel sends even into a loop that never returns to Python); the next page gets a new one.
"""

import datetime as dt
import logging
import multiprocessing
import resource
import signal
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Literal, NamedTuple

from pipelines.evaluate.extractors import EXTRACTORS

_BLOCK = 32
_WARM_UP = 5
_MEMORY = 4 << 30
_WALL_FACTOR = 20  # a process that waits instead of working gets no SIGPROF

Outcome = Literal["ok", "hung", "failed"]


class Task(NamedTuple):
    """A decoded page."""

    html: str
    url: str
    fetched_on: dt.date | None


class Found(NamedTuple):
    """What an extractor made of a page: text (empty when there is none), CPU seconds, and how it ended."""

    text: str
    cpu_s: float
    outcome: Outcome


def run_contest(names: Sequence[str], tasks: Sequence[Task], page_seconds: float) -> dict[str, list[Found]]:
    """Extract all pages with all extractors.

    Args:
        names: Keys of `EXTRACTORS`; each must be installed.
        tasks: The pages. The first five are extracted once more beforehand, so that no import is on the clock.
        page_seconds: CPU seconds one page may use before it counts as hung.

    Returns:
        For each name one `Found` per page, in order.
    """
    runners = {name: _Runner(name, page_seconds) for name in names}
    found: dict[str, list[Found]] = {name: [] for name in names}
    try:
        for task in tasks[:_WARM_UP]:
            for runner in runners.values():
                runner.extract(task)
        for block in _blocks(tasks):
            for name, runner in runners.items():
                found[name].extend(runner.extract(task) for task in block)
    finally:
        for runner in runners.values():
            runner.stop()
    return found


@dataclass(slots=True)
class _Runner:
    """The parent's side of one extractor's process."""

    name: str
    page_seconds: float
    _pipe: Connection | None = field(default=None, init=False)
    _process: multiprocessing.process.BaseProcess | None = field(default=None, init=False)

    def extract(self, task: Task) -> Found:
        """Text of one page; a dead process is replaced at the next call."""
        pipe = self._pipe or self._start()
        pipe.send(task)
        try:
            if pipe.poll(self.page_seconds * _WALL_FACTOR):
                return Found(*pipe.recv())
        except EOFError:
            return self._lost()
        self.stop()
        return Found("", self.page_seconds, "hung")

    def stop(self) -> None:
        """End the process."""
        if self._pipe is not None:
            self._pipe.close()
            self._pipe = None
        if self._process is not None:
            self._process.terminate()
            self._process.join()
            self._process = None

    def _start(self) -> Connection:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(self.name, self.page_seconds, theirs), daemon=True)
        self._process.start()
        theirs.close()
        return self._pipe

    def _lost(self) -> Found:
        process = self._process
        if process is not None:
            process.join()
        hung = process is not None and process.exitcode == -signal.SIGPROF
        self.stop()
        return Found("", self.page_seconds if hung else 0.0, "hung" if hung else "failed")


def _serve(name: str, page_seconds: float, pipe: Connection) -> None:
    """The child: pages in, texts out, until the pipe is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_DATA, (_MEMORY, _MEMORY))
    # Extractors log fragments of pages.
    logging.disable(logging.CRITICAL)
    extract = EXTRACTORS[name].load()
    while True:
        try:
            task = pipe.recv()
        except EOFError:
            return
        signal.setitimer(signal.ITIMER_PROF, page_seconds)
        start = _cpu_seconds()
        try:
            text, outcome = extract(*task), "ok"
        except Exception:  # noqa: BLE001  counted as failed: whatever a library raises is its result on this page
            text, outcome = "", "failed"
        used = _cpu_seconds() - start
        signal.setitimer(signal.ITIMER_PROF, 0)
        pipe.send((text, used, outcome))


def _cpu_seconds() -> float:
    """CPU time of this process. While ITIMER_PROF is armed, Linux answers `time.process_time` from the last tick."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def _blocks(tasks: Sequence[Task]) -> Iterator[Sequence[Task]]:
    for start in range(0, len(tasks), _BLOCK):
        yield tasks[start : start + _BLOCK]
