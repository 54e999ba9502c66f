"""The quality rules in order: the first limit a document breaks is its reason."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from filters.decision import DECISION_SCHEMA
from filters.quality.classifier import quality_model
from filters.quality.genre import GENRES, genres_of
from filters.quality.layout import Floats
from filters.quality.settings import QualitySettings
from filters.quality.signals import SIGNALS_SCHEMA, measure

_MAX_MOJIBAKE = 0.5  # the fixed point of the mojibake scale


class QualityReason(StrEnum):
    """Why a text is not worth keeping."""

    MOJIBAKE = "mojibake"
    NO_SPACES = "no_spaces"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    CUT_UP = "cut_up"
    LITTLE_HANGUL = "little_hangul"
    CHATTER = "chatter"
    ABUSE = "abuse"
    DUPLICATE_LINES = "duplicate_lines"
    TOP_NGRAM = "top_ngram"
    DUPLICATE_NGRAMS = "duplicate_ngrams"
    SYMBOLS = "symbols"
    BULLET_LINES = "bullet_lines"
    ELLIPSIS_LINES = "ellipsis_lines"
    TOO_MANY_LINES = "too_many_lines"
    MENU = "menu"
    NO_SENTENCES = "no_sentences"
    FRAGMENTS = "fragments"
    WORD_ORDER = "word_order"
    FEW_PARTICLES = "few_particles"
    ADVERTISING = "advertising"
    TEMPLATE = "template"
    TRANSLATED = "translated"
    SPAM = "spam"
    LOW_SCORE = "low_score"


# (reason, signal, name of the limit); `min_` and `max_` say which side is bad. Damage first, then size, then content.
_RULES = (
    (QualityReason.NO_SPACES, "hangul_run", "max_hangul_run"),
    (QualityReason.CUT_UP, "loose_particles", "max_loose_particles"),
    (QualityReason.LITTLE_HANGUL, "hangul_share", "min_hangul_share"),
    (QualityReason.CHATTER, "chat_marks", "max_chat_marks"),
    (QualityReason.ABUSE, "abuse", "max_abuse"),
    (QualityReason.DUPLICATE_LINES, "duplicate_lines", "max_duplicate_lines"),
    (QualityReason.TOP_NGRAM, "top_2gram", "max_top_2gram"),
    (QualityReason.TOP_NGRAM, "top_3gram", "max_top_3gram"),
    (QualityReason.TOP_NGRAM, "top_stem", "max_top_stem"),
    (QualityReason.DUPLICATE_NGRAMS, "duplicate_2grams", "max_duplicate_2grams"),
    (QualityReason.DUPLICATE_NGRAMS, "duplicate_3grams", "max_duplicate_3grams"),
    (QualityReason.DUPLICATE_NGRAMS, "duplicate_5grams", "max_duplicate_5grams"),
    (QualityReason.SYMBOLS, "symbols", "max_symbols"),
    (QualityReason.BULLET_LINES, "bullet_lines", "max_bullet_lines"),
    (QualityReason.ELLIPSIS_LINES, "ellipsis_lines", "max_ellipsis_lines"),
    (QualityReason.TOO_MANY_LINES, "lines_per_word", "max_lines_per_word"),
    (QualityReason.MENU, "menu", "max_menu"),
    (QualityReason.NO_SENTENCES, "sentences", "min_sentences"),
    (QualityReason.NO_SENTENCES, "utterances", "min_utterances"),
    (QualityReason.FRAGMENTS, "fragments", "max_fragments"),
    (QualityReason.WORD_ORDER, "word_order", "min_word_order"),
    (QualityReason.FEW_PARTICLES, "particles", "min_particles"),
    (QualityReason.ADVERTISING, "advertising", "max_advertising"),
    (QualityReason.TEMPLATE, "template", "max_template"),
    (QualityReason.TRANSLATED, "pronouns", "max_pronouns"),
    (QualityReason.SPAM, "ad", "max_ad"),
    (QualityReason.LOW_SCORE, "score", "min_score"),
)
_REASONS = [str(reason) for reason in QualityReason]


@dataclass(frozen=True, slots=True)
class QualityBatch:
    """Verdicts and measures of a batch, row for row."""

    decisions: pa.RecordBatch
    """`DECISION_SCHEMA`; the score is the value that broke the rule, null when kept."""
    signals: pa.RecordBatch
    """`SIGNALS_SCHEMA`."""
    genre: pa.StringArray
    """A `Genre` each."""
    score: pa.DoubleArray
    """Probability that the document is good, 0..1."""


def judge_quality(texts: Sequence[str], settings: QualitySettings | None = None) -> QualityBatch:
    """Judge main texts of any normal form, a row a text."""
    settings = settings or QualitySettings()
    return judge_signals(measure(texts, settings.mojibake, quality_model(settings.model)), settings)


def judge_signals(signals: pa.RecordBatch, settings: QualitySettings | None = None) -> QualityBatch:
    """Judge documents by their signals alone, for instance those stored with them: no text is needed to decide anew.

    Args:
        signals: Columns of `SIGNALS_SCHEMA`, a row a document.
        settings: The limits.

    Raises:
        KeyError: A signal is missing.
    """
    settings = settings or QualitySettings()
    values: dict[str, Floats] = {
        name: signals.column(name).to_numpy(zero_copy_only=False) for name in SIGNALS_SCHEMA.names
    }
    values["score"] = quality_model(settings.model).good(values)
    genre = genres_of(values)
    why = np.full(signals.num_rows, len(_REASONS))
    found = np.full(signals.num_rows, np.nan)
    for reason, name, broken in _broken(values, genre, settings):
        news = broken & np.isnan(found)
        why[news] = _REASONS.index(reason)
        found[news] = values[name][news]
    kept = np.isnan(found)
    decisions = pa.RecordBatch.from_arrays(
        [
            pa.array(kept),
            pa.array([*_REASONS, None], pa.string()).take(pa.array(why, pa.int64())),
            pa.array(found, pa.float64(), mask=kept),
        ],
        schema=DECISION_SCHEMA,
    )
    names = pa.array([str(genre) for genre in GENRES], pa.string())
    return QualityBatch(
        decisions, signals, names.take(pa.array(genre, pa.int64())), pa.array(values["score"], pa.float64())
    )


def _broken(
    values: dict[str, Floats], genre: npt.NDArray[np.int64], settings: QualitySettings
) -> Iterator[tuple[QualityReason, str, npt.NDArray[np.bool_]]]:
    """Which documents break each rule, in order."""
    yield QualityReason.MOJIBAKE, "mojibake", values["mojibake"] > _MAX_MOJIBAKE
    # Text without spaces is one long word, so its spacing is asked before its size.
    yield QualityReason.NO_SPACES, "hangul_run", values["hangul_run"] > settings.short.max_hangul_run
    yield QualityReason.TOO_SHORT, "syllables", values["syllables"] < settings.min_syllables
    yield QualityReason.TOO_LONG, "words", values["words"] > settings.max_words
    for reason, signal, name in _RULES:
        limit = np.array([getattr(settings.limits(kind), name) for kind in GENRES], np.float64)[genre]
        value = values[signal]
        yield reason, signal, value < limit if name.startswith("min_") else value > limit
