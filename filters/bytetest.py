"""The cheapest test: how much Hangul can a page hold, seen in its raw bytes before anything is parsed.

Most of a crawl is not Korean and leaves here. In valid UTF-8 a lead byte never occurs inside another character, so
counting lead bytes counts characters. Other encodings are looked at only where the body is no UTF-8.
"""

import re
from enum import StrEnum

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from filters import _bytes
from filters.decision import Decision
from filters.hangul import KOREAN, census

_FIRST, _LAST = 0xAC00, 0xD7A3
_PLENTY = 0.05
_BLOCKS = ((b"<script", b"</script"), (b"<style", b"</style"), (b"<!--", b"-->"))
_HEX_SYLLABLE = rb"(?:[aA][c-fC-F]|[bcBC][0-9a-fA-F]|[dD][0-7])[0-9a-fA-F]{2}"
# 44032..55203 are U+AC00..U+D7A3.
_DECIMAL_SYLLABLE = rb"(?:44(?:0(?:3[2-9]|[4-9]\d)|[1-9]\d\d)|4[5-9]\d{3}|5[0-4]\d{3}|55(?:[01]\d\d|20[0-3]))(?!\d)"
_REFERENCE = re.compile(rb"&#(?:[xX]" + _HEX_SYLLABLE + rb"(?![0-9a-fA-F])|" + _DECIMAL_SYLLABLE + rb")")
_ESCAPE = re.compile(rb"\\u" + _HEX_SYLLABLE)
_LEADS = b"\xe1\xea\xeb\xec\xed"
_IRRELEVANT = bytes(byte for byte in range(0x100) if byte not in b"&#\\" + _LEADS)


class HangulSettings(BaseModel):
    """How much Hangul the raw bytes must show."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    min_syllables: int = Field(
        default=32,
        ge=0,
        description=(
            "Syllables in the bytes below which a page is dropped unparsed. Pages with 50 visible ones "
            "have 58 and more."
        ),
    )

    min_share: float = Field(
        default=0.04,
        ge=0,
        le=1,
        description=(
            "Hangul among the letters outside tags, scripts and styles, roughly, below which a UTF-8 page is dropped "
            "unparsed: another language with a Korean menu. Korean pages have .32 and more, mixed ones .05."
        ),
    )


class HangulReason(StrEnum):
    """Why the byte test drops a page."""

    TOO_FEW_SYLLABLES = "too_few_syllables"
    TOO_SMALL_SHARE = "too_small_share"


def judge_bytes(body: bytes, settings: HangulSettings) -> Decision:
    """Keep a body that can hold enough Hangul; the score is the count, or the share if that is too small."""
    count = _count(body, settings.min_syllables)
    if count < settings.min_syllables:
        return Decision(keep=False, reason=HangulReason.TOO_FEW_SYLLABLES, score=float(count))
    # What is Hangul in a twentieth of its bytes need not be looked at again.
    if count < len(body) * _PLENTY:
        share = _rough_share(body, count)
        if share is not None and share < settings.min_share:
            return Decision(keep=False, reason=HangulReason.TOO_SMALL_SHARE, score=share)
    return Decision(keep=True, reason=None, score=float(count))


def rough_share(body: bytes) -> float | None:
    """Hangul among Hangul and Latin letters outside tags, scripts, styles and comments, 0 to 1, without a parser.

    None where it cannot be told: the body is not UTF-8, or most of its Hangul is written in references or escapes.
    Other scripts than Latin do not count, so the true share may be smaller.
    """
    return _rough_share(body, count_hangul(body))


def _rough_share(body: bytes, count: int) -> float | None:
    if b"\0" in body or not _is_utf8(body):
        return None
    # E1 holds conjoining jamo among other scripts; where it is another script the share comes out too large and the
    # page is kept.
    signs = _without_blocks(body.lower()).translate(_SIGNS, _NO_SIGNS)
    if 2 * signs.count(b"h") < count:
        return None
    # A tag lies between a "<" and the ">" that is the next of both.
    text = _TAG.sub(b"", signs)
    hangul = text.count(b"h")
    return hangul / max(1, hangul + text.count(b"a"))


_LETTERS = bytes(range(ord("a"), ord("z") + 1))
_SIGNS = bytes.maketrans(_LEADS + _LETTERS, b"h" * len(_LEADS) + b"a" * len(_LETTERS))
"""First bytes of what may be Hangul become h, letters a."""
_NO_SIGNS = bytes(byte for byte in range(0x100) if byte not in _LEADS + _LETTERS + b"<>")
_TAG = re.compile(rb"<[ah]*>")


def _without_blocks(body: bytes) -> bytes:
    """Lower-cased markup without its scripts, styles and comments; one that never ends is left as it is."""
    for opening, ending in _BLOCKS:
        start = body.find(opening)
        if start < 0:
            continue
        kept, position = [], 0
        while start >= 0 and (end := body.find(ending, start)) >= 0:
            kept.append(body[position:start])
            position = end + len(ending)
            start = body.find(opening, position)
        body = b" ".join([*kept, body[position:]])
    return body


def count_hangul(body: bytes) -> int:
    r"""Count the Hangul syllables a body of unknown encoding holds.

    Seen are UTF-8 (precomposed, and decomposed by its initial consonants), CP949, UTF-16 of either order, numeric
    character references and `\uXXXX` escapes. Hangul in attributes, comments and scripts counts too: the figure is an
    upper bound of what a reader sees.
    """
    return _count(body, 0)


def _count(body: bytes, least: int) -> int:
    """The count; references and escapes are left out where even with them there would be less than ``least``."""
    if b"\0" in body and (body[:2] in {b"\xff\xfe", b"\xfe\xff"} or _bytes.utf16(body)):
        return _utf16(body)
    # One pass over the body; what is left of a page without Hangul is a handful of bytes.
    marks = body.translate(None, _IRRELEVANT)
    count = 0 if body.isascii() else _utf8(body, marks) if _is_utf8(body) else _cp949(body)
    written = marks.count(b"&#") + marks.count(b"\\")
    return count if count + written < least else count + _escaped(body, marks)


def _escaped(body: bytes, marks: bytes) -> int:
    count = len(_REFERENCE.findall(body)) if b"&#" in marks else 0
    return count + (len(_ESCAPE.findall(body)) if b"\\" in marks and b"\\u" in body else 0)


def _utf8(body: bytes, marks: bytes) -> int:
    """Count by lead bytes.

    EB and EC hold nothing but Hangul, ED Hangul and its jamo, EA Hangul and a few scripts without a web (Yi, Vai,
    Javanese), which the language test sees soon enough. E1 84 are the initial consonants of decomposed Hangul.
    """
    count = sum(marks.count(lead) for lead in b"\xea\xeb\xec\xed")
    return count + (body.count(b"\xe1\x84") if b"\xe1" in marks else 0)


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return _bytes.broken_share(*_bytes.read(body, "utf-8")) <= _bytes.UTF8_TOLERANCE
    return True


def _cp949(body: bytes) -> int:
    """Count in CP949; Chinese, Japanese and Western bytes read as rare syllables and count as none."""
    seen = census(_bytes.read(body, "cp949")[0])
    return seen.syllables if seen.common_share >= KOREAN else 0


def _utf16(body: bytes) -> int:
    big = body[:2] == b"\xfe\xff" or (body[:2] != b"\xff\xfe" and _bytes.utf16(body) == "utf-16-be")
    units = np.frombuffer(body, ">u2" if big else "<u2", len(body) // 2)
    return int(np.count_nonzero((units >= _FIRST) & (units <= _LAST)))
