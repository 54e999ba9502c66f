"""What kind of text is this? Told from its signals alone, so that limits can differ by kind."""

from collections.abc import Mapping
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from filters.quality.layout import Floats

_SHORT = 36  # words: what a review or comment of 140 characters holds at most; longer ones are judged as prose
_ARTICLES = 0.01  # numbers of articles per word; next to none outside of law
_POLITE = 0.6  # of sentence ends
_LATIN = 0.2  # letters that are no Hangul
_CODE = 0.03  # signs of code among the characters
_REPORTING = 0.012  # words of news reports per word
_PAST = 0.35  # of sentence ends
_DIGITS = 0.012  # figures are rare in narration and common in reports


class Genre(StrEnum):
    """Kinds of text with limits of their own, in the order they are tried."""

    STATUTE = "statute"
    """Laws, rules, contracts: numbered articles in plain style."""
    SHORT = "short"
    """Fewer than 36 words: reviews, comments, captions."""
    TECHNICAL = "technical"
    """Documentation and articles with program code or many foreign words."""
    TALK = "talk"
    """Posts, petitions, guides, letters: addressed to somebody (요, 니다)."""
    NEWS = "news"
    """Reports of what was said and done."""
    NARRATIVE = "narrative"
    """Fiction, diaries: past tense without figures."""
    ESSAY = "essay"
    """All other plain prose."""


GENRES = tuple(Genre)


def genres_of(signals: Mapping[str, Floats]) -> npt.NDArray[np.int64]:
    """Return the index in `GENRES` of each document."""
    tests = (
        (signals["articles"] >= _ARTICLES) & (signals["polite"] < _POLITE) & (signals["sentences"] > 0),
        signals["words"] < _SHORT,
        (signals["hangul_share"] < 1 - _LATIN) | (signals["code"] >= _CODE),
        signals["polite"] >= _POLITE,
        (signals["reporting"] >= _REPORTING) & (signals["digits"] >= _DIGITS),
        (signals["past"] >= _PAST) & (signals["digits"] < _DIGITS),
    )
    return np.select(tests, range(len(tests)), len(tests)).astype(np.int64)
