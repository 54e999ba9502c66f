"""The files of a release: sorted, plain or encrypted, with a canary in each."""

import hashlib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from warehouse._durable import fsync, sha256
from warehouse.keys import KeyStore
from warehouse.release.canary import canary_guid, canary_row, commitment
from warehouse.release.encryption import ReleaseKey
from warehouse.release.rows import RELEASE_SCHEMA
from warehouse.release.settings import ReleaseSettings

SHARDS = "shards"
_BOUNDS = ["doc_id", "site", "policy_class_id", "n_chars"]


@dataclass(frozen=True, slots=True)
class Shard:
    """A finished file."""

    path: str
    """Relative to the release."""
    rows: int
    """Documents and canary."""
    bytes: int
    sha256: str
    classes: dict[str, int]
    """Documents by policy class, the canary left out."""
    canary: str
    """Commitment to the UUID of its canary."""


def with_canary(rows: pa.Table, keys: KeyStore, release_id: str, path: str) -> tuple[pa.Table, str]:
    """Rows of a file with its canary among them, and the commitment; the UUID also says where the row stands."""
    guid = canary_guid(keys, release_id, path)
    place = int.from_bytes(hashlib.sha256(guid.encode()).digest()[:8]) % (rows.num_rows + 1)
    canary = pa.Table.from_pylist([canary_row(guid)], schema=rows.schema)
    return pa.concat_tables([rows.slice(0, place), canary, rows.slice(place)]).combine_chunks(), commitment(guid)


def write_shard(
    rows: pa.Table, folder: Path, path: str, *, canary: str, key: ReleaseKey | None, settings: ReleaseSettings
) -> Shard:
    """Write a file of a release.

    Args:
        rows: ``RELEASE_SCHEMA``, canary included.
        folder: The release.
        path: Name of the file in it.
        canary: Commitment to the canary.
        key: What it is encrypted with; None where it is plain.
        settings: Layout.
    """
    target = folder / path
    target.parent.mkdir(exist_ok=True)
    write_parquet(rows, target, key, settings, bounds=_BOUNDS)
    documents = rows.filter(pc.invert(rows["synthetic"]))
    classes = Counter(str(one) for one in documents["policy_class_id"].to_pylist())
    return Shard(path, rows.num_rows, target.stat().st_size, sha256(target), dict(sorted(classes.items())), canary)


def write_parquet(
    rows: pa.Table, target: Path, key: ReleaseKey | None, settings: ReleaseSettings, *, bounds: list[str] | bool
) -> None:
    """Write a Parquet file of a release to disk. Bounds of columns with text are never kept."""
    group_rows = max(1, rows.num_rows * int(settings.row_group_bytes) // max(1, rows.nbytes))
    options: dict[str, Any] = {"encryption_properties": key.encrypt(rows.schema)} if key else {}
    pq.write_table(
        rows,
        target,
        row_group_size=group_rows,
        compression="zstd",
        compression_level=settings.compression_level,
        write_statistics=bounds,
        write_page_checksum=key is None,
        **options,
    )
    fsync(target)


def shard_path(number: int) -> str:
    """Name of a file by its number."""
    return f"{SHARDS}/{number:05d}.parquet"


def leaf(row: dict[str, Any]) -> bytes:
    """What a document gives to the Merkle tree of evidence: its id, its class and the evidence it rests on."""
    return "\n".join([row["doc_id"], row["policy_class_id"], *sorted(row["evidence_ids"] or ())]).encode()


EMPTY = RELEASE_SCHEMA.empty_table()
"""No rows of a release."""
