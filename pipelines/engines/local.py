"""The local engine: a pool of processes on this machine.

Each worker takes one split at a time over its own pipe, so a worker that dies (out of memory, killed) costs its split
one attempt and nothing else. Workers end by themselves when the parent is gone, however it went.
"""

import contextlib
import multiprocessing as mp
import os
import signal
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING

from pipelines.engines.base import MapJob, Progress, Report, SplitOutcome, describe
from pipelines.errors import MalmoiError
from pipelines.ingest import Split
from pipelines.lean import NoPandas

if TYPE_CHECKING:
    from pipelines.mapping import Mapper

_ORPHAN_CHECK_SECONDS = 1.0
_STOP_SECONDS = 5.0


@dataclass(slots=True)
class _Worker:
    process: mp.process.BaseProcess
    channel: Connection
    split: Split | None = None


class LocalEngine:
    """Maps splits in ``workers`` processes; a split whose worker died is tried ``attempts`` times."""

    def __init__(self, workers: int, attempts: int = 2) -> None:
        self._count = workers or len(os.sched_getaffinity(0))
        self._attempts = attempts
        # spawn: polars and pyarrow threads do not survive a fork
        self._context = mp.get_context("spawn")

    def map(self, job: MapJob, splits: Sequence[Split], report: Report) -> Iterator[SplitOutcome]:
        """See ``Engine.map``."""
        waiting = deque(splits)
        tries: dict[str, int] = {}
        workers = [self._start(job) for _ in range(min(self._count, len(splits)))]
        try:
            for worker in workers:
                self._feed(worker, waiting)
            while any(worker.split for worker in workers):
                ready = wait([worker.channel for worker in workers if worker.split])
                for index, worker in enumerate(workers):
                    if worker.channel not in ready or worker.split is None:
                        continue
                    try:
                        message = worker.channel.recv()
                    except (EOFError, ConnectionResetError):
                        outcome = self._lost(worker, waiting, tries)
                        workers[index] = self._start(job)
                        self._feed(workers[index], waiting)
                        if outcome:
                            yield outcome
                        continue
                    if isinstance(message, Progress):
                        report(message)
                        continue
                    self._feed(worker, waiting)
                    yield message
        finally:
            _stop(workers)

    def _start(self, job: MapJob) -> _Worker:
        ours, theirs = self._context.Pipe()
        process = self._context.Process(target=_work, args=(theirs, job), name="malmoi-worker")
        process.start()
        theirs.close()
        return _Worker(process, ours)

    @staticmethod
    def _feed(worker: _Worker, waiting: deque[Split]) -> None:
        worker.split = waiting.popleft() if waiting else None
        if worker.split:
            # A worker that died while it was idle shows at the other end of its pipe, where the split is taken back.
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                worker.channel.send(worker.split)

    def _lost(self, worker: _Worker, waiting: deque[Split], tries: dict[str, int]) -> SplitOutcome | None:
        """A worker died: put its split back, or give it up after the last attempt."""
        worker.process.join()
        split = worker.split
        if split is None:
            return None
        tries[split.split_id] = tries.get(split.split_id, 0) + 1
        if tries[split.split_id] < self._attempts:
            waiting.append(split)
            return None
        how = f"the worker died with exit code {worker.process.exitcode} on attempt {self._attempts}"
        return SplitOutcome(split, f"{how}; if it ran out of memory, lower engine.workers or ingest.max_record_bytes")


def _stop(workers: Sequence[_Worker]) -> None:
    """Ask workers to end, then make them. What they have not committed is done again by the next run."""
    for worker in workers:
        worker.channel.close()
    _join(workers)
    for worker in workers:
        worker.process.terminate()
    _join(workers)
    for worker in workers:
        worker.process.kill()
        worker.process.join()


def _join(workers: Sequence[_Worker]) -> None:
    until = time.monotonic() + _STOP_SECONDS
    for worker in workers:
        worker.process.join(max(0.0, until - time.monotonic()))


def _work(channel: Connection, job: MapJob) -> None:
    """A worker's life: build the stages once, then map splits until there are no more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    _end_with_parent()
    from pipelines.mapping import Mapper  # noqa: PLC0415  the parent needs none of the models

    with (
        NoPandas(),
        contextlib.ExitStack() as stack,
        contextlib.suppress(EOFError, BrokenPipeError, ConnectionResetError),
    ):
        mapper: Mapper | MalmoiError
        try:
            mapper = stack.enter_context(Mapper.from_job(job))
        except MalmoiError as error:
            mapper = error
        while True:
            split: Split = channel.recv()
            channel.send(_map(mapper, split, channel))


def _map(mapper: "Mapper | MalmoiError", split: Split, channel: Connection) -> SplitOutcome:
    """Map one split; a worker that could not be set up says so of every split."""
    if isinstance(mapper, MalmoiError):
        return SplitOutcome(split, describe(mapper))
    try:
        mapper.map(split, channel.send)
    except Exception as error:  # noqa: BLE001  whatever it is, it fails this split, is reported, and the others go on
        return SplitOutcome(split, describe(error))
    return SplitOutcome(split)


def _end_with_parent() -> None:
    """End this process, in the middle of anything, when its parent is gone: parts commit by rename, nothing is torn."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_ORPHAN_CHECK_SECONDS)
        os._exit(1)

    threading.Thread(target=watch, daemon=True, name="orphan-check").start()
