"""How much of one text is in another: words, runs of words, runs of characters.

Words are eojeol, what stands between spaces, so a wrong space costs words while runs of characters do not see it; runs
of four words see the order that bags of words do not. All are multisets of NFC text.
"""

import unicodedata
from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias

MEASURES = ("eojeol", "shingle4", "char5")
"""Words; runs of four words; runs of five characters without spaces."""

_WORDS, _CHARACTERS = 4, 5

Features: TypeAlias = "tuple[Counter[str], Counter[tuple[str, ...]], Counter[str]]"
"""The three multisets of a text, in the order of `MEASURES`."""


class Overlap(NamedTuple):
    """How much of what was found is right, how much of what is right was found, and their harmonic mean; 0 to 1."""

    precision: float
    recall: float
    f1: float


def features(text: str) -> Features:
    """The multisets by which a text is compared."""
    words = unicodedata.normalize("NFC", text).split()
    flat = "".join(words)
    runs = Counter(tuple(words[i : i + _WORDS]) for i in range(len(words) - _WORDS + 1))
    return Counter(words), runs, Counter(flat[i : i + _CHARACTERS] for i in range(len(flat) - _CHARACTERS + 1))


def compare(found: Features, gold: Features) -> tuple[Overlap, ...]:
    """One overlap for each of `MEASURES`."""
    words, runs, characters = found
    return overlap(words, gold[0]), overlap(runs, gold[1]), overlap(characters, gold[2])


def overlap(found: Counter[Any], gold: Counter[Any]) -> Overlap:
    """Overlap of two multisets; two empty ones agree."""
    if not found and not gold:
        return Overlap(1.0, 1.0, 1.0)
    small, large = (found, gold) if len(found) < len(gold) else (gold, found)
    hits = sum(min(count, large[key]) for key, count in small.items() if key in large)
    precision, recall = hits / max(1, found.total()), hits / max(1, gold.total())
    return Overlap(precision, recall, 2 * precision * recall / (precision + recall) if hits else 0.0)


def mean(values: Sequence[float]) -> float | None:
    """Arithmetic mean; None of nothing."""
    return sum(values) / len(values) if values else None
