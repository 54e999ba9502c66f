"""Releases in the tables: which release holds which document, and the release itself."""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from warehouse.catalog import RUN_ID_PROPERTY, Warehouse
from warehouse.commit import commit_files
from warehouse.files import write_file
from warehouse.registry import insert
from warehouse.schemas import RELEASE_DOCUMENTS


class DocumentRecord:
    """Files for the table ``release_documents``, one for each shard, each sorted by document."""

    def __init__(self, warehouse: Warehouse, release_id: str, folder: Path) -> None:
        self._schema = warehouse.file_schema(RELEASE_DOCUMENTS.name)
        self._release_id = release_id
        self._folder = folder
        self.files: list[Path] = []

    def add(self, shard: str, rows: pa.Table) -> None:
        """Take the rows of a shard, its canary included."""
        places = rows.select(["doc_id", "synthetic"]).append_column(
            "position", pa.array(range(rows.num_rows), pa.int64())
        )
        documents = places.filter(pc.invert(places["synthetic"])).drop_columns(["synthetic"])
        count = documents.num_rows
        table = documents.append_column("release_id", pa.array([self._release_id] * count, pa.string()))
        table = table.append_column("shard", pa.array([shard] * count, pa.string())).sort_by("doc_id")
        path = self._folder / f"release-{self._release_id}-{len(self.files):05d}.parquet"
        write_file(table, path, RELEASE_DOCUMENTS, self._schema)
        self.files.append(path)


def record_release(
    warehouse: Warehouse, manifest: dict[str, Any], manifest_digest: str, documents: Sequence[Path], location: Path
) -> None:
    """Write a release into the tables, its documents first."""
    release_id = manifest["release_id"]
    commit_files(warehouse, RELEASE_DOCUMENTS.name, documents, {RUN_ID_PROPERTY: f"release-{release_id}"})
    insert(
        warehouse,
        "releases",
        {
            "release_id": release_id,
            "recipient_id": manifest["recipient"]["recipient_id"],
            "purpose": manifest["purpose"],
            "mode": manifest["mode"],
            "released_at": dt.datetime.fromisoformat(manifest["released_at"]),
            "policy_version": manifest["policy"]["rules_version"],
            "withdrawal_version": manifest["withdrawals"]["version"],
            "snapshots": {name: int(one) for name, one in manifest["snapshots"].items()},
            "manifest_digest": manifest_digest,
            "documents": manifest["counts"]["released"],
            "shards": len(manifest["shards"]),
            "location": str(location),
            "encrypted": manifest["encryption"] is not None,
            "signing_key_id": manifest["signing"]["key_id"],
            "organisation_policy": manifest["policy"]["organisation_digest"],
        },
    )
