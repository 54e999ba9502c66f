"""One spelling for URLs, and their hosts: what captures are called by and withdrawals are matched by."""

import re
from functools import lru_cache
from urllib.parse import SplitResult, urlsplit, urlunsplit

import idna

_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_PERCENT = re.compile("%([0-9A-Fa-f]{2})")
_CANONICAL = re.compile(
    r"https?://[a-z][a-z0-9.-]*[a-z0-9]/(?:[\w~-][\w.~-]*/)*(?:[\w~-][\w.~-]*)?(?:\?[\w.~&=/+-]+)?", re.ASCII
)
_PLAIN_HOST = re.compile(r"https?://([a-z0-9.-]+)/")
_UNSAFE = re.compile('[^!-~]|["<>\\\\^`{|}]')
_DEFAULT_PORTS = {"http": 80, "https": 443, "ftp": 21, "ws": 80, "wss": 443}
_CACHED_HOSTS = 65_536


def canonical_url(url: str) -> str:
    """One spelling for URLs that are the same by their syntax (RFC 3986, section 6.2.2 and 6.2.3).

    Scheme and host in lower case, international host names as punycode (IDNA 2008, UTS 46), default port, fragment
    and the dot at a host's end dropped, dot segments removed, percent-encoding normalised: what is unreserved is
    decoded, what may not stand in a URL is encoded as UTF-8, hex digits are upper case. An empty path becomes ``/``.
    The query is kept but for its percent-encoding, and so are tracking parameters. What is no URL with a host
    (``dns:``, ``urn:``) only loses spaces around it and its fragment. Canonical URLs are their own canonical URLs.
    """
    if _CANONICAL.fullmatch(url):
        return url
    url = url.strip()
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return url
    if not parts.netloc or not parts.hostname:
        return url.partition("#")[0].strip()
    scheme = parts.scheme.lower()
    host = _canonical_host(parts.hostname)
    if port is not None and port != _DEFAULT_PORTS.get(scheme):
        host = f"{host}:{port}"
    user, at, _ = parts.netloc.rpartition("@")
    path = _remove_dot_segments(_normalise_percent(parts.path)) or "/"
    return urlunsplit(
        SplitResult(scheme, _normalise_percent(user) + at + host, path, _normalise_percent(parts.query), "")
    )


def host_of(url: str) -> str:
    """Host of a canonical URL, empty when it has none."""
    if plain := _PLAIN_HOST.match(url):
        return plain[1]
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


@lru_cache(maxsize=_CACHED_HOSTS)
def _canonical_host(host: str) -> str:
    host = _PERCENT.sub("", host) if "%" in host and ":" in host else host
    if ":" in host:
        return f"[{host}]"
    host = host.rstrip(".").lower() or host
    if host.isascii():
        return host
    try:
        return idna.encode(host, uts46=True).decode("ascii")
    except idna.IDNAError:
        return "".join(character if character.isascii() else _encode(character).lower() for character in host)


def _normalise_percent(text: str) -> str:
    if "%" in text:
        text = _PERCENT.sub(_normalise_escape, text)
    return _UNSAFE.sub(lambda match: _encode(match[0]), text)


def _normalise_escape(match: re.Match[str]) -> str:
    character = chr(int(match[1], 16))
    return character if character in _UNRESERVED else match[0].upper()


def _encode(character: str) -> str:
    return "".join(f"%{byte:02X}" for byte in character.encode("utf-8", "surrogatepass"))


def _remove_dot_segments(path: str) -> str:
    """RFC 3986, section 5.2.4, for a path that begins with a slash or is empty."""
    if "/." not in path:
        return path
    kept: list[str] = []
    segments = path.split("/")
    for segment in segments[1:]:
        if segment == "..":
            kept = kept[:-1]
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in {".", ".."}:
        kept.append("")
    return "/" + "/".join(kept)
