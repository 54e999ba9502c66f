"""What contracts and withdrawals cover: hosts with those below them, or everything under a URL."""

from licenses.urls import canonical_url, host_of


def scope_of(written: str) -> str:
    """A host or URL prefix in canonical form: ``*.누리.kr`` becomes its punycode, ``누리.kr/글/`` needs its scheme.

    Raises:
        ValueError: It is neither.
    """
    written = written.strip()
    if "://" in written:
        prefix = canonical_url(written)
        if not prefix.startswith(("http://", "https://")) or "." not in host_of(prefix):
            raise ValueError(f"no URL of the web: {written!r}")
        return prefix
    bare = written.removeprefix("*.").strip(".")
    host = host_of(canonical_url(f"https://{bare}/"))
    if not bare or "/" in bare or "." not in host or " " in host or "%" in host:
        raise ValueError(f"no host: {written!r}")
    return host


def covers(scope: str, url: str) -> bool:
    """Whether a canonical scope covers a canonical URL; ``http`` and ``https`` are one.

    A prefix ends where a part of the path does: ``…/post`` covers ``…/post/1`` and not ``…/postbox``.
    """
    if "://" in scope:
        return lies_under(without_tls(url), without_tls(scope))
    return scope in hosts_above(host_of(url))


def hosts_above(host: str) -> list[str]:
    """A host and the hosts above it; an address has none above it."""
    labels = host.split(".")
    if labels[-1].isdigit() or ":" in host:
        return [host]
    return [".".join(labels[start:]) for start in range(len(labels))]


def without_tls(canonical: str) -> str:
    """A canonical URL with http and https made one."""
    return canonical.removeprefix("https:").removeprefix("http:")


def lies_under(bare: str, prefix: str) -> bool:
    """Whether a URL, as ``without_tls`` leaves it, lies under such a prefix; ``/글`` is no prefix of ``/글들``."""
    if not bare.startswith(prefix):
        return False
    return prefix.endswith(("/", "?", "=", "&")) or bare[len(prefix) : len(prefix) + 1] in {"", "/", "?", "&"}
