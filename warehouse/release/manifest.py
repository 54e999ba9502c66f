"""``manifest.json``: what was released to whom and what was not, signed (consent specification, sections 5 and 7).

| file | holds |
|---|---|
| ``manifest.json`` | canonical JSON (RFC 8785) |
| ``signature`` | the Ed25519 signature of its bytes, 64 bytes |
| ``ledger.jsonl`` | the ledger up to the entry of this release; entries about others without their bodies |
| ``ledger.signature`` | the Ed25519 signature of the digest of its last entry |

Every other file is in the manifest with its size and SHA-256.
"""

from pathlib import Path
from typing import Any

from warehouse._durable import fsync, sha256
from warehouse.canonical import canonical, digest
from warehouse.keys import KeyStore
from warehouse.ledger import Ledger
from warehouse.ledger_entry import Entry

MANIFEST, SIGNATURE, PROOF, PROOF_SIGNATURE = "manifest.json", "signature", "ledger.jsonl", "ledger.signature"
OUTSIDE = frozenset({MANIFEST, SIGNATURE, PROOF, PROOF_SIGNATURE})
"""Files that the manifest cannot hold."""
FORMAT = "malmoi-release/1"
RELEASED = "release"
"""Kind of the ledger entry of a release."""
INTENT = "release_intent"
"""Kind of the ledger entry that says that a release is being packed."""


def write_file(folder: Path, name: str, data: bytes) -> None:
    """Write a file of a release to disk."""
    path = folder / name
    path.write_bytes(data)
    fsync(path)


def write_json(folder: Path, name: str, value: Any) -> None:
    """Write a JSON file of a release in canonical form."""
    write_file(folder, name, canonical(value))


def files_of(folder: Path) -> dict[str, dict[str, Any]]:
    """Size and SHA-256 of every file that a manifest holds, by name."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    names = [(path, path.relative_to(folder).as_posix()) for path in paths]
    return {name: {"bytes": path.stat().st_size, "sha256": sha256(path)} for path, name in names if name not in OUTSIDE}


def release_entry(manifest: dict[str, Any]) -> dict[str, Any]:
    """The body of the ledger entry of a release: what ties the ledger to the manifest."""
    return {
        "release_id": manifest["release_id"],
        "recipient_id": manifest["recipient"]["recipient_id"],
        "manifest_digest": digest(manifest),
        "documents": manifest["counts"]["released"],
    }


def write_proof(folder: Path, ledger: Ledger, keys: KeyStore, entry: Entry) -> None:
    """Write the ledger up to an entry, and sign its digest. Bodies of entries about other releases are left out."""
    mine = entry.body["release_id"]
    path = folder / PROOF
    with path.open("wb") as file:
        for one in ledger.entries():
            if one.seq > entry.seq:
                break
            about_this = one.kind in (RELEASED, INTENT) and one.body.get("release_id") == mine
            file.write(one.line() if about_this else one.sealed().line())
    fsync(path)
    write_file(folder, PROOF_SIGNATURE, keys.sign(entry.digest.encode()))
