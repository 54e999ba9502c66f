"""Which parts of a text have to be read: what is around digits that belong together, and around a few rare characters.

Ordinary prose holds years, counts and prices, and no other digits. Only patterns that begin with one set of characters
or a literal run here over the whole text, since those are searched at hundreds of megabytes a second.
"""

import re
from collections.abc import Iterator

from filters.pii.entities import KOREAN_NAMES

_GAP = r"[\Wㅡーㆍ]"
_SPOKEN = "공영일이삼사오육륙칠팔구"
_DIGITS = re.compile(
    r"\d(?:"
    # Four digits with more beside them: seven in a row, a group before or behind, the letter of a plate.
    rf"\d{{3}}(?:\d{{3}}|\d?\d?{_GAP}{{1,3}}(?:[\dxX*●○■]|[{_SPOKEN}]{{3}})"
    rf"|(?<=\d{_GAP}\d{{4}})|(?<=\d{_GAP}{{2}}\d{{4}})|(?<=\d{_GAP}{{3}}\d{{4}})|(?<=[*xX●○■]{_GAP}\d{{4}})"
    rf"|(?<=[{_SPOKEN}]{_GAP}\d{{4}})|(?<=[{_SPOKEN}]\d{{4}})|(?<=[1Iil][Oo]\d{{4}})|(?<=[1Iil][Oo]{_GAP}\d{{4}})"
    rf"|(?<=\d[가-힣A-Za-z]\d{{4}})|(?<=\d[가-힣]{_GAP}\d{{4}})"
    rf"|(?<=\d[ \u00a0][가-힣]\d{{4}})|(?<=\d[ \u00a0][가-힣]{_GAP}\d{{4}}))"
    # The number of a building or a flat.
    r"|(?:(?<=[로길동리]\d)|(?<=[로길동리]\s\d)|(?<=[로길동리]\s\s\d)|(?<=\d가\d)|(?<=\d가\s\d)"
    r"|(?<=동,\d)|(?<=동,\s\d)|(?<=산\d)|(?<=산\s\d))"
    r"(?<!으로\d)(?<!으로\s\d)"
    rf"|[1일][\d{_SPOKEN}]{_GAP}{{0,3}}[{_SPOKEN}]{{2}}|일[\d{_SPOKEN}])"
)
_RARE = re.compile("[@＠﹫⓪\u00ad\u200b-\u200d\u2060\ufeff\u1100-\u1112]")
_SPOKEN_START = re.compile(rf"[공영][1일][\d{_SPOKEN}]")
_PLACEHOLDER = re.compile("<(?:" + "|".join(KOREAN_NAMES.values()) + ")")
_SPELLED_AT = re.compile(r"골뱅이|[\[({<_] ?(?:at|a|앳) ?[\])}>_]| at [a-z0-9.-]+ dot ", re.IGNORECASE)
_SPELLED_HINTS = (
    *("골뱅이", "앳", "(a)", "[a]", " dot ", " DOT ", " Dot ", "_at_", "_AT_"),
    *(opened + at for opened in "([{<" for at in ("at", "AT", "At", " at", " AT")),
)
_DATE = re.compile(r"(?:19|20)\d\d[-./] ?\d\d?[-./] ?\d\d?(?!\d)")

MARGIN = 160
"""Characters around an anchor that are read: the longest find, and the reach of its context."""


def windows(text: str) -> Iterator[tuple[int, int]]:
    """Parts of a text that may hold a find, in order and apart. Every find holds an anchor; all around it is inside."""
    first = last = 0
    for anchor_start, anchor_end in _anchors(text):
        start = max(0, anchor_start - MARGIN)
        if start > last:
            if last:
                yield first, last
            first = start
        last = max(last, min(len(text), anchor_end + MARGIN))
    if last:
        yield first, last


def _anchors(text: str) -> list[tuple[int, int]]:
    found = [anchor.span() for anchor in _DIGITS.finditer(text) if not _DATE.match(text, anchor.start())]
    if not text.isascii():
        found += [anchor.span() for anchor in _SPOKEN_START.finditer(text)]
        if "<" in text:
            found += [anchor.span() for anchor in _PLACEHOLDER.finditer(text)]
    found += [anchor.span() for anchor in _RARE.finditer(text)]
    if any(hint in text for hint in _SPELLED_HINTS):
        found += [anchor.span() for anchor in _SPELLED_AT.finditer(text)]
    return sorted(found)
