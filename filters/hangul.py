"""Korean text basics by Unicode block: normal form, and a census of the characters of one text or of many.

Never a range such as ㄱ-힣: from U+3131 to U+D7A3 lie all Chinese characters too.
"""

import functools
import itertools
import re
import unicodedata
from collections.abc import Sequence
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
_ASTRAL_HAN = range(0x20000, 0x40000)
_CHUNK = 1 << 15  # characters counted at once: their arrays stay in the cache
_COMMON = 500  # of the 1,000 syllables in the data file


class Kind(IntEnum):
    """What a character is: columns of `count_kinds`. `KNOWN` syllables are ranked 501st to 1,000th, `RARE` below."""

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


_BLOCKS = {Kind.HAN: _HAN, Kind.KANA: _KANA, Kind.CONJOINING: _CONJOINING, Kind.COMPATIBILITY: _COMPATIBILITY}


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
    n = count_kinds([text])[0].tolist()
    syllables = n[Kind.COMMON] + n[Kind.KNOWN] + n[Kind.RARE]
    jamo = n[Kind.CONJOINING] + n[Kind.COMPATIBILITY]
    return Census(
        chars=len(text),
        spaces=n[Kind.SPACE],
        digits=n[Kind.DIGIT],
        punctuation=n[Kind.PUNCTUATION],
        symbols=n[Kind.SYMBOL],
        replacement=n[Kind.REPLACEMENT],
        latin=n[Kind.LATIN],
        han=n[Kind.HAN],
        kana=n[Kind.KANA],
        common=n[Kind.COMMON],
        rare=n[Kind.RARE],
        syllables=syllables,
        conjoining=n[Kind.CONJOINING],
        compatibility=n[Kind.COMPATIBILITY],
        letters=syllables + jamo + n[Kind.LATIN] + n[Kind.HAN] + n[Kind.KANA] + n[Kind.LETTER],
    )


def count_kinds(texts: Sequence[str]) -> npt.NDArray[np.int64]:
    """Count the characters of many texts by kind at once.

    Returns:
        Characters, one row a text and one column a `Kind`.
    """
    counts = np.zeros((len(texts), len(Kind)), np.int64)
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    chunks = np.cumsum(lengths) // _CHUNK
    bounds = [0, *(np.flatnonzero(np.diff(chunks)) + 1).tolist(), len(texts)]
    for first, end in itertools.pairwise(bounds):
        kinds = kinds_of("".join(texts[first:end]))
        rows = np.repeat(np.arange(0, (end - first) * len(Kind), len(Kind)), lengths[first:end])
        cells = np.bincount(rows + kinds if end - first > 1 else kinds, minlength=(end - first) * len(Kind))
        counts[first:end] = cells.reshape(-1, len(Kind))
    return counts


def kinds_of(text: str) -> npt.NDArray[np.uint8]:
    """Return the `Kind` of every character of a text, in order."""
    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    return _kinds().take(points, mode="clip")


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
    """Return the kind of every character, of all planes that hold letters."""
    table = np.zeros(_ASTRAL_HAN.stop + 1, np.uint8)  # what lies above is clipped to the last entry, OTHER
    for point in (*range(0x3400), *range(0xA000, _SYLLABLES.start), *range(0xF900, _BMP - 1)):
        table[point] = _kind(chr(point))  # what lies between are blocks of one kind, and surrogates
    for kind, blocks in _BLOCKS.items():
        for block in blocks:
            table[block.start : block.stop] = kind
    table[_ASTRAL_HAN.start : _ASTRAL_HAN.stop] = Kind.HAN
    table[_MIDDLE_DOT] = Kind.PUNCTUATION
    table[_SYLLABLES.start : _SYLLABLES.stop] = Kind.RARE
    ranked = data_file("syllables.txt").read_text(encoding="utf-8").replace("\n", "")
    table[[ord(s) for s in ranked]] = Kind.KNOWN
    table[[ord(s) for s in ranked[:_COMMON]]] = Kind.COMMON
    return table


def _kind(char: str) -> Kind:
    if char == "\ufffd":
        return Kind.REPLACEMENT
    if char.isspace():
        return Kind.SPACE
    category = unicodedata.category(char)
    if category[0] == "L":
        return Kind.LATIN if any(ord(char) in block for block in _LATIN) else Kind.LETTER
    return {"N": Kind.DIGIT, "P": Kind.PUNCTUATION, "S": Kind.SYMBOL}.get(category[0], Kind.OTHER)
