"""Canonical text, shingles and the exact Jaccard index.

Korean spacing varies between copies of one text ("할 수 있다", "할수있다"), so shingles are runs of characters of the
text without whitespace; runs of words lose every shingle around a changed space.

Why 5 characters: measured on 3,517 real pairs (`benchmarks/dedup_shingles.py`), 5 is the least width at which long
unrelated documents stay below 0.05, and it finds 0.996 of the pairs that runs of five words put at 0.8 or more. Wider
shingles lose versions of one document (1,743 pairs at width 5, 1,511 at 12, 1,334 at 24) and hardly any of the pairs of
other documents, which are copies too (322, 305, 297). Eojeol lose more of both at every width tried. Three morphemes
(Kiwi) find as many pairs as five characters, 0.97 of them the same ones, and take 490 times as long.
"""

import unicodedata
from collections.abc import Iterator, Sequence

import numpy as np

from dedup._arrays import Hashes, distinct
from dedup.settings import DEFAULTS, DedupSettings

# Any odd multiplier is a bijection modulo 2^64; this one is 2^64 / golden ratio, whose bits follow no pattern.
BASE = np.uint64(0x9E3779B97F4A7C15)
# The 64-bit finaliser of MurmurHash3 (Austin Appleby, public domain).
_SHIFT = np.uint64(33)
_MIX_1 = np.uint64(0xFF51AFD7ED558CCD)
_MIX_2 = np.uint64(0xC4CEB9FE1A85EC53)

# Enough text to make the cost of a numpy call vanish, little enough for the level-2 cache.
_CHUNK_CHARS = 1 << 16


def canonical(text: str) -> str:
    """The form in which texts are compared: no whitespace, NFC, lower case.

    Whitespace goes first, so that a space between a letter and its combining mark (or two conjoining jamo) cannot
    change the result.
    """
    return unicodedata.normalize("NFC", "".join(text.split())).lower()


def mix64(values: Hashes) -> Hashes:
    """Scramble each value in place with a bijection of 64-bit integers, and return the array."""
    values ^= values >> _SHIFT
    values *= _MIX_1
    values ^= values >> _SHIFT
    values *= _MIX_2
    values ^= values >> _SHIFT
    return values


def shingle_set(text: str, settings: DedupSettings = DEFAULTS) -> Hashes:
    """64-bit hashes of the distinct shingles of a text, sorted; shape (n,).

    A text shorter than the shingle width is one shingle, which no other text has. An empty text has none.
    """
    return next(shingle_sets([canonical(text)], settings.shingle_width))


def shingle_sets(canonical_texts: Sequence[str], width: int) -> Iterator[Hashes]:
    """`shingle_set` of many texts that are canonical already, in order, many at a time."""
    for chunk in chunks(canonical_texts):
        hashes = window_hashes(_code_points("".join(chunk)), width)
        start = 0
        for text in chunk:
            end = start + len(text)
            if len(text) >= width:
                # The windows between here and `end` reach into the next text.
                yield distinct(hashes[start : end - width + 1])
            else:
                yield window_hashes(_code_points(text), len(text))
            start = end


def jaccard(a: Hashes, b: Hashes) -> float:
    """Exact Jaccard index of two sorted sets of distinct hashes; 0.0 when either is empty."""
    if not len(a) or not len(b):
        return 0.0
    both = np.concatenate((a, b))
    # The kind sorts two sorted runs by merging them.
    both.sort(kind="stable")
    shared = int(np.count_nonzero(both[1:] == both[:-1]))
    return shared / (len(both) - shared)


def chunks(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    """The texts in order, some at a time: at most 65,536 characters, or one text."""
    start = chars = 0
    for row, text in enumerate(texts):
        if chars and chars + len(text) > _CHUNK_CHARS:
            yield texts[start:row]
            start, chars = row, 0
        chars += len(text)
    if start < len(texts):
        yield texts[start:]


def _code_points(text: str) -> Hashes:
    return np.frombuffer(text.encode("utf-32-le"), dtype="<u4").astype(np.uint64)


def window_hashes(code_points: Hashes, width: int) -> Hashes:
    """Hash of each run of `width` code points, or other numbers, by Horner's rule modulo 2^64 from the width on."""
    count = max(len(code_points) - width + 1, 0) if width else 0
    hashes = np.full(count, width, dtype=np.uint64)
    for offset in range(width):
        hashes *= BASE
        hashes += code_points[offset : offset + count]
    return mix64(hashes)
