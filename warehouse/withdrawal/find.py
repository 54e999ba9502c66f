"""What a withdrawal covers in the tables: documents that are kept, and captures that were not."""

from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pyiceberg.expressions import AlwaysTrue, BooleanExpression, EqualTo, IsNull, Not, Reference

from licenses import Withdrawal, WithdrawalKind, WithdrawalList, host_of
from warehouse.catalog import Warehouse
from warehouse.lookup import rows_with, values_of

DOCUMENT_COLUMNS = (
    *("doc_id", "url", "host", "site", "source", "offset", "length", "fetched_at"),
    *("text_digest", "evidence_ids", "run_id"),
)
CAPTURE_COLUMNS = (
    *("doc_id", "url", "host", "source", "offset", "length", "stage", "reason", "partner_doc_id", "jaccard"),
    *("withdrawal_id", "run_id"),
)


def covered_documents(warehouse: Warehouse, listing: WithdrawalList) -> pa.Table:
    """Kept documents that the list covers, without their texts (``DOCUMENT_COLUMNS``)."""
    found: set[str] = set()
    for batch in _batches(warehouse, "documents", ("doc_id", "url", "host", "author"), _narrowed(listing)):
        found |= set(values_of(batch.filter(listing.covered(batch)), "doc_id"))
    if listing.names_owners:
        found |= _named(warehouse, listing)
    return documents_of(warehouse, sorted(found))


def covered_captures(warehouse: Warehouse, listing: WithdrawalList) -> pa.Table:
    """Captures in ``drops`` that the list covers (``CAPTURE_COLUMNS``)."""
    named: Any = pa.array(sorted(_named(warehouse, listing)) if listing.names_owners else [], pa.string())
    batches = _batches(warehouse, "drops", CAPTURE_COLUMNS, _narrowed(listing))
    found = [batch.filter(pc.or_(listing.covered(batch), pc.is_in(batch["doc_id"], named))) for batch in batches]
    return pa.concat_tables([rows_with(warehouse, "drops", "doc_id", (), CAPTURE_COLUMNS), *found])


def documents_of(warehouse: Warehouse, doc_ids: Sequence[str]) -> pa.Table:
    """Kept documents by id, without their texts (``DOCUMENT_COLUMNS``), sorted by doc_id and run."""
    rows = rows_with(warehouse, "documents", "doc_id", doc_ids, DOCUMENT_COLUMNS)
    return rows.sort_by([("doc_id", "ascending"), ("run_id", "ascending")])


def _named(warehouse: Warehouse, listing: WithdrawalList) -> set[str]:
    """Documents whose own rights notice names an owner on the list as the holder."""
    of_pages = Not(IsNull(term=Reference("doc_id")))
    found: set[str] = set()
    for batch in _batches(warehouse, "evidence", ("doc_id", "scope", "declarer", "literal"), of_pages):
        own = batch.filter((pc.field("scope") == "document") & (pc.field("declarer") == "owner"))
        for doc_id, literal in zip(values_of(own, "doc_id"), values_of(own, "literal"), strict=True):
            if doc_id not in found and listing.named_by([literal]):
                found.add(doc_id)
    return found


def _narrowed(listing: WithdrawalList) -> BooleanExpression:
    """A filter that lets through all that a single withdrawal can cover, so that few files are read."""
    if len(listing) != 1:
        return AlwaysTrue()
    (one,) = listing.withdrawals
    match one:
        case Withdrawal(kind=WithdrawalKind.DOC, target=target):
            return _equal("doc_id", target)
        case Withdrawal(kind=WithdrawalKind.URL, target=target):
            return _equal("host", host_of(target))
        case _:
            return AlwaysTrue()


def _equal(column: str, value: Any) -> BooleanExpression:
    return EqualTo(term=Reference(column), value=value)


def _batches(
    warehouse: Warehouse, name: str, columns: Sequence[str], row_filter: BooleanExpression
) -> Iterator[pa.Table]:
    empty = rows_with(warehouse, name, "run_id", (), columns).schema
    for batch in warehouse.plan(name, row_filter, columns).to_arrow_batch_reader():
        yield pa.table(batch).select(list(columns)).cast(empty)
