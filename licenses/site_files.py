"""Files that speak for a whole site: which URLs they are, and what they say about a URL."""

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Protocol
from urllib.parse import urlsplit

from licenses import datasets
from licenses.evidence import Evidence, Source
from licenses.references import POLICY, RSL
from licenses.robots import RobotsRules
from licenses.rsl import FeedRules
from licenses.settings import RightsSettings
from licenses.tdmrep import TdmrepRules
from licenses.text_files import AiTxtRules, TrustTxtRules

_BOM = b"\xef\xbb\xbf"
_KINDS = {
    "/robots.txt": "robots",
    "/.well-known/tdmrep.json": "tdmrep",
    "/ai.txt": "ai_txt",
    "/trust.txt": "trust_txt",
    "/.well-known/trust.txt": "trust_txt",
}
_FEED = "rsl_feed"
REFERRED_KINDS = (RSL, POLICY)
"""Kinds that say nothing by themselves: only what refers to them does."""
_RSL_TYPE = "application/rsl+xml"
_JSON_TYPES = frozenset({"", "application/json", "application/ld+json", "application/octet-stream", "text/plain"})
_PROLOGUE = rb"(?>(?:\s|<\?(?>.*?\?>)|<!--(?>.*?-->))*)"
"""Atomic: there is one way to read it, and many comments are not tried in every other."""
_RSL_ROOT = re.compile(_PROLOGUE + rb"<(?:[A-Za-z_][\w.-]*:)?rsl[\s>/]", re.DOTALL)
_FEED_ROOT = re.compile(_PROLOGUE + rb"<(?:rss|feed|(?:[A-Za-z_][\w.-]*:)?RDF)[\s>]", re.DOTALL)
_POLICY = re.compile(rb"w3\.org/ns/tdmrep|tdm:mine")
SNIFFED_BYTES = 16_384
"""How much of a body ``referred_kind`` looks at."""
_HTML_START = re.compile(rb"[\s\xef\xbb\xbf]*<")


@dataclass(frozen=True)
class SiteFile:
    """A site file as it was served."""

    kind: str
    """robots, tdmrep, ai_txt, trust_txt or rsl_feed; rsl and tdm_policy are for ``references``."""
    url: str
    origin: str
    """scheme://host[:port] that it speaks for: after redirects of robots.txt, the first host (RFC 9309, 2.3.1.2)."""
    fetched_at: dt.datetime | None
    """None where a capture does not say."""
    http_status: int | None
    """None where there was no answer (with an empty body), or where a capture has none (with a body)."""
    body: bytes
    digest: str
    """SHA-256 of the body, hex."""


class SiteRules(Protocol):
    """A prepared site file."""

    def signals(self, url: str) -> list[Evidence]:
        """What the file says about ``url``, which must be of its origin."""
        ...


class _Nothing:
    """A file that was not served says nothing, unless it is robots.txt."""

    def signals(self, url: str) -> list[Evidence]:  # noqa: ARG002 - whatever is asked
        return []


_RULES: dict[str, Callable[[Source, bytes, RightsSettings], SiteRules]] = {
    "tdmrep": TdmrepRules,
    "ai_txt": AiTxtRules,
    "trust_txt": lambda source, body, _: TrustTxtRules(source, body),
    _FEED: lambda source, body, _: FeedRules(source, body),
}


def site_file_kind(url: str) -> str | None:
    """The kind of site file that a URL is of; None for pages."""
    parts = urlsplit(url)
    return None if parts.query else _KINDS.get(parts.path)


def referred_kind(media_type: str, start: bytes) -> str | None:
    """The kind of a body that says of itself what it is: RSL, a feed with RSL, or a TDM policy; None for others.

    Args:
        media_type: ``type/subtype`` in lower case, empty if there is none. RSL is RSL under any of them.
        start: The first ``SNIFFED_BYTES`` of the body.
    """
    plain = start.replace(b"\x00", b"").removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff").removeprefix(_BOM)
    if media_type == _RSL_TYPE or (b"rsl" in plain and _RSL_ROOT.match(plain)):
        return RSL
    if b"rslstandard.org/rsl" in plain and _FEED_ROOT.match(plain):
        return _FEED
    is_json = (media_type in _JSON_TYPES or media_type.endswith("+json")) and plain.lstrip()[:1] in (b"{", b"[")
    return POLICY if is_json and _POLICY.search(plain) else None


def prepare(site_file: SiteFile, settings: RightsSettings) -> SiteRules:
    """Parse a site file once, to ask it about many URLs.

    Raises:
        ValueError: The kind is neither one of ``site_file_kind`` nor the declaration of a data set.
    """
    source = Source(site_file.url, site_file.fetched_at, site_file.http_status, site_file.digest)
    if site_file.kind == "robots":
        return RobotsRules(source, site_file.body, settings)
    if site_file.kind == datasets.KIND:
        return datasets.DatasetRules(source, site_file.body)
    if site_file.kind not in _RULES:
        raise ValueError(f"not a kind of site file: {site_file.kind!r}")
    status = site_file.http_status
    served = status is None or HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES
    if not served or (site_file.kind != _FEED and _HTML_START.match(site_file.body)):
        return _Nothing()
    return _RULES[site_file.kind](source, site_file.body, settings)


def site_signals(site_file: SiteFile, url: str, settings: RightsSettings) -> list[Evidence]:
    """What a site file says about one URL; ``prepare`` it to ask about many."""
    return prepare(site_file, settings).signals(url)
