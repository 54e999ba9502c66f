"""Fingerprints of runs that have none under the settings of a search.

A run commits the keys of its own documents, its bands cut as its own recipe says. A warehouse of an older version has
none, and a search with other bands needs other keys: both are made of the signatures that are there.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import ValidationError
from pyiceberg.expressions import EqualTo, Reference
from pyiceberg.table import Table

from dedup import DedupSettings, band_scheme, fingerprints
from warehouse._place import place
from warehouse.catalog import RUN_ID_PROPERTY, Warehouse
from warehouse.known.write import write_fingerprints
from warehouse.schemas import SIGNATURES
from warehouse.withdrawal.retry import retrying
from warehouse.withdrawal.rewrite import workplace

_INDEXED = "malmoi.indexed"
"""Property of a snapshot that adds such keys: a JSON object with ``bands`` and ``runs``."""

_BAND = "band"
_KEYS = ("doc_id", "text_digest", "url_key", "signature")


def index_runs(warehouse: Warehouse, settings: DedupSettings, *, memory: int = 1 << 30) -> list[str]:
    """Add the keys that documents of finished runs lack, in one commit; the runs that lacked some.

    Args:
        warehouse: Whose tables they are.
        settings: How signatures are cut into bands.
        memory: Bytes that this may take, about.

    Raises:
        ConflictError: Other writers kept winning; nothing was changed.
    """
    cut = band_scheme(settings)
    own = {run_id: band_scheme(theirs) for run_id, theirs in recipes(warehouse).items() if theirs}
    runs = sorted(warehouse.runs())
    made: dict[str, list[str]] = {}
    if not _lacking(warehouse.table("fingerprints"), runs, own, cut):
        return []
    with workplace(warehouse) as folder:

        def attempt() -> list[str]:
            table = warehouse.table("fingerprints")
            lacking = _lacking(table, runs, own, cut)
            for run_id, every in lacking.items():
                if run_id not in made:
                    keys = _keys(warehouse, run_id, settings)
                    mine = keys if every else (one.filter(pc.equal(one["kind"], pa.scalar(_BAND))) for one in keys)
                    files = write_fingerprints(mine, folder / run_id, warehouse=warehouse, run_id=run_id, memory=memory)
                    made[run_id] = [place(table, path, run_id) for path in files]
            if lacking:
                locations = [one for run_id in lacking for one in made[run_id]]
                said = {_INDEXED: json.dumps({"bands": cut, "runs": sorted(lacking)})}
                table.add_files(locations, snapshot_properties=said, check_duplicate_files=False)
            return sorted(lacking)

        return retrying(attempt, "index signatures")


def recipes(warehouse: Warehouse) -> dict[str, DedupSettings | None]:
    """Settings of the duplicate search of each finished run; None where its recipe has another form."""
    rows = warehouse.scan("runs", columns=("run_id", "recipe"))
    return {
        str(run_id): _settings(recipe)
        for run_id, recipe in zip(*(rows[name].to_pylist() for name in ("run_id", "recipe")), strict=True)
    }


def _settings(recipe: str) -> DedupSettings | None:
    try:
        return DedupSettings.model_validate(json.loads(recipe)["dedup"])
    except (ValueError, KeyError, TypeError, ValidationError):
        return None


def _lacking(table: Table, runs: list[str], own: Mapping[str, str], cut: str) -> dict[str, bool]:
    """Runs without keys of these bands, and whether they have no keys at all."""
    indexed: dict[str, set[str | None]] = {}
    for snapshot in table.metadata.snapshots:
        properties = snapshot.summary.additional_properties if snapshot.summary else {}
        if run_id := properties.get(RUN_ID_PROPERTY):
            indexed.setdefault(run_id, set()).add(own.get(run_id))
        if said := properties.get(_INDEXED):
            told = json.loads(said)
            for run_id in told["runs"]:
                indexed.setdefault(run_id, set()).add(told["bands"])
    return {run_id: run_id not in indexed for run_id in runs if cut not in indexed.get(run_id, ())}


def _keys(warehouse: Warehouse, run_id: str, settings: DedupSettings) -> Iterator[pa.Table]:
    """Keys of the documents of a run, with their doc_ids."""
    wanted: Any = run_id
    this = EqualTo(term=Reference("run_id"), value=wanted)
    schema = pa.schema([SIGNATURES.schema.field(name) for name in (*_KEYS, "scheme")])
    for batch in warehouse.plan("signatures", this, schema.names).to_arrow_batch_reader():
        rows = pa.table(batch).select(schema.names).cast(schema).combine_chunks()
        doc_ids, digests, urls, signatures = (rows[name].combine_chunks() for name in _KEYS)
        comparable: Any = pc.equal(rows["scheme"].combine_chunks(), pa.scalar(settings.scheme))
        signed: Any = pc.if_else(comparable, signatures, pa.scalar(None, signatures.type))
        keys = fingerprints(doc_ids, digests, urls, signed, settings)
        yield keys.append_column("doc_id", doc_ids.take(keys["row"].combine_chunks()))
