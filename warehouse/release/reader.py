"""Opening a release: plain ones as they are, encrypted ones with the recipient's private key."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from warehouse.errors import WarehouseError
from warehouse.keys import KeyStore
from warehouse.release import attribution
from warehouse.release.check import CLASSES
from warehouse.release.encryption import KEYS_FILE, ReleaseKey, unwrap_release_key
from warehouse.release.manifest import MANIFEST
from warehouse.release.shards import SHARDS


@dataclass(frozen=True, slots=True)
class OpenRelease:
    """A release that can be read. Nothing is checked here: see ``verify``."""

    folder: Path
    manifest: dict[str, Any]
    documents: ds.Dataset
    """The documents, canaries left in (column ``synthetic``)."""
    attribution: ds.Dataset
    """The list of sources."""
    classes: pa.Table
    """Policy classes of the documents."""

    def sources(self) -> str:
        """The list of sources for people, one on a line."""
        rows = (row for batch in self.attribution.to_batches() for row in batch.to_pylist())
        return "".join(f"{attribution.line_of(row)}\n" for row in rows)


def open_release(
    folder: Path | str,
    private_key: str | None = None,
    *,
    password: bytes | None = None,
    keys: KeyStore | None = None,
) -> OpenRelease:
    """Open a release.

    Args:
        folder: The release.
        private_key: The recipient's private key (PEM); plain releases need none.
        password: What the private key is encrypted with, if it is.
        keys: The key store that wrapped the release key, in the place of a private key.

    Raises:
        KeyStoreError: The release is encrypted, and not for this key.
        WarehouseError: There is no release.
    """
    folder = Path(folder)
    try:
        manifest = json.loads((folder / MANIFEST).read_bytes())
    except (OSError, ValueError) as error:
        raise WarehouseError(f"{folder} holds no release: {MANIFEST} cannot be read") from error
    key: ReleaseKey | None = None
    if (folder / KEYS_FILE).exists():
        key = unwrap_release_key(folder, private_key=private_key, password=password, keys=keys)
    layout: Any = key.dataset_format() if key else "parquet"
    shards = sorted(str(path) for path in (folder / SHARDS).glob("*.parquet"))
    return OpenRelease(
        folder=folder,
        manifest=manifest,
        documents=ds.dataset(shards, format=layout),
        attribution=ds.dataset([str(folder / attribution.TABLE)], format=layout),
        classes=pq.read_table(folder / CLASSES),
    )
