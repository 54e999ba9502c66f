"""Trying again what an earlier run quarantined, and nothing else.

A page that ran out of time or memory may pass under other limits (`extract.cpu_seconds`, `extract.memory`). Each record
becomes a split of its own, read where the earlier run read it. The captured site files of the same sites are read
along, since without them nobody could say what may be done with the pages.
"""

from collections.abc import Sequence

import pyarrow.compute as pc

from pipelines.errors import ConfigError
from pipelines.ingest import InputFile, Split
from pipelines.stages.base import QUARANTINED
from warehouse.catalog import Warehouse

_COLUMNS = ("run_id", "source", "offset", "site", "stage", "outcome", "reason")


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
    drops = warehouse.scan("drops", f"run_id == '{run_id}'", _COLUMNS)
    quarantined = drops.filter(pc.equal(drops["outcome"], QUARANTINED))
    if not quarantined.num_rows:
        raise ConfigError(f"run {run_id} quarantined nothing: there is nothing to try again")
    of_site = drops.filter(
        pc.and_(pc.equal(drops["reason"], "site_file"), pc.is_in(drops["site"], quarantined["site"].combine_chunks()))
    )
    known = {file.uri: (number, file) for number, file in enumerate(files)}
    wanted = {
        (source, offset)
        for rows in (quarantined, of_site)
        for source, offset in zip(rows["source"].to_pylist(), rows["offset"].to_pylist(), strict=True)
    }
    missing = sorted({source for source, _ in wanted if source not in known or not known[source][1].format.splittable})
    if missing:
        raise ConfigError(
            f"to try run {run_id} again, {missing[0]} must be among the inputs, in a format that can be cut"
        )
    places = sorted((known[source][0], offset) for source, offset in wanted)
    return tuple(_split(files[number], offset, index) for index, (number, offset) in enumerate(places))


def _split(file: InputFile, offset: int, index: int) -> Split:
    return Split(file.uri, offset, offset + 1, file.size, file.format, index, exact=True)
