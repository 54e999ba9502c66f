"""Which documents of a batch may go, and why the others may not: the gate with the facts that it asks for."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from licenses.axes import Value
from licenses.conditions import Request
from licenses.gate import Decision, gate_classes, gate_documents
from licenses.organisation import OrganisationPolicy
from licenses.policy import PolicyClass, policy_class_table
from licenses.withdrawals import WithdrawalList
from warehouse.release.evidence import StoredEvidence, is_among
from warehouse.release.permissions import Permissions, Permitted
from warehouse.release.source import id_keys

HOLDOUT = "HOLDOUT"
"""Reason of documents that nobody ever gets."""
FINGERPRINT = "FINGERPRINT"
"""Reason of documents that this recipient does not get, so that its copy can be told from others."""
Unmasked = Mapping[str, frozenset[str] | None]
"""By run: types of personal data that must be masked and that its recipe left as they were; None where nothing was
looked for. A run that is not there counts as None."""
_PLAIN: Any = pc


@dataclass(frozen=True, slots=True)
class Judged:
    """The answer for a batch, row by row."""

    codes: "pa.Array[Any]"
    """RELEASE or why not."""
    class_ids: "pa.Array[Any]"
    """Policy class, with the contracts that cover the document applied."""
    contract_ids: "pa.Array[Any]"
    """Contracts that the class rests on."""


class Judge:
    """Asks the gate.

    Args:
        request: Who asks, what for, how.
        policy: The policy of the releasing organisation.
        classes: Policy classes of the warehouse.
        evidence: What evidence is stored.
        withdrawals: The list in force.
        permissions: Contracts in force.
        unmasked: See ``Unmasked``.
    """

    def __init__(
        self,
        *,
        request: Request,
        policy: OrganisationPolicy,
        classes: Sequence[PolicyClass],
        evidence: StoredEvidence,
        withdrawals: WithdrawalList,
        permissions: Permissions,
        unmasked: Unmasked,
    ) -> None:
        self._request = request
        self._policy = policy
        self._own = {one.policy_class_id: one for one in classes}
        self._classes = dict(self._own)
        self._decisions = self._decide()
        self._evidence = evidence
        self._withdrawals = withdrawals
        self._permissions = permissions
        self._unmasked = unmasked
        silent = [one.policy_class_id for one in classes if set(one.rights.axes.values()) == {Value.UNKNOWN}]
        self._silent = pa.array(silent, pa.string())

    @property
    def classes(self) -> Mapping[str, PolicyClass]:
        """Every class that was judged, those that contracts made included."""
        return self._classes

    def judge(self, batch: pa.RecordBatch) -> Judged:
        """Judge documents with the columns of ``SOURCE_COLUMNS``."""
        permitted = self._with_contracts(batch)
        named = _PLAIN.is_in(batch["doc_id"], value_set=pa.array(sorted(self._evidence.withdrawn), pa.string()))
        facts = {
            "policy_class_id": permitted.class_ids,
            "withdrawn": _PLAIN.or_(self._withdrawals.covered(batch), named),
            "evidence": pa.array(self._has_evidence(batch)),
            "expired": permitted.expired,
            "pii_clean": pa.array(self._is_clean(batch)),
        }
        codes = gate_documents(pa.RecordBatch.from_pydict(facts), self._decisions)
        return Judged(codes.dictionary_decode(), permitted.class_ids, permitted.contract_ids)

    def _with_contracts(self, batch: pa.RecordBatch) -> Permitted:
        permitted = self._permissions.apply(batch, self._own, self._evidence.denials)
        made = self._permissions.made()
        if not made.keys() <= self._classes.keys():
            self._classes |= made
            self._decisions = self._decide()
        return permitted

    def _decide(self) -> pa.Table:
        return gate_classes(policy_class_table(list(self._classes.values())), self._request, self._policy)

    def _has_evidence(self, batch: pa.RecordBatch) -> npt.NDArray[np.bool_]:
        """Whether all evidence that a document names is stored. One that says nothing of its rights needs none."""
        column = batch["evidence_ids"]
        named = _PLAIN.fill_null(_PLAIN.list_value_length(column), 0).to_numpy(zero_copy_only=False) > 0
        keys = id_keys(_PLAIN.fill_null(_PLAIN.list_flatten(column), ""))
        parents = _PLAIN.list_parent_indices(column).to_numpy()
        stored = is_among(keys, self._evidence.keys) & (keys != 0)
        lacking = np.bincount(parents[~stored], minlength=batch.num_rows) > 0
        silent: npt.NDArray[np.bool_] = np.asarray(_PLAIN.is_in(batch["policy_class_id"], value_set=self._silent))
        answer: npt.NDArray[np.bool_] = (named | silent) & ~lacking
        return answer

    def _is_clean(self, batch: pa.RecordBatch) -> npt.NDArray[np.bool_]:
        """Whether personal data was looked for, and everything found that must be masked was masked."""
        runs = batch["run_id"].to_pylist()
        looked = batch["pii"].is_valid().to_numpy(zero_copy_only=False)
        left = [self._unmasked.get(str(run)) for run in runs]
        clean: npt.NDArray[np.bool_] = np.array([types is not None for types in left], bool) & looked
        for row in np.flatnonzero(clean):
            types = left[row]
            if types and types & {name for name, count in batch["pii"][int(row)].as_py() if count}:
                clean[row] = False
        return clean


class Tally:
    """Documents by policy class and code. They add up to the documents of the snapshot."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, str]] = Counter()

    def add(self, class_ids: "pa.Array[Any]", codes: "pa.Array[Any]") -> None:
        """Count documents."""
        table = pa.table({"class": class_ids.fill_null(""), "code": codes}).group_by(["class", "code"])
        for row in table.aggregate([([], "count_all")]).to_pylist():
            self._counts[row["class"], row["code"]] += row["count_all"]

    @property
    def documents(self) -> int:
        """All documents that were counted."""
        return self._counts.total()

    def by_code(self) -> dict[str, int]:
        """Documents by code, codes in alphabetical order."""
        codes: Counter[str] = Counter()
        for (_, code), count in self._counts.items():
            codes[code] += count
        return dict(sorted(codes.items()))

    def by_class(self) -> list[dict[str, Any]]:
        """For each class, in order of ids: ``policy_class_id``, ``allowed`` and ``blocked``, documents by code."""
        found: dict[str, dict[str, Any]] = {}
        for (class_id, code), count in sorted(self._counts.items()):
            entry = found.setdefault(class_id, {"policy_class_id": class_id, "allowed": {}, "blocked": {}})
            entry["allowed" if is_released(code) else "blocked"][code] = count
        return list(found.values())


def is_released(code: str) -> bool:
    """Whether a code lets a document go."""
    return Decision(code).released
