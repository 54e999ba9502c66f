"""Files that speak for a whole site: which URLs they are, and what they say about a URL."""

import datetime as dt
import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import Protocol
from urllib.parse import urlsplit

from licenses import datasets
from licenses.evidence import Evidence, Source
from licenses.robots import RobotsRules
from licenses.settings import RightsSettings
from licenses.tdmrep import TdmrepRules
from licenses.text_files import AiTxtRules, TrustTxtRules

_KINDS = {
    "/robots.txt": "robots",
    "/.well-known/tdmrep.json": "tdmrep",
    "/ai.txt": "ai_txt",
    "/trust.txt": "trust_txt",
    "/.well-known/trust.txt": "trust_txt",
}
_HTML_START = re.compile(rb"[\s\xef\xbb\xbf]*<")


@dataclass(frozen=True)
class SiteFile:
    """A site file as it was served."""

    kind: str
    """robots, tdmrep, ai_txt or trust_txt."""
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


def site_file_kind(url: str) -> str | None:
    """The kind of site file that a URL is of; None for pages."""
    parts = urlsplit(url)
    return None if parts.query else _KINDS.get(parts.path)


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
    if site_file.kind not in _KINDS.values():
        raise ValueError(f"not a kind of site file: {site_file.kind!r}")
    status = site_file.http_status
    served = status is None or HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES
    if not served or _HTML_START.match(site_file.body):
        return _Nothing()
    if site_file.kind == "tdmrep":
        return TdmrepRules(source, site_file.body, settings)
    if site_file.kind == "ai_txt":
        return AiTxtRules(source, site_file.body, settings)
    return TrustTxtRules(source, site_file.body)


def site_signals(site_file: SiteFile, url: str, settings: RightsSettings) -> list[Evidence]:
    """What a site file says about one URL; ``prepare`` it to ask about many."""
    return prepare(site_file, settings).signals(url)
