"""Letters of a text, and hashes of their runs.

Two prints of one exam question differ in spaces, line ends, quotation marks, numbers in circles before the options and
underlines, hardly ever in letters. So benchmark items are compared by letters and decimal digits alone: NFC, lower
case, full-width forms as the ordinary ones, everything else left out. Characters outside the basic plane are left out
too: Korean text has emoji there and nothing to read.
"""

import functools
import unicodedata
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from dedup._arrays import Hashes, Rows
from dedup.shingles import BASE, mix64

Codes = npt.NDArray[np.uint16]
"""Letters as code points of the basic plane."""

_PLANE = 1 << 16
_WORD = 1 << 64


def letters(texts: Sequence[str]) -> tuple[Codes, Rows]:
    """Letters of texts one after another, shape (n,), and where each text ends among them, shape (len(texts),)."""
    whole = [text if unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text) for text in texts]
    units = np.frombuffer("".join(whole).encode("utf-16-le", "surrogatepass"), dtype="<u2")
    found = _table()[units]
    kept = np.flatnonzero(found)
    # A character outside the plane is two units, so ends are counted in units.
    wide = [len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) >> 1 for text in whole]
    ends = np.searchsorted(kept, np.cumsum(np.asarray(wide, dtype=np.int64)))
    return found[kept], ends.astype(np.int64)


def run_hashes(codes: Codes, width: int) -> Hashes:
    """64-bit hash of each run of `width` letters; shape (max(n - width + 1, 0),).

    Raises:
        ValueError: The width is not positive.
    """
    if width < 1:
        raise ValueError(f"a run has at least one letter, not {width}")
    if len(codes) < width:
        return np.empty(0, dtype=np.uint64)
    return mix64(_polynomial(codes.astype(np.uint64), width))


def _polynomial(codes: Hashes, width: int) -> Hashes:
    """Horner's rule modulo 2^64 for every window, by doubling: a window is its first half, shifted, and its second."""
    if width == 1:
        return codes.copy()
    half = width // 2
    short = _polynomial(codes, half)
    count = len(codes) - 2 * half + 1
    hashes = short[:count] * np.uint64(pow(int(BASE), half, _WORD)) + short[half : half + count]
    if width % 2:
        hashes = hashes[:-1] * BASE + codes[2 * half :]
    return hashes


@functools.cache
def _table() -> Codes:
    """What each code unit becomes; 0 leaves it out (surrogates are neither letters nor digits)."""
    return np.fromiter((_letter(chr(point)) for point in range(_PLANE)), dtype=np.uint16, count=_PLANE)


def _letter(character: str) -> int:
    if unicodedata.category(character)[0] != "L" and unicodedata.category(character) != "Nd":
        return 0
    plain = unicodedata.normalize("NFKC", character).lower()
    # Compatibility jamo (ㄱ) would become conjoining ones, and some letters several.
    if len(plain) != 1 or not plain.isalnum() or "\u1100" <= plain <= "\u11ff":
        plain = character.lower()
    return ord(plain) if len(plain) == 1 and ord(plain) < _PLANE else ord(character)
