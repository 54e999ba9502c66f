"""A batch of texts as one row of code points, with its words and lines as arrays: each text is walked once.

Everything the signals count is a mask over this row or over its words, so that NumPy does the work of a loop over
characters. A word is an eojeol, what stands between spaces; a line begins with the first word after a line feed.
"""

import functools
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntFlag

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

_BMP = 0x10000
_SYLLABLES = slice(0xAC00, 0xD7A4)
_HAN = slice(0x3400, 0xA000)
_JAMO = slice(0x3131, 0x318E)


class Kind(IntFlag):
    """What a character is; one may be several."""

    SPACE = 1
    NEWLINE = 2
    SYLLABLE = 4
    ALNUM = 8
    DIGIT = 16
    JAMO = 32
    MARK = 64
    QUOTE = 128
    CODE = 256
    SHOUT = 512
    BULLET = 1024


_SIGNS = {
    Kind.MARK: ".?!…。．？！",
    Kind.QUOTE: '"“”‘’「」『』',
    Kind.CODE: "{}[]()<>;=_$`|\\/&+*#@",
    Kind.SHOUT: "~!?",
    Kind.BULLET: "•·‧ㆍ∙●○■□▪▶▷◆◇※☞✔✅⭐★☆",
}


@dataclass(frozen=True, slots=True)
class Layout:
    """Texts laid end to end, a line feed behind each. Positions are indices into `points`."""

    texts: int
    points: npt.NDArray[np.uint32]
    kinds: npt.NDArray[np.uint16]
    text_start: Ints
    word_start: Ints
    word_end: Ints
    """Behind the last character of the word."""
    word_last: Ints
    """The last letter or digit of the word, before brackets, marks and loose jamo; -1 where it has none."""
    word_text: Ints
    """Which text the word stands in."""
    first_word: Ints
    """Index of the first word of each line, in order."""

    def has(self, kind: Kind) -> Mask:
        """Which characters are of a kind."""
        mask: Mask = (self.kinds & kind) != 0
        return mask

    def per_text(self, mask: Mask) -> Floats:
        """How many characters of each text the mask holds."""
        return np.add.reduceat(mask, self.text_start, dtype=np.int64).astype(np.float64)

    def words_per_text(self, weights: Mask | Ints | Floats | None = None) -> Floats:
        """How many words of each text the mask holds, or the sum of their weights."""
        return np.bincount(self.word_text, weights, minlength=self.texts).astype(np.float64)


def lay_out(texts: Sequence[str]) -> Layout:
    """Lay out texts (NFC); at least one text, each may be empty."""
    row = ("\n".join(texts) + "\n").encode("utf-32-le", "surrogatepass")
    points = np.frombuffer(row, np.uint32)
    kinds = _table()[np.minimum(points, _BMP - 1)]
    lengths = np.fromiter((len(text) + 1 for text in texts), np.int64, len(texts))
    text_start = np.cumsum(lengths) - lengths

    dark = (kinds & Kind.SPACE) == 0
    edges = np.flatnonzero(dark[1:] != dark[:-1]) + 1
    if dark[0]:
        edges = np.concatenate((np.zeros(1, np.int64), edges))
    starts, ends = edges[::2], edges[1::2]
    where = np.arange(points.size)
    last = np.maximum.accumulate(np.where((kinds & Kind.ALNUM) != 0, where, -1))[ends - 1]
    line = np.cumsum((kinds & Kind.NEWLINE) != 0)[starts]
    return Layout(
        texts=len(texts),
        points=points,
        kinds=kinds,
        text_start=text_start,
        word_start=starts,
        word_end=ends,
        word_last=np.where(last >= starts, last, -1),
        word_text=np.searchsorted(text_start, starts, "right") - 1,
        first_word=np.flatnonzero(np.diff(line, prepend=-1)),
    )


@functools.cache
def syllable_table(syllables: str) -> Mask:
    """Return a table over the Basic Multilingual Plane that is true at the characters given."""
    table = np.zeros(_BMP, np.bool_)
    table[[ord(syllable) for syllable in syllables]] = True
    return table


def final_consonants() -> npt.NDArray[np.uint8]:
    """Return the final consonant of every precomposed syllable, from U+AC00 on: 0 none, 20 ㅆ.

    The Unicode Standard, section 3.12.
    """
    return (np.arange(_SYLLABLES.stop - _SYLLABLES.start) % 28).astype(np.uint8)


@functools.cache
def _table() -> npt.NDArray[np.uint16]:
    """Return the kinds of every character of the Basic Multilingual Plane; those above it count as U+FFFF."""
    table = np.zeros(_BMP, np.uint16)
    for point in (*range(_HAN.start), *range(_HAN.stop, _SYLLABLES.start), *range(0xE000, _BMP - 1)):
        char = chr(point)
        if char.isspace():
            table[point] = Kind.SPACE
        elif char.isalnum():
            table[point] = Kind.ALNUM | (Kind.DIGIT if unicodedata.category(char) == "Nd" else 0)
    table[_HAN] = Kind.ALNUM
    table[_SYLLABLES] = Kind.ALNUM | Kind.SYLLABLE
    table[_JAMO] = Kind.JAMO
    table[0x0A] = Kind.SPACE | Kind.NEWLINE
    for kind, signs in _SIGNS.items():
        for sign in signs:
            table[ord(sign)] |= kind
    return table
