"""The quality rules in order: the first limit a document breaks is its reason."""

from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from enum import StrEnum

import pyarrow as pa

from filters.decision import Decision, to_batch
from filters.hangul import nfc
from filters.quality.settings import QualitySettings
from filters.quality.signals import Signals, measure

_MAX_MOJIBAKE = 0.5  # the fixed point of the mojibake scale
_NAMES = [field.name for field in fields(Signals)]
SIGNALS_SCHEMA = pa.schema([(name, pa.float64()) for name in _NAMES])


class QualityReason(StrEnum):
    """Why a text is not worth keeping."""

    MOJIBAKE = "mojibake"
    NO_SPACES = "no_spaces"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    LITTLE_HANGUL = "little_hangul"
    CHATTER = "chatter"
    DUPLICATE_LINES = "duplicate_lines"
    TOP_NGRAM = "top_ngram"
    DUPLICATE_NGRAMS = "duplicate_ngrams"
    SYMBOLS = "symbols"
    BULLET_LINES = "bullet_lines"
    ELLIPSIS_LINES = "ellipsis_lines"
    TOO_MANY_LINES = "too_many_lines"
    UNFINISHED_LINES = "unfinished_lines"
    FRAGMENTS = "fragments"
    MISPLACED_WORDS = "misplaced_words"
    FEW_PARTICLES = "few_particles"


# (reason, signal, settings field); `min_` and `max_` say which side of the limit is bad. Damage first, then size,
# then content.
_RULES = (
    (QualityReason.NO_SPACES, "hangul_run", "max_hangul_run"),
    (QualityReason.TOO_SHORT, "words", "min_words"),
    (QualityReason.TOO_LONG, "words", "max_words"),
    (QualityReason.LITTLE_HANGUL, "hangul_share", "min_hangul_share"),
    (QualityReason.CHATTER, "chat_marks", "max_chat_marks"),
    (QualityReason.DUPLICATE_LINES, "duplicate_lines", "max_duplicate_lines"),
    (QualityReason.TOP_NGRAM, "top_2gram", "max_top_2gram"),
    (QualityReason.TOP_NGRAM, "top_3gram", "max_top_3gram"),
    (QualityReason.DUPLICATE_NGRAMS, "duplicate_2grams", "max_duplicate_2grams"),
    (QualityReason.DUPLICATE_NGRAMS, "duplicate_3grams", "max_duplicate_3grams"),
    (QualityReason.DUPLICATE_NGRAMS, "duplicate_5grams", "max_duplicate_5grams"),
    (QualityReason.SYMBOLS, "symbols", "max_symbols"),
    (QualityReason.BULLET_LINES, "bullet_lines", "max_bullet_lines"),
    (QualityReason.ELLIPSIS_LINES, "ellipsis_lines", "max_ellipsis_lines"),
    (QualityReason.TOO_MANY_LINES, "lines_per_word", "max_lines_per_word"),
    (QualityReason.UNFINISHED_LINES, "finished_lines", "min_finished_lines"),
    (QualityReason.FRAGMENTS, "fragments", "max_fragments"),
    (QualityReason.MISPLACED_WORDS, "misplaced", "max_misplaced"),
    (QualityReason.FEW_PARTICLES, "particles", "min_particles"),
)


@dataclass(frozen=True, slots=True)
class QualityBatch:
    """Verdicts and measures of a batch, row for row; `score` is the value that broke the rule, null when kept."""

    decisions: pa.RecordBatch
    signals: pa.RecordBatch


def judge_quality(texts: Sequence[str], settings: QualitySettings | None = None) -> QualityBatch:
    """Judge main texts of any normal form; return batches of `DECISION_SCHEMA` and `SIGNALS_SCHEMA`, a row a text."""
    settings = settings or QualitySettings()
    measured = [measure(nfc(text), settings.mojibake) for text in texts]
    rows = [astuple(signals) for signals in measured]
    columns = [pa.array([row[i] for row in rows], pa.float64()) for i in range(len(_NAMES))]
    return QualityBatch(
        decisions=to_batch([judge_signals(signals, settings) for signals in measured]),
        signals=pa.RecordBatch.from_arrays(columns, schema=SIGNALS_SCHEMA),
    )


def judge_signals(signals: Signals, settings: QualitySettings) -> Decision:
    """Apply the rules to measures already taken, for instance those stored with a document."""
    if signals.mojibake > _MAX_MOJIBAKE:
        return Decision(keep=False, reason=QualityReason.MOJIBAKE, score=signals.mojibake)
    for reason, signal, name in _RULES:
        value, limit = getattr(signals, signal), getattr(settings, name)
        if value < limit if name.startswith("min_") else value > limit:
            return Decision(keep=False, reason=reason, score=value)
    return Decision(keep=True, reason=None, score=None)
