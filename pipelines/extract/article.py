"""One page in, one article out.

trafilatura finds the main text, title, author and date; where it finds no text at all, resiliparse's main content is
taken, because whole sites are otherwise lost (trafilatura's rules see one of their wrappers as boilerplate).

Two sources of change between equal runs are closed: trafilatura's cache of repeated segments is never switched on, and
the newest date that a page may claim is the day it was fetched, not the day it is read.
"""

import datetime as dt
import logging
import re
import unicodedata
from dataclasses import dataclass
from html import unescape

from pipelines.extract.settings import ExtractSettings

# trafilatura logs addresses and fragments of pages; neither belongs in our log.
for _name in ("trafilatura", "htmldate", "courlan"):
    logging.getLogger(_name).setLevel(logging.CRITICAL)

LATEST = dt.date(2100, 1, 1)

_HEAD_CHARACTERS = 65_536
_LONGEST_NAME = 100
_META = re.compile(r"<meta\s[^>]{1,1000}>", re.IGNORECASE)
_AUTHOR = re.compile(r"""\b(?:name|property)\s*=\s*["']?(?:author|article:author|dc\.creator|byl)\b""", re.IGNORECASE)
_CONTENT = re.compile(r"""\bcontent\s*=\s*(["'])(.*?)\1""", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Article:
    """What a page says. Text is NFC, lines separated by newlines; empty when there is none."""

    text: str
    title: str | None
    author: str | None
    published_at: str | None
    """ISO date."""
    extractor: str
    """Which library found the text."""


def extract_article(html: str, url: str, fetched_on: dt.date | None, settings: ExtractSettings) -> Article:
    """Find the main text of a page.

    Args:
        html: The decoded page.
        url: Its address, which may carry a date.
        fetched_on: Day of the fetch: no page is newer than this.
        settings: What to take.
    """
    from trafilatura import bare_extraction  # noqa: PLC0415  half a second, and only the child needs it

    found = bare_extraction(
        html,
        url=url,
        fast=True,
        with_metadata=True,
        include_comments=settings.comments,
        include_tables=settings.tables,
        deduplicate=False,
        date_extraction_params={
            "extensive_search": False,
            "original_date": True,
            "max_date": (fetched_on or LATEST).isoformat(),
        },
    )
    text = _clean(found.text) if found else None
    extractor = "trafilatura" if text else "resiliparse"
    return Article(
        text=text or _main_content(html, comments=settings.comments) or "",
        title=_clean(found.title) if found else None,
        author=(_clean(found.author) if found else None) or _named_author(html),
        published_at=(found.date or None) if found else None,
        extractor=extractor,
    )


def _named_author(html: str) -> str | None:
    """The author that a page names in its head. trafilatura refuses names of one word, which most Korean names are."""
    for tag in _META.findall(html[:_HEAD_CHARACTERS]):
        if _AUTHOR.search(tag) and (content := _CONTENT.search(tag)):
            name = _clean(unescape(content.group(2)))
            if name and len(name) <= _LONGEST_NAME and "//" not in name:
                return name
    return None


def _main_content(html: str, *, comments: bool) -> str | None:
    from resiliparse.extract.html2text import extract_plain_text  # noqa: PLC0415  as above

    return _clean(extract_plain_text(html, main_content=True, alt_texts=False, comments=comments))


def _clean(text: str | None) -> str | None:
    """NFC with old Hangul kept, surrogates and NUL gone, outer blanks off; None when nothing is left."""
    if not text:
        return None
    text = unicodedata.normalize("NFC", text.replace("\x00", "").encode("utf-8", "ignore").decode("utf-8")).strip()
    return text or None
