"""Is this text Korean, and if not, what is it?

Hangul is written by Korean alone, so a text with enough of it needs no model: that keeps decomposed, short and code-
mixed Korean, which lid.176 loses. Random keys are told by their syllables. Where Hangul is a minority of the letters,
words decide: a Korean sentence full of foreign terms still ends most of its words in particles and verbs.
"""

from collections.abc import Sequence
from typing import NamedTuple

import pyarrow as pa

from filters.decision import Decision, to_batch
from filters.language.korean import Verdicts, judge_korean
from filters.language.model import Identifier
from filters.language.names import name_languages
from filters.language.settings import LanguageSettings


class Examined(NamedTuple):
    """What was found of texts, one entry and one row each."""

    decisions: list[Decision]
    identities: pa.RecordBatch
    """Of `IDENTITY_SCHEMA`."""


class LanguageFilter:
    """Judges texts, many at once; holds the model once it was needed, so make one per process.

    Raises:
        DataFileError: A data file is damaged; raised when it is first used.
    """

    def __init__(self, settings: LanguageSettings | None = None) -> None:
        self._settings = settings or LanguageSettings()
        self._identifier = Identifier()

    def judge(self, texts: Sequence[str]) -> list[Decision]:
        """Return one decision per text: kept is what `identify` labels one of `KOREAN_LABELS`.

        The score is the share of Hangul among the letters.
        """
        return _decisions(judge_korean(texts, self._settings))

    def judge_column(self, texts: pa.StringArray) -> pa.RecordBatch:
        """Judge an Arrow string column; return a batch of `DECISION_SCHEMA`, a row a text. A null counts as empty."""
        return to_batch(self.judge([text or "" for text in texts.to_pylist()]))

    def identify(self, texts: Sequence[str]) -> pa.RecordBatch:
        """Name the language of texts in any normal form; a batch of `IDENTITY_SCHEMA`, one row a text."""
        return name_languages(texts, judge_korean(texts, self._settings), self._identifier, self._settings)

    def examine(self, texts: Sequence[str]) -> Examined:
        """Judge and identify at once."""
        verdicts = judge_korean(texts, self._settings)
        return Examined(_decisions(verdicts), name_languages(texts, verdicts, self._identifier, self._settings))


def _decisions(verdicts: Verdicts) -> list[Decision]:
    shares = verdicts.letters.hangul_share.tolist()
    return [Decision(reason is None, reason, share) for reason, share in zip(verdicts.reasons, shares, strict=True)]
