"""Numbers that the state gives: residents, foreigners, corporations and businesses.

주민등록법 (RRN), 출입국관리법 art. 31 (FRN), 상업등기규칙 (CRN), 부가가치세법 art. 8 (BRN). The last six digits of RRN
and FRN are random since October 2020, so a wrong check digit never clears a find.
"""

import re
from collections.abc import Iterator

from filters.pii import checks
from filters.pii.context import (
    BUSINESS,
    CORPORATE,
    CORPORATE_REACH,
    RESIDENT,
    SOLE_TRADER,
    SOLE_TRADER_REACH,
    detached,
    ends,
    near,
    other_number,
)
from filters.pii.entities import Entity, Match

_LAST_BIRTH_YEAR = 2035
"""A bare number of someone born later is a bar code or a counter."""

_HIDDEN = "[*xX]"
_SIX_SEVEN = re.compile(rf"([0-9]{{6}})( ?[-~] ?|[ .]?)([0-9]{{7}}(?![0-9])|[0-9]?{_HIDDEN}{{6,7}}(?![0-9*]))")
_THREE_TWO_FIVE = re.compile(r"([0-9]{3})( ?- ?|[ .]?)([0-9]{2})( ?- ?|[ .]?)([0-9]{5})(?![0-9])")

_HYPHENATED, _PLAUSIBLE, _CHECKED, _BARE = 0.85, 0.85, 0.14, 0.4
_CORPORATE, _BUSINESS = 0.9, 0.9


def find_residents(text: str) -> Iterator[Match]:
    """RRN, FRN and CRN, which share their form: 110111-1234567 is a day and a court."""
    for found in _SIX_SEVEN.finditer(text):
        start, end = found.span()
        front, gap, back = found.groups()
        dashed = "-" in gap
        if not (detached(text, start, after_dot=dashed) and ends(text, end, letters=dashed)):
            continue
        if not back.isdigit():
            if "-" in gap or "~" in gap or near(text, start, end, RESIDENT):
                yield from _masked(start, end, front, back)
            continue
        number = front + back
        if near(text, start, end, CORPORATE, CORPORATE_REACH) and checks.corporate(number):
            yield Match(start, end, Entity.CRN, _CORPORATE, number)
            continue
        born = checks.birthday(number)
        if born is None:
            continue
        score = _score(number, hyphenated="-" in gap or "~" in gap, labelled=near(text, start, end, RESIDENT))
        if score < _HYPHENATED or not gap.strip():
            if not near(text, start, end, RESIDENT) and (born.year > _LAST_BIRTH_YEAR or _is_bar_code(number)):
                continue
            if other_number(text, start):
                score = min(score, _BARE)
        yield Match(start, end, Entity.FRN if checks.is_foreign(number) else Entity.RRN, score, number)


def _score(number: str, *, hyphenated: bool, labelled: bool) -> float:
    checked = checks.resident(number)
    if hyphenated:
        return _HYPHENATED + (_CHECKED if checked else 0)
    return _PLAUSIBLE if checked or labelled else _BARE


def _is_bar_code(number: str) -> bool:
    return number.startswith("880") and checks.bar_code(number)


def _masked(start: int, end: int, front: str, back: str) -> Iterator[Match]:
    century = back[0] if back[0].isdigit() else "1"
    if checks.birthday(front + century) or checks.birthday(front + "3"):
        entity = Entity.FRN if century in "5678" else Entity.RRN
        yield Match(start, end, entity, _HYPHENATED, front + back.lower(), already_masked=True)


def find_businesses(text: str) -> Iterator[Match]:
    """BRN: the check digit must hold, and a number without hyphens needs a label."""
    for found in _THREE_TWO_FIVE.finditer(text):
        start, end = found.span()
        number = found[1] + found[3] + found[5]
        hyphenated = "-" in found[2] and "-" in found[4]
        if (
            detached(text, start, after_dot=hyphenated)
            and ends(text, end, letters=hyphenated)
            and checks.business(number)
            and int(number)
            and (hyphenated or (near(text, start, end, BUSINESS) and not other_number(text, start)))
        ):
            sole = near(text, start, end, SOLE_TRADER, SOLE_TRADER_REACH)
            yield Match(start, end, Entity.BRN, _BUSINESS, number, sole_trader=sole)
