"""Loops over the bytes of a page, compiled by Numba.

Characters of UTF-8 are told by their first bytes: EB and EC hold nothing but Hangul, ED Hangul and its jamo, EA Hangul
and a few scripts without a web (Yi, Vai, Javanese), which the language test sees soon enough. E1 84 are the initial
consonants of decomposed Hangul. The compiled code is kept beside this file, or in the user's cache where that cannot be
written to.
"""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

import numba
import numpy as np
import numpy.typing as npt

Octets = npt.NDArray[np.uint8]

_Given = ParamSpec("_Given")
_Found = TypeVar("_Found")

_FIRST, _LAST = 0xAC00, 0xD7A3
_LT, _GT, _AMPERSAND, _SEMICOLON, _HASH, _BACKSLASH, _U, _X = (ord(sign) for sign in "<>&;#\\ux")
_LOWER = 0x20
_NO_DIGIT = 0xFF
_LETTER, _HANGUL, _DIGIT = 1, 2, 3
_LONGEST_ENTITY = 10


def _kinds() -> Octets:
    """What a byte tells of the character it begins; 0 for signs and for bytes that begin none."""
    kinds = np.zeros(0x100, np.uint8)
    for first, last in ((ord("a"), ord("z")), (ord("A"), ord("Z"))):
        kinds[first : last + 1] = _LETTER
    # Latin with marks to Arabic, Indic and Thai, kana and Han; C2 and E2 begin signs.
    for first, last in ((0xC3, 0xE0), (0xE3, 0xE9)):
        kinds[first : last + 1] = _LETTER
    # E1 begins conjoining jamo among other scripts; where it is another script the share comes out too large and the
    # page is kept.
    kinds[[0xE1, 0xEA, 0xEB, 0xEC, 0xED]] = _HANGUL
    kinds[ord("0") : ord("9") + 1] = _DIGIT
    return kinds


def _digits() -> Octets:
    """Values of hexadecimal digits."""
    digits = np.full(0x100, _NO_DIGIT, np.uint8)
    for value, digit in enumerate("0123456789abcdef"):
        digits[[ord(digit), ord(digit.upper())]] = value
    return digits


_KINDS = _kinds()
_DIGITS = _digits()
_COMMENT, _SCRIPT, _STYLE = (np.frombuffer(name, np.uint8) for name in (b"!--", b"script", b"style"))
_SLASH = np.frombuffer(b"/", np.uint8)
_COMMENT_END = np.frombuffer(b"-->", np.uint8)


def _compiled(function: Callable[_Given, _Found]) -> Callable[_Given, _Found]:
    compiled: Callable[_Given, _Found]
    try:
        compiled = numba.njit(cache=True, nogil=True)(function)
    except RuntimeError:  # there is no folder that can be written to: every process compiles for itself
        compiled = numba.njit(nogil=True)(function)
    return compiled


@_compiled
def _reference(octets: Octets, place: int) -> int:
    """Code point of the character reference whose ``&#`` stands at a place; 0 where none does."""
    place += 2
    base, limit = 10, 5
    if place < octets.size and (octets[place] | _LOWER) == _X:
        place, base, limit = place + 1, 16, 4
    point = digits = 0
    while place < octets.size and digits <= limit:
        digit = _DIGITS[octets[place]]
        if digit >= base:
            break
        point, digits, place = point * base + digit, digits + 1, place + 1
    return point if 0 < digits <= limit else 0


@_compiled
def _escape(octets: Octets, place: int) -> int:
    r"""Code point of the ``\uXXXX`` whose backslash stands at a place; 0 where none does."""
    if place + 6 > octets.size:
        return 0
    point = 0
    for offset in range(2, 6):
        digit = _DIGITS[octets[place + offset]]
        if digit == _NO_DIGIT:
            return 0
        point = point * 16 + digit
    return point


@_compiled
def count_hangul(octets: Octets) -> tuple[int, int]:
    """Hangul syllables in UTF-8, and those in references and escapes."""
    plain = written = 0
    for place in range(octets.size):
        plain += (octets[place] >= 0xEA) & (octets[place] <= 0xED)  # noqa: PLR2004 - as the module says
    for place in range(octets.size - 1):
        octet, following = octets[place], octets[place + 1]
        if octet == _AMPERSAND and following == _HASH:
            written += _FIRST <= _reference(octets, place) <= _LAST
        elif octet == _BACKSLASH and following == _U:
            written += _FIRST <= _escape(octets, place) <= _LAST
        plain += (octet == 0xE1) & (following == 0x84)  # noqa: PLR2004
    return plain, written


@_compiled
def _is_at(octets: Octets, place: int, word: Octets) -> bool:
    """Whether a word in lower case stands at a place, in either case."""
    if place + word.size > octets.size:
        return False
    for offset in range(word.size):
        octet = octets[place + offset]
        if octet != word[offset] and not (ord("A") <= octet <= ord("Z") and octet + 32 == word[offset]):
            return False
    return True


@_compiled
def _behind_block(octets: Octets, place: int, endless: npt.NDArray[np.bool_]) -> int:
    """The place behind the comment, script or style that begins at a "<"; the same place where none does.

    Args:
        octets: The page.
        place: Of the "<".
        endless: For comments, scripts and styles whether one was found that never ends: no later one does either.
    """
    kind = -1
    if _is_at(octets, place + 1, _COMMENT):
        kind = 0
    elif _is_at(octets, place + 1, _SCRIPT):
        kind = 1
    elif _is_at(octets, place + 1, _STYLE):
        kind = 2
    if kind < 0 or endless[kind]:
        return place
    for end in range(place + 1, octets.size):
        if kind == 0 and _is_at(octets, end, _COMMENT_END):
            return end + _COMMENT_END.size
        if kind > 0 and octets[end] == _LT and _is_at(octets, end + 1, _SLASH):
            name = _SCRIPT if kind == 1 else _STYLE
            if _is_at(octets, end + 2, name):
                return end + 2 + name.size
    endless[kind] = True
    return place


@_compiled
def _behind_tag(octets: Octets, place: int) -> int:
    """The place behind the tag that begins at a "<"; the next one where none does."""
    end = place + 1
    while end < octets.size and octets[end] != _GT and octets[end] != _LT:
        end += 1
    return end + 1 if end < octets.size and octets[end] == _GT else place + 1


@_compiled
def _behind_entity(octets: Octets, place: int) -> int:
    """The place behind an entity; the next one where none begins."""
    end = place + 1
    last = min(octets.size, place + _LONGEST_ENTITY)
    while end < last and (octets[end] == _HASH or _KINDS[octets[end]] == _LETTER or _KINDS[octets[end]] == _DIGIT):
        end += 1
    return end + 1 if end < octets.size and octets[end] == _SEMICOLON else place + 1


@_compiled
def text_letters(octets: Octets) -> tuple[int, int]:
    """Hangul and other letters of a UTF-8 page outside tags, entities, scripts, styles and comments.

    A tag lies between "<" and the ">" that is the next of both. What never ends is text.
    """
    hangul = letters = place = 0
    endless = np.zeros(3, np.bool_)
    while place < octets.size:
        octet = octets[place]
        if octet == _LT:
            end = _behind_block(octets, place, endless)
            place = end if end > place else _behind_tag(octets, place)
        elif octet == _AMPERSAND:
            place = _behind_entity(octets, place)
        else:
            hangul += _KINDS[octet] == _HANGUL
            letters += _KINDS[octet] == _LETTER
            place += 1
    return hangul, letters
