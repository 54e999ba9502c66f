"""One key for the variants of a page's URL.

Scheme, host forms for other screens, tracking, sessions, index pages, print and AMP views, and the places where Korean
portals, newspapers and board software show one page under several URLs. What is dropped is named in
`data/url_variants.toml`, with the reason; whatever is not, counts: two URLs that differ in a parameter that may choose
content have different keys.
"""

import functools
import hashlib
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self, TypeAlias
from urllib.parse import urlsplit

import pyarrow as pa

from dedup._arrays import Column

_DATA = Path(__file__).parent / "data" / "url_variants.toml"
_DEFAULT_PORTS = {"http": 80, "https": 443}
_LEAST_LABELS = 2
_DOMAIN_LABELS = 3
# What `/amp` stands beside: an article by its number or its title, not a section, which may be about amplifiers.
_ARTICLE = re.compile(r"(?:\d{4,}|\.html?|/[^/-]+(?:-[^/-]+){3,})$")
_AMP_PATH = re.compile(r"^/amp(?=/.)|/amp$|(?<=[\w%-])\.amp(?=\.html$|$)")
_SLASHES = re.compile("//+")


def url_keys(urls: Column) -> "pa.Array[pa.UInt64Scalar]":
    """Keys of canonical URLs (strings), in order; null for null.

    Two pages with one key are variants of one page by their URLs: 64 bits of BLAKE2b of `url_variant`.
    """
    keys = [None if url is None else _hash(url_variant(url)) for url in urls.to_pylist()]
    return pa.array(keys, pa.uint64())


def url_variant(url: str) -> str:
    """What all variants of a canonical URL have in common.

    No URL itself. What is not http or https, or has no host, stays as it is but for its fragment.
    """
    plain = url.partition("#")[0]
    try:
        parts = urlsplit(plain)
        port = parts.port
    except ValueError:
        return plain
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
        return plain
    table = _table()
    shown = "" if port in {None, _DEFAULT_PORTS[parts.scheme]} else f":{port}"
    host = table.plain_host(parts.hostname)
    path = table.without_sessions(_SLASHES.sub("/", parts.path or "/"))
    query = table.content(parts.query)
    if not shown:
        for form in table.forms_of(parts.hostname):
            if page := form.page(parts.hostname, host, path.rstrip("/") if len(path) > 1 else path, query):
                return page
    path = table.plain_path(path)
    rest = "&".join(f"{name}={value}" if value is not None else name for name, value in sorted(query, key=_name))
    return f"{host}{shown}{path}?{rest}" if rest else f"{host}{shown}{path}"


_Query: TypeAlias = list[tuple[str, str | None]]


@dataclass(frozen=True, slots=True)
class _Form:
    """A form of URL that some site or software has for its pages."""

    domain: str
    host: re.Pattern[str] | None
    path: re.Pattern[str]
    query: Mapping[str, re.Pattern[str]]
    bare: bool
    without: frozenset[str]
    key: str

    @classmethod
    def of(cls, entry: Mapping[str, Any]) -> Self:
        host = entry.get("host")
        return cls(
            domain=entry["domain"],
            host=re.compile(host) if host else None,
            path=re.compile(entry["path"]),
            query={name: re.compile(pattern) for name, pattern in entry.get("query", {}).items()},
            bare=entry.get("bare", False),
            without=frozenset(entry.get("without", ())),
            key=entry["key"],
        )

    def page(self, served: str, host: str, path: str, query: _Query) -> str | None:
        """The key of the page, if the URL has this form."""
        matches = [self.path.fullmatch(path)]
        if self.host is not None:
            matches.append(self.host.fullmatch(served))
        if None in matches or (query and self.bare):
            return None
        given: dict[str, list[str]] = {}
        for name, value in query:
            given.setdefault(name.lower(), []).append(value or "")
        if self.without & given.keys():
            return None
        for name, pattern in self.query.items():
            values = given.get(name, [])
            # Servers differ in which of two values counts.
            matches.append(pattern.fullmatch(values[0]) if len(values) == 1 else None)
        groups = {"host": host}
        for match in matches:
            if match is None:
                return None
            groups |= match.groupdict()
        return self.key.format_map(groups | {name: given[name][0] for name in self.query})


@dataclass(frozen=True, slots=True)
class _Table:
    """The data file."""

    host_labels: frozenset[str]
    registry_labels: frozenset[str]
    dropped: re.Pattern[str]
    views: Mapping[str, frozenset[str]]
    session: re.Pattern[str]
    index: re.Pattern[str]
    forms: tuple[_Form, ...]

    def plain_host(self, host: str) -> str:
        """The host without its labels for other screens."""
        labels = host.split(".")
        while labels[0] in self.host_labels and not self._is_registry(labels[1:]):
            labels = labels[1:]
        return ".".join(labels)

    def without_sessions(self, path: str) -> str:
        """The path without sessions behind semicolons."""
        return self.session.sub("", path) if ";" in path else path

    def plain_path(self, path: str) -> str:
        """The path without an index page, AMP form and slash at its end."""
        path = self.index.sub("", path).rstrip("/")
        plain = _AMP_PATH.sub("", path)
        return plain if plain != path and _ARTICLE.search(plain) else path

    def content(self, query: str) -> _Query:
        """Parameters that may choose content, in order, as they were encoded."""
        if not query:
            return []
        pairs = (part.removeprefix("amp;").partition("=") for part in query.split("&") if part)
        kept = [(name, value if equals else None) for name, equals, value in pairs]
        return [
            (name, value)
            for name, value in kept
            if not self.dropped.fullmatch(name) and (value or "").lower() not in self.views.get(name.lower(), ())
        ]

    def forms_of(self, host: str) -> Iterable[_Form]:
        """Forms that pages of a host may have."""
        return _forms_by_domain(".".join(host.split(".")[-_DOMAIN_LABELS:]))

    def _is_registry(self, labels: list[str]) -> bool:
        return len(labels) < _LEAST_LABELS or (len(labels) == _LEAST_LABELS and labels[0] in self.registry_labels)


@functools.cache
def _table() -> _Table:
    content = tomllib.loads(_DATA.read_text(encoding="utf-8"))
    groups = content["tracking"]
    sessions = "|".join(map(re.escape, content["sessions"]))
    names = "|".join(re.escape(name) for group in groups for name in group["names"])
    prefixes = "|".join(re.escape(prefix) for group in groups for prefix in group.get("prefixes", ()))
    index = f"(?:{'|'.join(content['index_names'])})\\.(?:{'|'.join(content['index_endings'])})"
    return _Table(
        host_labels=frozenset(content["host_labels"]),
        registry_labels=frozenset(content["registry_labels"]),
        dropped=re.compile(f"(?i:{names}|(?:{prefixes}).*|{sessions})"),
        views={name: frozenset(values) for name, values in content["views"].items()},
        session=re.compile(f"(?i:;(?:{sessions})=[^/;]*)"),
        index=re.compile(f"(?<=/)(?i:{index})$"),
        forms=tuple(_Form.of(entry) for entry in content["page"]),
    )


@functools.lru_cache(maxsize=4096)
def _forms_by_domain(host: str) -> tuple[_Form, ...]:
    """Forms of a host by its last labels, those of its own domain first."""
    own = [form for form in _table().forms if form.domain and f".{host}".endswith(f".{form.domain}")]
    return (*own, *(form for form in _table().forms if not form.domain))


def _name(pair: tuple[str, str | None]) -> str:
    return pair[0]


def _hash(variant: str) -> int:
    digest = hashlib.blake2b(variant.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "little")
