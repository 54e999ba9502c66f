"""The thresholds of the quality rules.

"FineWeb2" is kor_Hang.yml of FineWeb2 (Penedo et al. 2025), "Gopher" is Rae et al. 2021, appendix A. "Measured" means
set on labelled development documents and author-written main texts, at a round figure, so that a rule alone costs no
genre more than 5 %.
"""

from pydantic import BaseModel, ConfigDict, Field

from filters.mojibake import MojibakeSettings


class QualitySettings(BaseModel):
    """Limits a document must keep; `min_` and `max_` values themselves are still good. A word is an eojeol."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    mojibake: MojibakeSettings = Field(
        default=MojibakeSettings(), description="Damage of the text; see MojibakeSettings."
    )
    min_words: int = Field(
        default=22, ge=0, description="Words. Gopher's 50, which FineWeb2 counts in morphemes: 50 / 2.2."
    )
    max_words: int = Field(default=45_000, ge=1, description="Words. Gopher's 100,000 / 2.2.")
    min_hangul_share: float = Field(
        default=0.05,
        ge=0,
        le=1,
        description=(
            "Hangul among letters. Replaces FineWeb2's share of alphabetic words (.791), which drops "
            "blogs with code. Measured."
        ),
    )
    max_hangul_run: float = Field(
        default=6.0,
        ge=1,
        description=(
            "Mean syllables in a row. Replaces FineWeb2's mean word length of 6 morphemes: text without "
            "spaces has 8 and more. Measured."
        ),
    )
    max_chat_marks: float = Field(
        default=0.025,
        ge=0,
        description=(
            "Loose jamo (ㅋㅋ), !!, ~~, ^^ and ;; per word: above one in 40 words it is chatter. Measured; "
            "no counterpart elsewhere."
        ),
    )
    max_duplicate_lines: float = Field(
        default=0.5,
        ge=0,
        le=1,
        description=(
            "Characters in lines that occurred before. FineWeb2 has .374 of the lines; code and exercises "
            "repeat short ones. Measured."
        ),
    )
    max_top_2gram: float = Field(
        default=0.2,
        ge=0,
        le=1,
        description="Characters in the commonest word pair. FineWeb2's 4-gram of morphemes: .185.",
    )
    max_top_3gram: float = Field(
        default=0.2,
        ge=0,
        le=1,
        description="Characters in the commonest word triple. As the pair; FineWeb2 has no 6-gram.",
    )
    max_duplicate_2grams: float = Field(
        default=0.6,
        ge=0,
        le=1,
        description=(
            "Characters in word pairs seen before. FineWeb2's 5-gram of morphemes has .201, which drops "
            "code and statutes. Measured."
        ),
    )
    max_duplicate_3grams: float = Field(
        default=0.5, ge=0, le=1, description="Characters in word triples seen before. As the pairs. Measured."
    )
    max_duplicate_5grams: float = Field(
        default=0.42, ge=0, le=1, description="Characters in runs of five words seen before. As the pairs. Measured."
    )
    max_symbols: float = Field(
        default=0.1,
        ge=0,
        description="Hash signs and ellipses per word. Gopher; an eojeol is nearer to its English word.",
    )
    max_bullet_lines: float = Field(
        default=0.9, ge=0, le=1, description="Lines that begin with a bullet, of four or more. Gopher."
    )
    max_ellipsis_lines: float = Field(
        default=0.3, ge=0, le=1, description="Lines that end in an ellipsis, of four or more. Gopher."
    )
    max_lines_per_word: float = Field(
        default=0.45, ge=0, description="Lines per word. FineWeb2's .196 per morpheme x 2.2."
    )
    min_finished_lines: float = Field(
        default=0.01,
        ge=0,
        le=1,
        description=(
            "Lines that end like a sentence. FineWeb2's line_punct_thr .062; lower because lists and code "
            "are lines too. Measured."
        ),
    )
    max_fragments: float = Field(
        default=0.55,
        ge=-1,
        le=1,
        description=(
            "Share of lines that are short and unfinished, less the share of characters in long finished "
            "lines. Menus, listings. Measured."
        ),
    )
    max_misplaced: float = Field(
        default=0.5,
        ge=0,
        le=1,
        description=(
            "Bound verbs (대한, 위해 ...) without the noun Korean grammar puts before them, of three or more: "
            "shuffled words. Measured."
        ),
    )
    min_particles: float = Field(
        default=0.05,
        ge=0,
        le=1,
        description=(
            "Words that end in a particle or verb ending. Replaces FineWeb2's two stop words, which stand "
            "alone in no eojeol. Measured."
        ),
    )
