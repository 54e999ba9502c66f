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

_PLANES = 0x20000  # the basic plane and that of emoji; no character further on decomposes into two
_SURROGATES = slice(0xD800, 0xE000)
_MEDIAL_FINAL = slice(0x1160, 0x1200)  # conjoining vowels and finals, which composed syllables take up
_FINAL_SIGMA = "Σ"  # lowered by its place in the word


@functools.cache
def canonical_table() -> npt.NDArray[np.uint32]:
    """Canonical code point of each code point of the first two planes, `GONE` or `ODD`.

    A code point is simple when its NFC and lower-case forms are one code point, nothing composes with it as a second
    part (NFC_Quick_Check is Yes for its form), its form has combining class 0, and it is not longer than before.
    """
    table = np.arange(_PLANES, dtype=np.uint32)
    table[_SURROGATES] = table[_MEDIAL_FINAL] = ODD
    characters = [chr(point) for point in range(_PLANES)]
    parts = [unicodedata.decomposition(character) for character in characters]
    # Compatibility decompositions begin with "<", canonical ones of two parts have a space; the second may be joined.
    seconds = {chr(int(part.split()[1], 16)) for part in parts if " " in part and part[0] != "<"}
    for character, part in zip(characters, parts, strict=True):
        if part or character.lower() != character or character.isspace() or unicodedata.combining(character):
            table[ord(character)] = _form(character, seconds)
    table[[ord(character) for character in seconds]] = ODD
    return table


@functools.cache
def identity_table() -> npt.NDArray[np.uint32]:
    """The table for texts that are canonical already."""
    return np.arange(sys.maxunicode + 1, dtype=np.uint32)


def _form(character: str, seconds: set[str]) -> int:
    if character.isspace():
        return GONE
    composed = unicodedata.normalize("NFC", character)
    lowered = composed.lower()
    if len(composed) > 1 or len(lowered) > 1 or len(lowered.encode()) > len(character.encode()):
        return ODD
    if composed in seconds or unicodedata.combining(composed) or character == _FINAL_SIGMA:
        return ODD
    return ord(lowered)
