"""Choices by keyed hash: what nobody ever gets, and what tells one recipient's copy from another's.

Nothing here alters a text. Every choice is HMAC-SHA-256 under a key that only the releasing organisation can derive:

- **held out**: the same documents for every recipient, for good (consent specification, section 7);
- **order**: each recipient gets the documents in an order of its own;
- **left out**: each recipient lacks some documents of its own.

A leaked copy is named by both: see ``identify``.
"""

import hashlib
import hmac
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from warehouse.keys import KeyStore

Keys = npt.NDArray[np.uint64]
_HOLDOUT = "malmoi hold-out"
_FINGERPRINT = "malmoi fingerprint/"


class Chooser:
    """The choices for one recipient.

    Args:
        keys: Where the secret comes from.
        recipient_id: The recipient.
        holdout_share: Share of the documents of each site that is held out, 0 to 1.
        optional_share: Share of the documents that the recipient does not get, 0 to 1.
    """

    def __init__(self, keys: KeyStore, recipient_id: str, holdout_share: float, optional_share: float) -> None:
        self._holdout_key = keys.derive(_HOLDOUT)
        self._key = keys.derive(_FINGERPRINT + recipient_id)
        self._holdout_below = np.uint64(int(holdout_share * 2**64))
        self._optional_below = np.uint64(int(optional_share * 2**64))

    @property
    def commitment(self) -> str:
        """SHA-256 (hex) of the recipient's key: shown now, so that the key can be shown to be the one later."""
        return hashlib.sha256(self._key).hexdigest()

    def held_out(self, sites: Sequence[str | None], doc_ids: Sequence[str]) -> npt.NDArray[np.bool_]:
        """Which documents nobody gets. Each site has its own draw, so that each gives its share."""
        names = [f"{site or ''}\n{doc_id}" for site, doc_id in zip(sites, doc_ids, strict=True)]
        return _hashes(self._holdout_key, names) < self._holdout_below

    def left_out(self, doc_ids: Sequence[str]) -> npt.NDArray[np.bool_]:
        """Which documents this recipient does not get."""
        return _hashes(self._key, [f"left out\n{doc_id}" for doc_id in doc_ids]) < self._optional_below

    def order(self, doc_ids: Sequence[str]) -> Keys:
        """Numbers that order the documents for this recipient."""
        return _hashes(self._key, doc_ids)


def _hashes(key: bytes, names: Sequence[str]) -> Keys:
    digests = b"".join(hmac.digest(key, name.encode(), "sha256")[:8] for name in names)
    return np.frombuffer(digests, dtype=">u8").astype(np.uint64)
