"""From evidence to rights, axis by axis (section 8, rules 1 to 9 without contracts).

``deny > cond > allow > unknown``: specificity never beats a denial, and adding evidence never lifts one, except inside
a family that has a precedence of its own (TDMRep).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from licenses.axes import DENIALS, GRANTS, Axis, Value
from licenses.catalogue import ALL_RIGHTS_RESERVED, DEFAULT_LICENCE, NOT_LICENCES
from licenses.evidence import Evidence
from licenses.tdmrep import RANKS
from licenses.tdmrep import SIGNAL as TDMREP

_SURE = 0.5
_RESERVED = frozenset({ALL_RIGHTS_RESERVED, DEFAULT_LICENCE})
_CONFLICT_COST = 0.2
_ON_DENIALS = frozenset({"policy_contact"})
"""Conditions that stay with a denial: whom to ask."""
_REPLACED = frozenset({"site", "path"})
"""Scopes whose licence gives way to that of the document (rule 4). The terms of a data set's origin are sticky."""


@dataclass(frozen=True, slots=True)
class Rights:
    """What may be done with a document. Every axis is there."""

    axes: Mapping[Axis, Value]
    conditions: Mapping[Axis, tuple[str, ...]]
    confidence: Mapping[Axis, float]
    """0 to 1; 0 where the axis is unknown."""
    licence: str
    """SPDX id or LicenseRef; several that hold together are joined by AND."""
    conflict: bool
    """Whether a permission and a denial met on an axis; the denial stands."""
    review: str
    """none or needed."""


@dataclass(frozen=True, slots=True)
class _Answer:
    value: Value
    conditions: tuple[str, ...] = ()
    confidence: float = 0.0
    conflict: bool = False
    review: bool = False


_NOTHING = _Answer(Value.UNKNOWN)


def resolve(evidence: Sequence[Evidence]) -> Rights:
    """Rights of the document that all of ``evidence`` covers; the order of evidence does not matter."""
    covering = _own_precedence([one for one in evidence if one.scope != "element"])
    licensed = any(one.scope == "document" and _is_licence(one) for one in covering)
    answers = {axis: _answer(axis, covering, licensed=licensed) for axis in Axis}
    conflict = any(answer.conflict for answer in answers.values())
    review = any(answer.review for answer in answers.values())
    crawl = answers[Axis.CRAWL]
    if crawl.value in DENIALS:
        # Not acquired: nothing that was said about the text is of use (rule 1).
        forced = _Answer(Value.DENY, confidence=crawl.confidence)
        answers = {axis: crawl if axis is Axis.CRAWL else forced for axis in Axis}
    return Rights(
        axes={axis: answer.value for axis, answer in answers.items()},
        conditions={axis: answer.conditions for axis, answer in answers.items()},
        confidence={axis: _confidence(answer, conflict=conflict) for axis, answer in answers.items()},
        licence=_licence(covering),
        conflict=conflict,
        review="needed" if review else "none",
    )


def _own_precedence(evidence: Sequence[Evidence]) -> list[Evidence]:
    """Rule 3 where several sources of a family meet: of TDMRep the last one in its priority."""
    ranks = [RANKS.index(one.rule_id) for one in evidence if one.signal == TDMREP and one.rule_id in RANKS]
    kept = RANKS[max(ranks)] if ranks else ""
    return [one for one in evidence if one.signal != TDMREP or one.rule_id not in RANKS or one.rule_id == kept]


def _is_licence(one: Evidence) -> bool:
    """Whether it licenses the text: it names a licence, be it one that nobody can read, or permits copies (row 9)."""
    named = one.licence is not None and one.licence not in _RESERVED
    return named or any(axis is Axis.REDIST and value in GRANTS for axis, value in one.axes)


def _answer(axis: Axis, evidence: Sequence[Evidence], *, licensed: bool) -> _Answer:
    said = [(value, one) for one in evidence for named, value in one.axes if named is axis]
    denials = [(value, one) for value, one in said if value in DENIALS]
    grants = [
        (value, one)
        for value, one in said
        if value in GRANTS and not (licensed and one.scope in _REPLACED and _is_licence(one))
    ]
    unread = any(value is Value.UNKNOWN for value, _ in said)
    if denials:
        answer = _of_denials(denials)
        return _Answer(*answer, conflict=bool(grants), review=unread or answer[0] is Value.UNKNOWN)
    if grants:
        return _Answer(*_of_grants(grants), review=unread)
    return _Answer(Value.UNKNOWN, review=unread) if unread else _NOTHING


def _of_denials(denials: Sequence[tuple[Value, Evidence]]) -> tuple[Value, tuple[str, ...], float]:
    """A denial that nobody is sure of is no denial, but keeps the axis from being granted (rule 6)."""
    confidence = max(one.confidence for _, one in denials)
    if confidence < _SURE:
        return Value.UNKNOWN, (), 0.0
    lasting = any(value is Value.DENY and one.confidence >= _SURE for value, one in denials)
    conditions = {condition for _, one in denials for condition in one.conditions} & _ON_DENIALS
    return Value.DENY if lasting else Value.DENY_TEMP, tuple(sorted(conditions)), confidence


def _of_grants(grants: Sequence[tuple[Value, Evidence]]) -> tuple[Value, tuple[str, ...], float]:
    winner = Value.COND if any(value is Value.COND for value, _ in grants) else Value.ALLOW
    behind = [one for value, one in grants if value is winner]
    confidence = max(one.confidence for one in behind)
    if confidence < _SURE:
        return Value.UNKNOWN, (), 0.0
    conditions = {condition for one in behind for condition in one.conditions} if winner is Value.COND else set()
    return winner, tuple(sorted(conditions)), confidence


def _confidence(answer: _Answer, *, conflict: bool) -> float:
    lowered = conflict and answer.value in GRANTS
    return round(max(answer.confidence - (_CONFLICT_COST if lowered else 0), 0.0), 4)


def _licence(evidence: Sequence[Evidence]) -> str:
    """The licence of the document; of a site only where the document has none of its own."""
    for of_site in (False, True):
        named = {one.licence for one in evidence if one.licence and (one.scope in _REPLACED) is of_site} - _RESERVED
        readable = sorted(named - NOT_LICENCES)
        if named:
            return " AND ".join(readable) or min(named)
    reserved = any(one.licence == ALL_RIGHTS_RESERVED for one in evidence)
    return ALL_RIGHTS_RESERVED if reserved else DEFAULT_LICENCE
