"""The benchmarks of a recipe: which files they are, and their items."""

import glob  # pathlib's cannot take a pattern that is absolute or begins with ..
import hashlib
import os
from collections import Counter
from pathlib import Path, PurePath

from dedup.benchmarks import Item
from dedup.decontaminate import BenchmarkIndex
from pipelines.decontamination.fields import item_of
from pipelines.decontamination.files import PACKED, SUFFIXES, read_records
from pipelines.decontamination.settings import BenchmarkFiles, DecontaminationSettings
from pipelines.errors import ConfigError

_BLOCK = 1 << 20


def with_digests(settings: DecontaminationSettings) -> DecontaminationSettings:
    """The settings with the digests of their files, and so with another digest for other files.

    Raises:
        ConfigError: Files cannot be found or read, or are not those that ``sha256`` names.
    """
    benchmarks = tuple(
        benchmark.model_copy(update={"sha256": _checked_digest(benchmark, _found(benchmark))})
        for benchmark in settings.benchmarks
    )
    return settings.model_copy(update={"benchmarks": benchmarks})


def load_index(settings: DecontaminationSettings) -> BenchmarkIndex:
    """What finds the items of the benchmarks.

    Raises:
        ConfigError: Files cannot be found or read, are not those that ``sha256`` names, or hold no text.
    """
    return BenchmarkIndex({benchmark.name: load_items(benchmark) for benchmark in settings.benchmarks}, settings.rule)


def load_items(benchmark: BenchmarkFiles) -> list[Item]:
    """Items of a benchmark in the order of its files.

    Raises:
        ConfigError: See ``load_index``.
    """
    files = _found(benchmark)
    _checked_digest(benchmark, files)
    items = []
    for place, path in files.items():
        for row, (name, record) in enumerate(read_records(path)):
            member = place if name == path.name or path.name.startswith(name) else f"{place}/{_stem(PurePath(name))}"
            item = item_of(record, member, row, benchmark.fields)
            if item is not None:
                items.append(item)
    if not items:
        raise ConfigError(f"decontamination: the files of benchmark {benchmark.name} hold no text of items")
    return items


def _found(benchmark: BenchmarkFiles) -> dict[str, Path]:
    """Files by their names below the folder that all are in, without suffixes; sorted."""
    files: set[Path] = set()
    for pattern in benchmark.paths:
        matches = [pattern] if Path(pattern).exists() else glob.glob(pattern, recursive=True)  # noqa: PTH207
        if not matches:
            raise ConfigError(f"decontamination: no file {pattern} of benchmark {benchmark.name}")
        for match in map(Path, matches):
            files.update([match] if match.is_file() else (path for path in match.rglob("*") if _wanted(path)))
    if not files:
        raise ConfigError(f"decontamination: no files of benchmark {benchmark.name} in {', '.join(benchmark.paths)}")
    resolved = sorted(path.resolve() for path in files)
    root = os.path.commonpath([path.parent for path in resolved])
    places = [path.relative_to(root) for path in resolved]
    twice = Counter(map(_stem, places))
    return {
        place.as_posix() if twice[_stem(place)] > 1 else _stem(place): path
        for place, path in zip(places, resolved, strict=True)
    }


def _wanted(path: Path) -> bool:
    return path.is_file() and path.name.lower().endswith(SUFFIXES + PACKED) and not path.name.startswith(".")


def _stem(path: PurePath) -> str:
    """A path without what says how the file is written."""
    name = path.as_posix()
    while name.lower().endswith(SUFFIXES + PACKED):
        name = name.rpartition(".")[0]
    return name


def _checked_digest(benchmark: BenchmarkFiles, files: dict[str, Path]) -> str:
    """SHA-256 (hex) over names and contents of the files."""
    whole = hashlib.sha256()
    for place, path in files.items():
        try:
            with path.open("rb") as handle:
                content = hashlib.file_digest(handle, "sha256").digest()
        except OSError as error:
            raise ConfigError(f"decontamination: cannot read {path}: {error.strerror}") from error
        whole.update(place.encode() + b"\0" + content)
    digest = whole.hexdigest()
    if benchmark.sha256 not in {None, digest}:
        raise ConfigError(f"decontamination: the files of benchmark {benchmark.name} are not those of the run")
    return digest
