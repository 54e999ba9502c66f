"""Offers: what one licence or policy says of training, and what several of them add up to for each recipient.

Shared by RSL (section 1.5) and the policies of TDMRep (1.6). Licences beside each other are alternatives: a recipient
takes the best one. A prohibition is no alternative: it stands.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from licenses.axes import TRAIN, Axis, AxisValues, Value
from licenses.countries import KOREA, countries, expand


class Says(Enum):
    """What a licence says of a use."""

    PROHIBITED = "prohibited"
    """In so many words: no other licence lifts it."""
    GRANTED = "granted"
    NOT_LISTED = "not_listed"
    """It lists what it permits, and this is not there: not licensed, unless another licence is."""
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class Offer:
    """What one licence says of training."""

    says: Says
    territory: frozenset[str] | None = None
    """Countries of recipients, ``EU`` for its members; None for all of the world."""
    conditions: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Answer:
    """What offers say to one recipient."""

    value: Value | None
    """None where they are silent: what they demand still holds for a grant from a wider scope."""
    conditions: frozenset[str] = frozenset()


def within(permitted: frozenset[str] | None, prohibited: frozenset[str]) -> frozenset[str] | None:
    """Territory of a permission: what is listed (None: everywhere) without what is prohibited.

    ``EU`` stays as it is written while none of its members is taken out.
    """
    if not prohibited:
        return permitted
    taken = expand(prohibited)
    listed = countries() if permitted is None else permitted
    whole = {code for code in listed if not expand(frozenset({code})) & taken}
    return frozenset(whole | (expand(listed) - taken))


def answers(levels: Iterable[Sequence[Offer]]) -> dict[Axis, Answer]:
    """Answers on both training axes.

    Args:
        levels: Offers of equal scope beside each other, the narrowest scope first. A wider scope is asked where the
            narrower ones are silent; what these demand is demanded all the same.
    """
    scopes = [list(offers) for offers in levels]
    return {axis: _descend(scopes, axis) for axis in TRAIN}


def _descend(scopes: Sequence[Sequence[Offer]], axis: Axis) -> Answer:
    waiting: frozenset[str] = frozenset()
    for offers in scopes:
        found = _beside([_to_recipient(offer, axis) for offer in offers])
        if found.value is Value.DENY:
            return found
        waiting |= found.conditions
        if found.value is not None:
            return Answer(Value.COND if waiting else Value.ALLOW, waiting)
    return Answer(None, waiting)


def _to_recipient(offer: Offer, axis: Axis) -> tuple[Says, frozenset[str]]:
    """What an offer says to a domestic recipient, or to foreign ones with the countries that they must be of."""
    if offer.says is Says.PROHIBITED or offer.territory is None:
        return offer.says, offer.conditions
    abroad = offer.territory - {KOREA}
    if not (abroad if axis is Axis.TRAIN_FOR else KOREA in offer.territory):
        return Says.NOT_LISTED, frozenset()
    geo = {f"geo:{','.join(sorted(abroad))}"} if axis is Axis.TRAIN_FOR else set()
    return offer.says, offer.conditions | geo


def _beside(offers: Sequence[tuple[Says, frozenset[str]]]) -> Answer:
    said = {says for says, _ in offers}
    if Says.PROHIBITED in said:
        return Answer(Value.DENY)
    granted = [conditions for says, conditions in offers if says is Says.GRANTED]
    if granted:
        best = min(granted, key=_burden)
        return Answer(Value.COND if best else Value.ALLOW, best)
    if Says.NOT_LISTED in said:
        return Answer(Value.DENY)
    return Answer(None, frozenset[str]().union(*(conditions for _, conditions in offers)))


def _burden(conditions: frozenset[str]) -> tuple[int, int, list[str]]:
    """Order of offers: fewest conditions that a list of sources does not meet first."""
    return len(conditions - {"attribution"}), len(conditions), sorted(conditions)


def spoken(found: dict[Axis, Answer]) -> Iterator[tuple[AxisValues, frozenset[str]]]:
    """Answers as evidence holds them: axes with the same value and conditions together, silent ones left out."""
    together: dict[Answer, list[Axis]] = {}
    for axis, answer in found.items():
        if answer.value is not None:
            together.setdefault(answer, []).append(axis)
    for answer, axes in together.items():
        value = answer.value or Value.UNKNOWN
        yield tuple((axis, value) for axis in axes), answer.conditions if value is Value.COND else frozenset()
