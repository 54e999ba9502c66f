"""Contracts in a release: which documents they cover, and the policy class that they make of a document's own.

A class is derived once for every (class, contracts, axes on which others deny) that is met.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from licenses.axes import Axis
from licenses.conditions import Request
from licenses.contracts import Contract, apply_contracts, denied_by_others
from licenses.evidence import Evidence
from licenses.gate import RELEASE, DocumentFacts, decide
from licenses.policy import PolicyClass, policy_class
from licenses.urls import canonical_url
from warehouse.release.evidence import evidence_of
from warehouse.release.fingerprint import Keys
from warehouse.release.source import Snapshot, id_keys

_ROWS = 16384
_PLAIN: Any = pc
_PROVEN = DocumentFacts(evidence=True, pii_clean=True)
_LONG = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Permitted:
    """A batch with its contracts, row by row."""

    class_ids: "pa.Array[Any]"
    contract_ids: "pa.Array[Any]"
    """Contracts that the class rests on."""
    expired: "pa.Array[Any]"
    """Whether only contracts that have run out would let the document go."""


class Permissions:
    """Contracts for a request, as they stand at a time."""

    def __init__(self, contracts: Sequence[Contract], request: Request, at: dt.datetime) -> None:
        self._request = request
        self._at = at
        self._contracts = [one for one in contracts if one.is_for(request) and one.valid_from <= at]
        self._made: dict[tuple[str, tuple[str, ...], frozenset[Axis]], tuple[PolicyClass, bool]] = {}
        self._lookup = lru_cache(maxsize=4096)(self._covering)

    def __bool__(self) -> bool:
        return bool(self._contracts)

    def covered_evidence(self, snapshot: Snapshot) -> Keys:
        """``id_keys`` of the evidence of all documents that a contract covers, sorted."""
        found: list[Keys] = [np.empty(0, np.uint64)]
        for batch in snapshot.batches("documents", ("url", "evidence_ids"), _ROWS) if self._contracts else ():
            mine = batch.filter(pa.array([bool(self._lookup(url)) for url in batch["url"].to_pylist()], pa.bool_()))
            found.append(id_keys(_PLAIN.list_flatten(mine["evidence_ids"]).fill_null("")))
        return np.unique(np.concatenate(found))

    def apply(
        self, batch: pa.RecordBatch, classes: Mapping[str, PolicyClass], denials: Mapping[int, Evidence]
    ) -> Permitted:
        """Put contracts into the classes of documents.

        Args:
            batch: Columns ``url``, ``policy_class_id`` and ``evidence_ids``.
            classes: The classes of the warehouse by id.
            denials: ``StoredEvidence.denials``.
        """
        ids = batch["policy_class_id"].to_pylist()
        used: list[list[str]] = [[] for _ in ids]
        expired = [False for _ in ids]
        rows = zip(batch["url"].to_pylist(), evidence_of(batch["evidence_ids"]), strict=True)
        for row, (url, keys) in enumerate(rows):
            contracts, own = self._lookup(url), classes.get(ids[row] or "")
            if contracts and own:
                others = denied_by_others([denials[key] for key in keys if key in denials], contracts)
                made, expired[row] = self._class(own, contracts, others)
                if made.policy_class_id != ids[row]:
                    ids[row] = made.policy_class_id
                    used[row] = sorted(one.contract_id for one in contracts if self._at < one.expires_at)
        return Permitted(
            pa.array(ids, pa.string()), pa.array(used, pa.list_(pa.string())), pa.array(expired, pa.bool_())
        )

    def made(self) -> dict[str, PolicyClass]:
        """Classes that were made so far, by id."""
        return {one.policy_class_id: one for one, _ in self._made.values()}

    def _covering(self, url: str | None) -> tuple[Contract, ...]:
        canonical = canonical_url(url) if url else ""
        return tuple(one for one in self._contracts if canonical and one.covers(canonical))

    def _class(
        self, own: PolicyClass, contracts: tuple[Contract, ...], others: frozenset[Axis]
    ) -> tuple[PolicyClass, bool]:
        """The class with these contracts, and whether only those that have run out would let it go."""
        key = (own.policy_class_id, tuple(one.contract_id for one in contracts), others)
        if key not in self._made:
            now = policy_class(apply_contracts(own.rights, contracts, self._request, self._at, others))
            renewed = [
                one.model_copy(update={"expires_at": max(one.expires_at, self._at + _LONG)}) for one in contracts
            ]
            then = apply_contracts(own.rights, renewed, self._request, self._at, others)
            ran_out = self._code(now.rights) != RELEASE and self._code(then) == RELEASE
            self._made[key] = (now, ran_out)
        return self._made[key]

    def _code(self, rights: Any) -> str:
        return decide(rights, _PROVEN, self._request).code
