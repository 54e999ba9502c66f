"""What a run is: its inputs, its identity, its splits and the folder where its parts grow."""

import fcntl
import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pipelines.errors import ConfigError
from pipelines.ingest import InputFile, Split, expand_inputs, plan_splits
from pipelines.ingest.datasets import DATASET_SUFFIXES
from pipelines.recipe import Recipe, Sources
from pipelines.retry import retry_splits
from pipelines.version import code_version
from warehouse.catalog import Warehouse


@dataclass(frozen=True, slots=True)
class RunPlan:
    """A run before it starts. Equal recipe, inputs and code give an equal ``run_id``, whatever the engine."""

    run_id: str
    recipe: Recipe
    files: tuple[InputFile, ...]
    splits: tuple[Split, ...]
    folder: Path

    @property
    def parts_dir(self) -> Path:
        """Folder of the parts. Another way to cut the same inputs has parts of its own."""
        cut = hashlib.sha256("".join(split.split_id for split in self.splits).encode()).hexdigest()[:12]
        return self.folder / "parts" / cut


def plan_run(recipe: Recipe, retry: str | None = None) -> RunPlan:
    """Find the inputs of a recipe and cut them.

    Args:
        recipe: What to do.
        retry: A finished run whose quarantined records alone are read again.

    Raises:
        ConfigError: There are no inputs, they cannot be found, or there is nothing to try again.
    """
    files = _find_files(recipe.sources)
    folder = _warehouse_folder(recipe)
    if retry is None:
        splits = tuple(plan_splits(files, int(recipe.engine.split_bytes)))
    else:
        with Warehouse.open(recipe.warehouse.uri, create=False, catalog=recipe.warehouse.catalog or None) as store:
            splits = retry_splits(store, retry, files)
    run_id = _run_id(recipe, files, retry)
    return RunPlan(run_id, recipe, files, splits, folder / "runs" / run_id)


@contextmanager
def run_lock(folder: Path) -> Iterator[None]:
    """Hold a run's folder; a second run of the same id is refused while the first lives.

    Raises:
        ConfigError: Another process holds it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w", encoding="ascii") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ConfigError(f"another process is working on this run; wait for it or stop it ({folder})") from error
        yield


def _find_files(sources: Sources) -> tuple[InputFile, ...]:
    """Files of captures, then those of each data set; every file is of one of them alone."""
    options = sources.storage_options
    files = expand_inputs(sources.inputs, options) if sources.inputs else []
    for dataset in sources.datasets:
        files += expand_inputs(dataset.paths, options, DATASET_SUFFIXES[dataset.kind], dataset.name)
    if not files:
        raise ConfigError("no inputs: name files in the recipe (sources.inputs, sources.datasets) or with --input")
    twice = next((uri for uri, count in Counter(file.uri for file in files).items() if count > 1), None)
    if twice is not None:
        raise ConfigError(f"{twice} is named by two sources: it can be of one only")
    return tuple(files)


def _run_id(recipe: Recipe, files: Sequence[InputFile], retry: str | None) -> str:
    """16 hex digits over recipe, inputs (address, size, fingerprint), code and the run that is tried again."""
    inputs = [[file.uri, file.size, file.fingerprint, *([file.dataset] if file.dataset else [])] for file in files]
    identity = json.dumps([recipe.digest(), code_version(), inputs, *([retry] if retry else [])], ensure_ascii=False)
    return hashlib.sha256(identity.encode()).hexdigest()[:16]


def _warehouse_folder(recipe: Recipe) -> Path:
    uri = recipe.warehouse.uri
    if "://" in uri and not uri.startswith("file://"):
        raise ConfigError(f"warehouse.uri must be a local folder in this version, not {uri}")
    return Path(uri.removeprefix("file://"))
