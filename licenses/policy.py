"""Policy classes: millions of documents share a few thousand rights records (section 4.2)."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from licenses.axes import Axis, Value
from licenses.resolve import Rights


@dataclass(frozen=True, slots=True)
class PolicyClass:
    """An interned rights record."""

    policy_class_id: str
    """128-bit digest (hex) of the rights; evidence has no part in it."""
    rights: Rights


def policy_class(rights: Rights) -> PolicyClass:
    """The class of all documents with these rights."""
    payload = json.dumps(_row(rights), ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return PolicyClass(hashlib.blake2b(payload.encode("ascii"), digest_size=16).hexdigest(), rights)


def _column(name: str, kind: pa.DataType, doc: str) -> "pa.Field[pa.DataType]":
    return pa.field(name, kind, nullable=False, metadata={"doc": doc})


POLICY_CLASS_SCHEMA = pa.schema(
    [
        _column("policy_class_id", pa.string(), "128-bit digest (hex) of the other columns."),
        *(_column(axis, pa.string(), f"Value of the axis {axis}.") for axis in Axis),
        _column(
            "conditions", pa.map_(pa.string(), pa.list_(pa.string())), "Conditions, sorted, by axis that has some."
        ),
        _column("confidence", pa.map_(pa.string(), pa.float64()), "Confidence, 0 to 1, by axis that is known."),
        _column("licence", pa.string(), "SPDX id or LicenseRef; several that hold together joined by AND."),
        _column("conflict", pa.bool_(), "Whether a permission and a denial met."),
        _column("review", pa.string(), "none, needed or done."),
    ]
)
"""Columns of ``policy_class_table``."""


def policy_class_table(classes: list[PolicyClass]) -> pa.Table:
    """Policy classes as a table of ``POLICY_CLASS_SCHEMA``, in the order given."""
    rows = [{"policy_class_id": one.policy_class_id, **_row(one.rights)} for one in classes]
    for row in rows:
        row["conditions"] = list(row["conditions"].items())  # type: ignore[attr-defined]
        row["confidence"] = list(row["confidence"].items())  # type: ignore[attr-defined]
    return pa.Table.from_pylist(rows, schema=POLICY_CLASS_SCHEMA)


def policy_classes_from_table(table: pa.Table) -> list[PolicyClass]:
    """Policy classes from a table with the columns of ``POLICY_CLASS_SCHEMA``, in its order; ids are derived anew.

    Raises:
        ValueError: A row whose values are not of the closed lists, or whose id is not the digest of its columns.
    """
    return [_from_row(row) for row in table.select(POLICY_CLASS_SCHEMA.names).to_pylist()]


def _from_row(row: Mapping[str, Any]) -> PolicyClass:
    conditions, confidence = dict(row["conditions"]), dict(row["confidence"])
    found = policy_class(
        Rights(
            axes={axis: Value(row[axis]) for axis in Axis},
            conditions={axis: tuple(conditions.get(axis, ())) for axis in Axis},
            confidence={axis: confidence.get(axis, 0.0) for axis in Axis},
            licence=row["licence"],
            conflict=row["conflict"],
            review=row["review"],
        )
    )
    if found.policy_class_id != row["policy_class_id"]:
        raise ValueError(f"policy class {row['policy_class_id']} does not match its columns")
    return found


def _row(rights: Rights) -> dict[str, object]:
    return {
        **{axis.value: rights.axes[axis].value for axis in Axis},
        "conditions": {axis.value: list(rights.conditions[axis]) for axis in Axis if rights.conditions[axis]},
        "confidence": {axis.value: rights.confidence[axis] for axis in Axis if rights.confidence[axis]},
        "licence": rights.licence,
        "conflict": rights.conflict,
        "review": rights.review,
    }
