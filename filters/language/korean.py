"""Is this text Korean, or partly? Letters decide where they can, words where Hangul is a minority of the letters."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from filters.hangul import nfc
from filters.language.measure import Letters, korean_words, measure_letters, paragraph_syllables
from filters.language.settings import KOREAN, KOREAN_MIXED, LanguageReason, LanguageSettings

_REASONS = (
    None,
    LanguageReason.NO_HANGUL,
    LanguageReason.NOT_KOREAN_SYLLABLES,
    LanguageReason.TOO_LITTLE_HANGUL,
    LanguageReason.OTHER_LANGUAGE,
)


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What n texts are; a text has either a label or a reason."""

    labels: list[str | None]
    """`ko`, `ko-mixed` or None."""
    reasons: list[LanguageReason | None]
    letters: Letters

    @property
    def korean(self) -> npt.NDArray[np.bool_]:
        """Which have a label."""
        return np.array([label is not None for label in self.labels], bool)

    @property
    def junk(self) -> npt.NDArray[np.bool_]:
        """Which hold Hangul that is no Korean: random keys."""
        return np.array([reason is LanguageReason.NOT_KOREAN_SYLLABLES for reason in self.reasons], bool)


def judge_korean(texts: Sequence[str], settings: LanguageSettings) -> Verdicts:
    """Judge texts in any normal form."""
    seen = measure_letters(texts)
    share = seen.hangul_share
    short = (seen.syllables < settings.min_syllables) & (share < settings.pure_share)
    numbers = np.select(
        [seen.hangul == 0, seen.strangeness > settings.max_strangeness, short | (share < settings.min_share)], [1, 2, 3]
    )
    reasons = [_REASONS[number] for number in numbers.tolist()]
    labels = [None if reason else KOREAN for reason in reasons]
    minority = (share < settings.main_share) | (seen.kana > seen.hangul)
    for row in np.flatnonzero((numbers == 0) & minority).tolist():
        japanese = bool(seen.kana[row] > seen.hangul[row])
        labels[row] = _judge_minority(nfc(texts[row]), settings, japanese=japanese)
        reasons[row] = None if labels[row] else LanguageReason.OTHER_LANGUAGE
    return Verdicts(labels, reasons, seen)


def _judge_minority(text: str, settings: LanguageSettings, *, japanese: bool) -> str | None:
    """Return the label of a text whose letters are mostly foreign, or None where nothing in it is Korean."""
    words = 0.0 if japanese else korean_words(text)
    if words >= settings.main_words:
        return KOREAN
    if words >= settings.mixed_words or paragraph_syllables(text) >= settings.part_syllables:
        return KOREAN_MIXED
    return None
