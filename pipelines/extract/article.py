"""One page in, one article out, by the extractor that the settings name.

- ``malmoi``: one walk over the tree, then arithmetic (`page`, `content`, `render`).
- ``trafilatura``: the reference, an order of magnitude slower; resiliparse where it finds nothing.
- ``resiliparse``: its main content.

Title, author and date are read in the same way for all of them.
"""

import datetime as dt
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from pipelines.extract.content import main_blocks
from pipelines.extract.metadata import read_metadata
from pipelines.extract.page import Page, read_page
from pipelines.extract.reference import resiliparse_text, trafilatura_text
from pipelines.extract.render import render
from pipelines.extract.settings import ExtractSettings


@dataclass(frozen=True, slots=True)
class Article:
    """What a page says. Text is NFC, lines separated by newlines; empty when there is none."""

    text: str
    title: str | None
    author: str | None
    published_at: str | None
    """ISO date."""
    extractor: str
    """What found the text."""


def extract_article(html: str, url: str, fetched_on: dt.date | None, settings: ExtractSettings) -> Article:
    """Find the main text, title, author and date of a page.

    Args:
        html: The decoded page.
        url: Its address, which may carry a date.
        fetched_on: Day of the fetch: no page is newer than this.
        settings: Which extractor, and its limits.
    """
    page = read_page(html)
    said = read_metadata(page, url, fetched_on)
    extractor, text = next(
        ((name, text) for name in _TRIED[settings.extractor] if (text := _clean(_EXTRACTORS[name](page, html, url)))),
        (settings.extractor, None),
    )
    return Article(
        text=text or "",
        title=_clean(said.title),
        author=_clean(said.author),
        published_at=said.published_at,
        extractor=extractor,
    )


_EXTRACTORS: dict[str, Callable[[Page, str, str], str]] = {
    "malmoi": lambda page, _html, _url: render(main_blocks(page)),
    "trafilatura": lambda _page, html, url: trafilatura_text(html, url),
    "resiliparse": lambda _page, html, _url: resiliparse_text(html),
}
_TRIED = {
    "malmoi": ("malmoi",),
    # Whole sites are otherwise lost: trafilatura's rules see one of their wrappers as boilerplate.
    "trafilatura": ("trafilatura", "resiliparse"),
    "resiliparse": ("resiliparse",),
}


def _clean(text: str | None) -> str | None:
    """NFC with old Hangul kept, surrogates and NUL gone, outer blanks off; None when nothing is left."""
    if not text:
        return None
    text = unicodedata.normalize("NFC", text.replace("\x00", "").encode("utf-8", "ignore").decode("utf-8")).strip()
    return text or None
