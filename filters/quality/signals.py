"""What a document looks like, as numbers; nothing here decides."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from filters.hangul import census
from filters.mojibake import MojibakeSettings, score_census
from filters.quality.repetition import WordSequence, duplicate_lines

_SHORT_LINE = 30  # characters
_FEW_LINES = 4  # fewer say nothing about how lines begin and end
_FEW_BOUND_VERBS = 3
_CLOSERS = r"(?:[\"')\]」』”’*~ㅋㅎㅠㅜ]|\[\d+\])*$"
# A sentence ends in a mark, or without one in a final ending (다 요 죠 까) or, as in notices, a nominal one (함 음).
# Quotation marks, footnote numbers and a smile may follow.
_FINISHED = re.compile(r"(?:[.?!…。]|[다요죠까함음됨임]:?)" + _CLOSERS)
_ELLIPSIS = ("...", "…")
_BULLETS = (*"•·‧ㆍ∙●○■□▪▶▷◆◇", "* ", "- ", "– ")
_HANGUL_RUN = re.compile("[\uac00-\ud7a3]+")
_CHAT = re.compile(r"[\u3131-\u3163]{2,}|[~!?]{2,}|\^\^|;;")
_PARTICLE = re.compile(
    r"(?:[은는이가을를에의로와과도서고며면게지한된할될인던다요까기만나들])[.,!?…\"')\]」』”’]*(?=\s|$)",
)
# Verbs worn down to particles take their noun before them: 에 대한, 을 위해, 로 인한, 하기 위한.
_BOUND_VERB = re.compile(
    r"(?<!\S)(\S+) +(?:대한|위한|통한|의한|관한|인한|대해|위해|통해|의해|인해|(?:대|위|통|의|관|인)하여)(?=[\s.,])",
)
_TAKES_BOUND_VERB = re.compile(r"[에을를로기께]" + _CLOSERS)


@dataclass(frozen=True, slots=True)
class Signals:
    """Measures of one document; `QualitySettings` says of each limit what is counted."""

    words: float
    mojibake: float
    hangul_share: float
    hangul_run: float
    chat_marks: float
    duplicate_lines: float
    top_2gram: float
    top_3gram: float
    duplicate_2grams: float
    duplicate_3grams: float
    duplicate_5grams: float
    symbols: float
    bullet_lines: float
    ellipsis_lines: float
    lines_per_word: float
    finished_lines: float
    fragments: float
    misplaced: float
    particles: float


def measure(text: str, mojibake: MojibakeSettings | None = None) -> Signals:
    """Measure a main text in NFC, one paragraph or list item or code line per line."""
    words = text.split()
    lines = [line for line in map(str.strip, text.split("\n")) if line]
    per_word = 1 / max(1, len(words))
    seen = census(text)
    runs = len(_HANGUL_RUN.findall(text))
    sequence = WordSequence(words)
    finished_lines, fragments = _line_ends(lines)
    return Signals(
        words=float(len(words)),
        mojibake=score_census(text, seen, mojibake or MojibakeSettings()),
        hangul_share=seen.hangul_share,
        hangul_run=seen.syllables / runs if runs else 0.0,
        chat_marks=len(_CHAT.findall(text)) * per_word,
        duplicate_lines=duplicate_lines(lines),
        top_2gram=sequence.top_share(2),
        top_3gram=sequence.top_share(3),
        duplicate_2grams=sequence.duplicate_share(2),
        duplicate_3grams=sequence.duplicate_share(3),
        duplicate_5grams=sequence.duplicate_share(5),
        symbols=(text.count("#") + text.count("…") + text.count("...")) * per_word,
        bullet_lines=_share_of_lines(lines, lambda line: line.startswith(_BULLETS)),
        ellipsis_lines=_share_of_lines(lines, lambda line: line.endswith(_ELLIPSIS)),
        lines_per_word=len(lines) * per_word,
        finished_lines=finished_lines,
        fragments=fragments,
        misplaced=_misplaced(text),
        particles=len(_PARTICLE.findall(text)) * per_word,
    )


def _share_of_lines(lines: list[str], test: Callable[[str], bool]) -> float:
    return sum(map(test, lines)) / len(lines) if len(lines) >= _FEW_LINES else 0.0


def _line_ends(lines: list[str]) -> tuple[float, float]:
    """Return the share of finished lines, and of short unfinished ones less that of text in long finished ones."""
    finished = [bool(_FINISHED.search(line)) for line in lines]
    scraps = sum(not done and len(line) < _SHORT_LINE for line, done in zip(lines, finished, strict=True))
    prose = sum(len(line) for line, done in zip(lines, finished, strict=True) if done and len(line) >= _SHORT_LINE)
    count = max(1, len(lines))
    return sum(finished) / count, scraps / count - prose / max(1, sum(map(len, lines)))


def _misplaced(text: str) -> float:
    """Return the share of bound verbs without their noun: next to none in Korean, nine tenths in shuffled words."""
    nouns = _BOUND_VERB.findall(text)
    if len(nouns) < _FEW_BOUND_VERBS:
        return 0.0
    return sum(not _TAKES_BOUND_VERB.search(noun) for noun in nouns) / len(nouns)
