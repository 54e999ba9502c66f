"""Korean in Latin letters: romanised, or typed with the keyboard on a Latin layout.

Both are told from other Latin text by runs of three letters: the logarithm of how much likelier a run is in the one
than in the other, averaged over the text (naive Bayes). Random letters are likelier in either, so that a romanised text
must also be readable as syllables, and a mistyped one must make Korean syllables when it is typed anew.
"""

import functools
import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from filters._data import data_file
from filters.hangul import compose_jamo
from filters.language.measure import measure_letters
from filters.language.settings import MISTYPED, ROMANISED

KINDS = (ROMANISED, MISTYPED)
_ROMANISED, _MISTYPED = range(len(KINDS))

SCALE = 16
"""Steps of the table in one natural logarithm."""

_SAMPLE = 300  # characters of a text that are looked at
_LEAST_RUNS = 12
_LEAST_RATIO = 0.5  # natural logarithm
_TYPED_SAMPLE = 120  # characters

_KEYS = str.maketrans(
    "rRseEfaqQtTdwWczxvgkoiOjpuPhynbml" + "ASDFGZXCVYUIHJKLBNM",
    "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎㅏㅐㅑㅒㅓㅔㅕㅖㅗㅛㅜㅠㅡㅣ" + "ㅁㄴㅇㄹㅎㅋㅌㅊㅍㅛㅕㅑㅗㅓㅏㅣㅠㅜㅡ",
)
# Revised Romanization of Korean (2000), letter by letter or as spoken.
_SYLLABLES = re.compile(
    "(?:(?:kk|tt|pp|ss|jj|ch|[gndrmbsjktphl])?"
    "(?:yeo|yae|wae|eo|eu|ae|ya|ye|yo|yu|wa|wo|we|wi|oe|ui|[aeoui])"
    "(?:ng|[knglmptsb](?![aeiouyw]))?)+",
)
_WORD = re.compile("[a-z]+")
_LEAST_READABLE = 0.8
_VOWEL_PAIRS = {"hk": "ㅘ", "ho": "ㅙ", "hl": "ㅚ", "nj": "ㅝ", "np": "ㅞ", "nl": "ㅟ", "ml": "ㅢ"}

Numbers = npt.NDArray[np.int64]


def korean_in_latin(texts: Sequence[str]) -> list[str | None]:
    """Return which of `KINDS` each text in Latin letters is, or None. A text is judged by its beginning."""
    if not texts:
        return []
    samples = [text[:_SAMPLE] for text in texts]
    runs, bounds = letter_runs(samples)
    counts = np.diff(bounds) - 1
    steps = _table().take(runs, axis=1).astype(np.int64)
    steps[:, bounds[1:] - 1] = 0
    ratios = np.add.reduceat(steps, bounds[:-1], axis=1) / np.maximum(counts, 1) / SCALE
    likely = np.flatnonzero((ratios.max(axis=0) >= _LEAST_RATIO) & (counts >= _LEAST_RUNS))
    mistyped = ratios[_MISTYPED, likely] > ratios[_ROMANISED, likely]
    kinds: list[str | None] = [None] * len(texts)
    for row in likely[~mistyped].tolist():
        kinds[row] = ROMANISED if _is_romanised(samples[row]) else None
    typed = likely[mistyped].tolist()
    for row, korean in zip(typed, _are_korean_typed([samples[row] for row in typed]), strict=True):
        kinds[row] = MISTYPED if korean else None
    return kinds


def letter_runs(texts: Sequence[str]) -> tuple[Numbers, Numbers]:
    """Number the runs of three letters (a to z) of texts; all that stands between two words counts as one letter.

    Returns:
        The numbers, below 27 ** 3, of one text after the other, and n + 1 bounds: text i has those from bound i to
        bound i + 1, without the last, which stands for the bound itself.
    """
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    places = np.append(0, np.cumsum(lengths + 1))
    joined = " ".join(["", *texts, ""])
    points = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32)
    small = points | 0x20
    letter = (points <= ord("z")) & (small >= ord("a")) & (small <= ord("z"))
    kept = letter.copy()
    kept[1:] |= letter[:-1]
    kept[places] = True
    codes = np.where(letter, small - (ord("a") - 1), 0)[kept].astype(np.int64)
    runs = np.append((codes[:-2] * 27 + codes[1:-1]) * 27 + codes[2:], 0)
    return runs, np.cumsum(kept)[places] - 1


def _is_romanised(text: str) -> bool:
    """Whether nearly all words of a text can be read as romanised syllables."""
    words = _WORD.findall(text.lower())
    return sum(_SYLLABLES.fullmatch(word) is not None for word in words) >= _LEAST_READABLE * len(words)


def _are_korean_typed(texts: Sequence[str]) -> list[bool]:
    """Whether typing each text on a Korean layout makes Korean syllables."""
    typed = []
    for text in texts:
        keys = text[:_TYPED_SAMPLE]
        for pair, vowel in _VOWEL_PAIRS.items():
            keys = keys.replace(pair, vowel)
        typed.append(compose_jamo(keys.translate(_KEYS)))
    return [bool(strangeness < 0) for strangeness in measure_letters(typed).strangeness.tolist()]


@functools.cache
def _table() -> npt.NDArray[np.int8]:
    return np.frombuffer(data_file("latin_trigrams.bin").read_bytes(), np.int8).reshape(len(KINDS), -1)
