"""What text is worth keeping: pure functions over bytes, text and Arrow columns.

In the order a page meets them:

- `bytetest`, `markupshare`: `judge_bytes`, `count_hangul`, `rough_share`: can these bytes hold Korean? Before
  anything is parsed.
- `charset`: `decode`: bytes to text, declared encodings believed only when they fit.
- `mojibake`: `judge_mojibake`, `mojibake_score`: text that was decoded wrongly before it reached us.
- `visible`: `visible_text`: what a reader of the page sees.
- `language`: `LanguageFilter`: which language is it in, and is it Korean? Letters and words; a model for the others.
  `korean_part`: without the foreign paragraphs of a mixed text.
- `quality`: `judge_quality`, `judge_signals`: is the main text worth learning from? Signals, genre, score.
- `clean`: `clean_text`: away with lines in which a page speaks of itself.
- `pii`: `mask_texts`, `detect`: personal data found and masked; imported from there.
- `hangul`: `nfc`, `census`, `hangul_share`, `compose_jamo`: Korean text basics by Unicode block.
- `decision`: `Decision`, and `to_batch` for its Arrow form.

Data files lie in `data`, verified by digest when first used (`DataFileError`); nothing is downloaded.
"""

from filters._data import DATA_DIGESTS, DataFileError
from filters.bytetest import HangulReason, HangulSettings, count_hangul, judge_bytes, rough_share
from filters.charset import Decoded, decode
from filters.clean import Cleaned, clean_text
from filters.decision import DECISION_SCHEMA, Decision, to_batch
from filters.hangul import Census, census, compose_jamo, hangul_share, nfc
from filters.language import (
    IDENTITY_SCHEMA,
    KOREAN_LABELS,
    KoreanPart,
    LanguageFilter,
    LanguageReason,
    LanguageSettings,
    ParagraphSettings,
    korean_part,
    paragraph_languages,
)
from filters.mojibake import MojibakeReason, MojibakeSettings, judge_mojibake, mojibake_score
from filters.quality import (
    SIGNALS,
    SIGNALS_SCHEMA,
    Genre,
    QualityBatch,
    QualityReason,
    QualitySettings,
    judge_quality,
    judge_signals,
    measure,
)
from filters.visible import close_comments, visible_text

__all__ = [
    "DATA_DIGESTS",
    "DECISION_SCHEMA",
    "IDENTITY_SCHEMA",
    "KOREAN_LABELS",
    "SIGNALS",
    "SIGNALS_SCHEMA",
    "Census",
    "Cleaned",
    "DataFileError",
    "Decision",
    "Decoded",
    "Genre",
    "HangulReason",
    "HangulSettings",
    "KoreanPart",
    "LanguageFilter",
    "LanguageReason",
    "LanguageSettings",
    "MojibakeReason",
    "MojibakeSettings",
    "ParagraphSettings",
    "QualityBatch",
    "QualityReason",
    "QualitySettings",
    "census",
    "clean_text",
    "close_comments",
    "compose_jamo",
    "count_hangul",
    "decode",
    "hangul_share",
    "judge_bytes",
    "judge_mojibake",
    "judge_quality",
    "judge_signals",
    "korean_part",
    "measure",
    "mojibake_score",
    "nfc",
    "paragraph_languages",
    "rough_share",
    "to_batch",
    "visible_text",
]
