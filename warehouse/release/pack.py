"""A release, once and wholly: gate, pack, check again, record, sign, name.

The folder appears under its name only when everything in it is there and recorded. Its intent is in the ledger before
the first byte, and the release itself before the signature: no crash leaves a release that is out but unrecorded, nor
one that verifies under a temporary name. A release that was recorded but never got its name is out to nobody, and
withdrawals reach it all the same.
"""

import datetime as dt
import secrets
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

import pyarrow as pa

from licenses.policy import PolicyClass, policy_classes_from_table
from warehouse._durable import clean_temp, fsync, make_temp, rename
from warehouse.canonical import digest
from warehouse.catalog import Warehouse
from warehouse.contract_records import load_contracts
from warehouse.keys import KeyStore, key_id
from warehouse.ledger import Ledger
from warehouse.release import check
from warehouse.release import manifest as files
from warehouse.release.assemble import pack_shards
from warehouse.release.collect import Collected, collect
from warehouse.release.describe import Terms, describe, is_restricted, who
from warehouse.release.encryption import KEYS_FILE, OWN_KEK, ReleaseKey
from warehouse.release.evidence import read_evidence
from warehouse.release.fingerprint import Chooser
from warehouse.release.judge import Judge, Unmasked
from warehouse.release.order import FaultyReleaseError, Order, RefusedError, Released, ReleaseError
from warehouse.release.permissions import Permissions
from warehouse.release.record import DocumentRecord, record_release
from warehouse.release.settings import DEFAULT_SETTINGS, Encrypt, ReleaseSettings
from warehouse.release.shards import SHARDS
from warehouse.release.source import Snapshot
from warehouse.schemas import POLICY_CLASSES
from warehouse.withdrawal.lock import lock
from warehouse.withdrawal.register import load_list

WORK = "releasing"
"""Folder of the warehouse in which rows are laid aside while a release is packed."""


def release(
    warehouse: Warehouse,
    keys: KeyStore,
    order: Order,
    unmasked: Unmasked,
    settings: ReleaseSettings = DEFAULT_SETTINGS,
) -> Released:
    """Pack a release.

    Memory holds one shard and its encoder, some batches, 8 bytes for each row of evidence, and what contracts cover.

    Args:
        warehouse: Where the documents are.
        keys: Who signs, wraps and chooses.
        order: What is asked for.
        unmasked: See ``judge.Unmasked``.
        settings: Sizes and shares.

    Raises:
        ReleaseError: The folder is there already, or the release would need a key that there is none of.
        RefusedError: The gate lets no document go.
        FaultyReleaseError: The checks of the packed files found a document that may not be there.
    """
    out = order.out.absolute()
    _check_free(out)
    work = Path(warehouse.uri) / WORK
    for parent in (work, out.parent):
        parent.mkdir(parents=True, exist_ok=True)
        clean_temp(parent)
    packing, spilling = make_temp(out.parent), make_temp(work)
    try:
        return _Packer(warehouse, keys, order, unmasked, settings).pack(packing, spilling, out)
    finally:
        shutil.rmtree(spilling, ignore_errors=True)
        shutil.rmtree(packing, ignore_errors=True)


class _Packer:
    """One release on its way."""

    def __init__(
        self, warehouse: Warehouse, keys: KeyStore, order: Order, unmasked: Unmasked, settings: ReleaseSettings
    ) -> None:
        self.warehouse, self.keys, self.order, self.unmasked, self.settings = warehouse, keys, order, unmasked, settings
        self.ledger = Ledger.of(warehouse.uri)
        self.release_id = secrets.token_hex(16)
        self.at = dt.datetime.now(dt.UTC)
        self.withdrawals = load_list(warehouse)
        recipient = order.request.recipient.recipient_id
        self.chooser = Chooser(keys, recipient, settings.holdout_share, settings.optional_share)
        self.who = who(self.release_id, order.request)

    def pack(self, packing: Path, spilling: Path, out: Path) -> Released:
        """From intent to name."""
        head = self.ledger.append(files.INTENT, {**self.who, "location": str(out)})
        snapshot = Snapshot.take(self.warehouse)
        collected = self._collect(snapshot, spilling)
        key = self._key(collected, packing)
        record = DocumentRecord(self.warehouse, self.release_id, spilling)
        packed = pack_shards(
            collected,
            packing,
            self.order.request,
            self.keys,
            self.release_id,
            key=key,
            record=record,
            settings=self.settings,
        )
        terms = Terms(
            release_id=self.release_id,
            at=self.at,
            order=self.order,
            settings=self.settings,
            keys=self.keys,
            chooser=self.chooser,
            snapshot=snapshot,
            withdrawals=self.withdrawals,
            ledger_head=head,
            wrapped_for=self._wrapped_for() if key else (),
        )
        manifest = describe(packing, terms, collected, packed)
        files.write_json(packing, files.MANIFEST, manifest)
        heeded = self._audit(packing, manifest, key)
        # A withdrawal that is registered from here on waits, and then finds this release among those that hold it.
        with lock(self.warehouse):
            if load_list(self.warehouse).version != heeded:
                self._fail([check.Fault(files.MANIFEST, "somebody withdrew meanwhile: release again")])
            record_release(self.warehouse, manifest, digest(manifest), record.files, out)
            entry = self.ledger.append(files.RELEASED, files.release_entry(manifest))
        files.write_proof(packing, self.ledger, self.keys, entry)
        files.write_file(packing, files.SIGNATURE, self.keys.sign((packing / files.MANIFEST).read_bytes()))
        for folder in (packing / SHARDS, packing):
            fsync(folder)
        _check_free(out)
        packing.chmod(0o755)
        rename(packing, out)
        return Released(self.release_id, out, manifest)

    def _collect(self, snapshot: Snapshot, spilling: Path) -> Collected:
        request = self.order.request
        contracts = load_contracts(self.warehouse, self.order.contract_key or self.keys.public_key_pem)
        permissions = Permissions(contracts, request, self.at)
        judge = Judge(
            request=request,
            policy=self.order.policy,
            classes=_classes(snapshot),
            evidence=read_evidence(snapshot, self.withdrawals, permissions.covered_evidence(snapshot)),
            withdrawals=self.withdrawals,
            permissions=permissions,
            unmasked=self.unmasked,
        )
        collected = collect(snapshot, judge, self.chooser, self.settings, spilling)
        if not collected.classes:
            counts = collected.tally.by_code()
            self.ledger.append("release_refused", {**self.who, "by_code": counts})
            raise RefusedError(f"the gate lets none of {collected.tally.documents} documents go", counts)
        return collected

    def _key(self, collected: Collected, packing: Path) -> ReleaseKey | None:
        """The release key where one is needed, wrapped in ``keys.json``."""
        restricted = is_restricted(list(collected.classes.values()))
        if self.order.encrypt is Encrypt.NEVER and restricted:
            raise ReleaseError("documents are among these that not everybody may have: they leave encrypted only")
        if not restricted and self.order.encrypt is not Encrypt.ALWAYS:
            return None
        to = self._to()
        if to is None:
            raise ReleaseError(
                f"recipient {self.order.request.recipient.recipient_id} has no public key to wrap the release key for: "
                "give it one, or name a key-encryption key"
            )
        key = ReleaseKey.fresh()
        files.write_file(packing, KEYS_FILE, key.wrapped(self.keys, [to, OWN_KEK]))
        return key

    def _to(self) -> str | None:
        """The public key or key-encryption key that the release key is wrapped for."""
        return self.order.kek or self.order.request.recipient.public_key

    def _wrapped_for(self) -> tuple[str, ...]:
        to = self._to() or ""
        return (to if self.order.kek else key_id(to), OWN_KEK)

    def _audit(self, packing: Path, manifest: dict[str, Any], key: ReleaseKey | None) -> str:
        """Check what was packed as its recipient will, and against the present list of withdrawals: its version."""
        found: list[check.Fault] = []
        classes = check.check_classes(packing, manifest, found)
        listed = load_list(self.warehouse)
        found += check.check_counts(manifest)
        found += check.check_rows(packing, manifest, classes, key, listed)
        if listed.names_owners and listed.version != self.withdrawals.version:
            found.append(check.Fault(files.MANIFEST, "an owner withdrew meanwhile: release again"))
        if found:
            self._fail(found)
        return listed.version

    def _fail(self, found: Sequence[check.Fault]) -> NoReturn:
        self.ledger.append("release_faulty", {**self.who, "faults": len(found)})
        what = "; ".join(map(str, found[:10]))
        raise FaultyReleaseError(f"the packed files do not pass their own check: {what}")


def _check_free(out: Path) -> None:
    if out.exists() or out.is_symlink():
        raise ReleaseError(f"{out} is there already: a release is never written over another")


def _classes(snapshot: Snapshot) -> list[PolicyClass]:
    names = [name for name in POLICY_CLASSES.schema.names if name != "run_id"]
    found: dict[str, PolicyClass] = {}
    for batch in snapshot.batches("policy_classes", names, 65536):
        found |= {one.policy_class_id: one for one in policy_classes_from_table(pa.table(batch))}
    return list(found.values())
