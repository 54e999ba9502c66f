"""What a document looks like, as numbers; nothing here decides."""

import re
from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa

from filters.hangul import census, nfc
from filters.mojibake import MojibakeSettings, score_census
from filters.quality.classifier import QualityModel, quality_model
from filters.quality.layout import Floats, Kind, lay_out
from filters.quality.lines import line_signals
from filters.quality.measures import before, character_signals, repetition_signals, word_signals
from filters.quality.phrases import count_phrases
from filters.quality.words import Words

_MANY = 60.0  # words
_CHUNK = 1 << 18  # characters measured at once, so that the arrays stay in the processor's cache
_PHONE = re.compile(r"(?<!\d)(?:0\d{1,2}[-.) ]{1,2}\d{3,4}|1[568]\d\d)[-. ]\d{4}(?!\d)")
_LINK = re.compile(r"https?://|www\.")

SIGNALS = {
    "words": "Words (eojeol).",
    "syllables": "Hangul syllables.",
    "mojibake": "Damage of the characters, 0..1; its limit is at 0.5.",
    "hangul_share": "Hangul of any block among the letters.",
    "hangul_run": "Mean syllables in a row: spacing.",
    "loose_particles": "Particles that stand alone, of the words: spacing.",
    "chat_marks": "Loose jamo (ㅋㅋ), !!, ~~, ^^ and ;; per word, of 60 at least.",
    "duplicate_lines": "Characters in lines that occurred before.",
    "top_2gram": "Characters in the word pair that fills most of the text.",
    "top_3gram": "Characters in the word triple that fills most of the text.",
    "duplicate_2grams": "Characters in word pairs seen before.",
    "duplicate_3grams": "Characters in word triples seen before.",
    "duplicate_5grams": "Characters in runs of five words seen before.",
    "top_stem": "Words that begin with the commonest two syllables, of the words.",
    "symbols": "Hash signs and ellipses per word.",
    "bullet_lines": "Lines that begin with a bullet, of four or more.",
    "ellipsis_lines": "Lines that end in an ellipsis, of four or more.",
    "lines_per_word": "Lines per word.",
    "finished_lines": "Lines that end like a sentence.",
    "utterances": "Lines that end like talk, or have three words and particles among them.",
    "fragments": "Share of short unfinished lines, less the share of characters in long finished ones.",
    "sentences": "Words that end like a sentence, with or without a mark, of the words.",
    "marks": "Words that end in a mark, of the words.",
    "polite": "Sentence ends addressed to somebody (요, 니다), of all sentence ends.",
    "past": "Sentence ends of plain narration (했다), of all sentence ends.",
    "word_order": "How much better than by chance words follow each other, in nats; see `order`.",
    "particles": "Words that end in a particle or verb ending.",
    "digits": "Digits among the characters that are no space.",
    "code": "Signs of program code among the characters that are no space.",
    "quotes": "Quotation marks per line.",
    "articles": "Numbers of articles, paragraphs and items (제3조, 제1항) per word.",
    "contacts": "Telephone numbers, links and prices per word.",
    "advertising": "Weight of words of advertising per word, of 60 at least.",
    "template": "Weight of sentences that search-engine posts are made of, per word, of 60 at least.",
    "menu": "Words of menus, logins and page footers per word.",
    "reporting": "Words of news reports per word.",
    "abuse": "Weight of insults per word, of 60 at least.",
    "pronouns": "Pronouns that Korean leaves out and translations keep (당신은, 그것은) per word, of 60 at least.",
    "classifier": "Probability that the document is good by its word ends alone; null where the score does not ask.",
    "ad": "Probability that the document is advertising or made for search engines; see `score`.",
}
"""Every signal with its meaning, in the order of the columns. Shares run from 0 to 1."""

SIGNALS_SCHEMA = pa.schema([(name, pa.float64()) for name in SIGNALS])


def measure(
    texts: Sequence[str], mojibake: MojibakeSettings | None = None, model: QualityModel | None = None
) -> pa.RecordBatch:
    """Measure main texts, one paragraph or list item or code line per line; a row of `SIGNALS_SCHEMA` a text.

    A row depends on its text alone, however texts are batched. Without a model the one in this package is used.

    Raises:
        DataFileError: A data file of this package is damaged.
    """
    texts, model = [nfc(text) for text in texts], model or quality_model()
    signals = measure_text(texts, mojibake)
    signals["classifier"] = model.classify(texts) if model.uses_classifier else np.full(len(texts), np.nan)
    signals["ad"] = model.ad(signals)
    return pa.RecordBatch.from_arrays(
        [pa.array(signals[name], pa.float64(), from_pandas=True) for name in SIGNALS], schema=SIGNALS_SCHEMA
    )


def measure_text(texts: Sequence[str], mojibake: MojibakeSettings | None = None) -> dict[str, Floats]:
    """Measure texts (NFC) by all signals that need no trained model, a column each."""
    settings = mojibake or MojibakeSettings()
    parts = [_measure(chunk, settings) for chunk in _chunks(texts)] or [dict.fromkeys(SIGNALS, np.zeros(0))]
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _chunks(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    begin = size = 0
    for index, text in enumerate(texts):
        size += len(text)
        if size >= _CHUNK:
            yield texts[begin : index + 1]
            begin, size = index + 1, 0
    if begin < len(texts):
        yield texts[begin:]


def _measure(texts: Sequence[str], mojibake: MojibakeSettings) -> dict[str, Floats]:
    layout = lay_out(texts)
    words = Words(layout)
    count = layout.words_per_text()
    per_word = 1 / np.maximum(1, count)
    censuses = [census(text) for text in texts]
    # One word of selling or one laugh makes a short letter neither an advertisement nor chatter.
    per_many = 1 / np.maximum(_MANY, count)
    phrases = count_phrases(texts)
    prices = layout.per_text(before(layout.has(Kind.DIGIT)) & np.isin(layout.points, (ord("원"), ord("만"))))
    calls = np.array([len(_PHONE.findall(text)) + len(_LINK.findall(text)) for text in texts], np.float64)
    return (
        {
            "words": count,
            "syllables": layout.per_text(layout.has(Kind.SYLLABLE)),
            "mojibake": np.array(
                [score_census(text, seen, mojibake) for text, seen in zip(texts, censuses, strict=True)]
            ),
            "hangul_share": np.array([seen.hangul_share for seen in censuses]),
            "contacts": (calls + prices) * per_word,
            "advertising": phrases["ad"] * per_many,
            "template": phrases["template"] * per_many,
            "menu": phrases["menu"] * per_word,
            "reporting": phrases["news"] * per_word,
            "abuse": phrases["abuse"] * per_many,
            "pronouns": phrases["pronoun"] * per_many,
        }
        | character_signals(layout, per_word, per_many)
        | word_signals(layout, words, per_word)
        | repetition_signals(layout, per_word)
        | line_signals(layout, words, per_word)
    )
