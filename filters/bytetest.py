"""The cheapest test: how much Hangul can a page hold, seen in its raw bytes before anything is parsed.

Most of a crawl is not Korean and leaves here. In valid UTF-8 a lead byte never occurs inside another character, so
counting lead bytes counts characters. Other encodings are looked at only where the body is no UTF-8.

The loops of `_scan` are imported where they are used: Numba takes a third of a second, which only a worker need wait.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from filters import _bytes
from filters.decision import Decision
from filters.hangul import KOREAN, census

_FIRST, _LAST = 0xAC00, 0xD7A3
_PLENTY = 0.05


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
    seen = _look(body)
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
    """Hangul among the letters outside tags, scripts, styles and comments, 0 to 1, without a parser.

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
    if not seen.utf8 or seen.written > seen.plain:
        return None
    from filters._scan import text_letters  # noqa: PLC0415

    hangul, letters = text_letters(np.frombuffer(body, np.uint8))
    return hangul / max(1, hangul + letters)


def _look(body: bytes) -> _Seen:
    if b"\0" in body and (body[:2] in {b"\xff\xfe", b"\xfe\xff"} or _bytes.utf16(body)):
        return _Seen(_utf16(body), 0, utf8=False)
    from filters._scan import count_hangul as count  # noqa: PLC0415

    plain, written = count(np.frombuffer(body, np.uint8))
    if body.isascii() or _is_utf8(body):
        return _Seen(plain, written, utf8=True)
    return _Seen(_cp949(body), written, utf8=False)


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
