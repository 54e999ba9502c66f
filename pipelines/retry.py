"""Trying again what an earlier run quarantined, and nothing else.

A page that ran out of time or memory may pass under other limits (`extract.cpu_seconds`, `extract.memory`). Each record
becomes a split of its own, read where the earlier run read it. The captured site files of the same sites are read
along, since without them nobody could say what may be done with the pages.
"""

from collections.abc import Sequence

from pipelines.errors import ConfigError
from pipelines.ingest import InputFile, Split
from pipelines.stages.base import QUARANTINED
from warehouse.catalog import Warehouse

_COLUMNS = ("source", "offset", "site", "outcome", "reason")


def retry_splits(warehouse: Warehouse, run_id: str, files: Sequence[InputFile]) -> tuple[Split, ...]:
    """One split for each record to read again, in the order of the files.

    Args:
        warehouse: Where the earlier run was committed.
        run_id: The earlier run.
        files: Inputs, among them those of that run.

    Raises:
        ConfigError: There is no such run, it quarantined nothing, or its inputs are not among ``files`` or cannot be
            read from the middle.
    """
    if run_id not in warehouse.runs():
        raise ConfigError(f"{run_id} is no finished run of {warehouse.uri}")
    drops = warehouse.scan("drops", f"run_id == '{run_id}'", _COLUMNS).to_pylist()
    sites = {row["site"] for row in drops if row["outcome"] == QUARANTINED}
    if not sites:
        raise ConfigError(f"run {run_id} quarantined nothing: there is nothing to try again")
    wanted = {
        (str(row["source"]), int(row["offset"]))
        for row in drops
        if row["outcome"] == QUARANTINED or (row["reason"] == "site_file" and row["site"] in sites)
    }
    known = {file.uri: (number, file) for number, file in enumerate(files)}
    missing = sorted({source for source, _ in wanted if source not in known or not known[source][1].format.splittable})
    if missing:
        raise ConfigError(
            f"to try run {run_id} again, {missing[0]} must be among the inputs, in a format that can be cut"
        )
    places = sorted((known[source][0], offset) for source, offset in wanted)
    return tuple(_split(files[number], offset, index) for index, (number, offset) in enumerate(places))


def _split(file: InputFile, offset: int, index: int) -> Split:
    return Split(file.uri, offset, offset + 1, file.size, file.format, index, exact=True, dataset=file.dataset)
