"""Korean text basics by Unicode block: normal form, and a census of the characters of a text.

Never a range such as ㄱ-힣: from U+3131 to U+D7A3 lie all Chinese characters too.
"""

import functools
import re
import unicodedata
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from filters._data import data_file

# The least share of common syllables for bytes read as Hangul to be Korean: Korean has .9, other bytes about .2.
KOREAN = 0.6

_BMP = 0x10000
_SYLLABLES = range(0xAC00, 0xD7A4)
_CONJOINING = (range(0x1100, 0x1200), range(0xA960, 0xA980), range(0xD7B0, 0xD800))
_HALFWIDTH_JAMO = range(0xFFA0, 0xFFDD)
_COMPATIBILITY = (range(0x3131, 0x318D), range(0x318E, 0x318F), _HALFWIDTH_JAMO)
_MIDDLE_DOT = 0x318D  # ㆍ is a vowel by name; Korean statutes and news write it for the middle dot
_HAN = (
    range(0x2E80, 0x2FE0),
    range(0x3005, 0x3008),
    range(0x3400, 0x4DC0),
    range(0x4E00, 0xA000),
    range(0xF900, 0xFB00),
)
_LATIN = (
    range(0x41, 0x250),
    range(0x1E00, 0x1F00),
    range(0x2C60, 0x2C80),
    range(0xA722, 0xA800),
    range(0xFF21, 0xFF5B),
)
_KANA = (range(0x3041, 0x3100), range(0x31F0, 0x3200), range(0xFF66, 0xFFA0))
_ASTRAL_HAN_FROM = 0x20000
_COMMON = 500  # of the 1,000 syllables in the data file


class _Kind(IntEnum):
    OTHER = 0
    SPACE = 1
    DIGIT = 2
    LATIN = 3
    COMMON = 4
    KNOWN = 5
    RARE = 6
    CONJOINING = 7
    COMPATIBILITY = 8
    HAN = 9
    KANA = 10
    LETTER = 11
    PUNCTUATION = 12
    SYMBOL = 13
    REPLACEMENT = 14


_BLOCKS = {_Kind.HAN: _HAN, _Kind.KANA: _KANA, _Kind.CONJOINING: _CONJOINING, _Kind.COMPATIBILITY: _COMPATIBILITY}


@dataclass(frozen=True, slots=True)
class Census:
    """How many characters of each kind a text holds; `letters` are those of all scripts."""

    chars: int
    spaces: int
    digits: int
    punctuation: int
    symbols: int
    replacement: int
    latin: int
    han: int
    kana: int
    common: int
    rare: int
    syllables: int
    conjoining: int
    compatibility: int
    letters: int

    @property
    def hangul(self) -> int:
        """Hangul of any block: syllables, conjoining and compatibility jamo."""
        return self.syllables + self.conjoining + self.compatibility

    @property
    def hangul_share(self) -> float:
        """Hangul among the letters, 0..1; 0 where there are no letters."""
        return self.hangul / self.letters if self.letters else 0.0

    @property
    def common_share(self) -> float:
        """Syllables among the 500 most common, 0..1: about .96 in Korean, .2 in bytes that only look like Hangul."""
        return self.common / self.syllables if self.syllables else 0.0

    @property
    def rare_share(self) -> float:
        """Syllables outside the 1,000 most common, 0..1: about .004 in Korean, .57 and more in misread bytes."""
        return self.rare / self.syllables if self.syllables else 0.0


def census(text: str) -> Census:
    """Count the characters of a text by kind. Bring the text into NFC first, or decomposed Hangul counts as jamo."""
    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    n = np.bincount(_kinds()[np.minimum(points, _BMP - 1)], minlength=len(_Kind)).tolist()
    if points.size and int(points.max()) >= _ASTRAL_HAN_FROM:
        n[_Kind.HAN] += int(np.count_nonzero((points >= _ASTRAL_HAN_FROM) & (points < _ASTRAL_HAN_FROM + 2 * _BMP)))
    syllables = n[_Kind.COMMON] + n[_Kind.KNOWN] + n[_Kind.RARE]
    jamo = n[_Kind.CONJOINING] + n[_Kind.COMPATIBILITY]
    return Census(
        chars=len(text),
        spaces=n[_Kind.SPACE],
        digits=n[_Kind.DIGIT],
        punctuation=n[_Kind.PUNCTUATION],
        symbols=n[_Kind.SYMBOL],
        replacement=n[_Kind.REPLACEMENT],
        latin=n[_Kind.LATIN],
        han=n[_Kind.HAN],
        kana=n[_Kind.KANA],
        common=n[_Kind.COMMON],
        rare=n[_Kind.RARE],
        syllables=syllables,
        conjoining=n[_Kind.CONJOINING],
        compatibility=n[_Kind.COMPATIBILITY],
        letters=syllables + jamo + n[_Kind.LATIN] + n[_Kind.HAN] + n[_Kind.KANA] + n[_Kind.LETTER],
    )


def hangul_share(text: str) -> float:
    """Return the share of Hangul (all blocks, any normal form) among the letters of a text, 0..1."""
    return census(nfc(text)).hangul_share


def nfc(text: str) -> str:
    """Return the text in NFC with half-width jamo (U+FFA0..U+FFDC) made ordinary compatibility jamo.

    Decomposed Hangul becomes syllables. Old Hangul has no precomposed form and stays as conjoining jamo, nothing is
    deleted.
    """
    if text.isascii():
        return text
    if _HALFWIDTH_PATTERN.search(text):
        text = text.translate(_halfwidth())
    return text if unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text)


def compose_jamo(text: str) -> str:
    """Return the text with typed-out jamo put together (ㅎㅏㄴㄱㅡㄹ to 한글).

    For judging only: it also joins what was meant apart.
    """
    return _TYPED_SYLLABLE.sub(_compose, text)


_HALFWIDTH_PATTERN = re.compile("[\uffa0-\uffdc]")
_INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
_VOWELS = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
_FINALS = "ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ"
_TYPED_SYLLABLE = re.compile(f"([{_INITIALS}])([{_VOWELS}])([{_FINALS}](?![{_VOWELS}]))?")


def _compose(match: re.Match[str]) -> str:
    # The Unicode Standard, 3.12 "Conjoining Jamo Behavior".
    final = _FINALS.index(match[3]) + 1 if match[3] else 0
    return chr(_SYLLABLES.start + (_INITIALS.index(match[1]) * 21 + _VOWELS.index(match[2])) * 28 + final)


@functools.cache
def _halfwidth() -> dict[int, int]:
    decompositions = {point: unicodedata.decomposition(chr(point)) for point in _HALFWIDTH_JAMO}
    return {point: int(text.split()[1], 16) for point, text in decompositions.items() if text}


@functools.cache
def _kinds() -> npt.NDArray[np.uint8]:
    """Return the kind of every character of the Basic Multilingual Plane."""
    table = np.zeros(_BMP, np.uint8)
    for point in (*range(0x3400), *range(0xA000, _SYLLABLES.start), *range(0xF900, _BMP - 1)):
        table[point] = _kind(chr(point))  # what lies between are blocks of one kind, and surrogates
    for kind, blocks in _BLOCKS.items():
        for block in blocks:
            table[block.start : block.stop] = kind
    table[_MIDDLE_DOT] = _Kind.PUNCTUATION
    table[_SYLLABLES.start : _SYLLABLES.stop] = _Kind.RARE
    ranked = data_file("syllables.txt").read_text(encoding="utf-8").replace("\n", "")
    table[[ord(s) for s in ranked]] = _Kind.KNOWN
    table[[ord(s) for s in ranked[:_COMMON]]] = _Kind.COMMON
    return table


def _kind(char: str) -> _Kind:
    if char == "\ufffd":
        return _Kind.REPLACEMENT
    if char.isspace():
        return _Kind.SPACE
    category = unicodedata.category(char)
    if category[0] == "L":
        return _Kind.LATIN if any(ord(char) in block for block in _LATIN) else _Kind.LETTER
    return {"N": _Kind.DIGIT, "P": _Kind.PUNCTUATION, "S": _Kind.SYMBOL}.get(category[0], _Kind.OTHER)
