"""What the lines of an extracted text are written in: Korean, foreign prose, or neither (code, names, figures)."""

import re
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from filters.hangul import Kind, count_kinds, nfc

_SYLLABLES = [Kind.COMMON, Kind.KNOWN, Kind.RARE]
_HANGUL = [*_SYLLABLES, Kind.CONJOINING, Kind.COMPATIBILITY]
_EAST = [Kind.HAN, Kind.KANA]
_LETTERS = [*_HANGUL, *_EAST, Kind.LATIN, Kind.LETTER]
_MARKS = [Kind.DIGIT, Kind.PUNCTUATION, Kind.SYMBOL]

EAST_WEIGHT = 2.5
"""Latin letters whose work one syllable or one character of Chinese and Japanese does."""
_KOREAN_SHARE = 0.1  # below it Hangul is a term in foreign prose
_PROSE_LETTERS = 40  # weighted; a shorter line is a heading or a name
_PROSE_WORDS = 6
_WORD_LETTERS = (2.0, 10.0)  # of prose on average; identifiers are longer
_PROSE_MARKS = 0.12  # marks among letters and marks of prose; source code has .2 and more
_LIST_MARKS = 0.35  # of titles and list items
_LIST_WORDS = 3
_COMMENT = ("#", "//", "/*", "*", "--", ";", "%", ">>>", "$", "@", "<", "|")
_CODE_IN_WORDS = re.compile(r"[{};=<>\\]|\w\(")
_CODE_IN_PROSE = re.compile(r"[{(\\]$|\)\s?;$|\s[=|&]{1,3}\s")


class Line(IntEnum):
    """What a line is."""

    NEUTRAL = 0
    KOREAN = 1
    PROSE = 2
    """A paragraph of foreign prose."""
    WORDS = 3
    """Foreign words, such as a title or an item of a list."""


@dataclass(frozen=True, slots=True)
class Lines:
    """The n lines of a text, each array of shape (n,)."""

    kinds: npt.NDArray[np.uint8]
    """A `Line` each."""
    weights: npt.NDArray[np.float64]
    """Letters; Hangul, kana and Han count `EAST_WEIGHT` times."""
    east: npt.NDArray[np.bool_]
    """Whether a line is mostly kana and Han."""
    latin: npt.NDArray[np.bool_]
    """Whether a line is mostly Latin letters, and so may be source code for all that is said of it."""
    kana: npt.NDArray[np.int64]
    syllables: npt.NDArray[np.int64]


def read_lines(text: str) -> Lines:
    """Classify the lines of a text, in any normal form. What is indented or begins like a comment is code."""
    lines = nfc(text).split("\n")
    counts = count_kinds(lines)
    letters = counts[:, _LETTERS].sum(axis=1)
    hangul = counts[:, _HANGUL].sum(axis=1)
    east = counts[:, _EAST].sum(axis=1)
    marks = counts[:, _MARKS].sum(axis=1) / np.maximum(counts[:, _LETTERS + _MARKS].sum(axis=1), 1)
    words = counts[:, Kind.SPACE] + 1
    weights = letters + (EAST_WEIGHT - 1) * (hangul + east)
    is_east = east > letters / 2
    shortest, longest = _WORD_LETTERS
    # Source code is Latin: a line of any other script is spoken, though it may know no spaces.
    latin = counts[:, Kind.LATIN] > letters / 2
    spoken = ~latin | ((words >= _PROSE_WORDS) & (letters >= shortest * words) & (letters <= longest * words))
    code = np.array([line[:1].isspace() or line.startswith(_COMMENT) for line in lines], bool)
    kinds = np.select(
        [
            hangul > _KOREAN_SHARE * letters,
            code | (letters == 0),
            spoken & (weights >= _PROSE_LETTERS) & (marks <= _PROSE_MARKS),
            (~latin | (words >= _LIST_WORDS)) & (marks <= _LIST_MARKS),
        ],
        [Line.KOREAN, Line.NEUTRAL, Line.PROSE, Line.WORDS],
        default=Line.NEUTRAL,
    ).astype(np.uint8)
    for kind, marks_of_code in ((Line.WORDS, _CODE_IN_WORDS), (Line.PROSE, _CODE_IN_PROSE)):
        for row in np.flatnonzero(kinds == kind).tolist():
            if marks_of_code.search(lines[row]):
                kinds[row] = Line.NEUTRAL
    syllables = counts[:, [*_SYLLABLES, Kind.CONJOINING]].sum(axis=1)
    return Lines(kinds, weights, is_east, latin, counts[:, Kind.KANA], syllables)
