"""The parent's side of extraction: no page can hang or exhaust the run.

One child works at a time. A page that overruns its CPU time, wall time or memory costs its child, never the run; the
next page gets a new one.
"""

import datetime as dt
import multiprocessing as mp
import signal
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from pipelines.errors import SplitError
from pipelines.extract.article import Article
from pipelines.extract.child import serve
from pipelines.extract.settings import ExtractSettings

_START_SECONDS = 120.0
_OF_THE_MACHINE = frozenset(("wall_limit", "extractor_died"))


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a page has no article: a reason for the accounts and the detail behind it."""

    reason: str
    detail: str


class Sandbox:
    """Extracts pages in a child process with limits.

    Use as a context manager; the child starts with the first page.

    Raises:
        SplitError: The child cannot be started at all (broken installation).
    """

    def __init__(self, settings: ExtractSettings) -> None:
        self._settings = settings
        self._context = mp.get_context("spawn")
        self._process: mp.process.BaseProcess | None = None
        self.replaced = 0
        """How many children were lost so far."""

    @property
    def pid(self) -> int | None:
        """Process id of the child, if there is one now."""
        return self._process.pid if self._process else None

    def extract(self, html: str, url: str, fetched_on: dt.date | None) -> Article | Failure:
        """Extract one page, or say why it could not be done.

        What may be the fault of a busy machine is tried again in a new child, so that load does not change rows.
        """
        if len(html) > self._settings.max_characters:
            return Failure("html_too_large", f"{len(html)} characters, limit {self._settings.max_characters}")
        for _ in range(self._settings.attempts):
            result = self._try(html, url, fetched_on)
            if isinstance(result, Article) or result.reason not in _OF_THE_MACHINE:
                break
        return result

    def _try(self, html: str, url: str, fetched_on: dt.date | None) -> Article | Failure:
        if self._process is None:
            self._start()
        try:
            self._channel.send((html, url, fetched_on))
            if not self._channel.poll(self._settings.wall_seconds):
                self._stop()
                return Failure("wall_limit", f"over {self._settings.wall_seconds} s of wall time")
            reply = self._channel.recv()
        except (EOFError, BrokenPipeError, ConnectionResetError):
            return self._bury()
        if isinstance(reply, Article):
            return reply
        reason, _, detail = str(reply).partition(":")
        if reason == "memory_limit":
            self._stop()  # a process that ran out of memory is not to be trusted with the next page
        return Failure(reason, detail or reason)

    def close(self) -> None:
        """End the child."""
        if self._process is not None:
            self._stop()
            self.replaced -= 1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _start(self) -> None:
        self._channel, theirs = self._context.Pipe()
        process = self._context.Process(target=serve, args=(theirs, self._settings), daemon=True)
        process.start()
        theirs.close()
        self._process = process
        try:
            ready = self._channel.poll(_START_SECONDS) and self._channel.recv() == "ready"
        except EOFError:
            ready = False
        if not ready:
            self._stop()
            raise SplitError("the extraction process did not start: is selectolax installed completely?")

    def _bury(self) -> Failure:
        """The child died on this page: read the reason from how it died."""
        process = self._process
        self._stop(wait=5.0)
        code = process.exitcode if process else None
        if code == -signal.SIGPROF:
            return Failure("cpu_limit", f"over {self._settings.cpu_seconds} s of CPU time")
        name = signal.Signals(-code).name if code is not None and code < 0 else f"exit {code}"
        return Failure("extractor_died", name)

    def _stop(self, wait: float = 0.0) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.join(wait)
        process.kill()
        process.join()
        self._channel.close()
        self.replaced += 1
