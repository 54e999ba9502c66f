"""Which language is it in, and is it Korean? Whole texts and their paragraphs.

- `settings`: `LanguageSettings`, `LanguageReason`: when a text counts as Korean.
- `measure`: what the letters and words of many texts say, counted at once.
- `korean`: `judge_korean`: Korean, partly Korean, or why not.
- `scripts`: the language a script gives away without a model.
- `latin`: `korean_in_latin`: romanised and mistyped Korean.
- `model`: `Identifier`: fastText's lid.176, where a script is shared by many languages.
- `names`: what language a text is in, `IDENTITY_SCHEMA`.
- `judge`: `LanguageFilter`: `identify` names the language of texts, `judge` says which to keep.
- `lines`: `read_lines`: what each line is written in.
- `paragraphs`: `korean_part`: the Korean part of a text that is partly foreign.
"""

from filters.language.judge import Examined, LanguageFilter
from filters.language.names import IDENTITY_SCHEMA
from filters.language.paragraphs import KoreanPart, ParagraphSettings, Removed, korean_part, paragraph_languages
from filters.language.settings import KOREAN_LABELS, LanguageReason, LanguageSettings

__all__ = [
    "IDENTITY_SCHEMA",
    "KOREAN_LABELS",
    "Examined",
    "KoreanPart",
    "LanguageFilter",
    "LanguageReason",
    "LanguageSettings",
    "ParagraphSettings",
    "Removed",
    "korean_part",
    "paragraph_languages",
]
