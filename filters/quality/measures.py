"""Signals of characters, words and their repetition, each from masks over a layout."""

import numpy as np

from filters.quality.layout import Floats, Kind, Layout, Mask
from filters.quality.lines import line_lengths
from filters.quality.order import word_order
from filters.quality.repetition import Hashes, Sequences, stem_hashes, word_hashes
from filters.quality.words import Words

_ELLIPSIS = ord("…")


def character_signals(layout: Layout, per_word: Floats, per_many: Floats) -> dict[str, Floats]:
    """Signals of characters, a column each."""
    points, syllable, jamo = layout.points, layout.has(Kind.SYLLABLE), layout.has(Kind.JAMO)
    shout, dots, digit = layout.has(Kind.SHOUT), points == ord("."), layout.has(Kind.DIGIT)
    pairs = [_run_starts(mask, 2) for mask in (jamo, shout, points == ord("^"), points == ord(";"))]
    ink = np.maximum(1, layout.per_text(~layout.has(Kind.SPACE)))
    symbols = (points == ord("#")) | (points == _ELLIPSIS) | _run_starts(dots, 3)
    behind_number = np.isin(points, (ord("조"), ord("항"), ord("호"))) & before(digit)
    return {
        "hangul_run": layout.per_text(syllable) / np.maximum(1, layout.per_text(_run_starts(syllable, 1))),
        "chat_marks": layout.per_text(np.logical_or.reduce(pairs)) * per_many,
        "symbols": layout.per_text(symbols) * per_word,
        "digits": layout.per_text(digit) / ink,
        "code": layout.per_text(layout.has(Kind.CODE)) / ink,
        "articles": layout.per_text(behind_number) * per_word,
    }


def word_signals(layout: Layout, words: Words, per_word: Floats) -> dict[str, Floats]:
    """Signals of words, a column each."""
    ends = layout.words_per_text(words.ends_sentence)
    per_end = 1 / np.maximum(1, ends)
    return {
        "sentences": ends * per_word,
        "marks": layout.words_per_text(words.marked) * per_word,
        "polite": layout.words_per_text(words.polite) * per_end,
        "past": layout.words_per_text(words.past()) * per_end,
        "loose_particles": layout.words_per_text(words.loose()) * per_word,
        "word_order": word_order(layout, words),
        "particles": layout.words_per_text(words.particle) * per_word,
    }


def repetition_signals(layout: Layout, per_word: Floats) -> dict[str, Floats]:
    """Signals of repetition, a column each."""
    hashes, lengths = word_hashes(layout), layout.word_end - layout.word_start
    sequence = Sequences(hashes, lengths, layout.word_text, layout.texts)
    lettered = layout.word_last >= 0
    stems = Sequences(stem_hashes(layout)[lettered], lengths[lettered], layout.word_text[lettered], layout.texts)
    pairs, triples = sequence.grams(2), sequence.grams(3)
    return {
        "duplicate_2grams": pairs.duplicate_share(),
        "duplicate_3grams": triples.duplicate_share(),
        "duplicate_5grams": sequence.grams(5).duplicate_share(),
        "top_2gram": pairs.top_share(),
        "top_3gram": triples.top_share(),
        "top_stem": stems.grams(1).top_count() * per_word,
        "duplicate_lines": _line_sequence(layout, hashes).grams(1).duplicate_share(),
    }


def _line_sequence(layout: Layout, hashes: Hashes) -> Sequences:
    first = layout.first_word
    # A line is the sum of its words, each weighed by its place.
    place = np.arange(hashes.size) - np.repeat(first, np.diff(first, append=hashes.size))
    weighed = hashes * (2 * place.astype(np.uint64) + np.uint64(1))
    sums = np.add.reduceat(weighed, first) if first.size else np.zeros(0, np.uint64)
    return Sequences(sums, line_lengths(layout), layout.word_text[first], layout.texts)


def before(mask: Mask) -> Mask:
    """Where the mask holds one place earlier."""
    return np.concatenate((np.zeros(1, np.bool_), mask[:-1]))


def _run_starts(mask: Mask, least: int) -> Mask:
    """Where a run of at least so many begins."""
    starts = mask & ~before(mask)
    for ahead in range(1, least):
        starts[:-ahead] &= mask[ahead:]
        starts[-ahead:] = False
    return starts
