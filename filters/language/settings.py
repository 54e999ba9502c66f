"""When a text counts as Korean."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

KOREAN = "ko"
KOREAN_MIXED = "ko-mixed"
ROMANISED = "ko-Latn"
MISTYPED = "mash"
UNDETERMINED = "und"
KOREAN_LABELS = (KOREAN, KOREAN_MIXED)
"""Labels of texts that are kept: mainly Korean, and foreign with a Korean part worth having."""


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
        default=50,
        ge=1,
        description=(
            "Syllables a text below pure_share must hold: tag and archive pages have about a dozen. Set 1 "
            "to judge single sentences."
        ),
    )
    main_share: float = Field(
        default=0.3,
        ge=0,
        le=1,
        description=(
            "Hangul among letters from which a text is mainly Korean. A syllable does the work of two or three Latin "
            "letters; the rest of a Korean page is source code, names and menus."
        ),
    )
    main_words: float = Field(
        default=0.5,
        ge=0,
        le=1,
        description=(
            "Words that end in Hangul, among all words, from which a text below main_share is mainly Korean: particles "
            "follow foreign terms in a Korean sentence and are absent from a foreign one."
        ),
    )
    mixed_words: float = Field(
        default=0.33,
        ge=0,
        le=1,
        description="The same share from which a text is ko-mixed, such as a Korean sentence made of foreign terms.",
    )
    min_share: float = Field(
        default=0.05,
        ge=0,
        le=1,
        description=(
            "Hangul among letters below which a text is of another language whatever its menu says, and no part of it "
            "is looked for."
        ),
    )
    part_syllables: int = Field(
        default=80,
        ge=1,
        description=(
            "Syllables that the Korean paragraphs of a text must hold together for it to be ko-mixed. Menus "
            "and lists of titles are no paragraphs."
        ),
    )
    max_strangeness: float = Field(
        default=6,
        description=(
            "Natural logarithm by which random keys may explain syllables and jamo better than Korean does. A syllable "
            "in Korean use is evidence of 2 for Korean; a strange one or a loose jamo of 2.6 against it."
        ),
    )
    name_foreign: bool = Field(
        default=False,
        description=(
            "Ask the model which language a text without Korean is in. It takes most of the time then; without it, a "
            "script that several languages share is named as such (und-Latn)."
        ),
    )
    model_chars: int = Field(
        default=1000, ge=100, description="Characters of a text the model reads, from its beginning."
    )


class LanguageReason(StrEnum):
    """Why a text is not taken for Korean."""

    NO_HANGUL = "no_hangul"
    TOO_LITTLE_HANGUL = "too_little_hangul"
    NOT_KOREAN_SYLLABLES = "not_korean_syllables"
    OTHER_LANGUAGE = "other_language"
