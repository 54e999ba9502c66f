"""URL paths, and the patterns of robots.txt, Content-Usage, tdmrep.json and ai.txt (RFC 9309, 2.2.2 and 2.2.3)."""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_OCTET = re.compile(rb"%([0-9A-Fa-f]{2})|([^\x21-\x7e])")

Matcher = Callable[[str], bool]


def _canonical_octet(match: re.Match[bytes]) -> bytes:
    octet = int(match[1], 16) if match[1] else match[2][0]
    return bytes([octet]) if octet in _UNRESERVED else b"%%%02X" % octet


def canonical(octets: bytes) -> str:
    """A path or pattern in the one form that is compared, ASCII.

    Octets that are not visible ASCII are percent-encoded, encoded unreserved characters are decoded, and hexadecimal
    digits are upper case; reserved characters stay as they are written.
    """
    return _OCTET.sub(_canonical_octet, octets).decode("ascii")


def url_path(url: str) -> str:
    """Path and query of a URL in canonical form; ``*`` and ``$`` are encoded, as patterns write them."""
    parts = urlsplit(url)
    path = parts.path or "/"
    # urlsplit drops an empty query, but "/a?" and "/a" are different paths to "/a?" as a pattern.
    bare = url.partition("#")[0]
    query = f"?{parts.query}" if parts.query or bare.endswith("?") else ""
    octets = (path + query).encode("utf-8", "surrogatepass")
    return canonical(octets).replace("*", "%2A").replace("$", "%24")


def matcher(pattern: str) -> Matcher:
    """A test of canonical paths for a canonical pattern: a prefix, ``*`` for any octets, a final ``$`` for the end."""
    anchored = pattern.endswith("$")
    body = (pattern[:-1] if anchored else pattern).replace("$", "%24")
    pieces = body.split("*")
    if len(pieces) == 1:
        return body.__eq__ if anchored else lambda path: path.startswith(body)
    return _pieces_matcher(pieces, anchored=anchored)


def _pieces_matcher(pieces: list[str], *, anchored: bool) -> Matcher:
    """Greedy search for the pieces between stars: linear, where a regular expression could be made to explode."""
    first, *middle, last = pieces

    def matches(path: str) -> bool:
        if not path.startswith(first):
            return False
        at = len(first)
        for piece in middle:
            at = path.find(piece, at)
            if at < 0:
                return False
            at += len(piece)
        if anchored:
            return path.endswith(last) and len(path) - len(last) >= at
        return path.find(last, at) >= 0

    return matches
