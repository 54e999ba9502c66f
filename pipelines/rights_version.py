"""Which rules made the classes of a warehouse: read from the snapshots of its documents."""

import hashlib
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from warehouse.catalog import RUN_ID_PROPERTY, Warehouse

RIGHTS_VERSION_PROPERTY = "malmoi.rights-version"
"""Property of a snapshot of ``documents``: the rules that its classes were derived by."""
REBUILD_PROPERTY = "malmoi.rights-rebuild"
"""Property of a snapshot that a rebuild made: the rules of all classes from there on."""


@cache
def rights_version() -> str:
    """128-bit digest (hex) of all rules and tables of ``licenses``."""
    digest = hashlib.sha256()
    _add(digest, files("licenses"), "")
    return digest.hexdigest()[:32]


def _add(digest: "hashlib._Hash", folder: Traversable, path: str) -> None:
    for entry in sorted(folder.iterdir(), key=lambda one: one.name):
        name = f"{path}/{entry.name}"
        if entry.is_dir():
            if entry.name != "__pycache__":
                _add(digest, entry, name)
        else:
            content = entry.read_bytes()
            digest.update(f"{name}\0{len(content)}\0".encode() + content)


def versions_of(warehouse: Warehouse) -> set[str | None]:
    """The rules that classes of documents were derived by; None stands for rules that are not known."""
    found: set[str | None] = set()
    snapshots = sorted(warehouse.table("documents").metadata.snapshots, key=lambda one: one.sequence_number or 0)
    if snapshots and snapshots[0].parent_snapshot_id is not None:
        found.add(None)  # snapshots that were erased may have been of other rules
    for snapshot in snapshots:
        said = snapshot.summary.additional_properties if snapshot.summary else {}
        if REBUILD_PROPERTY in said:
            found = {said[REBUILD_PROPERTY]}
        elif RUN_ID_PROPERTY in said:
            found.add(said.get(RIGHTS_VERSION_PROPERTY))
    return found
