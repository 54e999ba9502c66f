"""Compiled loops over UTF-8: canonical form, shingle hashes, distinct hashes, minima of permutations.

Loading this module loads numba, which takes 0.4 s of CPU with machine code in its cache and 4 s the first time on a
machine; `dedup.compiled` decides when that pays. Every result is the one that the NumPy code in `dedup.shingles` and
`dedup.minhash` computes. The loops hold no lock of the interpreter, so threads may run them side by side.
"""

# ruff: noqa: PLR0917  # compiled code takes its arguments by position

import importlib
import sys
from collections.abc import Callable
from typing import Any, TypeVar, cast

import numpy as np
import numpy.typing as npt
from numba import njit

from dedup.code_points import GONE, ODD

_Function = TypeVar("_Function", bound=Callable[..., Any])

Bytes = npt.NDArray[np.uint8]
Words = npt.NDArray[np.uint32]
Hashes = npt.NDArray[np.uint64]
Counts = npt.NDArray[np.int64]

# As in `dedup.shingles` and `dedup.minhash`.
_BASE, _SHIFT = np.uint64(0x9E3779B97F4A7C15), np.uint64(33)
_MIX_1, _MIX_2 = np.uint64(0xFF51AFD7ED558CCD), np.uint64(0xC4CEB9FE1A85EC53)
_FMIX_1, _FMIX_2 = np.uint32(0x85EBCA6B), np.uint32(0xC2B2AE35)

# Shingles that stay in the level-1 cache while all permutations pass over them.
_BLOCK = 2048
# The first bytes of sequences of two, three and four bytes in UTF-8, and what continues one.
_MORE, _TWO, _THREE, _FOUR, _OVER = 0x80, 0xC2, 0xE0, 0xF0, 0xF5
_SIX_BITS, _LEAST_THREE, _LEAST_FOUR = 0x40, 0x800, 0x10000
_HANGUL, _SYLLABLES, _FIRST_HANGUL = 0xAC00, 11172, 0xEA


_TEXTS = "Array(uint8, 1, 'C', readonly=True), int64[::1], uint32[::1], int64"


def _load_without_linear_algebra() -> None:
    """Load what numba knows of arrays, but not SciPy's linear algebra: a quarter of the time, for nothing needed."""
    modules: dict[str, Any] = sys.modules
    absent = "scipy.linalg" not in modules
    if absent:
        modules["scipy.linalg"] = None  # the import system's sign for a module that cannot be had
    try:
        importlib.import_module("numba.np.arraymath")
    finally:
        if absent:
            del modules["scipy.linalg"]


_load_without_linear_algebra()


def _compiled(signature: str) -> Callable[[_Function], _Function]:
    """Compile for these types at once, and keep the machine code where numba finds room for it."""

    def decorate(function: _Function) -> _Function:
        try:
            made = njit(signature, nogil=True, error_model="numpy", cache=True)(function)
        except RuntimeError:  # files may be written neither beside the package nor in a cache folder of the user
            made = njit(signature, nogil=True, error_model="numpy")(function)
        return cast("_Function", made)

    return decorate


def _inner(function: _Function) -> _Function:
    """Compiled into the functions that call it, and kept with them."""
    return cast("_Function", njit(nogil=True, error_model="numpy")(function))


@_inner
def _encode(code: Any, form: Bytes, at: int) -> int:
    """UTF-8 of a code point into `form` from `at` to the place returned."""
    if code < _MORE:
        form[at] = code
        return at + 1
    if code < _LEAST_THREE:
        form[at], form[at + 1] = 0xC0 | code >> 6, 0x80 | code & 0x3F
        return at + 2
    if code < _LEAST_FOUR:
        form[at], form[at + 1], form[at + 2] = 0xE0 | code >> 12, 0x80 | code >> 6 & 0x3F, 0x80 | code & 0x3F
        return at + 3
    form[at], form[at + 1] = 0xF0 | code >> 18, 0x80 | code >> 12 & 0x3F
    form[at + 2], form[at + 3] = 0x80 | code >> 6 & 0x3F, 0x80 | code & 0x3F
    return at + 4


@_inner
def _point(data: Bytes, place: int, end: int) -> tuple[Any, int]:
    """Code point beyond ASCII at a place, `ODD` where that is no UTF-8, and its number of bytes."""
    lead = data[place]
    if lead >= _TWO and lead < _THREE and place + 1 < end:
        one = data[place + 1] ^ _MORE
        return (np.uint32((lead & 0x1F) << 6 | one), 2) if one < _SIX_BITS else (np.uint32(ODD), 2)
    if lead >= _THREE and lead < _FOUR and place + 2 < end:
        one, two = data[place + 1] ^ _MORE, data[place + 2] ^ _MORE
        code = np.uint32((lead & 0x0F) << 12 | one << 6 | two)
        return (code, 3) if one | two < _SIX_BITS and code >= _LEAST_THREE else (np.uint32(ODD), 3)
    if lead >= _FOUR and lead < _OVER and place + 3 < end:
        one, two, three = data[place + 1] ^ _MORE, data[place + 2] ^ _MORE, data[place + 3] ^ _MORE
        code = np.uint32((lead & 0x07) << 18 | one << 12 | two << 6 | three)
        return (code, 4) if one | two | three < _SIX_BITS and code >= _LEAST_FOUR else (np.uint32(ODD), 4)
    return np.uint32(ODD), 1


@_inner
def _hangul(data: Bytes, place: int, end: int) -> Any:
    """Code point of a Hangul syllable at a place, 0 where there is something else."""
    lead = data[place]
    if lead < _FIRST_HANGUL or lead >= _FIRST_HANGUL + 4 or place + 2 >= end:
        return np.uint32(0)
    one, two = data[place + 1] ^ _MORE, data[place + 2] ^ _MORE
    code = np.uint32((lead & 0x0F) << 12 | one << 6 | two)
    known = np.uint32(code - np.uint32(_HANGUL)) < _SYLLABLES and one | two < _SIX_BITS
    return code if known else np.uint32(0)


@_inner
def _decode(data: Bytes, start: int, end: int, table: Words, codes: Words, form: Bytes, at: int) -> tuple[int, int]:
    """Canonical code points of a text, or -1; their UTF-8 goes into `form` from `at` to the place returned.

    Two ways of their own for ASCII and for syllables, which canonical form never changes, halve the time.
    """
    count, place = 0, start
    while place < end:
        lead = data[place]
        if lead < _MORE:
            kept = table[lead]
            codes[count], form[at] = kept, np.uint8(kept)
            # No branch: where a word ends cannot be foreseen.
            step = kept < GONE
            count, at, place = count + step, at + step, place + 1
            continue
        code = _hangul(data, place, end)
        if code:
            form[at], form[at + 1], form[at + 2] = lead, data[place + 1], data[place + 2]
            codes[count] = code
            count, at, place = count + 1, at + 3, place + 3
            continue
        code, size = _point(data, place, end)
        kept = table[code] if code < len(table) else np.uint32(ODD)
        if kept == ODD:
            return -1, at
        place += size
        if kept != GONE:
            at = _encode(kept, form, at)
            codes[count] = kept
            count += 1
    return count, at


@_inner
def _windows(codes: Words, first: int, count: int, width: int, hashes: Hashes) -> bool:
    """Rolling hashes of the runs of `width` code points from `first` on; whether one of them is zero."""
    power, value, gone = np.uint64(1), np.uint64(0), np.uint64(0)
    for offset in range(first, first + width - 1):
        power *= _BASE
        value = value * _BASE + np.uint64(codes[offset])
    power *= _BASE
    for i in range(count):
        value = value * _BASE + (np.uint64(codes[first + i + width - 1]) - gone * power)
        gone = np.uint64(codes[first + i])
        hashes[i] = value
    # A loop of its own, because this one fills vectors.
    least = ~np.uint64(0)
    for i in range(count):
        value = hashes[i] + np.uint64(width) * power
        value = (value ^ value >> _SHIFT) * _MIX_1
        value = (value ^ value >> _SHIFT) * _MIX_2
        hashes[i] = value ^ value >> _SHIFT
        least = min(least, hashes[i])
    return bool(least == np.uint64(0))


@_inner
def _put(hashes: Hashes, count: int, slots: Hashes, bits: int) -> int:
    """Put hashes into a hash table that is ordered but for neighbours; how many were new, a hash of zero never.

    The high bits of a hash are its slot; where that is taken it goes on to the next one, at the end beyond 2^bits.
    """
    shift, new = np.uint64(64 - bits), 0
    for i in range(count):
        value = hashes[i]
        slot = np.int64(value >> shift)
        while slots[slot] != np.uint64(0) and slots[slot] != value:
            slot += 1
        new += slots[slot] != value
        slots[slot] = value
    return new


@_inner
def _minima(values: Words, count: int, factors: Words, shifts: Words, least: Words) -> None:
    """Lower each permutation's least value by those of `values`; four permutations share the reading of a value."""
    fours = len(factors) & ~3
    for p in range(0, fours, 4):
        a, b, c, d = factors[p], factors[p + 1], factors[p + 2], factors[p + 3]
        e, f, g, h = shifts[p], shifts[p + 1], shifts[p + 2], shifts[p + 3]
        k, m, n, o = least[p], least[p + 1], least[p + 2], least[p + 3]
        for i in range(count):
            value = values[i]
            k = min(k, np.uint32(value * a + e))
            m = min(m, np.uint32(value * b + f))
            n = min(n, np.uint32(value * c + g))
            o = min(o, np.uint32(value * d + h))
        least[p], least[p + 1], least[p + 2], least[p + 3] = k, m, n, o
    for p in range(fours, len(factors)):
        k = least[p]
        for i in range(count):
            k = min(k, np.uint32(values[i] * factors[p] + shifts[p]))
        least[p] = k


@_inner
def _bits(count: int) -> int:
    """Width of the slot number of a hash table in which so many hashes fill half of the slots at most."""
    bits = 4
    while 1 << bits < 2 * count:
        bits += 1
    return bits


@_inner
def _settle(values: Hashes, start: int, end: int) -> None:
    """Sort values of which none is far from its place."""
    for i in range(start + 1, end):
        value, k = values[i], i
        while k > start and values[k - 1] > value:
            values[k] = values[k - 1]
            k -= 1
        values[k] = value


@_compiled(f"void({_TEXTS}, uint32[::1], uint32[::1], uint8[::1], int64[::1], int64[::1], int32[::1], uint32[:, ::1])")
def sketch_texts(
    data: Bytes,
    offsets: Counts,
    table: Words,
    width: int,
    factors: Words,
    shifts: Words,
    form: Bytes,
    ends: Counts,
    chars: Counts,
    n_shingles: npt.NDArray[np.int32],
    signatures: Words,
) -> None:
    """Canonical forms and sketches of texts.

    Args:
        data: UTF-8 of the texts.
        offsets: where each text begins and the last one ends, shape (texts + 1,).
        table: canonical code point of each code point, or `GONE`, or `ODD`.
        width: code points of a shingle.
        factors: odd factor of each permutation.
        shifts: its summand.
        form: receives the canonical texts; as long as `data` at least.
        ends: receives where each ends there.
        chars: receives their code points, -1 for texts that are not for compiled code.
        n_shingles: receives the number of distinct shingles.
        signatures: receives the signatures, shape (texts, permutations).
    """
    longest = 0
    for row in range(len(ends)):
        longest = max(longest, offsets[row + 1] - offsets[row])
    codes = np.empty(longest, np.uint32)
    hashes, values = np.empty(_BLOCK, np.uint64), np.empty(_BLOCK, np.uint32)
    slots = np.zeros(0, np.uint64)
    at = 0
    for row in range(len(ends)):
        signatures[row, :] = np.uint32(0xFFFFFFFF)
        count, end = _decode(data, offsets[row], offsets[row + 1], table, codes, form, at)
        chars[row] = count
        at = end if count > 0 else at
        ends[row] = at
        n_shingles[row] = 0
        if count <= 0:
            continue
        wide = min(width, count)
        total = count - wide + 1
        bits = _bits(total)
        size = 1 << bits
        if size + size // 2 >= len(slots):
            slots = np.zeros(size + size // 2 + 1, np.uint64)
        new, zero = 0, False
        for first in range(0, total, _BLOCK):
            some = min(_BLOCK, total - first)
            zero |= _windows(codes, first, some, wide, hashes)
            new += _put(hashes, some, slots, bits)
            for i in range(some):
                value = np.uint32(hashes[i])
                value = np.uint32((value ^ value >> np.uint32(16)) * _FMIX_1)
                value = np.uint32((value ^ value >> np.uint32(13)) * _FMIX_2)
                values[i] = value ^ value >> np.uint32(16)
            _minima(values, some, factors, shifts, signatures[row])
        n_shingles[row] = new + zero
        slots[:size] = np.uint64(0)
        while slots[size]:
            slots[size] = np.uint64(0)
            size += 1


@_compiled(f"void({_TEXTS}, uint64[::1], int64[::1], int64[::1])")
def shingle_texts(
    data: Bytes, offsets: Counts, table: Words, width: int, sets: Hashes, ends: Counts, chars: Counts
) -> None:
    """Sorted distinct shingle hashes of texts, one set after another.

    Args:
        data: UTF-8 of the texts.
        offsets: where each text begins and the last one ends, shape (texts + 1,).
        table: as in `sketch_texts`.
        width: code points of a shingle.
        sets: receives the sets; one longer than `data` at least.
        ends: receives where each set ends.
        chars: receives the code points, -1 for texts that are not for compiled code.
    """
    longest = 0
    for row in range(len(ends)):
        longest = max(longest, offsets[row + 1] - offsets[row])
    codes, form = np.empty(longest, np.uint32), np.empty(longest, np.uint8)
    hashes = np.empty(_BLOCK, np.uint64)
    slots = np.zeros(0, np.uint64)
    at = 0
    for row in range(len(ends)):
        count, _ = _decode(data, offsets[row], offsets[row + 1], table, codes, form, 0)
        chars[row] = count
        ends[row] = at
        if count <= 0:
            continue
        wide = min(width, count)
        total = count - wide + 1
        bits = _bits(total)
        size = 1 << bits
        if size + size // 2 >= len(slots):
            slots = np.zeros(size + size // 2 + 1, np.uint64)
        zero = False
        for first in range(0, total, _BLOCK):
            some = min(_BLOCK, total - first)
            zero |= _windows(codes, first, some, wide, hashes)
            _put(hashes, some, slots, bits)
        start = at
        sets[at] = np.uint64(0)
        at += zero
        slot = 0
        while slot < size or slots[slot]:
            # Without a branch, because whether a slot is taken cannot be foreseen.
            sets[at] = slots[slot]
            at += slots[slot] != np.uint64(0)
            slots[slot] = np.uint64(0)
            slot += 1
        _settle(sets, start, at)
        ends[row] = at


@_compiled("void(uint64[::1], int64[::1], int64[::1], int64[::1], int64[::1], float64[::1])")
def jaccard_pairs(
    sets: Hashes, starts: Counts, stops: Counts, a: Counts, b: Counts, scores: npt.NDArray[np.float64]
) -> None:
    """Exact Jaccard index of each pair of sorted sets, 0.0 where one is empty; `a` and `b` number the sets."""
    for pair in range(len(scores)):
        i, i_end, k, k_end = starts[a[pair]], stops[a[pair]], starts[b[pair]], stops[b[pair]]
        both = i_end - i + k_end - k
        empty = i == i_end or k == k_end
        shared = 0
        while i < i_end and k < k_end:
            # Without a branch: which of two hashes is the smaller cannot be foreseen.
            x, y = sets[i], sets[k]
            shared += x == y
            i += x <= y
            k += y <= x
        scores[pair] = 0.0 if empty else shared / (both - shared)
