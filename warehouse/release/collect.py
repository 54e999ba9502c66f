"""The first half of a release: every document of the snapshot judged, and those that go laid aside."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from licenses.policy import PolicyClass
from warehouse.release.fingerprint import Chooser
from warehouse.release.judge import FINGERPRINT, HOLDOUT, Judge, Judged, Tally, is_released
from warehouse.release.rows import RELEASE_SCHEMA, SOURCE_COLUMNS
from warehouse.release.settings import ReleaseSettings
from warehouse.release.source import Snapshot
from warehouse.release.spill import ORDER, Spill

_COPIED = [name for name in RELEASE_SCHEMA.names if name in SOURCE_COLUMNS and name != "policy_class_id"]
SPILLED = pa.schema(
    [
        *(RELEASE_SCHEMA.field(name) for name in _COPIED),
        RELEASE_SCHEMA.field("policy_class_id"),
        RELEASE_SCHEMA.field("contract_ids"),
        pa.field(ORDER, pa.uint64()),
    ]
)
"""Columns of the rows that are laid aside; what their class tells is added when they are packed."""
_PLAIN: Any = pc


@dataclass(slots=True)
class Collected:
    """What became of the documents."""

    spill: Spill
    tally: Tally = field(default_factory=Tally)
    classes: dict[str, PolicyClass] = field(default_factory=dict)
    """Classes of the documents that go."""
    fetched: tuple[Any, Any] = (None, None)
    """First and last time at which a document that goes was fetched."""


def collect(snapshot: Snapshot, judge: Judge, chooser: Chooser, settings: ReleaseSettings, folder: Path) -> Collected:
    """Judge every document; lay aside those that go.

    Args:
        snapshot: The tables.
        judge: The gate.
        chooser: What is held out and left out, and the order.
        settings: Sizes.
        folder: An empty folder for rows laid aside.
    """
    size = snapshot.size("documents", SOURCE_COLUMNS)
    shards = max(1, -(-size // int(settings.shard_bytes)))
    found = Collected(Spill(folder, shards, min(int(settings.shard_bytes), 64 << 20)))
    gone: dict[str, PolicyClass] = {}
    for batch in snapshot.batches("documents", SOURCE_COLUMNS, settings.batch_rows):
        judged = judge.judge(batch)
        codes = _chosen(batch, judged, chooser)
        found.tally.add(judged.class_ids, codes)
        goes = np.flatnonzero(_released(codes))
        if len(goes):
            rows = _rows(batch, judged, goes, chooser)
            found.spill.add(rows)
            found.fetched = _widened(found.fetched, rows["fetched_at"])
            gone |= _named(judge.classes, rows["policy_class_id"])
    found.classes = dict(sorted(gone.items()))
    return found


def _chosen(batch: pa.RecordBatch, judged: Judged, chooser: Chooser) -> "pa.Array[Any]":
    """Codes with what is held out and left out among those that the gate lets go."""
    places = np.flatnonzero(_released(judged.codes))
    if not len(places):
        return judged.codes
    doc_ids, sites = (_taken(batch[name], places) for name in ("doc_id", "site"))
    codes: Any = judged.codes.to_pylist()
    for place in places[chooser.left_out(doc_ids)]:
        codes[place] = FINGERPRINT
    for place in places[chooser.held_out(sites, doc_ids)]:
        codes[place] = HOLDOUT
    return pa.array(codes, pa.string())


def _released(codes: Any) -> npt.NDArray[np.bool_]:
    names = codes.unique()
    going = pa.array([name for name in names.to_pylist() if is_released(name)], pa.string())
    answer: npt.NDArray[np.bool_] = np.asarray(_PLAIN.is_in(codes, value_set=going))
    return answer


def _taken(column: Any, places: npt.NDArray[np.int64]) -> list[Any]:
    taken: list[Any] = column.take(pa.array(places)).to_pylist()
    return taken


def _rows(batch: pa.RecordBatch, judged: Judged, goes: Any, chooser: Chooser) -> pa.RecordBatch:
    places: Any = pa.array(goes)
    columns: dict[str, Any] = {name: batch[name].take(places) for name in _COPIED}
    columns["policy_class_id"] = judged.class_ids.take(places)
    columns["contract_ids"] = judged.contract_ids.take(places)
    columns[ORDER] = pa.array(chooser.order(columns["doc_id"].to_pylist()))
    return pa.RecordBatch.from_arrays([columns[name] for name in SPILLED.names], schema=SPILLED)


def _widened(known: tuple[Any, Any], times: Any) -> tuple[Any, Any]:
    bounds = _PLAIN.min_max(times).as_py()
    seen = [one for one in (*known, bounds["min"], bounds["max"]) if one is not None]
    return (min(seen), max(seen)) if seen else (None, None)


def _named(classes: Mapping[str, PolicyClass], ids: Any) -> dict[str, PolicyClass]:
    return {one: classes[one] for one in ids.unique().to_pylist()}
