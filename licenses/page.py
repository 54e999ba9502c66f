"""One page for all families: gates over the source, one lazy parse, lines of text with what encloses them.

Gates are substring tests, so most pages are never parsed; what is parsed is parsed once.
"""

import html as html_entities
import math
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from resiliparse.extract.html2text import extract_plain_text
from resiliparse.parse.html import HTMLTree

from licenses.json_ld import TELLING, Statement, statements
from licenses.notice_patterns import normalise, pieces
from licenses.settings import RightsSettings

_KOREAN_ENTITY = re.compile(r"&#(?:x[a-d][0-9a-f]{3}|[45]\d{4});", re.IGNORECASE)
_SCRIPT_TAG = re.compile(r"<(/?)script\b", re.IGNORECASE)
_META = re.compile(r"<(?:meta|META|Meta)\b[^>]*")
CAPTION_NAME = re.compile(r"(?:^|[\s_-])caption", re.IGNORECASE)
COMMENT_NAME = re.compile(
    r"(?:^|[\s_-])(?:comments?(?:list|area|box|wrap|view|body)?|repl(?:y|ies)(?:list|area)?|disqus|cmt)(?:$|[\s_-])",
    re.IGNORECASE,
)
_BLOCKS = frozenset(
    [
        "p",
        "div",
        "li",
        "td",
        "th",
        "footer",
        "section",
        "article",
        "aside",
        "header",
        "main",
        "body",
        "figure",
        "table",
        "ul",
        "ol",
        "dl",
        "dd",
        "blockquote",
    ]
)
_NOTICE_CSS = ",".join(
    f'[{attribute}*="{word}" i]'
    for attribute in ("class", "id")
    for word in ("copy", "footer", "notice", "rights", "ccl")
)
_COMMENT_CSS = ",".join(
    f'[{attribute}*="{word}" i]' for attribute in ("class", "id") for word in ("comment", "repl", "disqus", "cmt")
)
ANCHORS = frozenset(
    {
        *("금지", "금합니다", "금함", "불허", "불가", "허용하지"),
        *("국내", "국외", "해외", "대한민국", "무단", "저작권자"),
        *("공공누리", "공공저작물", "정보공유", "저작물은", "크리에이티브", "철회"),
        *("자유이용", "자유 이용"),
    }
)
"""Hangul words that families look for. A substring test of each would cost more than parsing the page."""
_ANCHOR = re.compile(
    "금(?:지|합니다|함)|불(?:허|가)|허용하지|국(?:내|외)|해외|대한민국|무단|저작(?:권자|물은)|공공(?:누리|저작물)|정보공유|크리에이티브"
    "|자유 ?이용|철회"
)
_ROOTS = ("html", "body")
_TEXTS_CHARS, _TEXTS_OF_PAGE = 1_000_000, 4
_FEWEST_ELEMENTS, _MOST_ELEMENTS, _WALKED_CHARS = 20, 1000, 1_000_000_000
_DEEP = 60
_SIBLINGS = 200
_SILENT = frozenset({"script", "style", "#comment"})
_WHITE = re.compile(r"\s+")

_T = TypeVar("_T")
Element = Any
"""A DOM node of Resiliparse, which is untyped."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of visible text, or a piece of a very long one, normalised."""

    text: str
    start: int
    """Offset of its first character in the visible text."""
    in_notice: bool
    """Whether the line is of an element that is a notice by its class or id."""
    in_caption: bool
    """Whether the line is of a figure or caption: what it says holds for that element alone."""
    in_comment: bool
    """Whether the line is of a reader's comment: what it permits is not the owner's word."""
    tail: int
    """Offset in the line at which the last part of the text begins, 0 or less if the whole line is in it."""
    chars: int
    """Length of the whole line."""

    @property
    def at_end(self) -> bool:
        """Whether it reaches into the last part of the text."""
        return len(self.text) >= self.tail


class Page:
    """The decoded source of one page.

    Args:
        html: HTML before any cleaning.
        settings: What is near the end and what is short.
    """

    def __init__(self, html: str, settings: RightsSettings) -> None:
        self.html = html
        self.overrun = False
        """Whether something was not looked at, because there is more of it than any honest page has."""
        self._settings = settings

    def has(self, *words: str) -> bool:
        """Gate: whether the source holds one of ``words`` as written (entities of Hangul resolved)."""
        return any(word in (self.anchors if word in ANCHORS else self.gate_text) for word in words)

    @cached_property
    def anchors(self) -> dict[str, list[int]]:
        """Where each word of ``ANCHORS`` stands in ``gate_text``: one pass for all families."""
        found: dict[str, list[int]] = {}
        for match in _ANCHOR.finditer(self.gate_text):
            found.setdefault(match[0], []).append(match.start())
        return found

    def positions(self, word: str) -> list[int]:
        """Where ``word`` stands in ``gate_text``."""
        if word in ANCHORS:
            return self.anchors.get(word, [])
        found, at = [], self.gate_text.find(word)
        while at >= 0:
            found.append(at)
            at = self.gate_text.find(word, at + 1)
        return found

    @cached_property
    def gate_text(self) -> str:
        """The source, with entities resolved if some are Hangul."""
        encoded = "&#" in self.html and _KOREAN_ENTITY.search(self.html)
        return html_entities.unescape(self.html) if encoded else self.html

    @cached_property
    def tree(self) -> Any:
        """The parsed page."""
        return HTMLTree.parse(self.html)

    def select(self, css: str) -> list[Element]:
        """Elements by CSS selector, in document order."""
        found = self.tree.document.query_selector_all(css)
        # Each step of iteration searches the document anew; a slice searches it once.
        return list(found[0 : len(found)])

    @cached_property
    def meta_source(self) -> str:
        """All meta tags as written, lower case: a gate for the families that read them."""
        return "\n".join(_META.findall(self.html)).lower()

    def metas(self) -> Iterator[tuple[str, str]]:
        """Name (or property) in lower case and content of each meta element."""
        for element in self.select("meta[content]"):
            name = element.getattr("name") or element.getattr("property")
            if name:
                yield name.strip().lower(), element.getattr("content") or ""

    @cached_property
    def scripts(self) -> list[tuple[str, str]]:
        """Attributes and content of each script element of a page with JSON-LD."""
        return list(_scripts(self.html)) if "ld+json" in self.html else []

    @cached_property
    def statements(self) -> list[Statement]:
        """Statements about rights of the main entity of the page, in JSON-LD."""
        bodies = [body for attributes, body in self.scripts if "ld+json" in attributes.lower()]
        return list(statements([body for body in bodies if TELLING.search(body)]))

    @cached_property
    def text(self) -> str:
        """Visible text, one line for each block."""
        return unicodedata.normalize("NFC", str(extract_plain_text(self.tree, main_content=False)))

    def lines(self, telling: re.Pattern[str]) -> Iterator[Line]:
        """Lines of ``text`` in which ``telling`` is found: what encloses the others need not be known."""
        start = 0
        for raw in self.text.split("\n"):
            # Normalising costs more than finding the few lines that are worth it.
            for at, piece in pieces(raw) if telling.search(raw) else ():
                if telling.search(piece):
                    yield self._line(piece, start + at, chars=len(raw.strip()))
            start += len(raw) + 1

    def _line(self, piece: str, start: int, *, chars: int) -> Line:
        text = normalise(piece).strip()
        notices, captions, comments = self._enclosed
        bare = squeeze(text)
        tail = math.ceil(self._tail) - start - len(piece) + len(text)
        return Line(text, start, bare in notices, bare in captions, bare in comments, tail, chars)

    def ends_with(self, words: str) -> bool:
        """Whether ``words`` stand in the last part of the text."""
        return squeeze(words) in squeeze(normalise(self.text[max(0, int(self._tail) - 2 * len(words)) :]))

    @property
    def _tail(self) -> float:
        """Offset at which the last part of the text begins."""
        return len(self.text) * (1 - self._settings.notice_tail_share)

    @cached_property
    def _enclosed(self) -> tuple[str, str, str]:
        """Text of notice elements, of captions and of comment areas, without white space."""
        limit = self._settings.notice_element_chars
        enclosing = [one for one in [*self.select("footer"), *self.select(_NOTICE_CSS)] if one.tag not in _ROOTS]
        notices = [text for text in self.texts_of(enclosing) if len(text) <= limit]
        captions = self.texts_of(self.select('figure,figcaption,[class*="caption" i]'), in_caption)
        comments = self.texts_of(self.select(_COMMENT_CSS), lambda one: bool(COMMENT_NAME.search(names(one))))
        return "\n".join(map(squeeze, notices)), "\n".join(map(squeeze, captions)), "\n".join(map(squeeze, comments))

    def texts_of(self, elements: Sequence[Element], wanted: Callable[[Element], bool] | None = None) -> list[str]:
        """Text of each element that is wanted, as far as the sum of them stays in proportion to the page.

        Elements within each other repeat their text: a thousand of them would make a megabyte a gigabyte.
        """
        texts: list[str] = []
        left = _TEXTS_CHARS + _TEXTS_OF_PAGE * len(self.html)
        # Taking the text of an element walks all that it holds, which may be the page, even where there is no text.
        number = min(_MOST_ELEMENTS, max(_FEWEST_ELEMENTS, _WALKED_CHARS // (len(self.html) + 1)))
        for element in self.at_most(elements, number):
            if wanted is None or wanted(element):
                texts.append(visible(element))
                left -= len(texts[-1])
                if left < 0:
                    self.overrun = True
                    break
        return texts

    def at_most(self, some: Sequence[_T], number: int = 1000) -> Sequence[_T]:
        """The first of some; that there are more is noted."""
        self.overrun = self.overrun or len(some) > number
        return some[:number]


def _scripts(html: str) -> Iterator[tuple[str, str]]:
    """Attributes and content of script elements in one pass, whatever is left open."""
    opened: tuple[str, int] | None = None
    for tag in _SCRIPT_TAG.finditer(html):
        if tag[1] and opened:
            yield opened[0], html[opened[1] : tag.start()]
            opened = None
        elif not tag[1] and opened is None:
            end = html.find(">", tag.end())
            if end < 0:
                return
            opened = (html[tag.end() : end], end + 1)


def visible(element: Element) -> str:
    """Normalised text of an element."""
    return normalise(element.text)


def squeeze(text: str) -> str:
    """Text without white space, for comparisons across markup."""
    return _WHITE.sub("", text)


def ancestry(element: Element) -> Iterator[Element]:
    """The element and its ancestors, innermost first, without html and body."""
    for _ in range(_DEEP):
        if element is None or element.tag in (*_ROOTS, "#document"):
            return
        yield element
        element = element.parent


def is_deep(element: Element) -> bool:
    """Whether an element stands deeper than ``ancestry`` goes, so that it is not known what encloses it."""
    return sum(1 for _ in ancestry(element)) == _DEEP


def names(element: Element) -> str:
    """Class and id of an element."""
    return f"{element.getattr('class') or ''} {element.getattr('id') or ''}"


def in_caption(element: Element) -> bool:
    """Whether the element is of a figure or caption."""
    return any(one.tag in ("figure", "figcaption") or CAPTION_NAME.search(names(one)) for one in ancestry(element))


def block_of(element: Element) -> Element:
    """The innermost block that holds the element; itself if none does."""
    return next((one for one in ancestry(element) if one.tag in _BLOCKS and one is not element), element)


def text_before(element: Element, block: Element, chars: int) -> str:
    """Up to ``chars`` characters of text before the element within its block; a line break is a line end."""
    text = ""
    node, steps = element, 0
    while node is not None and node != block and len(text) < chars:
        sibling = node.prev
        while sibling is not None and len(text) < chars and steps < _SIBLINGS:
            text = ("\n" if sibling.tag == "br" else _spoken(sibling)[-chars:]) + text
            sibling, steps = sibling.prev, steps + 1
        node = node.parent
    return normalise(text)[-chars:] if chars else ""


def text_after(element: Element, block: Element, chars: int) -> str:
    """Up to ``chars`` characters of text after the element within its block; a line break is a line end."""
    text = ""
    node, steps = element, 0
    while node is not None and node != block and len(text) < chars:
        sibling = node.next
        while sibling is not None and len(text) < chars and steps < _SIBLINGS:
            text += "\n" if sibling.tag == "br" else _spoken(sibling)[:chars]
            sibling, steps = sibling.next, steps + 1
        node = node.parent
    return normalise(text)[:chars]


def _spoken(node: Element) -> str:
    return "" if node.tag in _SILENT else node.text or ""


def attribute_tokens(element: Element, attribute: str) -> Sequence[str]:
    """Space-separated tokens of an attribute, lower case."""
    return (element.getattr(attribute) or "").lower().split()
