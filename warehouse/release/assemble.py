"""The second half of a release: rows laid aside become files, with all that is counted on the way."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from licenses.conditions import Request
from licenses.policy import policy_class_table
from warehouse.keys import KeyStore
from warehouse.release.attribution import Attribution
from warehouse.release.canary import CANARY_CLASS
from warehouse.release.check import CLASSES
from warehouse.release.collect import Collected
from warehouse.release.encryption import ReleaseKey
from warehouse.release.merkle import MerkleTree
from warehouse.release.record import DocumentRecord
from warehouse.release.rows import RELEASE_SCHEMA, Terms
from warehouse.release.settings import ReleaseSettings
from warehouse.release.shards import Shard, leaf, shard_path, with_canary, write_parquet, write_shard


@dataclass(frozen=True, slots=True)
class Packed:
    """What was packed."""

    shards: list[Shard]
    documents: int
    attributed: int
    """Documents in the list of sources."""
    merkle_root: str
    conditions: list[str]
    """All conditions that documents bring, sorted."""


def pack_shards(
    collected: Collected,
    folder: Path,
    request: Request,
    keys: KeyStore,
    release_id: str,
    *,
    key: ReleaseKey | None,
    record: DocumentRecord,
    settings: ReleaseSettings,
) -> Packed:
    """Write the shards, the list of sources and the policy classes.

    Args:
        collected: Rows laid aside.
        folder: The release.
        request: Who gets it, what for, how.
        keys: Where canaries come from.
        release_id: The release.
        key: What its files are encrypted with; None where they are plain.
        record: Gets the documents of each shard.
        settings: Layout.
    """
    classes = {**collected.classes, CANARY_CLASS.policy_class_id: CANARY_CLASS}
    terms = Terms(classes.values(), request)
    tree = MerkleTree()
    shards: list[Shard] = []
    conditions: set[str] = set()
    with Attribution(folder, RELEASE_SCHEMA, key, settings) as attribution:
        for number, rows in enumerate(collected.spill.shards()):
            path = shard_path(number)
            documents = _documents(rows, terms)
            for row in documents.select(["doc_id", "policy_class_id", "evidence_ids"]).to_pylist():
                tree.add(leaf(row))
            conditions.update(_conditions(documents))
            attribution.add(documents)
            whole, canary = with_canary(documents, keys, release_id, path)
            record.add(path, whole)
            shards.append(write_shard(whole, folder, path, canary=canary, key=key, settings=settings))
        attributed = attribution.documents
    table = policy_class_table(sorted(classes.values(), key=lambda one: one.policy_class_id))
    write_parquet(table, folder / CLASSES, None, settings, bounds=True)
    documents_in = sum(sum(one.classes.values()) for one in shards)
    return Packed(shards, documents_in, attributed, tree.root(), sorted(conditions))


def _conditions(documents: pa.Table) -> list[str]:
    flat: Any = pc
    named: list[str] = flat.list_flatten(documents["conditions"]).unique().to_pylist()
    return named


def _documents(rows: pa.Table, terms: Terms) -> pa.Table:
    """Rows laid aside as rows of a release."""
    rows = rows.combine_chunks()
    class_ids = rows["policy_class_id"].combine_chunks()
    columns = {name: rows[name] for name in rows.column_names} | terms.columns(class_ids)
    columns["synthetic"] = pa.array([False] * rows.num_rows, pa.bool_())
    return pa.table([columns[name] for name in RELEASE_SCHEMA.names], schema=RELEASE_SCHEMA)
