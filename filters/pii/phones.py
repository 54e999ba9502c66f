"""Telephone numbers: mobile, geographic, internet and personal numbers of the Korean plan, and business lines.

전기통신번호관리세칙 (과학기술정보통신부고시). Lines that a business is called at (080, 15xx to 18xx) are not personal.
"""

import re
from collections.abc import Iterator

from filters.pii.context import LABEL, PHONE, beside, detached, ends, named_number, near, other_number, version
from filters.pii.entities import Entity, Match

_GAP = r"(?: ?[-~.·/] ?| )"
_AREA = r"1[016789]|2|3[1-3]|4[1-4]|5[1-5]|6[1-4]|70|50[2-8]"
_NUMBER = re.compile(
    rf"(?<![0-9])(?P<lead>\(?(?:\+ ?|00)82\)?[ .-]?(?:\(0\)|0)?[ .-]?|\(?82[.-](?:\(0\)|0)?|\(?0)(?P<area>{_AREA})"
    rf"(?P<gap>\) ?-? ?|{_GAP}?)(?P<exchange>[0-9]{{3,4}})(?P<gap2>{_GAP}?)(?P<line>[0-9]{{4}})(?![0-9])"
)
_SPOKEN = "공영일이삼사오육륙칠팔구"
_DIGIT = f"[0-9{_SPOKEN}]"
_SPOKEN_NUMBER = re.compile(
    rf"[0공영][1일][0공영16789일육륙칠팔구](?:[ .~·-]{{0,3}}|에 ?){_DIGIT}{{3,4}}(?:[ .~·-]{{0,3}}|에 ?){_DIGIT}{{4}}"
)
_TO_DIGITS = str.maketrans(_SPOKEN, "001234566789")
_HIDDEN = r"[0-9*xX]"
_LOOKALIKE = re.compile(r"(?<![A-Za-z0-9])([0Oo][1Iil][0Oo6-9])([-. ]?)([0-9]{4})[-. ]?([0-9]{4})(?![0-9A-Za-z])")
"""Letters for digits: O1O-1234-5678."""
_LETTERS = str.maketrans("OoIil", "00111")
_MASKED_NUMBER = re.compile(
    rf"\(?(0(?:{_AREA}))\)?[ .-]{{0,3}}({_HIDDEN}{{3,4}})[ .-]{{0,3}}({_HIDDEN}{{4}})(?![0-9*])"
)
_BUSINESS_LINE = re.compile(
    r"(1[5-8][0-9]{2})( ?[-~.] ?| ?)([0-9]{4})(?![0-9])|(080)( ?[-.)] ?| ?)([0-9]{3,4})[-. ]?([0-9]{4})(?![0-9])"
)
_COUNTED = re.compile(r"\s?(?:년|원|만|억|천|명|점|개|건|회|%|달러|세기|km|m\b|kg|MHz)")
_LONGEST_SPAN_OF_YEARS = 150
_NEW_EXCHANGE = 4
"""Digits of the exchange behind 010, since 2004."""
_SEVERAL_GROUPS = re.compile(r"[0-9][ .]$")
_ANOTHER_GROUP = re.compile(r"[ .][0-9]{2}")
_FOUR_BEFORE = re.compile(r"(?<![0-9])[0-9]{4}[ .]$")
_FOUR_BEHIND = re.compile(r"[ .][0-9]{4}(?![0-9년])")
_MOBILE_AREA = frozenset({"10", "11", "16", "17", "18", "19"})
_SEPARATED, _LANDLINE, _BARE, _DOUBTFUL, _UNLABELLED, _MASKED, _BUSINESS = 0.95, 0.85, 0.85, 0.6, 0.4, 0.8, 0.8
_KNOWN_LINES = frozenset(
    [
        *("1522", "1533", "1544", "1551", "1555", "1566", "1577", "1588", "1599", "1600", "1611", "1644", "1660"),
        *("1661", "1666", "1668", "1670", "1688", "1800", "1811", "1833", "1855", "1877", "1899", "080"),
    ]
)


def find_phones(text: str) -> Iterator[Match]:
    """All telephone numbers of persons and households, business lines, and numbers that are hidden in part."""
    for found in _NUMBER.finditer(text):
        score = _judge(text, found)
        if score:
            start = found.start() + (found["lead"][0] == "(" and ")" not in found[0])
            value = "0" + found["area"] + found["exchange"] + found["line"]
            yield Match(start, found.end(), Entity.PHONE, score, value)
    yield from _spoken(text)
    yield from _masked(text)
    yield from _business(text)


def _judge(text: str, found: re.Match[str]) -> float:
    """Score of a number in the form of the plan; 0 clears it."""
    start, end = found.span()
    gaps = (found["gap"].strip(), found["gap2"].strip())
    mobile = found["area"] in _MOBILE_AREA
    dashed = "-" in gaps or "~" in gaps
    whole = found["area"] == "10" and len(found["exchange"]) == _NEW_EXCHANGE
    if not detached(text, start, after_dot=dashed) or not ends(text, end, letters=dashed):
        return 0
    if "82" in found["lead"] and (dashed or "+" in found["lead"]):
        return _SEPARATED
    sure = mobile or near(text, start, end, PHONE)
    if found["gap"] == found["gap2"] == "":
        return _bare(text, found)
    if ")" in found["gap"] or dashed:
        return 0 if named_number(text, start) and not mobile else (_SEPARATED if sure else _LANDLINE)
    if (
        version(text, start)
        or (not whole and _among_numbers(text, start, end))
        or (whole and _in_fours(text, start, end))
    ):
        return 0
    return _BARE if sure else _DOUBTFUL


def _bare(text: str, found: re.Match[str]) -> float:
    """Digits without any separator: binary strings, counters and serial numbers look the same."""
    labelled = near(text, *found.span(), PHONE) or beside(text, found.start(), LABEL)
    if named_number(text, found.start()) or (other_number(text, found.start()) and not labelled):
        return 0
    whole = found["area"] == "10" and len(found["exchange"]) == _NEW_EXCHANGE
    if not labelled and set(found[0]) <= {"0", "1"}:
        return 0
    return _BARE if labelled or whole else _UNLABELLED


def _among_numbers(text: str, start: int, end: int) -> bool:
    """Is it one of several groups of digits in a row, as in a table of numbers?"""
    return beside(text, start, _SEVERAL_GROUPS) or _ANOTHER_GROUP.match(text, end) is not None


def _in_fours(text: str, start: int, end: int) -> bool:
    """Is it one of several groups of four, as in 4111 010 1234 5678 9012?"""
    return beside(text, start, _FOUR_BEFORE) or _FOUR_BEHIND.match(text, end) is not None


def _spoken(text: str) -> Iterator[Match]:
    for found in _SPOKEN_NUMBER.finditer(text):
        if found[0].translate(_TO_DIGITS) != found[0] and detached(text, found.start()):
            digits = re.sub(r"[^0-9]", "", found[0].translate(_TO_DIGITS))
            yield Match(found.start(), found.end(), Entity.PHONE, _SEPARATED, digits)
    for found in _LOOKALIKE.finditer(text):
        if not found[1].isdigit() and detached(text, found.start()):
            value = found[1].translate(_LETTERS) + found[3] + found[4]
            yield Match(found.start(), found.end(), Entity.PHONE, _LANDLINE, value)


def _masked(text: str) -> Iterator[Match]:
    for found in _MASKED_NUMBER.finditer(text):
        hidden = found[2] + found[3]
        if hidden.isdigit() or not any(letter.isdigit() for letter in hidden):
            continue
        if detached(text, found.start()):
            value = found[1] + hidden.lower()
            yield Match(found.start(), found.end(), Entity.PHONE, _MASKED, value, already_masked=True)


def _business(text: str) -> Iterator[Match]:
    for found in _BUSINESS_LINE.finditer(text):
        start, end = found.span()
        if not detached(text, start, after_dot="-" in found[0]) or not ends(text, end, letters="-" in found[0]):
            continue
        if _COUNTED.match(text, end):
            continue
        labelled = near(text, start, end, PHONE)
        separated = "-" in (found[2] or found[5] or "")
        if found[1] and _years(found[1], found[3]) and (not labelled or "~" in found[2]):
            continue
        if not labelled and not separated:
            continue
        if named_number(text, start) or (other_number(text, start) and not labelled):
            continue
        score = _BUSINESS if labelled or (found[1] or found[4]) in _KNOWN_LINES else _UNLABELLED
        yield Match(start, end, Entity.BIZ_PHONE, score, re.sub(r"[^0-9]", "", found[0]))


def _years(first: str, last: str) -> bool:
    """Are these two years, such as the war of 1592 to 1598, or two pages?"""
    return 0 < int(last) - int(first) <= _LONGEST_SPAN_OF_YEARS
