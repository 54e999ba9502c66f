"""Is this text Korean? The script decides where it can, fastText where a page is mostly something else.

Hangul is written by Korean alone, so a text with enough of it needs no model: that keeps decomposed, short and code-
mixed Korean, which lid.176 loses. Random keys are told by their syllables. Pages with little Hangul among other
letters (foreign pages with a Korean menu, source code with Korean comments) go to fastText's lid.176 (Joulin et al.
2016, "Bag of Tricks for Efficient Text Classification").
"""

from collections.abc import Sequence
from enum import StrEnum

import fasttext
import pyarrow as pa
from pydantic import BaseModel, ConfigDict, Field

from filters._data import data_file
from filters.decision import Decision, to_batch
from filters.hangul import Census, census, compose_jamo, nfc

_KOREAN_LABEL = "__label__ko"
_BEST = 5  # labels asked of the model; a language below the fifth place has next to no probability


class LanguageSettings(BaseModel):
    """When a text counts as Korean. Defaults are for the visible text of whole pages."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    pure_share: float = Field(
        default=0.7,
        ge=0,
        le=1,
        description="Hangul among letters from which a text is Korean at any length.",
    )
    min_syllables: int = Field(
        default=40,
        ge=1,
        description=(
            "Syllables a text below pure_share must hold: tag and archive pages have about a dozen. Set 1 "
            "to judge single sentences."
        ),
    )
    script_share: float = Field(
        default=0.3,
        ge=0,
        le=1,
        description=(
            "Hangul among letters from which the script alone decides. The rest of a Korean page is "
            "source code, names and menus."
        ),
    )
    min_share: float = Field(
        default=0.05,
        ge=0,
        le=1,
        description=(
            "Hangul among letters below which fastText is not asked: such a page is of another language "
            "whatever its menu says."
        ),
    )
    min_probability: float = Field(
        default=0.5,
        ge=0,
        le=1,
        description="fastText's probability of Korean that a page between min_share and script_share must reach.",
    )
    min_common: float = Field(
        default=0.5,
        ge=0,
        le=1,
        description=(
            "Syllables among the 500 most common, of all syllables and loose jamo. Korean has .9, random "
            "keys and misread bytes .2."
        ),
    )
    model_chars: int = Field(
        default=4000, ge=100, description="Characters of a text the model reads, from its beginning."
    )


class LanguageReason(StrEnum):
    """Why a text is not taken for Korean."""

    NO_HANGUL = "no_hangul"
    TOO_LITTLE_HANGUL = "too_little_hangul"
    NOT_KOREAN_SYLLABLES = "not_korean_syllables"
    OTHER_LANGUAGE = "other_language"


class LanguageFilter:
    """Judges texts one by one; holds the model, so make one per process.

    Raises:
        DataFileError: the model file is damaged.
    """

    def __init__(self, settings: LanguageSettings | None = None) -> None:
        self._settings = settings or LanguageSettings()
        self._model = fasttext.load_model(str(data_file("lid.176.ftz")))

    def judge(self, texts: Sequence[str]) -> list[Decision]:
        """Return one decision per text.

        The score is what decided: the Hangul share of the letters where the script did, else fastText's probability
        of Korean (0..1).
        """
        return [self._judge(nfc(text)) for text in texts]

    def judge_column(self, texts: pa.StringArray) -> pa.RecordBatch:
        """Judge an Arrow string column; return a batch of `DECISION_SCHEMA`, a row a text. A null counts as empty."""
        return to_batch(self.judge([text or "" for text in texts.to_pylist()]))

    def _judge(self, text: str) -> Decision:
        seen = census(text)
        if seen.compatibility > seen.syllables:  # jamo typed apart, or keys hit at random
            text = compose_jamo(text)
            seen = census(text)
        share = seen.hangul_share
        refusal = self._refusal(seen, share)
        if refusal is not None:
            return Decision(keep=False, reason=refusal, score=share)
        if share >= self._settings.script_share:
            return Decision(keep=True, reason=None, score=share)
        probability = self._probability(text[: self._settings.model_chars])
        if probability >= self._settings.min_probability:
            return Decision(keep=True, reason=None, score=probability)
        return Decision(keep=False, reason=LanguageReason.OTHER_LANGUAGE, score=probability)

    def _refusal(self, seen: Census, share: float) -> LanguageReason | None:
        """Return why the script alone says no, or None."""
        settings = self._settings
        if not seen.hangul:
            return LanguageReason.NO_HANGUL
        # Old Hangul (conjoining jamo) is not among the ranked syllables and counts neither for nor against.
        if seen.common < settings.min_common * (seen.syllables + seen.compatibility):
            return LanguageReason.NOT_KOREAN_SYLLABLES
        too_few = seen.syllables + seen.conjoining < settings.min_syllables and share < settings.pure_share
        return LanguageReason.TOO_LITTLE_HANGUL if too_few or share < settings.min_share else None

    def _probability(self, text: str) -> float:
        line = " ".join(text.splitlines()) + "\n"
        # The public predict() of the module copies through NumPy for every call; the bound function returns plain
        # pairs.
        pairs = self._model.f.predict(line, _BEST, 0.0, "strict")
        return min(1.0, next((float(probability) for probability, label in pairs if label == _KOREAN_LABEL), 0.0))
