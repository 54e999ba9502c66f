"""Reading bytes that may be damaged: what cannot be decoded is removed and counted, never replaced."""

import codecs
import contextlib

# A broken byte in UTF-8 costs one character; bytes in another encoding break at almost every one.
UTF8_TOLERANCE = 0.2

_BROKEN = "\uffff"  # a noncharacter: no text may hold it, so it can stand for one broken byte
_HANDLER = "malmoi.mark"
_REVERSIBLE = frozenset({"utf-8", "cp949"})
_SNIFF = 4096


def _mark(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return _BROKEN * (error.end - error.start), error.end


codecs.register_error(_HANDLER, _mark)


def read(body: bytes, encoding: str) -> tuple[str, int]:
    """Decode with a Python codec; return the text without its broken bytes, and their number."""
    with contextlib.suppress(UnicodeDecodeError):
        return body.decode(encoding), 0
    if encoding in _REVERSIBLE:  # the same result, without a call into Python for every broken byte
        text = body.decode(encoding, "ignore")
        return text, len(body) - len(text.encode(encoding))
    text = body.decode(encoding, _HANDLER)
    broken = text.count(_BROKEN)
    return (text.replace(_BROKEN, ""), broken) if broken else (text, 0)


def broken_share(text: str, broken: int) -> float:
    """Broken bytes among broken bytes and non-ASCII characters, 0..1."""
    if not broken:
        return 0.0
    return broken / (broken + len(text) - len(text.encode("ascii", "ignore")))


def utf16(body: bytes) -> str | None:
    """Return `utf-16-le` or `utf-16-be` for markup without a byte order mark: every other byte of its tags is zero."""
    head = body[:_SNIFF]
    if b"\0" not in head:
        return None
    even, odd = head[::2].count(0), head[1::2].count(0)
    if min(even, odd) * 8 > max(even, odd) or max(even, odd) * 8 < len(head):
        return None
    return "utf-16-le" if odd > even else "utf-16-be"
