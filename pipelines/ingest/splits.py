"""Splits: the byte ranges of input files that are read by one task each."""

import hashlib
import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.errors import ConfigError
from pipelines.ingest.inputs import Format, InputFile


@dataclass(frozen=True, slots=True)
class Split:
    """The records of a file that begin in ``[start, end)``, bytes.

    ``exact`` says that a record begins at ``start`` (its neighbour's ``next``), broken as it may be; otherwise the
    reader looks for the first record from there on.
    """

    uri: str
    start: int
    end: int
    size: int
    format: Format
    index: int
    exact: bool = False
    dataset: str = ""
    """Name of the data set that the file is of; empty for captures."""

    @property
    def split_id(self) -> str:
        """32 hex digits over everything that says what is read."""
        said = (self.uri, self.start, self.end, self.size, self.format.value, self.exact)
        identity = "\n".join(map(str, (*said, self.dataset) if self.dataset else said))
        return hashlib.sha256(identity.encode()).hexdigest()[:32]


def plan_splits(files: Sequence[InputFile], split_bytes: int) -> list[Split]:
    """Cut files into ranges of about ``split_bytes`` bytes, alike within a file; what cannot be cut is one split.

    Raises:
        ConfigError: ``split_bytes`` is not positive.
    """
    if split_bytes <= 0:
        raise ConfigError(f"split_bytes must be positive, not {split_bytes}", split_bytes=split_bytes)
    return [split for file in files for split in _cut(file, split_bytes)]


def _cut(file: InputFile, split_bytes: int) -> list[Split]:
    count = -(-file.size // split_bytes) if file.format.splittable else 1
    bounds = [file.size * index // count for index in range(count + 1)]
    return [
        Split(file.uri, start, end, file.size, file.format, index, dataset=file.dataset)
        for index, (start, end) in enumerate(itertools.pairwise(bounds))
    ]
