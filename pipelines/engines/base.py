"""What an engine is: it maps splits to parts, wherever its workers are.

A job is data: the recipe as JSON, its digest, the code version and a folder. Workers compare digest and version with
their own before they touch a byte, so that no code travels and no two versions mix in one run.
"""

import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pipelines.errors import MalmoiError
from pipelines.ingest import Split


@dataclass(frozen=True, slots=True)
class MapJob:
    """What every worker of a run is told once."""

    recipe: str
    """The recipe as JSON."""
    recipe_digest: str
    code_version: str
    parts_dir: str


@dataclass(frozen=True, slots=True)
class Progress:
    """A worker's word on the way: increments since its last word."""

    split_id: str
    records: int
    kept: int
    bytes: int


@dataclass(frozen=True, slots=True)
class SplitOutcome:
    """What became of one split: its part stands, or ``error`` says why not."""

    split: Split
    error: str | None = None


Report = Callable[[Progress], None]


class Engine(Protocol):
    """Runs the map phase."""

    def map(self, job: MapJob, splits: Sequence[Split], report: Report) -> Iterator[SplitOutcome]:
        """Map every split to a committed part, in any order; each split has exactly one outcome.

        A split that fails does not stop the others. Closing the iterator ends the workers.
        """
        ...


def describe(error: BaseException) -> str:
    """An error in one line. Of errors that are not ours only type and place: messages of libraries may quote a page."""
    if isinstance(error, MalmoiError):
        return f"{type(error).__name__}: {error}"
    frame = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{type(error).__name__} at {Path(frame.filename).name}:{frame.lineno} in {frame.name}"
    return f"{place}: {error.strerror}" if isinstance(error, OSError) else place
