"""Where an element stands in its page: what its ancestors are and are called, in one walk."""

import re
from dataclasses import dataclass

from licenses.page import CAPTION_NAME, COMMENT_NAME, Element, ancestry, is_deep, names

_WIDGET_NAME = re.compile(r"(?:^|[\s_-])(?:ccl|postbtn_ccl|entry-ccl)(?:$|[\s_-])|footer-info-copyright", re.IGNORECASE)
_RIGHTS_NAME = re.compile(r"copy|footer|notice|rights|ccl|licen[cs]|creative", re.IGNORECASE)
_OTHER_TYPE = re.compile(
    r"(?:Object|Photograph|Painting|Comment|Answer|Question|Software\w+|Music\w+|Movie|Map|3DModel|Product)(?:\s|$)",
    re.IGNORECASE,
)
"""Types of schema.org that are a part of a page, or something that it shows, and never its text."""
_PATH_STEPS = 3


@dataclass(frozen=True, slots=True)
class Place:
    """What encloses an element, itself included."""

    caption: bool
    """A figure or caption, or too deep to know."""
    comments: bool
    """A comment area."""
    cell: bool
    """A table cell."""
    footer: bool
    wiki_body: bool
    """The text of a MediaWiki article, whose licence stands outside of it."""
    widget: bool
    """The licence widget of a blog platform, or the copyright line of MediaWiki."""
    rights: Element | None
    """The innermost element that is about rights, by its tag, class or id."""
    other: bool
    """Statements that name another subject than the page: RDFa ``about``, microdata of a picture."""
    path: str
    """CSS path: its own and two enclosing tags with their classes."""


def place_of(element: Element) -> Place:
    """Where ``element`` stands."""
    enclosing = list(ancestry(element))
    chain = [(one.tag, names(one)) for one in enclosing]
    tags = {tag for tag, _ in chain}
    called = [name for _, name in chain]
    footer = "footer" in tags or any("footer" in name.lower() for name in called)
    steps = [".".join([tag, *name.split()]) for tag, name in chain[:_PATH_STEPS]]
    return Place(
        caption=bool(tags & {"figure", "figcaption"})
        or any(CAPTION_NAME.search(name) for name in called)
        or is_deep(element),
        comments=any(COMMENT_NAME.search(name) for name in called),
        cell=bool(tags & {"td", "th"}),
        footer=footer,
        wiki_body=any("mw-parser-output" in name for name in called),
        widget=any(_WIDGET_NAME.search(name) for name in called),
        rights=next(
            (
                one
                for one, (tag, name) in zip(enclosing, chain, strict=True)
                if tag == "footer" or _RIGHTS_NAME.search(name)
            ),
            None,
        ),
        other=any(_of_another(one) for one in enclosing),
        path=" > ".join(reversed(steps)),
    )


def _of_another(element: Element) -> bool:
    subject = (element.getattr("about") or "").strip()
    if subject not in ("", "#", "./"):
        return True
    return bool(_OTHER_TYPE.search(element.getattr("itemtype") or ""))
