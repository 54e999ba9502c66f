"""What the letters and the words of texts say about their language, counted for many texts at once."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from filters.hangul import Kind, compose_jamo, count_kinds, kinds_of, nfc

Counts = npt.NDArray[np.int64]
Shares = npt.NDArray[np.float64]

_SYLLABLES = [Kind.COMMON, Kind.KNOWN, Kind.RARE]
_HANGUL = [*_SYLLABLES, Kind.CONJOINING, Kind.COMPATIBILITY]
_LETTERS = [*_HANGUL, Kind.LATIN, Kind.HAN, Kind.KANA, Kind.LETTER]
_IS_HANGUL = np.isin(np.arange(len(Kind)), _HANGUL)
_IS_LETTER = np.isin(np.arange(len(Kind)), _LETTERS)
_IS_LETTER_OR_SPACE = _IS_LETTER | (np.arange(len(Kind)) == Kind.SPACE)

# Kana among the kana and Han characters of Japanese is .5 and more, short headlines .2; Chinese writes の for fun.
_JAPANESE_KANA = 0.1
_MAX_WORD = 7  # letters a word of Korean in mixed script (國漢文) has at most on average; Chinese has no spaces
# How likely a syllable among the 500 most common, among the next 500, another one and a loose jamo are in Korean of any
# register, chats included, and when keys are hit at random or bytes are misread.
_STRANGENESS = np.log(np.array([0.1, 0.1, 0.4, 0.4]) / np.array([0.88, 0.06, 0.03, 0.03]))
_REPEATED = re.compile("([\u3131-\u318e])\\1+")
_PARAGRAPH_SYLLABLES = 12
_PARAGRAPH_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Letters:
    """Letters of n texts by script, each of shape (n,)."""

    letters: Counts
    hangul: Counts
    syllables: Counts
    """Modern and old: conjoining jamo count as well."""
    strangeness: Shares
    """Natural logarithm by which random keys explain the modern syllables and jamo better than Korean does."""
    latin: Counts
    han: Counts
    kana: Counts
    other: Counts

    @property
    def hangul_share(self) -> Shares:
        """Hangul among the letters of each text, 0..1; 0 where there are none."""
        return self.hangul / np.maximum(self.letters, 1)

    @property
    def is_japanese(self) -> npt.NDArray[np.bool_]:
        """Whether Han characters are Japanese: kana stand among them."""
        return self.kana > _JAPANESE_KANA * (self.kana + self.han)


def measure_letters(texts: Sequence[str]) -> Letters:
    """Count the letters of texts in any normal form.

    Jamo that were typed apart are put together first where they are the most of a text.
    """
    counts = count_kinds(texts)
    # Only decomposed and old Hangul has conjoining jamo, so nothing else needs to be brought into NFC.
    _recount(counts, texts, np.flatnonzero(counts[:, Kind.CONJOINING]), composed=False)
    modern = counts[:, _SYLLABLES].sum(axis=1)
    apart = counts[:, Kind.COMPATIBILITY] > modern
    _recount(counts, texts, np.flatnonzero(apart), composed=True)
    modern = counts[:, _SYLLABLES].sum(axis=1)
    loose = counts[:, Kind.COMPATIBILITY].copy()
    for row in np.flatnonzero(loose).tolist():
        loose[row] -= _laughter(nfc(texts[row]))
    evidence = np.column_stack([counts[:, _SYLLABLES], np.maximum(loose, 0)])
    return Letters(
        letters=counts[:, _LETTERS].sum(axis=1),
        hangul=counts[:, _HANGUL].sum(axis=1),
        syllables=modern + counts[:, Kind.CONJOINING],
        strangeness=evidence @ _STRANGENESS,
        latin=counts[:, Kind.LATIN],
        han=counts[:, Kind.HAN],
        kana=counts[:, Kind.KANA],
        other=counts[:, Kind.LETTER],
    )


def _recount(counts: Counts, texts: Sequence[str], rows: Counts, *, composed: bool) -> None:
    if rows.size:
        normal = [nfc(texts[row]) for row in rows.tolist()]
        counts[rows] = count_kinds([compose_jamo(text) for text in normal] if composed else normal)


def _laughter(text: str) -> int:
    """Jamo that repeat the one before or after them: laughter, tears and other signs of a chat."""
    return sum(len(run[0]) for run in _REPEATED.finditer(text))


def korean_words(text: str) -> float:
    """Return the share of the words of a text that end in Hangul, 0..1; 0 where words are too long to be Korean ones.

    A word stands between spaces; its last letter is what counts, so that 'slot의' is Korean and 'K팝star' is not.
    """
    kinds = kinds_of(text)
    kinds = kinds[_IS_LETTER_OR_SPACE[kinds]]
    letter = _IS_LETTER[kinds]
    ends = letter & ~np.append(letter[1:], False)
    words = np.count_nonzero(ends)
    han = np.count_nonzero(kinds == Kind.HAN)
    if not words or (han > np.count_nonzero(kinds == Kind.LATIN) and np.count_nonzero(letter) > _MAX_WORD * words):
        return 0.0
    return np.count_nonzero(ends & _IS_HANGUL[kinds]) / words


def paragraph_syllables(text: str) -> int:
    """Return how many syllables of a text stand in Korean paragraphs: lines that are mostly Hangul and no menu item."""
    counts = count_kinds(text.split("\n"))
    syllables = counts[:, _SYLLABLES].sum(axis=1)
    korean = (syllables >= _PARAGRAPH_SYLLABLES) & (syllables >= _PARAGRAPH_SHARE * counts[:, _LETTERS].sum(axis=1))
    return int(syllables[korean].sum())
