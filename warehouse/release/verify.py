"""Checking a release without trusting whoever packed it: all that is needed is the public key of its signature.

What is checked, in this order, each fault named with its file:

1. the manifest is canonical and its signature is that of the public key;
2. no file is missing, was added or was changed;
3. the copy of the ledger is an unbroken chain, signed, and its last entry is this release;
4. where 1 and 2 hold, ids of policy classes are derived anew from their records, and the gate is asked again for the
   recipient;
5. every row is of a class that may be here; counts, conditions, canaries and the evidence root are those of the
   manifest (an encrypted release needs a key for this);
6. with a warehouse: its ledger holds this release, and which documents were withdrawn since.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from warehouse.canonical import canonical
from warehouse.catalog import Warehouse
from warehouse.keys import KeyStore, KeyStoreError, key_id, verify_signature
from warehouse.ledger_entry import Entry, LedgerError, SealedEntry, check_chain, read_any
from warehouse.release import check
from warehouse.release import manifest as files
from warehouse.release.check import Fault
from warehouse.release.encryption import ReleaseKey, unwrap_release_key
from warehouse.release.since import check_ledger, withdrawn_since

_UNNAMED = ".tmp-"


@dataclass(slots=True)
class Report:
    """What was found."""

    faults: list[Fault] = field(default_factory=list)
    release_id: str | None = None
    rows_checked: bool = False
    """Whether rows were read; those of an encrypted release cannot be without a key."""
    signed_by: str | None = None
    """Id of the key that signed."""
    key_given: bool = False
    """Whether the public key came from the caller and not from the release itself."""
    withdrawn: list[dict[str, str]] = field(default_factory=list)
    """Documents that were withdrawn since, with the withdrawal; no fault of the release, but a call to act."""

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong with the release."""
        return not self.faults


@dataclass(frozen=True, slots=True)
class _Opener:
    private_key: str | None
    password: bytes | None
    keys: KeyStore | None


def verify(
    folder: Path,
    *,
    public_key: str | None = None,
    private_key: str | None = None,
    password: bytes | None = None,
    warehouse: Warehouse | None = None,
    keys: KeyStore | None = None,
) -> Report:
    """Check a release.

    Args:
        folder: The release.
        public_key: Public key (PEM) of whoever released it. Without it the key in the manifest is taken, which shows
            that the release is whole, and not from whom it is.
        private_key: The recipient's private key (PEM), to check the rows of an encrypted release.
        password: What the private key is encrypted with, if it is.
        warehouse: The warehouse it came from, to ask its ledger and its present list of withdrawals.
        keys: The key store that packed it, to check the rows of an encrypted release in the place of a private key.
    """
    report = Report(key_given=public_key is not None)
    manifest = _manifest(folder, public_key, report)
    if manifest is None:
        return report
    try:
        report.faults += check.check_files(folder, manifest)
        trusted = report.sound
        _check(folder, manifest, report, public_key or manifest["signing"]["public_key"])
        # Files that are not what was signed are not parsed: nobody answers for what is in them.
        if trusted:
            key = _key(folder, manifest, report, _Opener(private_key, password, keys))
            classes = check.check_classes(folder, manifest, report.faults)
            if key is not None or manifest["encryption"] is None:
                report.rows_checked = True
                report.faults += dict.fromkeys(check.check_rows(folder, manifest, classes, key))
        if warehouse is not None:
            report.faults += check_ledger(warehouse, manifest)
            report.withdrawn = withdrawn_since(warehouse, manifest)
    except (KeyError, IndexError, TypeError, ValueError, AttributeError, KeyStoreError) as error:
        report.faults.append(Fault(files.MANIFEST, f"is no manifest of a release: {type(error).__name__} {error}"))
    return report


def _manifest(folder: Path, public_key: str | None, report: Report) -> dict[str, Any] | None:
    """The manifest, if it is one; the faults of its form and signature are reported."""
    if folder.name.startswith(_UNNAMED):
        report.faults.append(Fault(str(folder), "is a release that was never finished"))
    try:
        data = (folder / files.MANIFEST).read_bytes()
    except OSError as error:
        report.faults.append(Fault(files.MANIFEST, f"cannot be read: {error.strerror}"))
        return None
    try:
        manifest = json.loads(data)
        if not isinstance(manifest, dict) or manifest.get("format") != files.FORMAT or canonical(manifest) != data:
            raise ValueError("is no canonical manifest of a release")  # noqa: TRY301  one answer to all of it
        key = public_key or str(manifest["signing"]["public_key"])
        report.release_id, report.signed_by = str(manifest["release_id"]), key_id(key)
    except (ValueError, KeyError, TypeError, RecursionError, KeyStoreError) as error:
        report.faults.append(Fault(files.MANIFEST, f"was changed or is no manifest: {error}"))
        return None
    _signature(folder / files.SIGNATURE, key, data, report, of=files.MANIFEST)
    return manifest


def _signature(path: Path, key: str, data: bytes, report: Report, *, of: str) -> None:
    try:
        good = verify_signature(key, data, path.read_bytes())
    except OSError:
        return  # missing files are reported where all of them are
    except KeyStoreError as error:
        report.faults.append(Fault(path.name, str(error)))
        return
    if not good:
        report.faults.append(Fault(of, f"is not what {path.name} signs, or another key signed it"))
        report.faults.append(Fault(path.name, f"is no signature of {of} by the public key"))


def _check(folder: Path, manifest: Mapping[str, Any], report: Report, key: str) -> None:
    report.faults += check.check_counts(manifest)
    if manifest["signing"]["key_id"] != key_id(str(manifest["signing"]["public_key"])):
        report.faults.append(Fault(files.MANIFEST, "the id of its key is not that of its public key"))
    try:
        entries = read_proof(folder / files.PROOF)
        report.faults += _proof(entries, manifest)
    except (LedgerError, OSError, TypeError) as error:
        report.faults.append(Fault(files.PROOF, str(error)))
        return
    _signature(folder / files.PROOF_SIGNATURE, key, entries[-1].digest.encode(), report, of=files.PROOF)


def read_proof(path: Path) -> list[Entry | SealedEntry]:
    """Entries of the copy of a ledger, checked to be one unbroken chain.

    Raises:
        LedgerError: They are not.
    """
    lines = path.read_bytes().splitlines(keepends=True)
    if not lines:
        raise LedgerError(f"{path.name}: holds no entries")
    return list(check_chain((read_any(line, path.name, seq) for seq, line in enumerate(lines)), path.name))


def _proof(entries: list[Entry | SealedEntry], manifest: Mapping[str, Any]) -> list[Fault]:
    last, head = entries[-1], manifest["ledger"]
    found = []
    if last.kind != files.RELEASED or not isinstance(last, Entry) or last.body != files.release_entry(dict(manifest)):
        found.append(Fault(files.PROOF, "its last entry is not this release"))
    if len(entries) < head["entries"] or entries[head["entries"] - 1].digest != head["digest"]:
        found.append(Fault(files.PROOF, "is not the ledger that the manifest names"))
    return found


def _key(folder: Path, manifest: Mapping[str, Any], report: Report, opener: _Opener) -> ReleaseKey | None:
    if manifest["encryption"] is None or (opener.private_key is None and opener.keys is None):
        return None
    try:
        return unwrap_release_key(folder, private_key=opener.private_key, password=opener.password, keys=opener.keys)
    except KeyStoreError as error:
        report.faults.append(Fault(str(manifest["encryption"]["keys"]), str(error)))
        return None
