"""What a line of boilerplate looks like: rules of a data file, tried on whole lines."""

import functools
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple, Self

from filters._data import data_file

_LONGEST = 120  # characters of a line, where a rule says nothing else
# A sentence that mentions a notice is no notice.
_SENTENCE = re.compile(r"[가-힣][다요죠까](?:[.?!…]+[\"'”’)\]]*|[\"'”’]*)$")
_PARTS = {
    "person": "[가-힣]{2,4}",
    "mail": r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+",
    "n": r"\d[\d,.]*[KkMm만천]?",
    "time": (
        r"(?:(?:(?:19|20)\d\d\s*[-./년]\s*\d{1,2}\s*[-./월]\s*\d{1,2}\s*[.일]?(?:\s*\(?[월화수목금토일](?:요일)?\)?)?"
        r"|\d{1,2}[-./월]\s*\d{1,2}[.일]?)"
        r"(?:[\sT]*(?:오전|오후|[AP]M)?\s*\d{1,2}\s*[:시]\s*\d{1,2}(?:\s*[:분]\s*\d{0,2}초?)?)?"
        r"|\d{1,2}:\d\d(?::\d\d)?)"
    ),
}

_GIVES_BACK = {"person"}  # a name may be followed by more Hangul; the other parts take all they can


class Place(StrEnum):
    """Where a line of boilerplate may go."""

    ANYWHERE = "anywhere"
    EDGE = "edge"
    RUN = "run"


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of boilerplate line."""

    name: str
    place: Place
    hints: tuple[str, ...]
    """Strings of which a line must hold one."""
    hint: re.Pattern[str]
    pattern: re.Pattern[str]
    longest: int
    """Characters of the longest line that may match."""
    sentences: bool
    """Whether a line that ends like a sentence may match."""

    def fits(self, line: str) -> bool:
        """Whether a line without spaces around it is of this kind, its ending left aside."""
        return (
            len(line) <= self.longest
            and self.hint.search(line) is not None
            and self.pattern.fullmatch(line) is not None
        )


@dataclass(frozen=True, slots=True)
class Rules:
    """Rules that are tried together, in order."""

    all: tuple[Rule, ...]
    for_sentences: tuple[Rule, ...]
    longest: int
    hint: re.Pattern[str]
    """Hints of all rules."""

    @classmethod
    def of(cls, rules: Sequence[Rule]) -> Self:
        """Put rules together."""
        return cls(
            all=tuple(rules),
            for_sentences=tuple(rule for rule in rules if rule.sentences),
            longest=max(rule.longest for rule in rules),
            hint=_any_of({hint for rule in rules for hint in rule.hints}),
        )

    def match(self, line: str) -> Rule | None:
        """Return the first rule that a line without spaces around it fits."""
        if not line or len(line) > self.longest or not self.hint.search(line):
            return None
        line = " ".join(line.split())
        tried = self.for_sentences if _SENTENCE.search(line) else self.all
        return next((rule for rule in tried if rule.fits(line)), None)


class RuleBook(NamedTuple):
    """All rules."""

    anywhere: Rules
    """Those whose lines may go anywhere."""
    near: Rules
    """Those whose lines may go near an edge of the text, or near a line that goes."""


@functools.cache
def load_rules() -> RuleBook:
    """Read the rules.

    Raises:
        DataFileError: The data file is damaged.
    """
    content = tomllib.loads(data_file("boilerplate.toml").read_text(encoding="utf-8"))
    words, companions = content["words"], content["companions"]
    parts = _PARTS | {"ui": _any_word([*words, *companions]), "word": _any_word(words)}
    any_case = {case for word in [*words, *companions] for case in (word, word.lower(), word.upper(), word.title())}
    rules = [_read(row, row["hints"] or any_case, parts) for row in content["rule"]]
    anywhere = [rule for rule in rules if rule.place is Place.ANYWHERE]
    return RuleBook(Rules.of(anywhere), Rules.of([rule for rule in rules if rule.place is not Place.ANYWHERE]))


def _read(row: dict[str, Any], hints: Iterable[str], parts: Mapping[str, str]) -> Rule:
    pattern, hints = row["pattern"], tuple(hints)
    for name, part in parts.items():
        pattern = pattern.replace(f"{{{name}}}", f"({'?:' if name in _GIVES_BACK else '?>'}{part})")
    return Rule(
        name=row["name"],
        place=Place(row["place"]),
        hints=hints,
        hint=_any_of(hints),
        pattern=re.compile(pattern, re.VERBOSE),
        longest=row.get("longest", _LONGEST),
        sentences=row.get("sentences", False),
    )


def _any_of(strings: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, sorted(strings))))


def _any_word(words: Sequence[str]) -> str:
    longest_first = sorted(words, key=lambda word: (-len(word), word))
    return f"(?i:{'|'.join(map(re.escape, longest_first))})(?![가-힣])"
