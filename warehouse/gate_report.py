"""What the gate would let go, without a release: documents by reason, and what each permission holds back."""

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import pyarrow as pa

from licenses.conditions import Request
from licenses.gate import Decision, gate_classes
from licenses.gate_rules import FACT_CODES
from licenses.missing import missing_permissions
from licenses.organisation import OrganisationPolicy
from licenses.policy import POLICY_CLASS_SCHEMA, PolicyClass, policy_class_table, policy_classes_from_table
from warehouse.catalog import Warehouse
from warehouse.contract_records import load_contracts
from warehouse.release.evidence import read_evidence
from warehouse.release.judge import Judge, Unmasked
from warehouse.release.permissions import Permissions
from warehouse.release.rows import SOURCE_COLUMNS
from warehouse.release.source import Snapshot
from warehouse.withdrawal.register import load_list

Key = TypeVar("Key", str, tuple[str, ...])
_ROWS = 65_536


@dataclass(frozen=True, slots=True)
class GateReport:
    """Documents by what the gate says of them."""

    documents: int
    by_code: Mapping[str, int]
    """Documents by code; they add up to ``documents``."""
    held_back: Mapping[str, int] = field(default_factory=dict)
    """Documents that lack a permission, by permission (``missing_permissions``); one may lack several."""
    held_back_by: Mapping[tuple[str, ...], int] = field(default_factory=dict)
    """Documents that lack exactly these permissions: they would go if all of them were given."""

    @property
    def released(self) -> int:
        """Documents that would go."""
        return sum(count for code, count in self.by_code.items() if Decision(code).released)


def report(
    warehouse: Warehouse, request: Request, policy: OrganisationPolicy, unmasked: Unmasked, public_key: str
) -> GateReport:
    """Judge every document of a warehouse as a release would, before anything is held out of it.

    Args:
        warehouse: Where they are.
        request: Who asks, for what, how.
        policy: Of the releasing organisation.
        unmasked: What runs left unmasked.
        public_key: Of the warehouse's signing key (PEM), for its contracts.
    """
    snapshot = Snapshot.take(warehouse)
    withdrawals = load_list(warehouse)
    permissions = Permissions(load_contracts(warehouse, public_key), request, dt.datetime.now(dt.UTC))
    judge = Judge(
        request=request,
        policy=policy,
        classes=list(classes_of(warehouse).values()),
        evidence=read_evidence(snapshot, withdrawals, permissions.covered_evidence(snapshot)),
        withdrawals=withdrawals,
        permissions=permissions,
        unmasked=unmasked,
    )
    counts: Counter[tuple[str, str]] = Counter()
    columns = [name for name in SOURCE_COLUMNS if name != "text"]
    for batch in snapshot.batches("documents", columns, _ROWS):
        judged = judge.judge(batch)
        pairs = pa.table({"class": judged.class_ids.fill_null(""), "code": judged.codes})
        for row in pairs.group_by(["class", "code"]).aggregate([([], "count_all")]).to_pylist():
            counts[row["class"], row["code"]] += row["count_all"]
    return _summed(counts, judge.classes, request)


def _summed(counts: Counter[tuple[str, str]], classes: Mapping[str, PolicyClass], request: Request) -> GateReport:
    by_code: Counter[str] = Counter()
    held_back: Counter[str] = Counter()
    together: Counter[tuple[str, ...]] = Counter()
    for (class_id, code), count in counts.items():
        by_code[code] += count
        if Decision(code).released or code in FACT_CODES or class_id not in classes:
            continue
        missing = missing_permissions(classes[class_id].rights, request)
        held_back.update(dict.fromkeys(missing, count))
        together[missing] += count
    return GateReport(counts.total(), _ordered(by_code), _ordered(held_back), _ordered(together))


def _ordered(counts: Counter[Key]) -> dict[Key, int]:
    """The most first."""
    return dict(sorted(counts.items(), key=lambda one: (-one[1], one[0])))


def classes_of(warehouse: Warehouse) -> dict[str, PolicyClass]:
    """Policy classes of a warehouse by id, each once.

    Raises:
        ValueError: A class does not match its id.
    """
    table = warehouse.scan("policy_classes", columns=tuple(POLICY_CLASS_SCHEMA.names))
    return {one.policy_class_id: one for one in policy_classes_from_table(table)}


def class_table(warehouse: Warehouse, request: Request, policy: OrganisationPolicy) -> list[dict[str, Any]]:
    """What the gate says of each policy class that documents have: class, documents, code, licence; most first."""
    classes = classes_of(warehouse)
    found = warehouse.scan("documents", columns=("policy_class_id",)).group_by("policy_class_id")
    documents = {row["policy_class_id"]: row["count_all"] for row in found.aggregate([([], "count_all")]).to_pylist()}
    decisions = gate_classes(policy_class_table(list(classes.values())), request, policy).to_pylist()
    rows = [
        {
            "policy_class_id": one["policy_class_id"],
            "documents": documents.get(one["policy_class_id"], 0),
            "code": one["code"],
            "licence": classes[one["policy_class_id"]].rights.licence,
            "missing": list(missing_permissions(classes[one["policy_class_id"]].rights, request)),
        }
        for one in decisions
    ]
    return sorted(rows, key=lambda row: (-row["documents"], row["policy_class_id"]))
