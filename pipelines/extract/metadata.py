"""Title, author and date of a page, from what it declares.

In order of trust: JSON-LD (schema.org), meta tags (Open Graph, Dublin Core, Highwire), markup made for it (`time`,
microdata), then what Korean pages print: a byline ending in 기자, "입력 2021.03.02 10:00". Nothing is guessed from
running text.
"""

import datetime as dt
import html
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from selectolax.lexbor import LexborNode

from pipelines.extract.page import Page

_TITLES = ("og:title", "twitter:title", "citation_title", "dc.title", "dcterms.title", "title")
_AUTHORS = ("author", "citation_author", "dc.creator", "dcterms.creator", "article:author", "og:article:author", "byl")
_DATES = (
    *("article:published_time", "og:article:published_time", "citation_publication_date", "citation_date"),
    *("dc.date.issued", "dcterms.issued", "dcterms.created", "datepublished", "publishdate", "publish_date", "pubdate"),
    *("date", "dc.date", "dcterms.date", "parsely-pub-date", "sailthru.date", "article.published", "article.created"),
)
_SUFFIX = re.compile(r"\s+(?:[|·—–:»«]+|-)\s+|\s*::\s*")
_LONGEST_NAME = 60
_LONGEST_LINE = 120
_LONGEST_TIME = len(" 오전 00:00:00")
_LONGEST_BYLINE = 24
_EARLIEST = dt.date(1990, 1, 1)
_ANY_DATE = re.compile(
    r"(?<![\d.])((?:19|20)\d\d)\s*(?:[-./]|년)\s*(0?[1-9]|1[0-2])\s*(?:[-./]|월)\s*(0?[1-9]|[12]\d|3[01])(?![\d])"
)
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_ENGLISH_DATE = re.compile(
    rf"(?i:\b({'|'.join(_MONTHS)})[a-z]*\.?\s+([12]?\d|3[01])(?:st|nd|rd|th)?,?\s+((?:19|20)\d\d)\b"
    rf"|\b([12]?\d|3[01])\s+({'|'.join(_MONTHS)})[a-z]*\.?,?\s+((?:19|20)\d\d)\b)"
)
_COMPACT_DATE = re.compile(r"((?:19|20)\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?:T?\d{4,6}.*)?")
_URL_DATE = re.compile(r"/((?:19|20)\d\d)[/-](0?[1-9]|1[0-2])[/-](0?[1-9]|[12]\d|3[01])(?=[/._-]|$)")
_PUBLISHED = re.compile(r"입력|등록|작성|게시|발행|승인|송고|게재|등재|[Pp]osted|[Pp]ublished|[Ww]ritten|[Dd]ate")
_MODIFIED = re.compile(r"수정|편집|갱신|[Uu]pdated|[Mm]odified|[Ee]dited")
_BYLINE = re.compile(r"(?:^|[\s|=/\]\[(])([가-힣]{2,4})\s*(?:선임|수습|인턴|전문)?기자(?=$|[\s|=/\])(<:,])")
_ADDRESS = re.compile(r"//|@|\bwww\.")


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a page declares about itself; None where it does not."""

    title: str | None = None
    author: str | None = None
    published_at: str | None = None
    """ISO date."""


def read_metadata(page: Page, url: str, fetched_on: dt.date | None) -> Metadata:
    """Read title, author and date.

    Args:
        page: The parsed page.
        url: Its address, which may carry a date.
        fetched_on: Day of the fetch: no page is newer than this.
    """
    head = page.tree.head
    marked = [*(head.css("script") if head is not None else ()), *page.marked]
    metas = _metas(head)
    things = list(_linked_data(marked))
    lines = [block.text for block in page.blocks if len(block.text) <= _LONGEST_LINE]
    return Metadata(
        title=_title(page, metas, things),
        author=_author(marked, metas, things, lines),
        published_at=_date(marked, metas, things, lines, url=url, fetched_on=fetched_on),
    )


def _metas(head: LexborNode | None) -> dict[str, str]:
    """Contents of meta tags by lower-case name; the first of a name counts."""
    found: dict[str, str] = {}
    for node in head.css("meta[content]") if head is not None else ():
        attributes = node.attributes
        content = (attributes.get("content") or "").strip()
        for key in ("property", "name", "itemprop"):
            name = attributes.get(key)
            if name and content:
                found.setdefault(name.strip().lower(), content)
    return found


def _linked_data(marked: Sequence[LexborNode]) -> Iterator[Mapping[str, Any]]:
    """Objects of JSON-LD that may be about an article. What is no JSON is passed over, as search engines do."""
    for node in marked:
        if node.tag != "script" or node.attributes.get("type") != "application/ld+json":
            continue
        try:
            parsed = json.loads(node.text(), strict=False)
        except (ValueError, RecursionError):
            continue
        for thing in _objects(parsed):
            if "headline" in thing or "datePublished" in thing:
                yield thing


def _objects(parsed: Any) -> Iterator[Mapping[str, Any]]:
    for thing in parsed if isinstance(parsed, list) else [parsed]:
        if isinstance(thing, dict):
            yield thing
            graph = thing.get("@graph")
            yield from (one for one in (graph if isinstance(graph, list) else ()) if isinstance(one, dict))


def _title(page: Page, metas: Mapping[str, str], things: Iterable[Mapping[str, Any]]) -> str | None:
    """The headline; else the h1 that the title of the window repeats; else that title without the name of the site."""
    declared = [thing.get("headline") for thing in things] + [metas.get(name) for name in _TITLES]
    title = next((_squeeze(one) for one in declared if isinstance(one, str) and one.strip()), None)
    headings = [block.text for block in page.blocks if block.kind == "h1"]
    node = page.tree.css_first("head > title")
    window = _squeeze(node.text()) if node is not None else ""
    said = title or window
    repeated = max((one for one in headings if said.startswith(one)), key=len, default=None)
    if repeated or title:
        return repeated or title
    words = set(window.split())
    shared = max(headings, key=lambda one: len(words.intersection(one.split())), default=None)
    if shared and (not words or words.intersection(shared.split())):
        return shared
    return _SUFFIX.split(window)[0].strip() or None


def _author(
    marked: Sequence[LexborNode], metas: Mapping[str, str], things: Iterable[Mapping[str, Any]], lines: Iterable[str]
) -> str | None:
    declared = [name for thing in things for name in _names(thing.get("author"))]
    declared += [metas.get(name, "") for name in _AUTHORS]
    declared += [node.text() for node in marked if "author" in _said(node, "itemprop", "rel")]
    for name in map(_squeeze, declared):
        if 0 < len(name) <= _LONGEST_NAME and not _ADDRESS.search(name):
            return name
    return next((match[1] for line in lines if "기자" in line and (match := _BYLINE.search(line))), None)


def _names(author: Any) -> Iterator[str]:
    """Names in a schema.org author: text, a person, or several."""
    for one in author if isinstance(author, list) else [author]:
        name = one.get("name") if isinstance(one, dict) else one
        if isinstance(name, str):
            yield name


def _date(
    marked: Sequence[LexborNode],
    metas: Mapping[str, str],
    things: Iterable[Mapping[str, Any]],
    lines: Iterable[str],
    *,
    url: str,
    fetched_on: dt.date | None,
) -> str | None:
    candidates = [str(thing.get("datePublished") or thing.get("dateCreated") or "") for thing in things]
    candidates += [metas.get(name, "") for name in _DATES]
    candidates += [_time(node) or node.text() for node in marked if _is_publication(node)]
    in_url = _URL_DATE.search(url)
    candidates += ["-".join(in_url.groups())] if in_url else []
    candidates += [_printed(line) for line in lines]
    candidates += [_time(node) for node in marked if node.tag == "time"]
    latest = fetched_on or dt.date.max
    found = (day for text in candidates if text and (day := _parse(text)) is not None)
    return next((day.isoformat() for day in found if _EARLIEST <= day <= latest), None)


def _said(node: LexborNode, *names: str) -> str:
    """Values of attributes, separated by spaces."""
    return " ".join(node.attributes.get(name) or "" for name in names)


def _is_publication(node: LexborNode) -> bool:
    if "datePublished" in _said(node, "itemprop"):
        return True
    return node.tag == "time" and ("pubdate" in node.attributes or "publish" in _said(node, "class"))


def _time(node: LexborNode) -> str:
    return node.attributes.get("datetime") or node.attributes.get("content") or ""


def _printed(line: str) -> str:
    """A date that a line says is that of publication, or that is nearly all the line says."""
    if "19" not in line and "20" not in line:
        return ""
    match = _ANY_DATE.search(line) or _ENGLISH_DATE.search(line)
    if match is None:
        return ""
    said = _PUBLISHED.search(line[: match.start()])
    if said:
        return match[0] if not _MODIFIED.search(line[said.end() : match.start()]) else ""
    around = len(line) - len(match[0])
    return match[0] if around <= (_LONGEST_TIME if match.start() == 0 else _LONGEST_BYLINE) else ""


def _parse(text: str) -> dt.date | None:
    """The first date in a text; the day is the one written, whatever its time zone."""
    match = _ANY_DATE.search(text) or _COMPACT_DATE.fullmatch(text.strip())
    try:
        if match is not None:
            return dt.date(*map(int, match.groups()))
        match = _ENGLISH_DATE.search(text)
        if match is None:
            return None
        month, day, year = match.group(1, 2, 3) if match[1] else match.group(5, 4, 6)
        return dt.date(int(year), _MONTHS.index(month[:3].lower()) + 1, int(day))
    except ValueError:
        return None


def _squeeze(text: str) -> str:
    """One line, character references resolved: declarations are often escaped twice."""
    return " ".join(html.unescape(text).split())
