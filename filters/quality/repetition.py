"""Repetition within a document (Rae et al. 2021, Table A1), for a batch of documents at once.

Words, lines and n-grams are compared by 64-bit hashes that hold the number of the text, so equal hashes are equal
words of one text, and the result depends on nothing but that text.
"""

import numpy as np
import numpy.typing as npt

from filters.quality.layout import Floats, Ints, Layout

Hashes = npt.NDArray[np.uint64]

_ODD = np.uint64(0x9E3779B97F4A7C15)  # Knuth's multiplicative hashing: 2^64 / the golden ratio
_MIX = np.uint64(0xBF58476D1CE4E5B9)  # finaliser of SplitMix64 (Steele, Lea, Flood 2014)
_SHIFT = np.uint64(29)
_OFTEN = 3  # twice is chance, and would weigh much in a short text


def word_hashes(layout: Layout) -> Hashes:
    """Hash every word by its characters and their places in it."""
    starts, ends = layout.word_start, layout.word_end
    if not starts.size:
        return np.zeros(0, np.uint64)
    size = layout.points.size
    begin = np.zeros(size, np.int64)
    begin[starts] = starts
    place = (np.arange(size) - np.maximum.accumulate(begin)).astype(np.uint64)
    mixed = _scramble(layout.points.astype(np.uint64) + (place << np.uint64(21)))
    # Space between the words adds nothing.
    bounds = np.empty(2 * starts.size, np.int64)
    bounds[::2], bounds[1::2] = starts, ends
    return np.add.reduceat(np.append(mixed, np.uint64(0)), bounds)[::2]


def stem_hashes(layout: Layout) -> Hashes:
    """Hash the first two characters of every word, what is left of most nouns when particle and ending are cut."""
    second = np.where(layout.word_end - layout.word_start > 1, layout.points[layout.word_start + 1], 0)
    return layout.points[layout.word_start].astype(np.uint64) << np.uint64(32) | second.astype(np.uint64)


class Sequences:
    """Items (words, lines) of all texts in order, with their lengths in characters."""

    def __init__(self, hashes: Hashes, lengths: Ints, text: Ints, texts: int) -> None:
        self._hashes = _scramble(hashes + text.astype(np.uint64) * _MIX)
        self.lengths = lengths
        self.text = text
        self.texts = texts
        self.chars = np.maximum(1, np.bincount(text, lengths, texts))

    def grams(self, n: int) -> "Grams":
        """All runs of `n` items that lie within one text."""
        count = max(0, self._hashes.size - n + 1)
        hashes = np.zeros(count, np.uint64)
        for offset in range(n):
            hashes = hashes * _ODD + self._hashes[offset : offset + count]
        within = self.text[:count] == self.text[n - 1 : n - 1 + count]
        return Grams(self, n, _scramble(hashes[within]), np.flatnonzero(within))


class Grams:
    """The n-grams of all texts, equal ones brought together once for every measure."""

    def __init__(self, items: Sequences, n: int, hashes: Hashes, at: Ints) -> None:
        self._items, self._n, self._at = items, n, at
        self._order = np.argsort(hashes)
        ranked = hashes[self._order]
        new = np.concatenate((np.ones(min(1, ranked.size), np.bool_), ranked[1:] != ranked[:-1]))
        self._begins = np.flatnonzero(new)
        self._counts = np.diff(self._begins, append=ranked.size)

    def duplicate_share(self) -> Floats:
        """Characters of items inside any n-gram that occurred earlier in the text, each item once, 0..1."""
        items = self._items
        covered = np.zeros(items.text.size, np.bool_)
        if self._order.size:
            repeated = np.ones(self._order.size, np.bool_)
            repeated[np.minimum.reduceat(self._order, self._begins)] = False
            hits = self._at[repeated]
            for offset in range(self._n):
                covered[hits + offset] = True
        return np.bincount(items.text, items.lengths * covered, items.texts) / items.chars

    def top_share(self) -> Floats:
        """Characters in the n-gram that fills most of the text, overlaps counted twice; 0 if none comes thrice."""
        items, often = self._items, self._counts >= _OFTEN
        top = np.zeros(items.texts)
        if often.any():
            first = self._at[self._order[self._begins[often]]]
            ends = np.concatenate((np.zeros(1, np.int64), np.cumsum(items.lengths)))
            np.maximum.at(top, items.text[first], (ends[first + self._n] - ends[first]) * self._counts[often])
        return np.minimum(1.0, top / items.chars)

    def top_count(self) -> Floats:
        """How often the commonest n-gram of each text occurs."""
        top = np.zeros(self._items.texts)
        if self._order.size:
            np.maximum.at(top, self._items.text[self._at[self._order[self._begins]]], self._counts)
        return top


def _scramble(values: Hashes) -> Hashes:
    values = values * _ODD
    values ^= values >> _SHIFT
    values *= _MIX
    values ^= values >> _SHIFT
    return values
