"""Passages that stand in a document twice: the later ones go.

Lee et al., "Deduplicating training data makes language models better" (2022), cut repeated runs of 50 tokens wherever
they begin. Here whole sentences and whole lines go, so that the text stays readable, and only prose: verse has
refrains, tables and code have lines in common, and statutes say the same of several articles.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, Field

_BETWEEN_SENTENCES = re.compile("(?<=[.?!…。])[\"'”’)\\]]*\\s+")
_SENTENCE = re.compile("[.?!…。다요죠까][\"'”’)\\]]*$")
_HANGUL = re.compile("[가-힣]+")
_LETTERS = re.compile(r"\w+")
# Cells of tables, code and its comments, numbered provisions and what an article says of another, direct speech.
_NO_PROSE = re.compile(
    r"[|\t{}]|^(?: {2,}|\s*[#/*<>=$+@\"“”'‘「『①-⑳㉠-㉭])|;\s*$|제\s?\d+\s?(?:조|항|호)|^\s*(?:\d+|[가-하])[.)]\s"
)
_LEAST_HANGUL = 0.5  # of the letters and digits of a sentence
_NEAR = 2  # units after its first occurrence where a single line is a slip and no figure of speech


class RepeatSettings(BaseModel):
    """What counts as a repeat inside one document. Lengths are in characters that are no whitespace."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    enabled: bool = Field(default=True, description="Take out the second and later occurrences of passages.")
    run_chars: int = Field(
        default=120, ge=1, description="Two or more sentences in a row that stood before go from this length on."
    )
    paragraph_chars: int = Field(
        default=200, ge=1, description="A single line that stood before goes from this length on."
    )
    line_chars: int = Field(
        default=30, ge=1, description="A single line goes from this length on where its copy is next to it."
    )
    sentence_chars: int = Field(
        default=15, ge=1, description="What is shorter goes with longer sentences around it, never by itself."
    )


DEFAULTS = RepeatSettings()


class Unrepeated(NamedTuple):
    """A text without its repeats."""

    text: str
    removed: int
    """Characters taken out, whitespace not counted."""


def remove_repeats(text: str, settings: RepeatSettings = DEFAULTS) -> Unrepeated:
    """Take out sentences and lines that repeat earlier ones of the same text.

    First occurrences stay, and the order of all that stays.
    """
    if not settings.enabled or _all_differ(text, settings):
        return Unrepeated(text, 0)
    units = _units(text, settings)
    gone = [units[number] for number in _gone(units, settings)]
    if not gone:
        return Unrepeated(text, 0)
    return Unrepeated(_without(text, units, gone), sum(len(unit.key) for unit in gone))


def _all_differ(text: str, settings: RepeatSettings) -> bool:
    """A quick look at the pieces between the commonest ends of sentences. Most texts go no further."""
    pieces = text.replace("\n", ". ").replace("? ", ". ").replace("! ", ". ").split(". ")
    if len(set(pieces)) == len(pieces):
        return True
    least = settings.sentence_chars - 1  # a full stop is gone
    counts = Counter(piece for piece in pieces if len(piece) >= least)
    repeated = sum(
        (count - 1) * (len(piece) + 1) for piece, count in counts.items() if count > 1 and _HANGUL.search(piece)
    )
    return repeated < min(settings.line_chars, settings.run_chars, settings.paragraph_chars)


@dataclass(frozen=True, slots=True)
class _Unit:
    """A sentence of a long line, or a whole line."""

    start: int
    end: int
    line: int
    whole: bool
    """Whether it is all of its line."""
    text: str
    key: str
    """Its characters without whitespace, in lower case."""


def _units(text: str, settings: RepeatSettings) -> list[_Unit]:
    units = []
    start = 0
    for number, line in enumerate(text.split("\n")):
        cuts = [0, len(line)]
        if len(line) >= settings.run_chars:
            cuts[1:1] = [end for match in _BETWEEN_SENTENCES.finditer(line) if (end := match.end()) < len(line)]
        for low, high in pairwise(cuts):
            piece = line[low:high]
            if key := "".join(piece.split()).lower():
                units.append(_Unit(start + low, start + high, number, high - low == len(line), piece, key))
        start += len(line) + 1
    return units


def _gone(units: Sequence[_Unit], settings: RepeatSettings) -> Iterator[int]:
    """Units that go, ascending."""
    latest: dict[str, int] = {}
    stretch: list[int] = []
    near = set()
    for number, unit in enumerate(units):
        before = latest.get(unit.key)
        latest[unit.key] = number
        if before is not None and not _NO_PROSE.search(unit.text):
            stretch.append(number)
            if number - before <= _NEAR:
                near.add(number)
        elif stretch:
            yield from _evident(units, stretch, near, settings)
            stretch = []
    yield from _evident(units, stretch, near, settings)


def _evident(
    units: Sequence[_Unit], stretch: Sequence[int], near: AbstractSet[int], settings: RepeatSettings
) -> Sequence[int]:
    """Which of some units in a row go that all stood before."""
    sentences = [number for number in stretch if _is_sentence(units[number], settings)]
    if len(sentences) > 1 and sum(len(units[number].key) for number in sentences) >= settings.run_chars:
        return range(sentences[0], sentences[-1] + 1)
    return [
        number
        for number in sentences
        if units[number].whole
        and len(units[number].key) >= (settings.line_chars if number in near else settings.paragraph_chars)
    ]


def _is_sentence(unit: _Unit, settings: RepeatSettings) -> bool:
    """Whether this is Korean prose that may go for itself."""
    if len(unit.key) < settings.sentence_chars or not _SENTENCE.search(unit.key):
        return False
    hangul = sum(map(len, _HANGUL.findall(unit.key)))
    return hangul >= _LEAST_HANGUL * sum(map(len, _LETTERS.findall(unit.key)))


def _without(text: str, units: Sequence[_Unit], gone: Sequence[_Unit]) -> str:
    """The text without some units. A line that loses all of its units goes; no empty lines are left at the end."""
    left = Counter(unit.line for unit in units)
    left.subtract(unit.line for unit in gone)
    lines = text.split("\n")
    offset, kept = 0, []
    cuts: dict[int, list[_Unit]] = {}
    for unit in gone:
        cuts.setdefault(unit.line, []).append(unit)
    for number, line in enumerate(lines):
        if left[number] or number not in cuts:
            kept.append(_cut(line, offset, cuts.get(number, ())))
        offset += len(line) + 1
    return "\n".join(kept).rstrip("\n")


def _cut(line: str, offset: int, gone: Sequence[_Unit]) -> str:
    """A line without some of its sentences; no space is left at its end."""
    for unit in reversed(gone):
        line = line[: unit.start - offset] + line[unit.end - offset :]
    return line.rstrip() if gone else line
