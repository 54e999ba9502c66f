"""What a running pipeline says: a bar on a terminal, JSON lines elsewhere. Never the text of a document."""

import json
import logging
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol, Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from pipelines.engines.base import Progress as Word

LOG = logging.getLogger("malmoi")
_LOG_SECONDS = 10.0


class Reporter(Protocol):
    """Shows how far the map phase is."""

    def advance(self, word: Word) -> None:
        """A worker got on."""
        ...

    def split_done(self) -> None:
        """A split is finished."""
        ...


@contextmanager
def reporter(total_bytes: int, splits: int) -> Iterator[Reporter]:
    """A bar if stderr is a terminal, a log line every ten seconds otherwise."""
    if sys.stderr.isatty():
        with _Bar(total_bytes, splits) as bar:
            yield bar
    else:
        yield _Lines(total_bytes, splits)


class _Count:
    """Records, kept records and their rate."""

    def __init__(self) -> None:
        self.records = 0
        self.kept = 0
        self.bytes = 0
        self._started = time.monotonic()

    def add(self, word: Word) -> None:
        self.records += word.records
        self.kept += word.kept
        self.bytes += word.bytes

    @property
    def rate(self) -> float:
        return self.records / max(time.monotonic() - self._started, 1e-9)


class _Bar:
    """A bar over compressed bytes of input, with the estimate that follows from it."""

    def __init__(self, total_bytes: int, splits: int) -> None:
        self._count = _Count()
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[note]}"),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
        )
        self._bytes = self._bar.add_task("bytes", total=total_bytes, note="")
        self._splits = self._bar.add_task("splits", total=splits, note="")

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def advance(self, word: Word) -> None:
        self._count.add(word)
        count = self._count
        note = f"{count.records} records ({count.rate:.0f}/s), {count.kept} kept, {count.records - count.kept} not"
        self._bar.update(self._bytes, advance=word.bytes, note=note)

    def split_done(self) -> None:
        self._bar.advance(self._splits)


class _Lines:
    """One structured line every ten seconds."""

    def __init__(self, total_bytes: int, splits: int) -> None:
        self._count = _Count()
        self._total = total_bytes
        self._splits = splits
        self._done = 0
        self._last = time.monotonic()

    def advance(self, word: Word) -> None:
        self._count.add(word)
        if time.monotonic() - self._last >= _LOG_SECONDS:
            self._last = time.monotonic()
            self._say()

    def split_done(self) -> None:
        self._done += 1

    def _say(self) -> None:
        count = self._count
        left = (self._total - count.bytes) / max(count.bytes, 1) * count.records / max(count.rate, 1e-9)
        LOG.info(
            "mapping",
            extra={
                "fields": {
                    "splits_done": self._done,
                    "splits": self._splits,
                    "records": count.records,
                    "kept": count.kept,
                    "records_per_s": round(count.rate, 1),
                    "eta_s": round(max(left, 0.0)),
                }
            },
        )


class _JsonLine(logging.Formatter):
    """A log record as one JSON object; fields travel in ``extra={"fields": {...}}``."""

    def format(self, record: logging.LogRecord) -> str:
        fields: dict[str, Any] = getattr(record, "fields", {})
        line = {"at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"), "level": record.levelname.lower()}
        return json.dumps({**line, "event": record.getMessage(), **fields}, ensure_ascii=False, default=str)


def configure_logging(*, verbose: bool) -> None:
    """Logs go to stderr: plain lines on a terminal, JSON lines elsewhere."""
    handler = logging.StreamHandler()
    if not sys.stderr.isatty():
        handler.setFormatter(_JsonLine())
    LOG.handlers = [handler]
    LOG.propagate = False
    LOG.setLevel(logging.DEBUG if verbose else logging.INFO)
