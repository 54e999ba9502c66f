"""Do the words stand in the order of Korean? Judged by the last syllables of neighbours.

What an eojeol ends in decides what may follow it: an object particle wants a verb, 의 a noun, a full stop a new
beginning. The table says how much more often than by chance one ending follows another (pointwise mutual information,
Church and Hanks 1990), so shuffled, stuffed and listed words fall to 0 and below without any grammar in the code.
"""

import functools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from filters._data import data_file
from filters.quality.layout import Floats, Ints, Layout
from filters.quality.words import Words

_BMP = 0x10000
_CLASSES = 60  # syllables told apart; the rest is one class, the end of a sentence another
_PRIOR = 20.0  # pairs added to every cell, so that rare ones say little
_PAIRS = 200_000  # each source counts as so many pairs
_FEW = 10.0  # pairs of average order added to every text, so that short ones say little
_SCALE = 32.0  # steps of a stored value in one nat
_NONE = -1


@dataclass(frozen=True, slots=True)
class OrderTable:
    """Syllables that end words, commonest first, and the log odds (nats) that one ending follows another."""

    syllables: str
    odds: Floats

    def to_text(self) -> str:
        """The form of the data file: the syllables, then a row of 1/32 nats for each ending."""
        rows = np.rint(self.odds * _SCALE).astype(int)
        return "\n".join([self.syllables, *(" ".join(map(str, row)) for row in rows)]) + "\n"

    @classmethod
    def from_text(cls, text: str) -> "OrderTable":
        """Read what `to_text` wrote."""
        syllables, *rows = text.splitlines()
        return cls(syllables, np.array([row.split() for row in rows], np.float64) / _SCALE)


def word_order(layout: Layout, words: Words) -> Floats:
    """Mean log odds of neighbouring words in each text, drawn to 0 where there are few; about .15 in Korean prose."""
    table = _table()
    first, second, text = _neighbours(layout, words, table.syllables)
    pairs = np.bincount(text, minlength=layout.texts)
    return np.bincount(text, table.odds[first, second], layout.texts) / (pairs + _FEW)


def fit_order(sources: Sequence[tuple[Layout, Words]]) -> OrderTable:
    """Make the table from texts of several sources, each of which weighs the same."""
    shares: dict[int, float] = {}
    for _, words in sources:
        values, counts = np.unique(words.last[words.is_hangul(words.last)], return_counts=True)
        for value, share in zip(values.tolist(), (counts / counts.sum()).tolist(), strict=True):
            shares[value] = shares.get(value, 0.0) + share
    syllables = "".join(map(chr, sorted(shares, key=lambda point: (-shares[point], point))[:_CLASSES]))
    joint = np.zeros((len(syllables) + 2, len(syllables) + 2))
    for layout, words in sources:
        first, second, _ = _neighbours(layout, words, syllables)
        counted = np.zeros_like(joint)
        np.add.at(counted, (first, second), 1.0)
        joint += counted * (_PAIRS / len(sources) / counted.sum())
    chance = joint.sum(1, keepdims=True) * joint.sum(0, keepdims=True) / _PAIRS
    return OrderTable(syllables, np.log((joint + _PRIOR) / (chance + _PRIOR)))


def _neighbours(layout: Layout, words: Words, syllables: str) -> tuple[Ints, Ints, Ints]:
    """Endings of neighbouring Korean words of one line, and the text of each pair."""
    kind = _classes(syllables)[words.last]
    kind = np.where(words.marked & (kind != _NONE), len(syllables) + 1, kind)
    begins = np.zeros(kind.size, np.bool_)
    begins[layout.first_word] = True
    at = np.flatnonzero((kind[:-1] != _NONE) & (kind[1:] != _NONE) & ~begins[1:])
    return kind[at], kind[at + 1], layout.word_text[at]


@functools.cache
def _classes(syllables: str) -> npt.NDArray[np.int64]:
    table = np.full(_BMP, _NONE, np.int64)
    table[0xAC00:0xD7A4] = len(syllables)
    table[[ord(syllable) for syllable in syllables]] = np.arange(len(syllables))
    return table


@functools.cache
def _table() -> OrderTable:
    return OrderTable.from_text(data_file("word-order.txt").read_text(encoding="utf-8"))
