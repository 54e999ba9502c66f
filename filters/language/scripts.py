"""The language a script gives away without a model; labels are ISO 639, or und-<ISO 15924> for a shared script."""

import bisect
import collections

from filters.language.settings import UNDETERMINED

LATIN = "und-Latn"
JAPANESE = "ja"
CHINESE = "zh"

# First code point of a block and what is written in it (Unicode, Blocks.txt); what is not listed is undetermined.
_BLOCKS: tuple[tuple[int, str], ...] = (
    (0x0000, UNDETERMINED),
    (0x0370, "el"),
    (0x0400, "und-Cyrl"),
    (0x0530, "hy"),
    (0x0590, "und-Hebr"),
    (0x0600, "und-Arab"),
    (0x0700, UNDETERMINED),
    (0x0750, "und-Arab"),
    (0x0780, UNDETERMINED),
    (0x0900, "und-Deva"),
    (0x0980, "und-Beng"),
    (0x0A00, "pa"),
    (0x0A80, "gu"),
    (0x0B00, "or"),
    (0x0B80, "ta"),
    (0x0C00, "te"),
    (0x0C80, "kn"),
    (0x0D00, "ml"),
    (0x0D80, "si"),
    (0x0E00, "th"),
    (0x0E80, "lo"),
    (0x0F00, "und-Tibt"),
    (0x1000, "und-Mymr"),
    (0x10A0, "ka"),
    (0x1100, UNDETERMINED),
    (0x1200, "und-Ethi"),
    (0x13A0, UNDETERMINED),
    (0x1780, "km"),
    (0x1800, "und-Mong"),
    (0x18B0, UNDETERMINED),
    (0x1C90, "ka"),
    (0x1CC0, UNDETERMINED),
    (0x1F00, "el"),
    (0x2000, UNDETERMINED),
)
_STARTS = [start for start, _ in _BLOCKS]
_ALPHABETS_FROM = "\u0370"  # below lie the Latin blocks
_SAMPLE = 200  # characters


def alphabet_of(text: str) -> str:
    """Return the label of the alphabet that most letters of a text are in, Latin ones left out; `und` without any.

    Read is the beginning of the text. Hangul, kana and Han are counted elsewhere and have no block here.
    """
    labels: collections.Counter[str] = collections.Counter()
    for char, count in collections.Counter(text[:_SAMPLE]).items():
        if char >= _ALPHABETS_FROM and char.isalpha():
            labels[_BLOCKS[bisect.bisect_right(_STARTS, ord(char)) - 1][1]] += count
    del labels[UNDETERMINED]
    return max(labels, key=lambda label: (labels[label], label), default=UNDETERMINED)
