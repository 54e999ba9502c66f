"""Title, author and date of a page, from what it declares.

trafilatura's readers of meta tags and JSON-LD and htmldate do the work. Left out of trafilatura's own sequence: tags,
categories and the search for an author in the body, which takes a fifth of the whole extraction and on Korean pages
finds mostly menu items; and its rule that an author's name has a space, which few Korean names have.
"""

import datetime as dt
from dataclasses import dataclass

from lxml.html import HtmlElement

_LATEST = dt.date(2100, 1, 1)
_LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a page declares about itself; None where it does not."""

    title: str | None = None
    author: str | None = None
    published_at: str | None = None
    """ISO date."""


def read_metadata(tree: HtmlElement, url: str, fetched_on: dt.date | None) -> Metadata:
    """Read title, author and date; the tree is not changed.

    Args:
        tree: The page.
        url: Its address, which may carry a date.
        fetched_on: Day of the fetch: no page is newer than this.
    """
    from htmldate import find_date  # noqa: PLC0415  only the extraction process needs these
    from trafilatura.metadata import examine_meta, extract_meta_json, extract_title  # noqa: PLC0415

    said = examine_meta(tree)
    declared = said.author
    try:
        said = extract_meta_json(tree, said)
    except (ValueError, TypeError, AttributeError, KeyError, IndexError):
        said.author = declared  # JSON-LD of a shape that the reader does not expect
    return Metadata(
        title=said.title or extract_title(tree),
        author=_name(said.author or declared),
        published_at=find_date(
            tree,
            url=url,
            extensive_search=False,
            original_date=True,
            max_date=(fetched_on or _LATEST).isoformat(),
        ),
    )


def _name(author: str | None) -> str | None:
    """The author, unless it is an address or a sentence."""
    if not author or len(author) > _LONGEST_NAME or "//" in author:
        return None
    return author
