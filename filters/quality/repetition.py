"""Repetition within a document (Rae et al. 2021, Table A1), over words numbered in the order they appear.

n-grams are compared by a 64-bit rolling hash of the word numbers, so the result depends on nothing but the text.
"""

import numpy as np
import numpy.typing as npt

_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_ONE = np.uint64(1)
_OFTEN = 3  # twice is chance, and would weigh much in a short text


class WordSequence:
    """The words of a document as numbers, with their lengths in characters."""

    def __init__(self, words: list[str]) -> None:
        numbers: dict[str, int] = {}
        self._words = np.array([numbers.setdefault(word, len(numbers)) for word in words], np.uint64)
        self._lengths = np.array([len(word) for word in words], np.int64)
        self._chars = max(1, int(self._lengths.sum()))

    def top_share(self, n: int) -> float:
        """Characters in the most frequent n-gram, overlaps counted twice, 0..1; 0 if none occurs three times."""
        grams = self._grams(n)
        if not grams.size:
            return 0.0
        _, first, counts = np.unique(grams, return_index=True, return_counts=True)
        most = int(counts.max())
        if most < _OFTEN:
            return 0.0
        # Of equally frequent n-grams the longest counts.
        longest = max(int(self._lengths[start : start + n].sum()) for start in first[counts == most])
        return min(1.0, longest * most / self._chars)

    def duplicate_share(self, n: int) -> float:
        """Characters of words inside any n-gram that occurred earlier in the document, each word once, 0..1."""
        grams = self._grams(n)
        if not grams.size:
            return 0.0
        _, first = np.unique(grams, return_index=True)
        repeated = np.ones(grams.size, np.bool_)
        repeated[first] = False
        covered = np.zeros(self._words.size, np.bool_)
        for offset in range(n):
            covered[offset : offset + grams.size] |= repeated
        return int(self._lengths[covered].sum()) / self._chars

    def _grams(self, n: int) -> npt.NDArray[np.uint64]:
        count = max(0, self._words.size - n + 1)
        grams = np.zeros(count, np.uint64)
        for offset in range(n):
            grams = grams * _MULTIPLIER + self._words[offset : offset + count] + _ONE
        return grams


def duplicate_lines(lines: list[str]) -> float:
    """Characters in lines that occurred earlier in the document, 0..1."""
    seen: set[str] = set()
    repeated = 0
    for line in lines:
        repeated += len(line) if line in seen else 0
        seen.add(line)
    return repeated / max(1, sum(map(len, lines)))
