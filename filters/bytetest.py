"""The cheapest test: how much Hangul can a page hold, seen in its raw bytes before anything is parsed.

Most of a crawl is not Korean and leaves here. In valid UTF-8 a lead byte never occurs inside another character, so
counting lead bytes counts characters. Other encodings are looked at only where the body is no UTF-8.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from filters import _bytes
from filters.decision import Decision
from filters.hangul import KOREAN, census
from filters.markupshare import hangul_share

_FIRST, _LAST = 0xAC00, 0xD7A3
_PLENTY = 0.05
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
        default=0.045,
        ge=0,
        le=1,
        description=(
            "Hangul among the letters outside tags, scripts and styles, roughly, below which a UTF-8 page is dropped "
            "unparsed: another language with a Korean menu. A tenth below the share that the language test asks of "
            "the visible text: letters that no reader sees count here."
        ),
    )


class HangulReason(StrEnum):
    """Why the byte test drops a page."""

    TOO_FEW_SYLLABLES = "too_few_syllables"
    TOO_SMALL_SHARE = "too_small_share"


@dataclass(frozen=True, slots=True)
class _Seen:
    """Hangul in a body."""

    plain: int
    """Syllables written as such."""
    written: int
    """Syllables in references and escapes."""
    utf8: bool


def judge_bytes(body: bytes, settings: HangulSettings) -> Decision:
    """Keep a body that can hold enough Hangul.

    The score is the count of syllables, or the share where that is too small.
    """
    seen = _look(body, settings.min_syllables)
    count = seen.plain + seen.written
    if count < settings.min_syllables:
        return Decision(keep=False, reason=HangulReason.TOO_FEW_SYLLABLES, score=float(count))
    # What is Hangul in a twentieth of its bytes need not be looked at again.
    if count < len(body) * _PLENTY:
        share = _share(body, seen)
        if share is not None and share < settings.min_share:
            return Decision(keep=False, reason=HangulReason.TOO_SMALL_SHARE, score=share)
    return Decision(keep=True, reason=None, score=float(count))


def rough_share(body: bytes) -> float | None:
    """Hangul among the letters outside tags, entities, scripts, styles and comments, 0 to 1, without a parser.

    None where it cannot be told: the body is not UTF-8, or most of its Hangul is written in references or escapes.
    """
    return _share(body, _look(body))


def count_hangul(body: bytes) -> int:
    r"""Count the Hangul syllables a body of unknown encoding holds.

    Seen are UTF-8 (precomposed, and decomposed by its initial consonants), CP949, UTF-16 of either order, numeric
    character references and `\uXXXX` escapes. Hangul in attributes, comments and scripts counts too: the figure is an
    upper bound of what a reader sees.
    """
    seen = _look(body)
    return seen.plain + seen.written


def _share(body: bytes, seen: _Seen) -> float | None:
    return hangul_share(body) if seen.utf8 and seen.written <= seen.plain else None


def _look(body: bytes, enough: int | None = None) -> _Seen:
    """Count what a body holds.

    Args:
        body: The page.
        enough: References and escapes are not counted where they cannot bring the sum to this, or where there is as
            much without them and they cannot be the greater part. None: they are counted.
    """
    if b"\0" in body and (body[:2] in {b"\xff\xfe", b"\xfe\xff"} or _bytes.utf16(body)):
        return _Seen(_utf16(body), 0, utf8=False)
    # One pass over the body; what is left of a page without Hangul is a handful of bytes.
    marks = body.translate(None, _IRRELEVANT)
    utf8 = body.isascii() or _is_utf8(body)
    plain = _utf8(body, marks) if utf8 else _cp949(body)
    most = marks.count(b"&#") + marks.count(b"\\")
    if enough is not None and (plain + most < enough or most <= plain >= enough):
        return _Seen(plain, 0, utf8=utf8)
    return _Seen(plain, _escaped(body) if most else 0, utf8=utf8)


def _escaped(body: bytes) -> int:
    count = len(_REFERENCE.findall(body)) if b"&#" in body else 0
    return count + (len(_ESCAPE.findall(body)) if b"\\u" in body else 0)


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
