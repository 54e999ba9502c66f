"""Classes as a request meets them: with the contracts that cover its documents (section 8, rule 8).

Documents of one class that the same contracts cover, and on which the same denials of others stand, are again of one
class. It is interned like every other (``policy_class``), so that a release names it and its gate can be run again.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from licenses.axes import DENIALS, Axis
from licenses.conditions import Request
from licenses.contracts import Contract, apply_contracts, denied_by_others
from licenses.evidence import Evidence
from licenses.gate_rules import RELEASE, DocumentFacts, judge
from licenses.policy import policy_class, policy_class_table, policy_classes_from_table
from licenses.resolve import Rights
from licenses.scopes import hosts_above
from licenses.urls import canonical_url, host_of

Lookup = Callable[[Sequence[str]], Iterable[Evidence]]
"""Stored evidence by its ids."""
_EXPIRED = pa.field("expired", pa.bool_(), nullable=False)
_PROVEN = DocumentFacts(acquired=True, evidence=True, pii_clean=True)


@dataclass(frozen=True, slots=True)
class _Document:
    class_id: str
    contracts: tuple[Contract, ...]
    evidence: Sequence[str]


class EffectiveClasses:
    """Puts contracts into the classes of documents, batch by batch.

    Args:
        classes: Policy classes of the documents, ``POLICY_CLASS_SCHEMA``.
        contracts: Every contract; those that are not for the request are left out here.
        request: Who asks, for what, how.
        at: The time that counts.
        evidence: Looks evidence up. It is asked only where a contract would replace a denial.

    Raises:
        ValueError: A class does not match its id.
    """

    def __init__(
        self, classes: pa.Table, contracts: Sequence[Contract], request: Request, at: dt.datetime, evidence: Lookup
    ) -> None:
        self._classes = {one.policy_class_id: one for one in policy_classes_from_table(classes)}
        begun = [one for one in contracts if one.is_for(request) and one.valid_from <= at]
        self._contracts = sorted(begun, key=lambda one: one.contract_id)
        self._hosts = {host_of(scope) if "://" in scope else scope for one in begun for scope in one.scope}
        self._request, self._at, self._evidence = request, at, evidence
        self._made: dict[tuple[str, tuple[str, ...], frozenset[Axis]], tuple[str, bool]] = {}

    def table(self) -> pa.Table:
        """Every class given or met so far, ``POLICY_CLASS_SCHEMA``."""
        return policy_class_table(list(self._classes.values()))

    def apply(self, documents: pa.RecordBatch) -> pa.RecordBatch:
        """Documents with the classes that contracts make of theirs.

        Args:
            documents: ``policy_class_id``, ``url``, ``host`` (of the canonical URL) and ``evidence_ids``, and whatever
                else there is.

        Returns:
            The same rows with ``policy_class_id`` replaced and the boolean column ``expired`` set: whether only
            contracts that have run out would let the document go.
        """
        rows = self._suspects(documents["host"])
        ids = documents["policy_class_id"]
        expired = np.zeros(documents.num_rows, bool)
        if rows:
            made = self._judged(documents.take(pa.array(rows)))
            changed = dict(zip(rows, (class_id for class_id, _ in made), strict=True))
            ids = pa.array([changed.get(row, one) for row, one in enumerate(ids.to_pylist())], ids.type)
            expired[rows] = [ran_out for _, ran_out in made]
        place = documents.schema.get_field_index("policy_class_id")
        replaced = documents.set_column(place, documents.schema.field(place), ids)
        return replaced.append_column(_EXPIRED, pa.array(expired))

    def _suspects(self, hosts: Any) -> list[int]:
        """Rows that a contract may cover, by their hosts."""
        spoken = [host for host in pc.unique(hosts).to_pylist() if host and self._hosts & set(hosts_above(host))]
        return np.flatnonzero(pc.is_in(hosts, pa.array(spoken, hosts.type))).tolist() if spoken else []

    def _judged(self, suspects: pa.RecordBatch) -> list[tuple[str, bool]]:
        """Class of each suspect, and whether its contracts have run out."""
        columns = [suspects[name].to_pylist() for name in ("policy_class_id", "url", "evidence_ids")]
        documents = [
            _Document(class_id, self._covering(canonical_url(url or "")), evidence_ids or [])
            for class_id, url, evidence_ids in zip(*columns, strict=True)
        ]
        asked = sorted({one for document in documents if self._replaces_denial(document) for one in document.evidence})
        found = {one.evidence_id: one for one in self._evidence(asked)} if asked else {}
        return [self._class(document, found) for document in documents]

    def _covering(self, url: str) -> tuple[Contract, ...]:
        return tuple(one for one in self._contracts if one.covers(url))

    def _replaces_denial(self, document: _Document) -> bool:
        known = self._classes.get(document.class_id)
        named = {axis for contract in document.contracts for axis in contract.axes}
        return known is not None and any(known.rights.axes[axis] in DENIALS for axis in named)

    def _class(self, document: _Document, found: Mapping[str, Evidence]) -> tuple[str, bool]:
        known = self._classes.get(document.class_id)
        if known is None or not document.contracts:
            return document.class_id, False
        others = frozenset(Axis)
        if self._replaces_denial(document) and all(one in found for one in document.evidence):
            others = denied_by_others([found[one] for one in document.evidence], document.contracts)
        key = (document.class_id, tuple(one.contract_id for one in document.contracts), others)
        if key not in self._made:
            self._made[key] = self._make(known.rights, document.contracts, others)
        return self._made[key]

    def _make(self, rights: Rights, contracts: Sequence[Contract], others: frozenset[Axis]) -> tuple[str, bool]:
        holding = apply_contracts(rights, contracts, self._request, self._at, others)
        longer = [one.model_copy(update={"expires_at": dt.datetime.max.replace(tzinfo=dt.UTC)}) for one in contracts]
        ever = apply_contracts(rights, longer, self._request, self._at, others)
        now, then = (judge(one, _PROVEN, self._request) for one in (holding, ever))
        made = policy_class(holding)
        self._classes[made.policy_class_id] = made
        return made.policy_class_id, now != RELEASE and then == RELEASE
