"""What a release says of itself: Croissant, provenance, and the manifest over everything."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from licenses.conditions import Mode, Purpose, ReleasePlan, Request
from licenses.gate import RELEASE, gate_classes
from licenses.organisation import RELEASE_LOOSENED, OrganisationPolicy
from licenses.policy import PolicyClass, policy_class_table
from licenses.recipients import Recipient
from licenses.tables import tables_version
from licenses.withdrawals import WithdrawalList
from warehouse.canonical import digest
from warehouse.keys import KeyStore
from warehouse.ledger_entry import Entry
from warehouse.release import croissant, provenance
from warehouse.release import manifest as files
from warehouse.release.assemble import Packed
from warehouse.release.collect import Collected
from warehouse.release.encryption import KEYS_FILE
from warehouse.release.fingerprint import Chooser
from warehouse.release.judge import Tally
from warehouse.release.order import Order
from warehouse.release.rules import rules_version
from warehouse.release.settings import ReleaseSettings
from warehouse.release.source import Snapshot

_ANYBODY = Request(
    Recipient(recipient_id="anybody", name="anybody"),
    Purpose.COMMERCIAL,
    Mode.COPY,
    ReleasePlan(attribution=True, sold=True),
)
"""Whoever it may be: what the gate refuses to nobody like this is not restricted."""
_OF_CONTRACT = "LicenseRef-contract-"
_OF_CONTRACT = "LicenseRef-contract-"


@dataclass(frozen=True, slots=True)
class Terms:
    """What a release was packed under."""

    release_id: str
    at: dt.datetime
    order: Order
    settings: ReleaseSettings
    keys: KeyStore
    chooser: Chooser
    snapshot: Snapshot
    withdrawals: WithdrawalList
    """The list that was applied."""
    ledger_head: Entry | None
    """Last entry of the ledger before the release."""
    wrapped_for: tuple[str, ...]
    """Ids of the keys that the release key is wrapped for; none where the release is plain."""


def who(release_id: str, request: Request) -> dict[str, Any]:
    """A release, its recipient, purpose and mode, as the ledger and the manifest name them."""
    return {
        "release_id": release_id,
        "recipient_id": request.recipient.recipient_id,
        "purpose": request.purpose.value,
        "mode": request.mode.value,
    }


def describe(folder: Path, terms: Terms, collected: Collected, packed: Packed) -> dict[str, Any]:
    """Write Croissant and provenance into a packed folder; returns the manifest over all of its files."""
    request, policy = terms.order.request, terms.order.policy
    restricted = is_restricted(list(collected.classes.values()))
    issuer, released_at = policy.name or "unnamed organisation", terms.at.isoformat(timespec="seconds")
    said: dict[str, Any] = {
        "release_id": terms.release_id,
        "request": request,
        "issuer": issuer,
        "released_at": released_at,
        "licences": _licences(collected.classes.values()),
        "restricted": restricted,
    }
    dates = [one.isoformat() if one else None for one in collected.fetched]
    of_sources = provenance.provenance(
        **said, dates=dates, encrypted=bool(terms.wrapped_for), documents=packed.documents
    )
    files.write_json(folder, provenance.FILE, of_sources)
    data_set = croissant.croissant(**said, shards=packed.shards, conditions=packed.conditions)
    files.write_json(folder, croissant.FILE, data_set)
    head = terms.ledger_head
    return {
        "format": files.FORMAT,
        **who(terms.release_id, request),
        "recipient": request.recipient.model_dump(mode="json"),
        "domestic": request.recipient.domestic,
        "plan": {**request.plan.model_dump(mode="json"), "agreements": sorted(request.plan.agreements)},
        "released_at": released_at,
        "issuer": issuer,
        "policy": _policy(policy, collected.tally),
        "counts": {
            "documents": collected.tally.documents,
            "released": packed.documents,
            "by_code": collected.tally.by_code(),
            "by_class": collected.tally.by_class(),
        },
        "shards": [
            {"path": one.path, "rows": one.rows, "classes": one.classes, "canary": one.canary} for one in packed.shards
        ],
        "evidence_merkle_root": packed.merkle_root,
        "attribution": {"documents": packed.attributed},
        "withdrawals": {"version": terms.withdrawals.version, "listed": len(terms.withdrawals)},
        "snapshots": {name: str(one) for name, one in sorted(terms.snapshot.ids.items())},
        "holdout_share": terms.settings.holdout_share,
        "fingerprint": {"commitment": terms.chooser.commitment, "optional_share": terms.settings.optional_share},
        "restricted": restricted,
        "encryption": (
            {"algorithm": "AES_GCM_V1", "keys": KEYS_FILE, "wrapped_for": list(terms.wrapped_for)}
            if terms.wrapped_for
            else None
        ),
        "signing": {"key_id": terms.keys.signing_key_id, "public_key": terms.keys.public_key_pem},
        "ledger": {"entries": head.seq + 1, "digest": head.digest} if head else None,
        "files": files.files_of(folder),
    }


def is_restricted(classes: Sequence[PolicyClass]) -> bool:
    """Whether a class is among these that not everybody may have.

    That is what comes by contract, and what section 8 refuses to a recipient of whom nothing is known, as a copy that
    is sold, for commercial training.
    """
    if any(_OF_CONTRACT in one.rights.licence for one in classes):
        return True
    codes = gate_classes(policy_class_table(list(classes)), _ANYBODY)["code"].to_pylist()
    return any(code != RELEASE for code in codes)


def _licences(classes: Iterable[PolicyClass]) -> list[str]:
    return sorted({name for one in classes for name in one.rights.licence.split(" AND ")})


def _policy(policy: OrganisationPolicy, tally: Tally) -> dict[str, Any]:
    """The rules that held; what the organisation loosened, with its legal basis and how many documents went by it."""
    counts = tally.by_code()
    organisation = policy.model_dump(mode="json")
    return {
        "rules_version": rules_version(),
        "tables_version": tables_version(),
        "organisation": organisation,
        "organisation_digest": digest(organisation),
        "loosened": [
            {
                "name": one.name,
                "legal_basis": one.legal_basis,
                "documents": counts.get(f"{RELEASE_LOOSENED}:{one.name}", 0),
            }
            for one in policy.domestic.loosened
        ],
    }
