"""One page in, one article out.

trafilatura finds the main text; where it finds none at all, resiliparse's main content is taken, because whole sites
are otherwise lost (trafilatura's rules see one of their wrappers as boilerplate).

Two sources of change between equal runs are closed: trafilatura's cache of repeated segments is never switched on, and
the newest date that a page may claim is the day it was fetched, not the day it is read.
"""

import datetime as dt
import logging
import unicodedata
from dataclasses import dataclass

from lxml.html import HtmlElement

from pipelines.extract.metadata import Metadata, read_metadata
from pipelines.extract.settings import ExtractSettings

# trafilatura logs addresses and fragments of pages; neither belongs in our log.
for _name in ("trafilatura", "htmldate", "courlan"):
    logging.getLogger(_name).setLevel(logging.CRITICAL)


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
    """Find the main text, title, author and date of a page.

    Args:
        html: The decoded page.
        url: Its address, which may carry a date.
        fetched_on: Day of the fetch: no page is newer than this.
        settings: What to take.
    """
    from trafilatura.utils import load_html  # noqa: PLC0415  half a second, and only the child needs it

    tree = load_html(html)
    said = Metadata() if tree is None else read_metadata(tree, url, fetched_on)
    text = None if tree is None else _clean(_trafilatura(tree, url, settings))
    extractor = "trafilatura" if text else "resiliparse"
    return Article(
        text=text or _clean(_resiliparse(html, settings)) or "",
        title=_clean(said.title),
        author=_clean(said.author),
        published_at=said.published_at,
        extractor=extractor,
    )


def _trafilatura(tree: HtmlElement, url: str, settings: ExtractSettings) -> str | None:
    from trafilatura import bare_extraction  # noqa: PLC0415  as above
    from trafilatura.settings import Document  # noqa: PLC0415

    found = bare_extraction(
        tree,
        url=url,
        fast=True,
        include_comments=settings.comments,
        include_tables=settings.tables,
        deduplicate=False,
    )
    return found.text if isinstance(found, Document) else None


def _resiliparse(html: str, settings: ExtractSettings) -> str:
    from resiliparse.extract.html2text import extract_plain_text  # noqa: PLC0415  as above

    return str(extract_plain_text(html, main_content=True, alt_texts=False, comments=settings.comments))


def _clean(text: str | None) -> str | None:
    """NFC with old Hangul kept, surrogates and NUL gone, outer blanks off; None when nothing is left."""
    if not text:
        return None
    text = unicodedata.normalize("NFC", text.replace("\x00", "").encode("utf-8", "ignore").decode("utf-8")).strip()
    return text or None
