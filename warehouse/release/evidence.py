"""What a release asks of the stored evidence, in one pass over the table."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from licenses.axes import DENIALS
from licenses.evidence import EVIDENCE_SCHEMA, Evidence, evidence_from_table
from licenses.withdrawals import WithdrawalList
from warehouse.release.fingerprint import Keys
from warehouse.release.source import Snapshot, id_keys

_ROWS = 16384
_PLAIN: Any = pc


@dataclass(frozen=True, slots=True)
class StoredEvidence:
    """The evidence of a snapshot, as far as a release needs it."""

    keys: Keys
    """``id_keys`` of all of it, sorted: 8 bytes of memory for each."""
    withdrawn: frozenset[str]
    """Documents whose own notice names an owner that has withdrawn."""
    denials: dict[int, Evidence]
    """By key, what denies something to a document that a contract covers."""


def read_evidence(snapshot: Snapshot, withdrawals: WithdrawalList, covered: Keys) -> StoredEvidence:
    """Read the evidence.

    Args:
        snapshot: The tables.
        withdrawals: The list in force.
        covered: Keys of the evidence of documents that a contract covers, sorted.
    """
    keys: list[Keys] = []
    withdrawn: set[str] = set()
    denials: dict[int, Evidence] = {}
    for batch in snapshot.batches("evidence", _columns(withdrawals, covered), _ROWS):
        mine = id_keys(batch["evidence_id"])
        keys.append(mine)
        if withdrawals.names_owners:
            withdrawn |= _named(batch, withdrawals)
        if len(covered):
            denials |= _denials(batch, mine, covered)
    whole = np.unique(np.concatenate(keys)) if keys else np.empty(0, np.uint64)
    return StoredEvidence(whole, frozenset(withdrawn), denials)


def is_among(keys: Keys, ordered: Keys) -> Any:
    """Which keys are among sorted ones, a boolean array."""
    place = np.searchsorted(ordered, keys)
    there = place < len(ordered)
    there[there] = ordered[place[there]] == keys[there]
    return there


def _columns(withdrawals: WithdrawalList, covered: Keys) -> tuple[str, ...]:
    if len(covered):
        return (*EVIDENCE_SCHEMA.names, "doc_id")
    return ("evidence_id", *(("doc_id", "scope", "declarer", "literal") if withdrawals.names_owners else ()))


def _named(batch: pa.RecordBatch, withdrawals: WithdrawalList) -> set[str]:
    own = batch.filter(
        (pc.field("scope") == "document") & (pc.field("declarer") == "owner") & pc.field("doc_id").is_valid()
    )
    pairs = zip(own["doc_id"].to_pylist(), own["literal"].to_pylist(), strict=True)
    return {str(doc_id) for doc_id, literal in pairs if withdrawals.named_by([literal or ""])}


def _denials(batch: pa.RecordBatch, keys: Keys, covered: Keys) -> dict[int, Evidence]:
    wanted = np.flatnonzero(is_among(keys, covered) & (keys != 0))
    found = evidence_from_table(pa.table(batch.take(wanted)))
    return {
        int(key): one
        for key, one in zip(keys[wanted], found, strict=True)
        if any(value in DENIALS for _, value in one.axes)
    }


def evidence_of(column: Any) -> Iterator[list[int]]:
    """The keys of the evidence of each document, row by row."""
    lengths = _PLAIN.fill_null(_PLAIN.list_value_length(column), 0).to_pylist()
    keys = id_keys(_PLAIN.fill_null(_PLAIN.list_flatten(column), "")).tolist()
    start = 0
    for length in lengths:
        yield keys[start : start + length]
        start += length
