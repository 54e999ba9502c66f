"""A page as two flat lists: its block elements in document order, and the blocks of text that they hold.

One walk over the tree does all that needs the tree; everything after it is arithmetic on these lists. A block is what a
reader sees as one line or paragraph: text between two boundaries of block elements (HTML Standard, section 15.3.3), or
between two ``<br>``. White space collapses as CSS says, except in listings, which stay verbatim.
"""

import re
from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser, LexborNode

from pipelines.extract.roles import ANCHOR, BODY, CHROME, GUTTER, HIDDEN, landmark, roles_of

_SKIPPED = frozenset(
    "script style noscript template iframe svg select option input textarea object embed canvas audio video map head "
    "datalist dialog rp".split()
)
_INLINE = frozenset(
    "a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark nobr output q ruby rb rt s samp "
    "small span strike strong sub sup time tt u var wbr math mi mo mn mrow msup msub semantics annotation".split()
)
_KINDS = {
    **{f"h{level}": f"h{level}" for level in range(1, 7)},
    **dict.fromkeys(("pre", "listing", "xmp", "plaintext"), "pre"),
    "li": "li",
}
_INVISIBLE = re.compile("[\u00ad\u200b\u2060\ufeff]")
_LINE_END = re.compile(r"[ \t\r\f]+$", re.MULTILINE)
_LINE_NUMBERS = re.compile(r"\s*\d+(?:\s+\d+)*\s*")
_UNSHOWN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden")
_SIGN = re.compile(r"\W{0,3}|(?i:(?:permalink|permanent link|direct link|link|anchor|copy|복사|링크)\b.{0,60})")


@dataclass(slots=True)
class Element:
    """A block element. Its descendants are the elements up to ``end``, its blocks those from ``first`` to ``last``."""

    tag: str
    roles: int
    first: int
    last: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class Block:
    """Text that a reader sees as one line, paragraph or listing."""

    text: str
    kind: str
    """``p``, ``li``, ``pre`` or ``h1`` to ``h6``."""
    linked: int
    """Characters of it that are links."""
    row: int
    """Number of the innermost table row around it; -1 outside of tables."""
    cell: int
    """Number of the cell within the page."""


@dataclass(slots=True)
class Page:
    """A parsed page."""

    tree: LexborHTMLParser
    elements: list[Element] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)


@dataclass(slots=True)
class _Place:
    """Where the walk is, as far as the text there is concerned."""

    kind: str = "p"
    row: int = -1
    cell: int = -1
    linked: bool = False
    skipped: bool = False


def read_page(html: str) -> Page:
    """Parse a page as browsers do (HTML Standard, section 13.2) and lay it out flat.

    A comment that is never closed would swallow the rest of the page, so its opening is taken out first.
    """
    unclosed = html.find("<!--", html.rfind("-->") + 1)
    if unclosed >= 0:
        html = html[:unclosed] + html[unclosed:].replace("<!--", "")
    page = Page(LexborHTMLParser(html))
    if page.tree.body is not None:
        _Walk(page).walk(page.tree.body)
    return page


class _Walk:
    """The walk over the tree. Frames of open elements are kept by hand: pages nest deeper than Python recurses."""

    def __init__(self, page: Page) -> None:
        self._elements = page.elements
        self._blocks = page.blocks
        self._pieces: list[str] = []
        self._linked = 0
        self._place = _Place()
        self._rows = 0
        # Of each open element: the id of its node, the element if it is a block, and the place around it.
        self._open: list[tuple[int, Element | None, _Place]] = []

    def walk(self, root: LexborNode) -> None:
        """Visit everything below ``root``."""
        opened = self._open
        for node in root.traverse(include_text=True):
            parent = node.parent
            if opened and parent is not None and opened[-1][0] != parent.mem_id:
                self._close_until(parent.mem_id)
            tag = node.tag
            if tag == "-text":
                if not self._place.skipped:
                    text = node.text_content or ""
                    self._pieces.append(text)
                    if self._place.linked:
                        self._linked += len(text.strip())
            elif tag and tag[0] != "-":
                opened.append((node.mem_id, self._enter(node, tag), self._place_outside))
        self._close_until(0)

    def _enter(self, node: LexborNode, tag: str) -> Element | None:
        """Set the place for what is below a node; its element, if it is a block in sight."""
        place = self._place_outside = self._place
        if place.skipped:
            return None
        if tag in _INLINE or (tag == "button" and place.kind[0] == "h"):
            self._enter_inline(node, tag)
        elif tag == "br":
            if place.kind == "pre":
                self._pieces.append("\n")
            else:
                self._flush()
        elif tag in _SKIPPED or tag == "button":
            self._place = _SKIP
        else:
            return self._enter_block(node, tag)
        return None

    def _enter_inline(self, node: LexborNode, tag: str) -> None:
        place = self._place
        names = node.attributes.get("class")
        if names:
            roles = roles_of(names)
            if roles & HIDDEN or (roles & GUTTER and _is_numbers(node)) or (roles & ANCHOR and _is_sign(node)):
                self._place = _SKIP
                return
            if "katex" in names and self._enter_katex(node, names):
                return
        if tag == "a":
            self._place = _Place(place.kind, place.row, place.cell, linked=True)
        elif tag == "sup" and self._pieces and self._pieces[-1][-1:].isdigit():
            self._pieces.append("^")  # 10<sup>9</sup> is not 109

    def _enter_katex(self, node: LexborNode, names: str) -> bool:
        """KaTeX draws each formula twice; its source, between dollar signs, stands for both."""
        if "katex-html" in names:
            self._place = _SKIP
            return True
        source = node.css_first("annotation") if "katex-mathml" in names else None
        if source is None:
            return False
        self._pieces.append(f"${source.text()}$")
        self._place = _SKIP
        return True

    def _enter_block(self, node: LexborNode, tag: str) -> Element:
        self._flush()
        element, shown = _element(node, tag, len(self._blocks))
        self._elements.append(element)
        place = self._place
        if not shown:
            self._place = _SKIP
        elif tag in _KINDS:
            self._place = _Place(_KINDS[tag], place.row, place.cell)
        elif tag == "tr":
            self._rows += 1
            self._place = _Place("p", self._rows)
        elif tag in {"td", "th"}:
            self._place = _Place("p", place.row, len(self._elements))
        elif tag == "table":
            self._place = _Place()
        return element

    def _close_until(self, parent: int) -> None:
        """Close what is open up to the node with this id; everything if there is none."""
        opened = self._open
        while opened and opened[-1][0] != parent:
            _, element, place = opened.pop()
            if element is not None:
                self._flush()
                element.last = len(self._blocks)
                element.end = len(self._elements)
            self._place = place
        if not opened:
            self._flush()

    def _flush(self) -> None:
        """End a block."""
        if not self._pieces:
            return
        text = "".join(self._pieces)
        linked, self._linked = self._linked, 0
        self._pieces = []
        place = self._place
        if _INVISIBLE.search(text):
            text = _INVISIBLE.sub("", text)
        if place.kind == "pre":
            text = _LINE_END.sub("", text.replace("\u00a0", " ")).strip("\n")
        else:
            text = " ".join(text.split())
        if place.row >= 0 and place.kind == "pre" and _LINE_NUMBERS.fullmatch(text):
            return  # the other cell of the row holds the listing
        if text and not text.isspace():
            self._blocks.append(Block(text, place.kind, min(linked, len(text)), place.row, place.cell))


_SKIP = _Place(skipped=True)


def _element(node: LexborNode, tag: str, first: int) -> tuple[Element, bool]:
    """The element of a block node, and whether it is shown."""
    attributes = node.attributes
    if not attributes:
        return Element(tag, 0, first), True
    names = f"{attributes.get('class') or ''} {attributes.get('id') or ''}"
    roles = roles_of(names) if len(names) > 1 else 0
    if attributes.get("itemprop") == "articleBody":
        roles = (roles | BODY) & ~CHROME
    said = attributes.get("role")
    if said:
        roles |= landmark(said)
    style = attributes.get("style")
    unshown = roles & HIDDEN or "hidden" in attributes or (style and _UNSHOWN.search(style))
    return Element(tag, roles, first), not (unshown or (roles & GUTTER and _is_numbers(node)))


def _is_numbers(node: LexborNode) -> bool:
    return not any(char.isalpha() for char in node.text())


def _is_sign(node: LexborNode) -> bool:
    return _SIGN.fullmatch(node.text().strip()) is not None
