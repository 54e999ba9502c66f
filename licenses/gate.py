"""The gate: which documents a recipient may get, for a purpose and in a mode, and why not the others (section 8).

``decide`` judges one document. Millions share a few thousand policy classes, so a release calls ``gate_classes`` once
and joins its decisions to the documents with ``gate_documents``: the same decisions, millions a second.
"""

from dataclasses import dataclass
from itertools import product
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from licenses.conditions import Mode, Purpose, ReleasePlan, Request
from licenses.gate_rules import BLOCK_EVIDENCE_MISSING, RELEASE, RULES, DocumentFacts, yes
from licenses.organisation import RELEASE_LOOSENED, SECTION_8, OrganisationPolicy
from licenses.policy import policy_classes_from_table
from licenses.resolve import Rights

__all__ = [
    "CLASS_DECISION_SCHEMA",
    "RELEASE",
    "Decision",
    "DocumentFacts",
    "Mode",
    "Purpose",
    "ReleasePlan",
    "Request",
    "decide",
    "gate_classes",
    "gate_documents",
]

CLASS_DECISION_SCHEMA = pa.schema(
    [
        pa.field("policy_class_id", pa.string(), nullable=False),
        pa.field("code", pa.string(), nullable=False),
        pa.field("code_if_acquired", pa.string(), nullable=False),
    ]
)
"""Decisions by class, for documents of which every fact speaks for a release: ``code`` where robots.txt tells whether
the text was acquired, ``code_if_acquired`` where it came by contract, API or dump."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What the gate says to one document."""

    code: str
    """``RELEASE`` or the reason why not."""

    @property
    def released(self) -> bool:
        """Whether the document may go."""
        return self.code.partition(":")[0] in (RELEASE, RELEASE_LOOSENED)


def decide(rights: Rights, facts: DocumentFacts, request: Request, policy: OrganisationPolicy = SECTION_8) -> Decision:
    """Judge one document by the table of ``gate_rules``, and by the policy of the releasing organisation."""
    return Decision(policy.judge(rights, facts, request))


def gate_classes(classes: pa.Table, request: Request, policy: OrganisationPolicy = SECTION_8) -> pa.Table:
    """Judge every policy class once.

    Args:
        classes: Policy classes, ``POLICY_CLASS_SCHEMA``; a class may stand there more than once.
        request: Who asks, for what, how.
        policy: Of the releasing organisation; by default section 8 as it stands.

    Returns:
        ``CLASS_DECISION_SCHEMA``, each class once.

    Raises:
        ValueError: A class does not match its id.
    """
    found = {one.policy_class_id: one.rights for one in policy_classes_from_table(classes)}
    asked = [DocumentFacts(acquired=acquired, evidence=True, pii_clean=True) for acquired in (_BY_ROBOTS, _ACQUIRED)]
    codes = [[decide(rights, facts, request, policy).code for rights in found.values()] for facts in asked]
    columns = [pa.array(values, pa.string()) for values in (list(found), *codes)]
    return pa.Table.from_arrays(columns, schema=CLASS_DECISION_SCHEMA)


def gate_documents(documents: pa.Table | pa.RecordBatch, decisions: pa.Table) -> "pa.DictionaryArray[Any, Any]":
    """Join the decisions of their classes to documents, and judge what is the document's own.

    A fact that is not known (null) counts against the document, and so does a class that was not judged: its rights
    have no record, which is missing evidence.

    Args:
        documents: ``policy_class_id`` and the boolean columns ``withdrawn``, ``evidence`` and ``pii_clean``; where they
            are there, also ``expired`` and ``acquired`` (null: robots.txt tells). See ``DocumentFacts``.
        decisions: What ``gate_classes`` says of the classes.

    Returns:
        The code of each document.

    Raises:
        KeyError: A column is missing.
    """
    classes = _positions(documents["policy_class_id"], decisions["policy_class_id"])
    names, table = _table(decisions)
    chosen = table[classes * len(_FACTS) + _facts(documents)]
    return pa.DictionaryArray.from_arrays(pa.array(chosen), pa.array(names, pa.string()))


_Numbers: TypeAlias = npt.NDArray[np.int32]
_BY_ROBOTS, _NOT_ACQUIRED, _ACQUIRED = None, False, True
_FACTS = tuple(product((False, True), (_BY_ROBOTS, _NOT_ACQUIRED, _ACQUIRED), *[(False, True)] * 3))
"""Every combination of withdrawn, acquired, evidence, expired and pii_clean, the last one changing fastest."""
_RANKS = {rule.code: rank for rank, rule in reversed(list(enumerate(RULES)))}


def _table(decisions: pa.Table) -> tuple[list[str], npt.NDArray[np.int16]]:
    """Codes, and the number of the code that holds for each class and, within it, each of ``_FACTS``.

    One more class stands at the end: that of documents whose class was not judged.
    """
    of_facts = [_code_of_facts(*facts) for facts in _FACTS]
    of_classes = [[str(code) for code in decisions[name].to_pylist()] for name in ("code", "code_if_acquired")]
    names = sorted({BLOCK_EVIDENCE_MISSING, *of_classes[0], *of_classes[1], *(code for code in of_facts if code)})
    place = {name: number for number, name in enumerate(names)}
    rank = np.array([_rank(name) for name in names])
    by_robots, acquired = (
        np.array([place[code] for code in (*codes, BLOCK_EVIDENCE_MISSING)], np.int16) for codes in of_classes
    )
    columns = []
    for facts, code in zip(_FACTS, of_facts, strict=True):
        codes = acquired if facts[1] is _ACQUIRED else by_robots
        earlier = code is not None and _rank(code) < rank[codes]
        columns.append(np.where(earlier, place[code] if code else 0, codes).astype(np.int16))
    return names, np.stack(columns, axis=1).ravel()


def _code_of_facts(*facts: bool | None) -> str | None:
    """The code with which the facts of a document block, whatever its class is; None where they do not."""
    answers = dict(zip(("withdrawn", "acquired", "evidence", "expired", "pii_clean"), facts, strict=True))
    for rule in RULES:
        if all(
            answers.get(question) is not None and yes(answers[question]) in hits for question, hits in rule.when.items()
        ):
            return rule.code
    return None


def _rank(code: str) -> int:
    """How early the gate comes to a code."""
    return _RANKS.get(code, len(RULES))


def _positions(ids: Any, judged: "pa.ChunkedArray[Any]") -> _Numbers:
    """Where the class of each document stands among those judged; behind them where it is not there."""
    if pa.types.is_dictionary(ids.type):
        chunks: list[Any] = ids.chunks if isinstance(ids, pa.ChunkedArray) else [ids]
        found = [pc.take(_index(one.dictionary, judged), one.indices) for one in chunks]
        places: Any = pa.chunked_array(found, pa.int32())
    else:
        places = _index(ids, judged)
    return np.asarray(pc.fill_null(places, len(judged)), np.int32)


def _index(ids: Any, judged: "pa.ChunkedArray[Any]") -> Any:
    plain = ids if pa.types.is_large_string(ids.type) else ids.cast(pa.string())
    return pc.index_in(plain, value_set=judged.combine_chunks().cast(plain.type))


def _facts(documents: pa.Table | pa.RecordBatch) -> _Numbers:
    """Where the facts of each document stand in ``_FACTS``."""
    columns = documents.schema.names
    number = _bits(documents["withdrawn"], unknown=True).astype(np.int32) * 3
    if "acquired" in columns:
        # 0 where it is not known, 1 for no, 2 for yes.
        number += _bits(pc.is_valid(documents["acquired"])) + _bits(documents["acquired"], unknown=False)
    number = number * 2 + _bits(documents["evidence"], unknown=False)
    number = number * 2 + (_bits(documents["expired"], unknown=True) if "expired" in columns else 0)
    return number * 2 + _bits(documents["pii_clean"], unknown=False)


def _bits(column: Any, *, unknown: bool = False) -> npt.NDArray[np.uint8]:
    return np.asarray(pc.fill_null(column, unknown)).view(np.uint8)
