"""Everything that one page says of itself, from its headers and its decoded source before any cleaning."""

import datetime as dt
from collections.abc import Iterator, Sequence

from licenses.ccl_text import ccl_text_signals
from licenses.evidence import Evidence, Source
from licenses.html_licence import licence_signals, notices_of_json_ld
from licenses.kogl import kogl_signals
from licenses.notices import notice_signals
from licenses.page import Page
from licenses.preferences import VERSIONS, on_user_content_host, preference_evidence
from licenses.robots_meta import robots_meta_signals
from licenses.rsl_discovery import page_rsl_signals
from licenses.settings import RightsSettings
from licenses.tdmrep import tdmrep_signals


def page_signals(
    url: str,
    headers: Sequence[tuple[str, str]],
    html: str,
    *,
    fetched_at: dt.datetime | None,
    body_sha256: str,
    http_status: int | None,
    settings: RightsSettings,
) -> list[Evidence]:
    """Evidence of one page, each record once.

    Args:
        url: URL of the page.
        headers: Response headers, in order; names in any case, repeated ones repeated.
        html: The decoded source, before any cleaning.
        fetched_at: When the page was fetched (UTC); None where a capture does not say.
        body_sha256: SHA-256 (hex) of the body as served.
        http_status: Status with which it was served.
        settings: How to read.

    Raises:
        ValueError: ``url`` is not a URL.
    """
    source = Source(url, fetched_at, http_status, body_sha256)
    page = Page(html, settings)
    licences = licence_signals(page, source, settings)
    marked = any(one.licence for one in licences)
    found = [
        *_header_preferences(headers, source, settings),
        *robots_meta_signals(page, headers, source, settings),
        *tdmrep_signals(page, headers, source, settings),
        *page_rsl_signals(page, headers, source),
        *licences,
        *ccl_text_signals(page, source, marked=marked),
        *kogl_signals(page, source),
        *notice_signals(page, source, settings, notices_of_json_ld(page)),
    ]
    return list({one.evidence_id: one for one in found}.values())


def _header_preferences(
    headers: Sequence[tuple[str, str]], source: Source, settings: RightsSettings
) -> Iterator[Evidence]:
    """Content-Usage and Content-Signal headers; repeated lines are one field (RFC 9110, section 5.3)."""
    for kind in VERSIONS:
        lines = [(name, value) for name, value in headers if name.lower() == kind]
        if lines:
            yield from preference_evidence(
                source,
                kind,
                [", ".join(value for _, value in lines)],
                "\n".join(f"{name}: {value}" for name, value in lines),
                locator=lines[0][0],
                scope="document",
                user_content=on_user_content_host(source.url, settings),
            )
