"""What becomes of a code point on its own.

`dedup.canonical` drops whitespace, composes (NFC, UAX #15) and lowers a text. For most code points that is a matter of
the code point alone: none before it or behind it changes what it becomes. Text of such code points needs no Unicode
algorithm, only a table.
"""

import functools
import sys
import unicodedata

import numpy as np
import numpy.typing as npt

GONE = 0xFFFFFFFE
"""In the table: whitespace."""

ODD = 0xFFFFFFFF
"""In the table: what becomes of the code point depends on its neighbours, or is longer than it in UTF-8."""

_PLANES = 0x20000  # the basic plane and that of emoji
_SURROGATES = range(0xD800, 0xE000)
_MEDIAL_FINAL = range(0x1160, 0x1200)  # conjoining vowels and finals, which composed syllables take up
_FINAL_SIGMA = "Σ"  # lowered by its place in the word


@functools.cache
def canonical_table() -> npt.NDArray[np.uint32]:
    """Canonical code point of each code point of the first two planes, `GONE` or `ODD`.

    A code point is simple when its NFC and lower-case forms are one code point, nothing composes with it as a second
    part (NFC_Quick_Check is Yes for its form), its form has combining class 0, and it is not longer than before.
    """
    seconds = _second_parts()
    table = np.full(_PLANES, ODD, dtype=np.uint32)
    for point in range(_PLANES):
        character = chr(point)
        if point in _SURROGATES or character == _FINAL_SIGMA:
            continue
        if character.isspace():
            table[point] = GONE
            continue
        composed = unicodedata.normalize("NFC", character)
        if len(composed) > 1 or composed in seconds or unicodedata.combining(composed):
            continue
        lowered = composed.lower()
        same = lowered == character
        if same or (len(lowered) == 1 and len(lowered.encode()) <= len(character.encode())):
            table[point] = ord(lowered)
    return table


@functools.cache
def identity_table() -> npt.NDArray[np.uint32]:
    """The table for texts that are canonical already."""
    return np.arange(sys.maxunicode + 1, dtype=np.uint32)


def _second_parts() -> frozenset[str]:
    """Characters that NFC may join to one before them."""
    found = set(map(chr, _MEDIAL_FINAL))
    for point in range(_PLANES):  # further on, nothing decomposes into two
        parts = unicodedata.decomposition(chr(point)).split()
        if len(parts) == 2 and not parts[0].startswith("<"):  # noqa: PLR2004  # a first and a second part
            found.add(chr(int(parts[1], 16)))
    return frozenset(found)
