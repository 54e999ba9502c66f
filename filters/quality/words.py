"""Korean in the words of a text: particles, verb endings and the ends of sentences, with or without marks.

All of it is read off the last syllables of an eojeol; no morpheme analyser runs.
"""

import numpy as np

from filters.quality.layout import Ints, Kind, Layout, Mask, final_consonants, syllable_table

_BASE, _LAST = 0xAC00, 0xD7A3
_SSANG_SIOT = 20  # the final consonant of the past tense: 었, 았, 했

# A sentence ends in a final ending (다 요 죠 까) or, as in notices, a nominal one (함 음).
_FINAL = "다요죠까함음됨임"
_POLITE = "요죠까"
# Endings of talk, and those of nouns made from verbs (함, 재미있음), which any ㅁ below may be.
_TALK = "네나냐지군구만야어아여해데듯걸게래라자고서든"
_MIEUM = 16
_NOT_PAST = "있겠"
_PARTICLE = "은는이가을를에의로와과도서고며면게지한된할될인던다요까기만나들"
# These stand alone only where a machine cut them off their noun; 이, 도 and 가 are words too.
_LOOSE = "은는을를에의와과로"


class Words:
    """Masks over the words of a layout."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self.last: Ints = self._letter(0)
        """The last letter of each word; 0 where it has none, or one above the Basic Multilingual Plane."""
        before = self._letter(1)
        self.marked: Mask = self._marked()
        """Words with a full stop, a question mark or the like behind their last letter."""
        long = self.is_hangul(self.last) & self.is_hangul(before)
        self.ends_sentence: Mask = (syllable_table(_FINAL)[self.last] & long) | (
            self.marked & self.is_hangul(self.last)
        )
        """A final ending, or a mark behind a Hangul syllable."""
        self.particle: Mask = syllable_table(_PARTICLE)[self.last] & long
        formal = (self.last == ord("다")) & (before == ord("니"))
        self.polite: Mask = self.ends_sentence & (syllable_table(_POLITE)[self.last] | formal)
        """Sentence ends addressed to somebody: 요, 죠, 까, 니다."""

    def past(self) -> Mask:
        """Sentence ends of narration: 했다, 했어요, 했습니다; not 있다."""
        tense = np.zeros(self.last.size, np.bool_)
        for back in (1, 2, 3):
            syllable = self._letter(back)
            syllable = np.where(self.is_hangul(syllable), syllable, _BASE)
            tense |= (final_consonants()[syllable - _BASE] == _SSANG_SIOT) & ~syllable_table(_NOT_PAST)[syllable]
        return self.ends_sentence & tense

    def ends_utterance(self) -> Mask:
        """Words that may end something said: a sentence end, an ending of talk, a laugh or a shout."""
        layout = self._layout
        syllable = np.where(self.is_hangul(self.last), self.last, _BASE)
        nominal = (final_consonants()[syllable - _BASE] == _MIEUM) & self.is_hangul(self._letter(1))
        loud = layout.has(Kind.JAMO)[layout.word_end - 1] | layout.has(Kind.SHOUT)[layout.word_end - 1]
        talk = syllable_table(_TALK)[self.last] & self.is_hangul(self._letter(1))
        said: Mask = self.ends_sentence | talk | nominal | loud
        return said

    def loose(self) -> Mask:
        """Particles that stand alone."""
        alone: Mask = (self._layout.word_end - self._layout.word_start == 1) & syllable_table(_LOOSE)[self.last]
        return alone

    def is_hangul(self, points: Ints) -> Mask:
        """Which letters are precomposed syllables."""
        return (points >= _BASE) & (points <= _LAST)

    def _letter(self, back: int) -> Ints:
        """The letter so far before the last one of each word; 0 where the word is too short."""
        layout = self._layout
        at = layout.word_last - back
        points = layout.points[np.maximum(at, 0)].astype(np.int64)
        return np.where((at >= layout.word_start) & (layout.word_last >= 0) & (points <= _LAST), points, 0)

    def _marked(self) -> Mask:
        layout = self._layout
        marks = np.concatenate((np.zeros(1, np.int64), np.cumsum(layout.has(Kind.MARK))))
        behind = np.where(layout.word_last >= 0, layout.word_last + 1, layout.word_start)
        marked: Mask = np.greater(marks[layout.word_end], marks[behind])
        return marked
