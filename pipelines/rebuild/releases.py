"""Documents of releases that would no longer pass."""

from collections.abc import Mapping
from typing import Any

import polars as pl
import pyarrow as pa

from licenses import PolicyClass
from licenses.conditions import Mode, Purpose, ReleasePlan, Request
from licenses.gate import DocumentFacts, decide
from licenses.recipients import Recipient
from licenses.resolve import Rights
from warehouse import registry
from warehouse.catalog import Warehouse

_FACTS = DocumentFacts(evidence=True, pii_clean=True)


def no_longer_passing(
    warehouse: Warehouse, changes: pa.Table, classes: Mapping[str, PolicyClass]
) -> list[dict[str, Any]]:
    """By release, documents that passed with their class as it was and do not with the one they get.

    Contracts are left out on both sides. A release is taken to meet the conditions that the documents had when they
    passed, and no others.

    Args:
        warehouse: Whose releases.
        changes: Rows of ``CHANGE_SCHEMA``.
        classes: Classes by id, those before and those after.

    Returns:
        ``release_id``, ``recipient_id``, ``documents``, ``codes`` (documents by reason) and ``doc_ids``, sorted.
    """
    changed = pl.DataFrame(pl.from_arrow(changes.select(["doc_id", "before", "after"])))
    changed = changed.filter(pl.col("before") != pl.col("after")).unique("doc_id", keep="first", maintain_order=True)
    held = [
        pl.DataFrame(pl.from_arrow(batch)).join(changed, on="doc_id")
        for batch in warehouse.plan("release_documents", columns=("release_id", "doc_id")).to_arrow_batch_reader()
    ]
    rows = pl.concat(held) if held else changed.clear().with_columns(release_id=pl.lit(""))
    found = []
    for (release_id,), documents in sorted(rows.partition_by("release_id", as_dict=True).items()):
        one = _of_release(warehouse, str(release_id), documents, classes)
        if one:
            found.append(one)
    return found


def _of_release(
    warehouse: Warehouse, release_id: str, documents: pl.DataFrame, classes: Mapping[str, PolicyClass]
) -> dict[str, Any] | None:
    release = registry.find(warehouse, "releases", release_id)
    recipient = registry.find(warehouse, "recipients", str(release["recipient_id"])) if release else None
    if release is None or recipient is None:
        return None
    who, purpose, mode = Recipient.from_row(recipient), Purpose(release["purpose"]), Mode(release["mode"])
    codes: dict[tuple[str, str], str | None] = {}
    for before, after in documents.select("before", "after").unique().iter_rows():
        codes[before, after] = _code(classes.get(before), classes.get(after), who, purpose, mode)
    reasons = [codes[pair] for pair in documents.select("before", "after").iter_rows()]
    refused = documents.with_columns(pl.Series("code", reasons, pl.String)).filter(pl.col("code").is_not_null())
    if refused.is_empty():
        return None
    counts = refused.get_column("code").value_counts().sort("code")
    return {
        "release_id": release_id,
        "recipient_id": who.recipient_id,
        "documents": refused.height,
        "codes": dict(counts.iter_rows()),
        "doc_ids": sorted(refused.get_column("doc_id").to_list()),
    }


def _code(
    before: PolicyClass | None, after: PolicyClass | None, who: Recipient, purpose: Purpose, mode: Mode
) -> str | None:
    """The reason why the class after is refused where the one before was not."""
    if before is None or after is None:
        return None
    request = Request(who, purpose, mode, _plan_for(before.rights))
    if not decide(before.rights, _FACTS, request).released:
        return None
    decision = decide(after.rights, _FACTS, request)
    return None if decision.released else decision.code


def _plan_for(rights: Rights) -> ReleasePlan:
    """A release that meets every condition of these rights that a release can meet."""
    asked = {one for conditions in rights.conditions.values() for one in conditions}
    kinds = ("agreement", "anti_memorization", "licence_token", "policy_contact", "share_alike")
    met = frozenset(one for one in asked if one in kinds or one.startswith(("payment:", "user:")))
    return ReleasePlan(attribution=True, sold=False, agreements=met)
