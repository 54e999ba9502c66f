"""A text as the detectors read it: one form for digits, dashes, spaces and letters, with the way back to the original.

Most characters map one to one. Placeholders of an earlier masking shrink to one character, zero-width characters
vanish and conjoining jamo are composed, which is why a view keeps offsets.
"""

import functools
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from filters.pii.entities import KOREAN_NAMES

HOLE = "\ufffc"
"""Stands in a view for what is masked: no letter, no digit, and never found in a pattern."""

_CIRCLED = "⓪①②③④⑤⑥⑦⑧⑨"
_CIRCLED_RUN = re.compile(f"[{_CIRCLED}]{{3,}}")
_PLACEHOLDER = "<(?:" + "|".join(KOREAN_NAMES.values()) + ")(?::[a-z2-7]+)?>"
_ZERO_WIDTH = "\u00ad\u200b-\u200d\u2060\ufeff"
_JAMO = "[\u1100-\u1112][\u1161-\u1175][\u11a8-\u11c2]?"
_UNEVEN = re.compile(f"{_PLACEHOLDER}|[{_ZERO_WIDTH}]|{_JAMO}")
_MAYBE_UNEVEN = re.compile(f"[<{_ZERO_WIDTH}\u1100-\u1112]")
_LAST_OF_BMP = 0xFFFF
_BEYOND_BMP = re.compile("[\U00010000-\U0010ffff]")
_SAME_AS = {
    "-": "‐‑‒–—―−ㅡ－﹣⁃ー﹘",
    "~": "～〜∼˜",
    "·": "・ㆍ‧∙•",
    ".": "．",
    " ": "\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u3000\t",
    "@": "＠﹫",
    "*": "＊∗●○◯■□◆✱⁎",
    "(": "（",
    ")": "）",
    "[": "［【",
    "]": "］】",
    ":": "：",
    "/": "／",
    "+": "＋",
    ",": "，",
}


_LAST_DIGIT = 0x1FBF9  # SEGMENTED DIGIT NINE: beyond it Unicode has no decimal digits


@functools.cache
def _table() -> dict[int, str]:
    """Every character that has another form in a view."""
    table = {ord(other): plain for plain, others in _SAME_AS.items() for other in others}
    table |= {full: chr(full - 0xFEE0) for full in (*range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))}
    for code in range(0x80, _LAST_DIGIT + 1):
        digit = unicodedata.decimal(chr(code), None)
        if digit is not None:
            table[code] = str(digit)
    return table


@functools.cache
def _other_forms() -> re.Pattern[str]:
    # Without characters beyond the BMP, a set of characters compiles to a table; with them, to a list that is walked.
    return re.compile("[" + "".join(chr(code) for code in _table() if code <= _LAST_OF_BMP) + "]")


def _plain(text: str) -> str:
    plain = text.isascii() and "\t" not in text
    changes = not plain and (_other_forms().search(text) or _BEYOND_BMP.search(text))
    return text.translate(_table()) if changes else text


@dataclass(frozen=True, slots=True)
class View:
    """Part of a text in normal form.

    ``offsets[i]`` is where character i of ``text`` begins in the original, with the end of the part as last item.
    """

    text: str
    offsets: Sequence[int]

    def without(self, spans: Iterable[tuple[int, int]]) -> "View":
        """The view with every span shrunk to a hole. Spans are in view characters, sorted, and do not overlap."""
        pieces: list[str] = []
        offsets: list[int] = []
        done = 0
        for start, end in spans:
            pieces += [self.text[done:start], HOLE]
            offsets += [*self.offsets[done:start], self.offsets[start]]
            done = end
        pieces.append(self.text[done:])
        return View("".join(pieces), [*offsets, *self.offsets[done:]])


def make_view(text: str, start: int, end: int) -> View:
    """The view of ``text[start:end]``; offsets count from the beginning of ``text``."""
    part = text[start:end]
    if not part.isascii() and "⓪" in part:
        part = _CIRCLED_RUN.sub(lambda run: "".join(str(_CIRCLED.index(c)) for c in run[0]), part)
    uneven = [found.span() for found in _UNEVEN.finditer(part)] if _MAYBE_UNEVEN.search(part) else []
    if not uneven:
        return View(_plain(part), range(start, end + 1))
    pieces: list[str] = []
    offsets: list[int] = []
    done = 0
    for first, last in [*uneven, (len(part), len(part))]:
        pieces.append(_plain(part[done:first]))
        offsets += range(start + done, start + first)
        instead = _instead(part[first:last])
        pieces.append(instead)
        offsets += [start + first] * len(instead)
        done = last
    return View("".join(pieces), [*offsets, end])


def _instead(found: str) -> str:
    if found.startswith("<"):
        return HOLE
    return unicodedata.normalize("NFC", found) if len(found) > 1 else ""
