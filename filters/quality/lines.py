"""How the lines of a text begin and end: prose, lists, menus, code."""

import numpy as np
import numpy.typing as npt

from filters.quality.layout import Floats, Ints, Kind, Layout, Mask
from filters.quality.words import Words

_SHORT = 30  # characters
_CLAUSE = 3  # words
_CLAUSE_PARTICLES = 0.2  # of them
_FEW = 4  # fewer lines say nothing about how lines begin and end
_ELLIPSIS = ord("…")
_DASHES = [ord(sign) for sign in "*-–"]


def last_words(layout: Layout) -> Ints:
    """The last word of every line."""
    return np.append(layout.first_word[1:], layout.word_start.size)[: layout.first_word.size] - 1


def line_lengths(layout: Layout) -> Ints:
    """Characters of every line, from its first word to its last."""
    return layout.word_end[last_words(layout)] - layout.word_start[layout.first_word]


def line_signals(layout: Layout, words: Words, per_word: Floats) -> dict[str, Floats]:
    """Signals of lines, a column each."""
    first, last, texts = layout.first_word, last_words(layout), layout.texts
    text, lengths = layout.word_text[first], line_lengths(layout)

    def total(weights: npt.NDArray[np.generic]) -> Floats:
        return np.bincount(text, weights, texts).astype(np.float64)

    count = np.bincount(text, minlength=texts)
    per_line = 1 / np.maximum(1, count)
    per_char = 1 / np.maximum(1, total(lengths))
    enough = count >= _FEW
    finished = words.ends_sentence[last] | words.marked[last]
    scraps = total(~finished & (lengths < _SHORT)) * per_line
    prose = total(lengths * (finished & (lengths >= _SHORT))) * per_char
    return {
        "lines_per_word": count * per_word,
        "finished_lines": total(finished) * per_line,
        "utterances": total(_said(layout, words)) * per_line,
        "fragments": scraps - prose,
        "bullet_lines": total(_bulleted(layout)) * per_line * enough,
        "ellipsis_lines": total(_trails_off(layout)) * per_line * enough,
        "quotes": layout.per_text(layout.has(Kind.QUOTE)) * per_line,
    }


def _said(layout: Layout, words: Words) -> Mask:
    """Lines that end like talk, or have words enough and particles among them."""
    first = layout.first_word
    if not first.size:
        return np.zeros(0, np.bool_)
    width = np.diff(first, append=layout.word_start.size)
    particles = np.add.reduceat(words.particle, first, dtype=np.int64)
    said: Mask = words.ends_utterance()[last_words(layout)] | (
        (width >= _CLAUSE) & (particles >= _CLAUSE_PARTICLES * width)
    )
    return said


def _bulleted(layout: Layout) -> Mask:
    begin = layout.word_start[layout.first_word]
    alone = layout.word_end[layout.first_word] - begin == 1
    bulleted: Mask = layout.has(Kind.BULLET)[begin] | (np.isin(layout.points[begin], _DASHES) & alone)
    return bulleted


def _trails_off(layout: Layout) -> Mask:
    last = layout.word_end[last_words(layout)] - 1
    dots = layout.points == ord(".")
    # The first characters of the row have nothing before them.
    three = dots[last] & dots[np.maximum(last - 1, 0)] & dots[np.maximum(last - 2, 0)]
    trails: Mask = (layout.points[last] == _ELLIPSIS) | three
    return trails
