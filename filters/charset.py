"""Bytes to text: the encoding a page declares, believed only when it fits the bytes.

Order of the WHATWG HTML Standard ("determining the character encoding"): BOM, HTTP header, `<meta>`; then a guess.
Unlike a browser we check each: valid UTF-8 is UTF-8 whatever the labels say, bytes that read as common Korean in
CP949 are CP949. Damage is a matter of share: a broken byte is removed and counted, it never changes the encoding.
"""

import re
from dataclasses import dataclass
from typing import Literal

import cchardet

from filters import _bytes
from filters._labels import codec
from filters.hangul import KOREAN, census

Source = Literal["bom", "header", "meta", "utf-8", "guess"]

_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_PRESCAN = 4096  # browsers look at 1,024 bytes; Korean pages with long comments put the declaration later
_COMMENT = re.compile(rb"<!--.*?-->", re.DOTALL)
_META = re.compile(rb"<meta\b[^>]*?\bcharset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_XML = re.compile(rb"<\?xml\b[^>]*?\bencoding\s*=\s*[\"']([\w.:-]+)", re.IGNORECASE)
_HEADER = re.compile(r"\bcharset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_LAST_RESORT = "cp1252"  # what browsers take for an unlabelled page

_TOLERANCE = 0.05
_TWO_BYTE_UTF8_END = "\u0800"


@dataclass(frozen=True, slots=True)
class Decoded:
    """A page as text. `encoding` is a Python codec, `broken` the number of undecodable bytes that were removed."""

    text: str
    encoding: str
    source: Source
    broken: int


def decode(body: bytes, content_type: str | None = None) -> Decoded:
    """Decode a page body; never fails, and never invents U+FFFD.

    Args:
        body: the payload without transfer or content coding.
        content_type: the HTTP `Content-Type` header as served, if any.
    """
    for mark, encoding in _BOMS:
        if body.startswith(mark):
            text, broken = _bytes.read(body[len(mark) :], encoding)
            if _bytes.broken_share(text, broken) <= _bytes.UTF8_TOLERANCE:
                return Decoded(text, encoding, "bom", broken)
    declared = _declared(body, content_type)
    return _stateful(body, declared) or _utf8(body, declared) or _legacy(body, declared)


def _declared(body: bytes, content_type: str | None) -> dict[str, Source]:
    """Return the declared codecs, first declaration first, each with its source."""
    head = _COMMENT.sub(b"", body[:_PRESCAN])
    header = _HEADER.search(content_type or "")
    found: list[tuple[str, Source]] = [(header[1], "header")] if header else []
    for pattern in (_XML, _META):
        match = pattern.search(head)
        if match:
            found.append((match[1].decode("ascii", "ignore"), "meta"))
    declared: dict[str, Source] = {}
    for label, source in found:
        name = codec(label)
        if name is not None:
            # A meta tag that could be read byte by byte is not in UTF-16 (WHATWG: treat as UTF-8).
            name = "utf-8" if source == "meta" and name.startswith("utf-16") else name
            declared.setdefault(name, source)
    return declared


def _stateful(body: bytes, declared: dict[str, Source]) -> Decoded | None:
    """Read the encodings that are valid ASCII or UTF-8 byte by byte: UTF-16 without a mark and ISO 2022."""
    name = _bytes.utf16(body)
    if name is None and b"\x1b$" in body:
        name = next((n for n in ("iso2022_kr", "iso2022_jp") if n in declared), None)
        if name is None and b"\x1b$)C" in body:
            name = "iso2022_kr"
    if name is None:
        return None
    text, broken = _bytes.read(body, name)
    return Decoded(text, name, declared.get(name, "guess"), broken) if _fits(text, broken, name) else None


def _utf8(body: bytes, declared: dict[str, Source]) -> Decoded | None:
    text, broken = _bytes.read(body, "utf-8")
    if broken and _bytes.broken_share(text, broken) > _bytes.UTF8_TOLERANCE:
        return None
    if "cp949" in declared and not text.isascii() and max(text) < _TWO_BYTE_UTF8_END and _korean(body) is not None:
        return None  # a few CP949 syllables can look like two-byte UTF-8, which no Hangul is
    return Decoded(text, "utf-8", declared.get("utf-8", "utf-8"), broken)


def _legacy(body: bytes, declared: dict[str, Source]) -> Decoded:
    korean = _korean(body)
    if korean is not None:
        text, broken = korean
        return Decoded(text, "cp949", declared.get("cp949", "guess"), broken)
    for name, source in declared.items():
        if name.startswith("utf-"):
            continue
        text, broken = _bytes.read(body, name)
        if _fits(text, broken, name):
            return Decoded(text, name, source, broken)
    guess = codec(cchardet.detect(body)["encoding"] or "")
    if guess is not None and not guess.startswith("utf-"):
        text, broken = _bytes.read(body, guess)
        if _fits(text, broken, guess):
            return Decoded(text, guess, "guess", broken)
    text, broken = _bytes.read(body, _LAST_RESORT)
    return Decoded(text, _LAST_RESORT, declared.get(_LAST_RESORT, "guess"), broken)


def _korean(body: bytes) -> tuple[str, int] | None:
    """Return the CP949 reading when it is Korean, else None."""
    text, broken = _bytes.read(body, "cp949")
    return (text, broken) if _fits(text, broken, "cp949") else None


def _fits(text: str, broken: int, encoding: str) -> bool:
    share = _bytes.broken_share(text, broken)
    if encoding == "cp949":  # common syllables are proof enough to forgive as much damage as in UTF-8
        return share <= _bytes.UTF8_TOLERANCE and census(text).common_share >= KOREAN
    return share <= _TOLERANCE
