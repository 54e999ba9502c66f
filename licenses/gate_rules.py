"""The gate as a table (consent specification, section 8): the first rule that hits decides; none hits, and it goes.

A rule is a code and, for some of the questions, the answers with which it hits. The same table is asked document by
document (``gate.decide``), class by class (``gate.gate_classes``) and by Cedar (``cedar``).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from licenses.axes import GRANTS, Axis, Value
from licenses.conditions import Mode, Purpose, Request, unmet
from licenses.recipients import Recipient
from licenses.resolve import Rights

RELEASE = "RELEASE"
BLOCK_WITHDRAWN = "BLOCK_WITHDRAWN"
BLOCK_NOT_ACQUIRED = "BLOCK_NOT_ACQUIRED"
BLOCK_EVIDENCE_MISSING = "BLOCK_EVIDENCE_MISSING"
BLOCK_EXPIRED = "BLOCK_EXPIRED"
BLOCK_PII = "BLOCK_PII"
BLOCK_FOREIGN_DENY = "BLOCK_FOREIGN_DENY"
BLOCK_TRAIN_DENY = "BLOCK_TRAIN_DENY"
BLOCK_UNKNOWN = "BLOCK_UNKNOWN"
BLOCK_REDIST_DENY = "BLOCK_REDIST_DENY"
BLOCK_CONDITION = "BLOCK_CONDITION"
"""Followed by a colon and the condition."""
BLOCK_LOW_CONFIDENCE = "BLOCK_LOW_CONFIDENCE"

FACT_CODES = frozenset({BLOCK_WITHDRAWN, BLOCK_NOT_ACQUIRED, BLOCK_EVIDENCE_MISSING, BLOCK_EXPIRED, BLOCK_PII})
"""Codes that no permission on an axis lifts."""
LEAST_CONFIDENCE = 0.7
KOGL_AI_CONDITIONS = frozenset({"anti_memorization", "no_resale"})
YES, NO = "yes", "no"


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """What is asked of a document beside its rights. What is not proven blocks."""

    withdrawn: bool = False
    acquired: bool | None = None
    """True: the text came by contract, API or dump, so robots.txt is not asked; None: the axis ``crawl`` tells."""
    evidence: bool = False
    """Whether evidence for its rights is stored."""
    expired: bool = False
    """Whether its rights held until a day that is past."""
    pii_clean: bool = False
    """Whether personal data was looked for and masked."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the gate."""

    code: str
    when: Mapping[str, frozenset[str]]
    """Answers with which it hits, by question; every question named must be answered so."""


def _rule(code: str, **when: str | Value) -> Rule:
    return Rule(code, MappingProxyType({question: frozenset(str(one).split()) for question, one in when.items()}))


RULES = (
    _rule(BLOCK_WITHDRAWN, withdrawn=YES),
    _rule(BLOCK_NOT_ACQUIRED, acquired=NO),
    _rule(BLOCK_EVIDENCE_MISSING, evidence=NO),
    _rule(BLOCK_EXPIRED, expired=YES),
    _rule(BLOCK_PII, pii_clean=NO),
    _rule(BLOCK_FOREIGN_DENY, domestic=NO, train=Value.DENY, train_dom="allow cond unknown"),
    _rule(BLOCK_TRAIN_DENY, train=Value.DENY),
    _rule(BLOCK_UNKNOWN, train=Value.UNKNOWN),
    _rule(BLOCK_REDIST_DENY, mode=Mode.COPY, redist=Value.DENY),
    _rule(BLOCK_UNKNOWN, mode=Mode.COPY, redist=Value.UNKNOWN),
    _rule(f"{BLOCK_CONDITION}:non_commercial", purpose=Purpose.COMMERCIAL, commercial=Value.DENY, model_use=NO),
    _rule(BLOCK_UNKNOWN, purpose=Purpose.COMMERCIAL, commercial=Value.UNKNOWN),
    _rule(BLOCK_CONDITION, conditions_met=NO),
    _rule(BLOCK_LOW_CONFIDENCE, sure=NO),
)
"""The gate. A code may stand for several rules."""


def answers(rights: Rights, facts: DocumentFacts, request: Request) -> dict[str, str]:
    """Every question of the table with its answer for one document and request."""
    train = train_axis(request.recipient)
    needed = needed_axes(rights, request)
    return {
        "withdrawn": yes(facts.withdrawn),
        "acquired": yes(rights.axes[Axis.CRAWL] not in _CRAWL_DENIED if facts.acquired is None else facts.acquired),
        "evidence": yes(facts.evidence),
        "expired": yes(facts.expired),
        "pii_clean": yes(facts.pii_clean),
        "domestic": yes(request.recipient.domestic),
        "purpose": request.purpose,
        "mode": request.mode,
        "train": value_of(rights, train),
        "train_dom": value_of(rights, Axis.TRAIN_DOM),
        "redist": value_of(rights, Axis.REDIST),
        "commercial": value_of(rights, Axis.COMMERCIAL),
        "model_use": yes(model_use(rights, request)),
        "conditions_met": yes(not unmet(conditions_of(rights, needed), request)),
        "sure": yes(confidence_of(rights, needed) >= LEAST_CONFIDENCE),
    }


_CRAWL_DENIED = frozenset({Value.DENY, Value.DENY_TEMP})


def judge(rights: Rights, facts: DocumentFacts, request: Request) -> str:
    """Code of the first rule that hits, ``RELEASE`` where none does."""
    given = answers(rights, facts, request)
    for rule in RULES:
        if all(given[question] in hits for question, hits in rule.when.items()):
            if rule.code != BLOCK_CONDITION:
                return rule.code
            needed = needed_axes(rights, request)
            return f"{BLOCK_CONDITION}:{unmet(conditions_of(rights, needed), request)[0]}"
    return RELEASE


def yes(answer: bool | None) -> str:  # noqa: FBT001  the answer itself
    """A fact as an answer."""
    return YES if answer else NO


def train_axis(recipient: Recipient) -> Axis:
    """The axis on which training by a recipient is answered."""
    return Axis.TRAIN_DOM if recipient.domestic else Axis.TRAIN_FOR


def value_of(rights: Rights, axis: Axis) -> Value:
    """The answer on an axis; a permission whose conditions nobody wrote down is unknown."""
    value = rights.axes[axis]
    return Value.UNKNOWN if value is Value.COND and axis in _WITH_CONDITIONS and not rights.conditions[axis] else value


_WITH_CONDITIONS = frozenset({Axis.TRAIN_DOM, Axis.TRAIN_FOR, Axis.REDIST, Axis.COMMERCIAL})


def model_use(rights: Rights, request: Request) -> bool:
    """Whether KOGL's AI mark lets models be used commercially: where it grants training, and no copy leaves us."""
    train = train_axis(request.recipient)
    granted = rights.axes[train] is Value.COND and frozenset(rights.conditions[train]) >= KOGL_AI_CONDITIONS
    return request.mode is Mode.IN_PLACE and is_kogl_ai(rights) and granted


def is_kogl_ai(rights: Rights) -> bool:
    """Whether a licence of the document is KOGL's mark for AI training."""
    return any("KOGL" in one and one.endswith("AI") for one in rights.licence.split(" AND "))


def needed_axes(rights: Rights, request: Request) -> list[Axis]:
    """Axes that a release needs: training, for copies ``redist``, for commercial purposes ``commercial``."""
    needed = [train_axis(request.recipient)]
    if request.mode is Mode.COPY:
        needed.append(Axis.REDIST)
    if request.purpose is Purpose.COMMERCIAL and not model_use(rights, request):
        needed.append(Axis.COMMERCIAL)
    return needed


def conditions_of(rights: Rights, axes: list[Axis]) -> set[str]:
    """Conditions of the permissions on some axes.

    Those of ``commercial`` are asked for commercial purposes too, where section 8 names training and copies alone: a
    permission to sell models under an agreement is none without it.
    """
    return {one for axis in axes if rights.axes[axis] in GRANTS for one in rights.conditions[axis]}


def confidence_of(rights: Rights, axes: list[Axis]) -> float:
    """The least confidence on some axes, 0 to 1."""
    return min(rights.confidence.get(axis, 0.0) for axis in axes)
