"""The Korean part of a text that is partly foreign: an original beside its translation, sections in other languages.

Korean lines divide a text; what lies between two of them is a stretch. Stretches of foreign prose go, line by line;
code, figures and short quotations stay. In a Korean text a stretch must be long to go, and what goes is its prose. In a
mixed text, such as a translation between the lines of its original, titles and items of lists go as well.
"""

import functools
from collections import Counter
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field

from filters.language.lines import Line, Lines, read_lines
from filters.language.model import Identifier
from filters.language.scripts import CHINESE, JAPANESE
from filters.language.settings import KOREAN, UNDETERMINED

_SAMPLE = 1000  # characters of a stretch the model reads


class ParagraphSettings(BaseModel):
    """How much foreign prose may stand in a Korean text. Letters are Latin ones; one of kana or Han counts for 2.5."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    quotation_letters: int = Field(
        default=1000,
        ge=0,
        description="Letters of foreign prose between two Korean lines that a Korean text may quote.",
    )
    mixed_share: float = Field(
        default=0.45, ge=0, le=1, description="Foreign prose in all prose from which a text is mixed and quotes little."
    )
    mixed_quotation_letters: int = Field(
        default=150, ge=0, description="What a mixed text may quote; never more than quotation_letters."
    )
    prose_share: float = Field(
        default=0.5,
        ge=0,
        le=1,
        description="Foreign prose among the letters of a stretch that goes; less is source code with comments.",
    )
    min_probability: float = Field(
        default=0.4,
        ge=0,
        le=1,
        description="Probability of some foreign language that the model must see in a stretch.",
    )


class Removed(NamedTuple):
    """What was taken out in one language."""

    paragraphs: int
    chars: int


class KoreanPart(NamedTuple):
    """A text without its foreign stretches."""

    text: str
    removed: dict[str, Removed]
    """By language (codes of lid.176)."""
    syllables: int
    """Hangul syllables that the text holds."""


def korean_part(text: str, settings: ParagraphSettings | None = None) -> KoreanPart:
    """Take the foreign stretches out of a text, one paragraph or list item or code line per line.

    What remains is a subsequence of the lines, with all Korean ones; the second time nothing goes.
    """
    seen = read_lines(text)
    syllables = int(seen.syllables.sum())
    rows = _foreign_rows(text, seen, settings or ParagraphSettings())
    if not rows:
        return KoreanPart(text, {}, syllables)
    lines = text.split("\n")
    paragraphs, chars = Counter(rows.values()), Counter[str]()
    for row, language in rows.items():
        chars[language] += len(lines[row])
    kept = "\n".join(line for row, line in enumerate(lines) if row not in rows)
    removed = {language: Removed(paragraphs[language], chars[language]) for language in sorted(paragraphs)}
    return KoreanPart(kept.strip("\n"), removed, syllables - int(seen.syllables[list(rows)].sum()))


def paragraph_languages(text: str) -> list[str]:
    """Return the language of each line of a text: ``ko``, a code of lid.176, or ``und`` for code and figures."""
    seen = read_lines(text)
    lines = text.split("\n")
    labels = []
    for row, kind in enumerate(seen.kinds.tolist()):
        if kind == Line.PROSE:
            labels.append(_language(lines, seen, np.array([row]), 0.0) or UNDETERMINED)
        else:
            labels.append(KOREAN if kind == Line.KOREAN else UNDETERMINED)
    return labels


def _foreign_rows(text: str, seen: Lines, settings: ParagraphSettings) -> dict[int, str]:
    """Rows that go, with their language."""
    prose = seen.kinds == Line.PROSE
    if not prose.any():
        return {}
    korean = seen.kinds == Line.KOREAN
    weight = float(seen.weights[prose].sum())
    mixed = weight > settings.mixed_share * (weight + float(seen.weights[korean].sum()))
    goes = prose | (seen.kinds == Line.WORDS) if mixed else prose
    least = min(settings.mixed_quotation_letters, settings.quotation_letters) if mixed else settings.quotation_letters
    lines = text.split("\n")
    rows: dict[int, str] = {}
    for stretch in np.split(np.arange(len(lines)), np.flatnonzero(korean)):
        foreign = stretch[goes[stretch]]
        letters = float(seen.weights[foreign].sum())
        others = stretch[~goes[stretch] & ~korean[stretch]]
        if letters <= least or letters < settings.prose_share * (letters + float(seen.weights[others].sum())):
            continue
        # Judged by its prose alone, a stretch is judged alike whether the text is mixed, or no longer is.
        spoken = foreign[prose[foreign]]
        language = _language(lines, seen, spoken if spoken.size else foreign, settings.min_probability)
        if language:
            rows |= dict.fromkeys(foreign.tolist(), language)
    return rows


def _language(lines: list[str], seen: Lines, rows: npt.NDArray[np.intp], least: float) -> str | None:
    """Return the language of foreign lines, or None where the model sees none."""
    if seen.east[rows].mean() > 1 / 2:
        return JAPANESE if seen.kana[rows].any() else CHINESE
    sample = " ".join(lines[row] for row in rows.tolist())[:_SAMPLE]
    guesses = [guess for guess in _identifier().guess(sample, 2) if guess.language != KOREAN]
    sure = guesses and (guesses[0].probability >= least or not seen.latin[rows].any())
    return guesses[0].language if sure else None


@functools.cache
def _identifier() -> Identifier:
    return Identifier()
