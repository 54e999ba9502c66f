"""What the gate says of one document to one recipient, as a release would have it."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from licenses.axes import DENIALS
from licenses.conditions import Request
from licenses.evidence import evidence_from_table
from licenses.organisation import SECTION_8, OrganisationPolicy
from licenses.policy import policy_classes_from_table
from pipelines.masking import unmasked_by_run
from warehouse.catalog import Warehouse
from warehouse.contract_records import load_contracts
from warehouse.lookup import rows_with
from warehouse.release.evidence import StoredEvidence
from warehouse.release.judge import Judge
from warehouse.release.permissions import Permissions
from warehouse.release.source import id_keys
from warehouse.schemas import DOCUMENTS
from warehouse.withdrawal.register import load_list

_ASKED = ("doc_id", "url", "host", "author", "policy_class_id", "evidence_ids", "pii", "run_id")


def decision(
    warehouse: Warehouse,
    row: Mapping[str, Any],
    request: Request,
    public_key: str,
    policy: OrganisationPolicy = SECTION_8,
) -> str:
    """The code of the gate.

    Args:
        warehouse: Where the document is.
        row: A row of ``documents``.
        request: Who asks, for what, how.
        public_key: Key that contracts are signed with (PEM).
        policy: Of the releasing organisation.
    """
    evidence = _evidence(warehouse, row)
    classes = rows_with(warehouse, "policy_classes", "policy_class_id", [str(row["policy_class_id"])])
    judge = Judge(
        request=request,
        policy=policy,
        classes=list({one.policy_class_id: one for one in policy_classes_from_table(classes)}.values()),
        evidence=evidence,
        withdrawals=load_list(warehouse),
        permissions=Permissions(load_contracts(warehouse, public_key), request, dt.datetime.now(dt.UTC)),
        unmasked=unmasked_by_run(warehouse),
    )
    return str(judge.judge(_batch(row)).codes[0].as_py())


def _batch(row: Mapping[str, Any]) -> pa.RecordBatch:
    schema = pa.schema([DOCUMENTS.schema.field(name) for name in _ASKED])
    pii = list(row["pii"].items()) if isinstance(row["pii"], Mapping) else row["pii"]
    (batch,) = pa.Table.from_pylist([{**{name: row[name] for name in _ASKED}, "pii": pii}], schema).to_batches()
    return batch


def _evidence(warehouse: Warehouse, row: Mapping[str, Any]) -> StoredEvidence:
    stored = rows_with(warehouse, "evidence", "evidence_id", _ids(row))
    found = evidence_from_table(stored)
    keys = id_keys(stored["evidence_id"].combine_chunks())
    denials = {
        int(key): one for key, one in zip(keys, found, strict=True) if any(value in DENIALS for _, value in one.axes)
    }
    notices = [one.literal for one in found if one.scope == "document" and one.declarer == "owner"]
    named = load_list(warehouse).named_by(notices)
    return StoredEvidence(np.unique(keys), frozenset({str(row["doc_id"])} if named else ()), denials)


def _ids(row: Mapping[str, Any]) -> Sequence[str]:
    return [str(one) for one in row["evidence_ids"] or ()]
