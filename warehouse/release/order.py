"""What is asked of a release, what comes of it, and why nothing may."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from licenses.conditions import Request
from licenses.organisation import OrganisationPolicy
from warehouse.errors import WarehouseError
from warehouse.release.settings import Encrypt


class ReleaseError(WarehouseError):
    """A release cannot be packed as it was asked for: nothing is out."""


class RefusedError(ReleaseError):
    """The gate lets no document go. ``counts`` says why, by code."""

    def __init__(self, message: str, counts: Mapping[str, int]) -> None:
        super().__init__(message)
        self.counts = counts


class FaultyReleaseError(ReleaseError):
    """What was packed is not what the gate let go: nothing is out."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked for."""

    request: Request
    out: Path
    """Folder that the release becomes; it must not exist."""
    encrypt: Encrypt = Encrypt.RESTRICTED
    policy: OrganisationPolicy = field(default_factory=OrganisationPolicy)
    kek: str | None = None
    """Key-encryption key that the release key is wrapped for, where the recipient has no public key."""
    contract_key: str | None = None
    """Public key (PEM) that contracts were signed with, where it is not that of the key store of the release."""


@dataclass(frozen=True, slots=True)
class Released:
    """A release that is out."""

    release_id: str
    folder: Path
    manifest: dict[str, Any]
