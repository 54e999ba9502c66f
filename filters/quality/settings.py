"""The limits of the quality rules, for every genre.

"FineWeb2" is kor_Hang.yml of FineWeb2 (Penedo et al. 2025), "Gopher" is Rae et al. 2021, appendix A. "Kept" means set
by good documents of the development set, at a round figure that costs no register more than about 2 %; figures of bad
ones were in view. "Measured" means weighed on good and bad ones.
"""

from pydantic import BaseModel, ConfigDict, Field

from filters.mojibake import MojibakeSettings
from filters.quality.genre import Genre


class Limits(BaseModel):
    """Limits a document must keep; `min_` and `max_` values themselves are still good. A word is an eojeol."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    min_hangul_share: float = Field(
        default=0.05,
        ge=0,
        le=1,
        description="Hangul among letters. Replaces FineWeb2's alphabetic words (.791), which drop code. Kept.",
    )
    max_hangul_run: float = Field(
        default=6.0,
        ge=1,
        description=(
            "Mean syllables in a row. Replaces FineWeb2's mean word length of 6 morphemes: text without "
            "spaces has 8 and more. Measured."
        ),
    )
    max_loose_particles: float = Field(
        default=0.15, ge=0, le=1, description="Words that are a lone particle: text cut up by a machine. Kept."
    )
    max_chat_marks: float = Field(
        default=0.025,
        ge=0,
        description="Loose jamo (ㅋㅋ), !!, ~~, ^^ and ;; per word: chatter. Measured; none elsewhere.",
    )
    max_abuse: float = Field(default=0.01, ge=0, description="Insults per word. Kept; no counterpart elsewhere.")
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
    max_top_stem: float = Field(
        default=0.2, ge=0, le=1, description="Words that begin alike: a phrase repeated for search engines. Kept."
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
    min_sentences: float = Field(
        default=0.01,
        ge=0,
        le=1,
        description=(
            "Words that end like a sentence, with or without a mark. Replaces FineWeb2's line_punct_thr .062, "
            "which drops whole sources that write no full stops. Kept."
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
    max_menu: float = Field(default=0.05, ge=0, description="Words of menus and page footers per word. Kept.")
    min_word_order: float = Field(
        default=0.0,
        description="How much better than by chance words follow each other (nats): shuffled or stuffed words. Kept.",
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
    min_utterances: float = Field(
        default=0.0, ge=0, le=1, description="Lines that end in something one may say; asked of short texts only. Kept."
    )
    max_advertising: float = Field(
        default=0.02, ge=0, description="Weight of words of advertising per word. Kept; no counterpart elsewhere."
    )
    max_ad: float = Field(
        default=0.5,
        ge=0,
        le=1,
        description="Probability of advertising or a search-engine post, from phrases, contacts and repetition. Kept.",
    )
    max_template: float = Field(
        default=0.03, ge=0, description="Weight of sentences of search-engine posts per word. Kept; none elsewhere."
    )
    max_pronouns: float = Field(
        default=0.05, ge=0, description="Pronouns that translating machines leave standing per word. Kept."
    )
    min_score: float = Field(
        default=0.2, ge=0, le=1, description="Probability that the document is good, from all signals. Measured."
    )


class StatuteLimits(Limits):
    """Laws repeat themselves by nature and list what they name."""

    max_duplicate_2grams: float = Field(default=0.75, ge=0, le=1, description="Statutes name things in full. Kept.")
    max_top_stem: float = Field(default=0.4, ge=0, le=1, description="제1항, 제2항 … begin alike. Kept.")
    max_fragments: float = Field(default=0.9, ge=-1, le=1, description="Items of a paragraph are phrases. Kept.")
    max_advertising: float = Field(default=0.05, ge=0, description="Laws on trade use its words. Kept.")


class TechnicalLimits(Limits):
    """Code is short lines without an end, and the same words again."""

    max_fragments: float = Field(default=0.62, ge=-1, le=1, description="Code and lists of options. Measured.")
    max_chat_marks: float = Field(default=0.04, ge=0, description="?? and ;; are program code. Kept.")
    min_sentences: float = Field(default=0.005, ge=0, le=1, description="Listings of code have few. Kept.")
    min_word_order: float = Field(default=-0.02, description="Notes in key words leave few pairs of words. Kept.")
    min_score: float = Field(default=0.08, ge=0, le=1, description="Code looks like lists. Measured.")


class TalkLimits(Limits):
    """People who write to others laugh, shout, thank and recommend."""

    max_chat_marks: float = Field(default=0.08, ge=0, description="Posts smile more than they quarrel. Kept.")
    max_abuse: float = Field(default=0.015, ge=0, description="Angry petitions quote insults. Kept.")
    max_advertising: float = Field(default=0.03, ge=0, description="Petitions and diaries name shops and prices. Kept.")
    max_ad: float = Field(default=0.6, ge=0, le=1, description="Petitions ask for things, with numbers. Kept.")
    min_word_order: float = Field(default=-0.02, description="Spoken Korean moves its words about. Kept.")


class NarrativeLimits(Limits):
    """Fiction and diaries: short sentences, many words for the same."""

    max_chat_marks: float = Field(default=0.06, ge=0, description="Diaries laugh; comments tell no story. Kept.")
    min_word_order: float = Field(default=-0.01, description="Short sentences leave few pairs of words. Kept.")


class ShortLimits(Limits):
    """One utterance: repetition and order say nothing, its ending does."""

    max_hangul_run: float = Field(default=12.0, ge=1, description="Reviews are typed without spaces. Kept.")
    max_loose_particles: float = Field(default=0.5, ge=0, le=1, description="One word weighs much. Kept.")
    max_chat_marks: float = Field(default=0.1, ge=0, description="Six laughs or shouts. Kept.")
    max_abuse: float = Field(default=0.05, ge=0, description="Two insults in anger. Kept.")
    max_top_2gram: float = Field(default=1.0, ge=0, le=1, description="Not asked of short texts.")
    max_top_3gram: float = Field(default=1.0, ge=0, le=1, description="Not asked of short texts.")
    max_top_stem: float = Field(default=1.0, ge=0, le=1, description="Not asked of short texts.")
    max_symbols: float = Field(default=1.0, ge=0, description="Ellipses between words are common in talk. Kept.")
    max_lines_per_word: float = Field(default=1.0, ge=0, description="A review may be one word in one line.")
    min_sentences: float = Field(default=0.0, ge=0, le=1, description="Asked as min_utterances.")
    max_fragments: float = Field(default=1.0, ge=-1, le=1, description="Asked as min_utterances.")
    max_menu: float = Field(default=0.1, ge=0, description="Words of menus per word: a login box has most. Kept.")
    min_word_order: float = Field(default=-9.0, description="Not asked of short texts.")
    min_particles: float = Field(default=0.0, ge=0, le=1, description="Asked as min_utterances.")
    min_utterances: float = Field(default=0.5, ge=0, le=1, description="Half of the lines end like talk. Measured.")
    max_advertising: float = Field(default=0.1, ge=0, description="One sentence of it. Kept.")
    max_ad: float = Field(default=1.0, ge=0, le=1, description="One word weighs too much to say.")
    max_template: float = Field(default=0.1, ge=0, description="One sentence of it. Kept.")
    max_pronouns: float = Field(default=0.1, ge=0, description="Five of them. Kept.")
    min_score: float = Field(default=0.0, ge=0, le=1, description="The score is made for longer texts.")


class QualitySettings(BaseModel):
    """When a main text is worth learning from."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    mojibake: MojibakeSettings = Field(
        default=MojibakeSettings(), description="Damage of the text; see MojibakeSettings."
    )
    model: str = Field(
        default="",
        description="Model written by malmoi quality train, its card beside it. Empty: the one of this package.",
    )
    min_syllables: int = Field(default=5, ge=0, description="Hangul syllables; fewer say nothing to learn. Kept.")
    max_words: int = Field(default=45_000, ge=1, description="Words. Gopher's 100,000 / 2.2.")
    short: ShortLimits = Field(default=ShortLimits(), description="Texts of fewer than 36 words.")
    statute: StatuteLimits = Field(default=StatuteLimits(), description="Laws and rules.")
    technical: TechnicalLimits = Field(default=TechnicalLimits(), description="Texts with code or foreign words.")
    talk: TalkLimits = Field(default=TalkLimits(), description="Posts, petitions and other texts in polite style.")
    news: Limits = Field(default=Limits(), description="News reports.")
    narrative: NarrativeLimits = Field(default=NarrativeLimits(), description="Fiction and diaries.")
    essay: Limits = Field(default=Limits(), description="All other prose.")

    def limits(self, genre: Genre) -> Limits:
        """The limits of a genre."""
        limits: Limits = getattr(self, genre.value)
        return limits
