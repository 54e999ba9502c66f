"""Canary rows: one synthetic document in each file, whose secret line shows later that the file was copied whole.

The line is a UUID that only the releasing organisation can derive; a manifest holds its SHA-256 alone. The document
says of itself what it is, and the column ``synthetic`` marks it, so that whoever trains can leave it out. It is ours,
under CC0, and counted apart from the documents.
"""

import hashlib
import hmac
import uuid
from typing import Any

from licenses.axes import Axis, Value
from licenses.policy import PolicyClass, policy_class
from licenses.resolve import Rights
from warehouse.keys import KeyStore

CANARY_CLASS: PolicyClass = policy_class(
    Rights(
        axes=dict.fromkeys(Axis, Value.ALLOW),
        conditions=dict.fromkeys(Axis, ()),
        confidence=dict.fromkeys(Axis, 1.0),
        licence="CC0-1.0",
        conflict=False,
        review="none",
    )
)
"""Rights of a canary."""

_TEXT = """말모이가 지어 넣은 문서입니다. 사람이 쓴 글이 아니며, 이 파일이 통째로 복사되었는지 확인하는 데에만 씁니다.
학습에서 빼 주십시오. This document is synthetic: a canary. Please leave it out of training.
malmoi canary {guid}
"""


def canary_guid(keys: KeyStore, release_id: str, shard: str) -> str:
    """The secret UUID of a file of a release."""
    secret = hmac.digest(keys.derive("malmoi canary"), f"{release_id}\n{shard}".encode(), "sha256")
    return str(uuid.UUID(bytes=secret[:16], version=4))


def commitment(guid: str) -> str:
    """What the manifest says of a canary: SHA-256 (hex) of its UUID."""
    return hashlib.sha256(guid.encode()).hexdigest()


def canary_row(guid: str) -> dict[str, Any]:
    """The canary as a row of ``RELEASE_SCHEMA``."""
    text = _TEXT.format(guid=guid)
    return {
        "doc_id": hashlib.blake2b(guid.encode(), digest_size=16).hexdigest(),
        "title": "말모이 카나리아 (canary, synthetic)",
        "author": "Malmoi",
        "language": "ko",
        "n_chars": len(text),
        "text": text,
        "licence": CANARY_CLASS.rights.licence,
        "policy_class_id": CANARY_CLASS.policy_class_id,
        "conditions": [],
        "contract_ids": [],
        "evidence_ids": [],
        "synthetic": True,
    }
