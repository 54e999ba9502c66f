"""Payment cards and bank accounts."""

import re
from collections.abc import Iterator

from filters.pii import checks
from filters.pii.context import (
    ACCOUNT,
    BANK_BEHIND,
    BANK_BESIDE,
    BUSINESS_BESIDE,
    CARD,
    beside,
    detached,
    ends,
    near,
    other_number,
)
from filters.pii.entities import Entity, Match

_GAP = r"( ?[-~.] ?| )"
_GROUPED_CARD = re.compile(
    rf"[0-9]{{4}}{_GAP}[0-9]{{4}}\1[0-9]{{4}}\1[0-9]{{4}}(?:\1[0-9]{{3}})?(?![0-9])"
    rf"|3[47][0-9]{{2}}{_GAP}[0-9]{{6}}\2[0-9]{{5}}(?![0-9])"
    rf"|3[0689][0-9]{{2}}{_GAP}[0-9]{{6}}\3[0-9]{{4}}(?![0-9])"
)
_BARE_CARD = re.compile(r"[0-9]{13,19}(?![0-9])")
_MASKED_CARD = re.compile(r"[0-9]{4}[- ][0-9*xX]{4}[- ][0-9*xX]{4}[- ][0-9*xX]{4}(?![0-9*])")
_ISSUER = re.compile(r"4|5[1-5]|2[2-7]|3[47]|35|62|6011|65|9[45]|30|36|38")
"""First digits of the networks used in Korea, 94 and 95 being cards for domestic use."""
_CARD_LENGTHS = {"34": {15}, "37": {15}, "30": {14}, "36": {14}, "38": {14}}
_USUAL_LENGTHS = {16}

# 국민 6-2-6, 신한 3-3-6, 우리 4-3-6, 하나 3-6-5, 기업 3-6-2-3, 농협 3-4-4-2, 카카오뱅크 4-2-7, 토스 4-4-4.
_SHAPES = ((6, 2, 6), (3, 3, 6), (4, 3, 6), (3, 6, 5), (3, 6, 2, 3), (3, 4, 4, 2), (4, 2, 7), (4, 4, 4))
_GROUPED_ACCOUNT = re.compile(r"[0-9]{2,6}(?: ?- ?[0-9]{1,8}){2,3}(?![0-9])|[0-9]{2,6}(?: [0-9]{2,8}){2,3}(?![0-9])")
_BARE_ACCOUNT = re.compile(r"[0-9]{10,14}(?![0-9])")
_ACCOUNT_LENGTHS = range(10, 15)
_DATE_LIKE = re.compile(r"(?:19|20)[0-9]{2} ?- ?(?:0[1-9]|1[0-2]) ?- ?(?:0[1-9]|[12][0-9]|3[01])")
_BARE_REACH = 15

_CARD, _BARE, _MASKED, _ACCOUNT, _OTHER_ACCOUNT = 0.9, 0.6, 0.8, 0.8, 0.65
_SAME = 1


def find_cards(text: str) -> Iterator[Match]:
    """Card numbers; the Luhn check must hold, and digits in one run must begin as cards do."""
    for found in _GROUPED_CARD.finditer(text):
        number = _digits(found[0])
        joined = re.compile(rf"{re.escape(found[1] or found[2] or found[3])}[0-9]{{4}}(?![0-9])").match(
            text, found.end()
        )
        if checks.luhn(number) and len(set(number)) > _SAME and not joined and _stands(text, found):
            yield Match(found.start(), found.end(), Entity.CARD, _CARD, number)
    for found in _BARE_CARD.finditer(text):
        number = found[0]
        labelled = near(text, found.start(), found.end(), CARD)
        if (labelled or _issued(number)) and checks.luhn(number) and len(set(number)) > _SAME and _stands(text, found):
            yield Match(found.start(), found.end(), Entity.CARD, _CARD if labelled else _BARE, number)
    for found in _MASKED_CARD.finditer(text):
        number = re.sub(r"[- ]", "", found[0].lower())
        if not number.isdigit() and _stands(text, found):
            yield Match(found.start(), found.end(), Entity.CARD, _MASKED, number, already_masked=True)


def _issued(number: str) -> bool:
    lengths = _CARD_LENGTHS.get(number[:2], _USUAL_LENGTHS)
    return _ISSUER.match(number) is not None and len(number) in lengths


def find_accounts(text: str) -> Iterator[Match]:
    """Account numbers, which nothing but the words around them tells from other numbers."""
    for found in _GROUPED_ACCOUNT.finditer(text):
        start, end = found.span()
        groups = re.findall(r"[0-9]+", found[0])
        number = "".join(groups)
        if len(number) not in _ACCOUNT_LENGTHS or _DATE_LIKE.match(found[0]) or text[end : end + 1] == "-":
            continue
        if not _stands(text, found) or beside(text, start, BUSINESS_BESIDE):
            continue
        known = tuple(map(len, groups)) in _SHAPES
        if _banked(text, start, end) and (known or "-" in found[0]):
            yield Match(start, end, Entity.ACCOUNT, _ACCOUNT if known else _OTHER_ACCOUNT, number)
    for found in _BARE_ACCOUNT.finditer(text):
        start, end = found.span()
        close = near(text, start, end, ACCOUNT, _BARE_REACH) or beside(text, start, BANK_BESIDE)
        if close and _stands(text, found):
            yield Match(start, end, Entity.ACCOUNT, _OTHER_ACCOUNT, found[0])


def _banked(text: str, start: int, end: int) -> bool:
    return (
        near(text, start, end, ACCOUNT) or beside(text, start, BANK_BESIDE) or BANK_BEHIND.match(text, end) is not None
    )


def _stands(text: str, found: re.Match[str]) -> bool:
    start, end = found.span()
    dashed = "-" in found[0]
    whole = detached(text, start, after_dot=dashed) and ends(text, end, letters=dashed)
    return whole and not other_number(text, start)


def _digits(text: str) -> str:
    return re.sub(r"[^0-9]", "", text)
