"""Copies of withdrawn documents under other URLs.

Found by three ways: captures that the withdrawal covers and that were dropped as duplicates name the document that was
kept in their place; documents of equal text; documents whose signatures allow the threshold of duplicates, confirmed on
both texts. A copy is spared where its own owner grants training on the page itself (``licenses.own_grants``).
"""

import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dedup import DEFAULTS, PAIR_SCHEMA, DedupSettings, across, fingerprints, verify
from licenses import Evidence, evidence_from_table, own_grants
from warehouse.catalog import Warehouse
from warehouse.known import Known, index_runs
from warehouse.known.indexing import recipes
from warehouse.lookup import rows_with, values_of

_SKETCH = ("doc_id", "text_digest", "signature", "n_shingles", "scheme")
_DUPLICATES = frozenset({"exact_duplicate", "near_duplicate"})


@dataclass(frozen=True, slots=True)
class Copy:
    """A kept document that copies a withdrawn one."""

    doc_id: str
    partner: str
    """The withdrawn document."""
    jaccard: float


def find_copies(warehouse: Warehouse, withdrawn: pa.Table, captures: pa.Table) -> tuple[list[Copy], list[Copy]]:
    """Copies that leave, and copies that are spared for their owner's own grant, each sorted by doc_id.

    Args:
        warehouse: Where to look.
        withdrawn: As ``find.covered_documents`` gives them.
        captures: As ``find.covered_captures`` gives them.
    """
    own = set(values_of(withdrawn, "doc_id"))
    found = [*_stand_ins(captures), *_by_sketch(warehouse, own)]
    best: dict[str, Copy] = {}
    for copy in sorted(found, key=lambda copy: (-copy.jaccard, copy.partner)):
        if copy.doc_id not in own:
            best.setdefault(copy.doc_id, copy)
    there = set(values_of(rows_with(warehouse, "documents", "doc_id", best, ("doc_id",)), "doc_id"))
    granted = _granted(warehouse, sorted(there))
    copies = [best[doc_id] for doc_id in sorted(there)]
    return [one for one in copies if one.doc_id not in granted], [one for one in copies if one.doc_id in granted]


def schemes(warehouse: Warehouse) -> dict[str, DedupSettings]:
    """Settings of the duplicate search by the scheme of the signatures they made."""
    # Signatures of a recipe of another form compare by digest alone.
    told = (settings for settings in recipes(warehouse).values() if settings)
    return {DEFAULTS.scheme: DEFAULTS, **{settings.scheme: settings for settings in told}}


def _stand_ins(captures: pa.Table) -> Iterable[Copy]:
    """Documents that were kept in the place of captures that are withdrawn."""
    columns = ("doc_id", "reason", "partner_doc_id", "jaccard")
    for doc_id, reason, partner, jaccard in zip(*(values_of(captures, name) for name in columns), strict=True):
        if reason in _DUPLICATES and partner:
            yield Copy(partner, doc_id, 1.0 if jaccard is None else jaccard)


def _by_sketch(warehouse: Warehouse, own: set[str]) -> Iterable[Copy]:
    known = schemes(warehouse)
    runs = warehouse.runs()
    listed = Known.open(warehouse, runs).signatures(sorted(own), _SKETCH)
    for scheme in sorted(set(values_of(listed, "scheme"))):
        settings = known.get(scheme, DEFAULTS)
        index_runs(warehouse, settings)
        index = Known.open(warehouse, runs, most=sys.maxsize)
        mine = listed.filter(pc.equal(listed["scheme"], scheme))
        urls = pa.nulls(mine.num_rows, pa.uint64())
        keys = fingerprints(mine["doc_id"], mine["text_digest"], urls, mine["signature"], settings)
        alike = set(values_of(index.hits(keys), "doc_id")) - own
        found = index.signatures(sorted(alike), _SKETCH)
        theirs = found.filter(pc.equal(found["scheme"], scheme))
        matches = across(mine, theirs, settings)
        ends = values_of(mine.take(matches["a"]), "doc_id"), values_of(theirs.take(matches["b"]), "doc_id")
        yield from _confirmed(warehouse, sorted(set(zip(*ends, strict=True))), settings)


def _confirmed(warehouse: Warehouse, pairs: Sequence[tuple[str, str]], settings: DedupSettings) -> Iterable[Copy]:
    """Pairs whose texts reach the threshold."""
    ids = sorted({doc_id for pair in pairs for doc_id in pair})
    row = {doc_id: number for number, doc_id in enumerate(ids)}
    table = pa.Table.from_pylist([{"a": row[a], "b": row[b]} for a, b in pairs], PAIR_SCHEMA)

    def texts(rows: npt.NDArray[np.int64]) -> list[str]:
        wanted = [ids[number] for number in rows.tolist()]
        found = rows_with(warehouse, "documents", "doc_id", wanted, ("doc_id", "text"))
        text = dict(zip(values_of(found, "doc_id"), values_of(found, "text"), strict=True))
        return [text.get(doc_id) or "" for doc_id in wanted]

    for pair in verify(table, texts, settings).to_pylist():
        yield Copy(ids[pair["b"]], ids[pair["a"]], pair["jaccard"])


def _granted(warehouse: Warehouse, doc_ids: Sequence[str]) -> set[str]:
    """Documents whose own owner grants training on the page itself."""
    said = page_evidence(warehouse, doc_ids)
    return {doc_id for doc_id, evidence in said.items() if own_grants(evidence)}


def page_evidence(warehouse: Warehouse, doc_ids: Sequence[str]) -> Mapping[str, list[Evidence]]:
    """Evidence that pages bear themselves, by doc_id."""
    rows = rows_with(warehouse, "evidence", "doc_id", doc_ids)
    found: defaultdict[str, list[Evidence]] = defaultdict(list)
    for doc_id, evidence in zip(values_of(rows, "doc_id"), evidence_from_table(rows), strict=True):
        found[doc_id].append(evidence)
    return found
