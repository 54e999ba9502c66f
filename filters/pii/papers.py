"""Passports, driving licences, health insurance cards and number plates."""

import re
from collections.abc import Iterator

from filters.pii.context import (
    COURT,
    DRIVER,
    HEALTH,
    PASSPORT,
    PLATE,
    detached,
    ends,
    in_web_address,
    near,
    other_number,
)
from filters.pii.entities import Entity, Match

_PASSPORT = re.compile(r"[MSRODmsrod](?<![A-Za-z0-9_-][A-Za-z])(?:[0-9]{3}[A-Za-z][0-9]{4}|[0-9]{8})(?![A-Za-z0-9_])")
_REGIONS = "서울|부산|대구|인천|광주|대전|울산|세종|경기남부|경기북부|경기|강원|충북|충남|전북|전남|경북|경남|제주"
_GAP = r"(?: ?- ?| )"
_DRIVER = re.compile(
    rf"(?:(?P<name>{_REGIONS}){_GAP}?|(?:1[1-9]|2[0-6]|28){_GAP}?)[0-9]{{2}}{_GAP}?[0-9]{{6}}{_GAP}?[0-9]{{2}}(?![0-9])"
)
_DRIVER_END = re.compile(rf"[0-9]{{6}}{_GAP}?[0-9]{{2}}")
_HEALTH = re.compile(r"[0-9] ?-? ?[0-9]{10}(?![0-9])")
_USAGE = "가나다라마거너더러머버서어저고노도로모보소오조구누두루무부수우주아바사자배하허호육해공국합"
_COUNTERS = frozenset("조호도로")
_SPACED_COUNTERS = _COUNTERS | frozenset("주부배")
"""Usage letters that also count things or are particles: 30조 5000억, 10주 1200; fewer of them without a space."""
_RENTAL = 3
_PLATE = re.compile(rf"(?P<series>[0-9]{{1,3}}) ?(?P<usage>[{_USAGE}])(?P<gap> ?)(?P<number>[0-9]{{4}})(?![0-9])")
_REGION_BEFORE = re.compile(rf"(?:{_REGIONS}) ?$")
_REGION_REACH = 5
_COUNTED = re.compile(
    r"[,.][0-9]|\s?(?:억|만|천|백|원|년|월|일|명|개|점|회|배|%|℃|km|kg|m\b|g\b|주|권|건|위|인|"
    r"석|세|장|대|분|초|번|호|조|골드|포인트|마리|달러|톤|표|쪽)"
)
_YEARS = re.compile(r"(?:19|20)[0-9]{2}")
_PERSONAL, _SHAPE, _DOUBTFUL = 0.85, 0.6, 0.4


def find_papers(text: str) -> Iterator[Match]:
    """Passport, licence and insurance numbers; a passport that no word names stays below the threshold."""
    for found in _PASSPORT.finditer(text):
        start, end = found.span()
        if near(text, start, end, PASSPORT):
            yield Match(start, end, Entity.PASSPORT, _PERSONAL, found[0].upper())
        elif found[0].isupper() and not other_number(text, start) and not in_web_address(text, start):
            yield Match(start, end, Entity.PASSPORT, _DOUBTFUL, found[0])
    for found in _DRIVER.finditer(text) if _DRIVER_END.search(text) else ():
        start, end = found.span()
        if not (detached(text, start) and ends(text, end)):
            continue
        if near(text, start, end, DRIVER):
            yield Match(start, end, Entity.DRIVER, _PERSONAL, re.sub(r"[ -]", "", found[0]))
        elif found[0].count("-") == 3 and not other_number(text, start):  # noqa: PLR2004  four groups
            yield Match(start, end, Entity.DRIVER, _SHAPE, re.sub(r"[ -]", "", found[0]))
    for found in _HEALTH.finditer(text) if HEALTH.search(text) else ():
        start, end = found.span()
        if near(text, start, end, HEALTH) and detached(text, start) and ends(text, end):
            yield Match(start, end, Entity.HEALTH_INS, _PERSONAL, re.sub(r"[ -]", "", found[0]))


def find_plates(text: str) -> Iterator[Match]:
    """Number plates: by their usage letter, and by a word about cars where the letter also counts things."""
    for found in _PLATE.finditer(text):
        start, end = found.span()
        region = _REGION_BEFORE.search(text[max(0, start - _REGION_REACH) : start])
        if region is not None:
            start -= len(region[0])
        if len(found["series"]) not in ((1, 2) if region else (2, 3)):
            continue
        if not detached(text, start) or text[end : end + 1] in ("-", "_"):
            continue
        counts = found["usage"] in _SPACED_COUNTERS and _COUNTED.match(text, end) is not None
        score = _PERSONAL if near(text, start, end, PLATE) and not counts else _score(text, found, region is not None)
        if score:
            yield Match(start, end, Entity.PLATE, score, text[start:end].replace(" ", ""))


def _score(text: str, found: re.Match[str], regional: bool) -> float:  # noqa: FBT001
    """Score of the form alone; 0 where it counts something."""
    if near(text, *found.span(), COURT) or _COUNTED.match(text, found.end()):
        return 0
    if text[max(0, found.start() - 2) : found.start()].rstrip().endswith("제"):
        return 0
    usage, number = found["usage"], found["number"]
    if regional:
        return _PERSONAL
    if found["gap"]:
        return 0 if usage in _SPACED_COUNTERS or _YEARS.match(number) else _SHAPE
    rental = usage == "호" and len(found["series"]) == _RENTAL
    return _SHAPE if usage not in _COUNTERS or rental else _DOUBTFUL
