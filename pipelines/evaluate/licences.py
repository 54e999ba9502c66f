"""The licence that pages declare, as the rights room reads it, beside the licence that an index names for them."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from licenses import RightsSettings, page_signals, resolve
from licenses.catalogue import ALL_RIGHTS_RESERVED, DEFAULT_LICENCE
from licenses.licence_url import licence_of_url
from pipelines.evaluate.decoding import decode_page
from pipelines.evaluate.files import Page, Row
from pipelines.evaluate.report import Report

NONE = "none"
"""No licence: what an index has for a page without one, and what the tagger says where rights are reserved."""
_UNREAD = frozenset({"cc-unknown", "cc-unspecified"})
_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Tagged:
    """One page: what its index names and what was read."""

    url: str
    expected: str
    found: str
    evidence: int
    """Records behind ``found``."""
    granted: bool
    """Whether training or copies are granted."""


def evaluate_licences(pages: Iterable[Page], labels: Iterable[Row]) -> Report:
    """Confusion of licences, page by page; of rows with one address the first counts.

    A licence that an index names for a whole site is no mark of a page: rows are judged by ``cc_links`` where they have
    it, the licence marks that somebody found in the page, and by ``licence`` otherwise.

    Args:
        pages: Pages of an archive.
        labels: Rows with ``url``, and ``cc_links`` (licence URLs or KOGL, separated by semicolons) or ``licence``.
    """
    by_url = {str(row["url"]): row for row in reversed(list(labels))}
    tagged: dict[str, Tagged] = {}
    for page in pages:
        row = by_url.get(page.url)
        if row is not None and page.url not in tagged:
            tagged[page.url] = _tagged(page, expected_licence(row))
    rows = list(tagged.values())
    wrong = [one for one in rows if one.expected != one.found]
    confusion = Counter((one.expected, one.found) for one in rows)
    return {
        "evaluation": "licences",
        "pages": len(rows),
        "labels_without_page": len(by_url) - len(rows),
        "agree": _share(len(rows) - len(wrong), len(rows)),
        "wrongly_granted": sum(one.granted and one.expected == NONE for one in rows),
        "tags_without_evidence": sum(one.found != NONE and not one.evidence for one in rows),
        "precision": _share(_hits(rows), sum(one.found != NONE for one in rows)),
        "recall": _share(_hits(rows), sum(one.expected != NONE for one in rows)),
        "confusion": [
            {"index": expected, "tagger": found, "pages": number}
            for (expected, found), number in sorted(confusion.items(), key=lambda item: (-item[1], item[0]))
        ],
        "differing": [{"url": one.url, "index": one.expected, "tagger": one.found} for one in wrong[:_SHOWN]],
    }


def expected_licence(row: Mapping[str, object]) -> str:
    """The licence of a row in the tagger's names; several that differ are ``cc-unspecified``, KOGL has no type."""
    if "cc_links" not in row:
        return str(row.get("licence") or NONE)
    links = [link for link in str(row["cc_links"] or "").split(";") if link]
    licences = [licence_of_url(link if "//" in link else f"https://{link}") for link in links]
    ids = {one.id for one in licences if one is not None and one.named}
    if any(link == "KOGL" for link in links):
        ids.add("KOGL")
    return next(iter(ids)) if len(ids) == 1 else "cc-unspecified" if ids else NONE


def _tagged(page: Page, expected: str) -> Tagged:
    evidence = page_signals(
        page.url,
        [],
        decode_page(page),
        fetched_at=None,
        body_sha256="",
        http_status=None,
        settings=RightsSettings(),
    )
    rights = resolve(evidence)
    found = NONE if rights.licence in (ALL_RIGHTS_RESERVED, DEFAULT_LICENCE) else rights.licence
    found = "KOGL" if found.startswith("LicenseRef-KOGL") else "cc-unspecified" if found in _UNREAD else found
    granted = any(rights.axes[axis] in ("allow", "cond") for axis in rights.axes)
    behind = sum(one.licence is not None and one.scope != "element" for one in evidence)
    return Tagged(page.url, expected, found, behind, granted)


def _hits(rows: Iterable[Tagged]) -> int:
    return sum(one.expected == one.found != NONE for one in rows)


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
