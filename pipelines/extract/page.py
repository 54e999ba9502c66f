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
    "datalist dialog rp meta link".split()
)
_DECLARING = frozenset(("script", "meta"))
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
_LITTLE = 200  # characters
_MUCH_MORE = 5
_LINE_NUMBERS = re.compile(r"\s*\d+(?:\s+\d+)*\s*")
_DRAWN = "br, button, td, [class*=line], [class*=gutter], [class*=num], [class*=hidden], [style]"
"""What in a listing is for the eye: breaks and line numbers. A listing without such is taken as one text."""
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
    marked: list[LexborNode] = field(default_factory=list)
    """Nodes of the body that may declare author or date: ``time``, microdata, scripts."""


@dataclass(slots=True)
class _Place:
    """Where the walk is, as far as the text there is concerned."""

    kind: str = "p"
    row: int = -1
    cell: int = -1
    linked: bool = False


def read_page(html: str) -> Page:
    """Parse a page as browsers do (HTML Standard, section 13.2) and lay it out flat."""
    if html.rfind("<!--") > html.rfind("-->"):
        from filters.visible import close_comments  # noqa: PLC0415  rare, and `filters` takes long to load

        html = close_comments(html)
    tree = LexborHTMLParser(html)
    page = Page(tree)
    walk = _Walk(page)
    if tree.body is not None:
        walk.walk(tree.body)
        shown = _characters(page)
        if walk.hidden and shown < _LITTLE:
            whole = Page(tree)
            _Walk(whole, hides=False).walk(tree.body)
            # Some sites hide everything until their scripts have loaded.
            page = whole if _characters(whole) > max(_LITTLE, _MUCH_MORE * shown) else page
    return page


def _characters(page: Page) -> int:
    return sum(len(block.text) for block in page.blocks)


class _Walk:
    """The walk over the tree, with its own stack: pages nest deeper than Python recurses."""

    def __init__(self, page: Page, *, hides: bool = True) -> None:
        self.hidden = False
        """Whether something was left out that is there but not shown."""
        self._page = page
        self._hides = hides
        self._pieces: list[str] = []
        self._linked = 0
        self._place = _Place()
        self._rows = 0

    def walk(self, root: LexborNode) -> None:
        """Visit ``root`` and everything below it that a reader sees."""
        above: list[tuple[LexborNode, _Frame | None]] = []
        node = root
        while True:
            tag = node.tag
            if tag == "-text":
                text = node.text_content or ""
                self._pieces.append(text)
                if self._place.linked:
                    self._linked += len(text.strip())
            elif tag and tag[0] != "-":
                seen, frame = self._enter_inline(node, tag) if tag in _INLINE else self._enter_block(node, tag)
                below = node.first_child if seen else None
                if below is not None:
                    above.append((node, frame))
                    node = below
                    continue
                if frame is not None:
                    self._leave(frame)
            following = node.next if above else None
            while following is None:
                if not above:
                    return
                node, left = above.pop()
                if left is not None:
                    self._leave(left)
                following = node.next if above else None
            node = following

    def _leave(self, frame: "_Frame") -> None:
        element, place = frame
        if element is not None:
            self._flush()
            element.last = len(self._page.blocks)
            element.end = len(self._page.elements)
        self._place = place

    def _enter_inline(self, node: LexborNode, tag: str) -> "tuple[bool, _Frame | None]":
        """Whether to look below an inline element, and what to restore behind it."""
        attributes = node.attributes
        place = self._place
        if attributes:
            names = attributes.get("class")
            if names and (self._is_unseen(node, roles_of(names)) or ("katex" in names and self._katex(node, names))):
                return _UNSEEN
            style = attributes.get("style")
            if style and self._hides and _UNSHOWN.search(style):
                self.hidden = True
                return _UNSEEN
            if tag == "time" or "itemprop" in attributes or attributes.get("rel") == "author":
                self._page.marked.append(node)
        if tag == "a":
            self._place = _Place(place.kind, place.row, place.cell, linked=True)
            return True, (None, place)
        if tag == "sup" and self._pieces and self._pieces[-1][-1:].isdigit():
            self._pieces.append("^")  # 10<sup>9</sup> is not 109
        return _SEEN

    def _is_unseen(self, node: LexborNode, roles: int) -> bool:
        if roles & HIDDEN and self._hides:
            self.hidden = True
            return True
        return bool((roles & GUTTER and _is_numbers(node)) or (roles & ANCHOR and _is_sign(node)))

    def _katex(self, node: LexborNode, names: str) -> bool:
        """Whether this is a formula of KaTeX, which draws each twice; its source, between dollar signs, is for both."""
        if "katex-html" in names:
            return True
        source = node.css_first("annotation") if "katex-mathml" in names else None
        if source is not None:
            self._pieces.append(f"${source.text()}$")
        return source is not None

    def _enter_block(self, node: LexborNode, tag: str) -> "tuple[bool, _Frame | None]":
        """Whether to look below an element that ends a line, and what to restore behind it."""
        if tag in _SKIPPED:
            if tag in _DECLARING:
                self._page.marked.append(node)
            return _UNSEEN
        place = self._place
        if tag == "button":
            return _SEEN if place.kind[0] == "h" else _UNSEEN  # a heading that folds
        if tag == "br":
            if place.kind == "pre":
                self._pieces.append("\n")
            else:
                self._flush()
            return _UNSEEN
        self._flush()
        element, shown = self._element(node, tag)
        if shown:
            self._place = self._inside(tag, place)
            if self._place.kind == "pre" and node.css_first(_DRAWN) is None:
                self._pieces.append(node.text())
                shown = False
        return shown, (element, place)

    def _inside(self, tag: str, place: "_Place") -> "_Place":
        if tag in _KINDS:
            return _Place(_KINDS[tag], place.row, place.cell)
        if tag == "tr":
            self._rows += 1
            return _Place("p", self._rows)
        if tag in {"td", "th"}:
            return _Place("p", place.row, len(self._page.elements))
        return _Place() if tag == "table" else place

    def _element(self, node: LexborNode, tag: str) -> tuple[Element, bool]:
        """The element of a block node, entered in the page, and whether it is shown."""
        element = Element(tag, 0, len(self._page.blocks))
        self._page.elements.append(element)
        attributes = node.attributes
        if not attributes:
            return element, True
        names = f"{attributes.get('class') or ''} {attributes.get('id') or ''}"
        roles = roles_of(names) if len(names) > 1 else 0
        said = attributes.get("itemprop")
        if said:
            self._page.marked.append(node)
            if said == "articleBody":
                roles = (roles | BODY) & ~CHROME
        said = attributes.get("role")
        if said:
            roles |= landmark(said)
        element.roles = roles
        style = attributes.get("style")
        unshown = roles & HIDDEN or "hidden" in attributes or (style and _UNSHOWN.search(style))
        if unshown and self._hides:
            self.hidden = True
            return element, False
        return element, not (roles & GUTTER and _is_numbers(node))

    def _flush(self) -> None:
        """End a block."""
        if not self._pieces:
            return
        text = "".join(self._pieces)
        linked, self._linked = self._linked, 0
        self._pieces = []
        place = self._place
        if not text.isascii() and _INVISIBLE.search(text):
            text = _INVISIBLE.sub("", text)
        if place.kind == "pre":
            text = _LINE_END.sub("", text.replace("\u00a0", " ")).strip("\n")
        else:
            text = " ".join(text.split())
        if place.row >= 0 and place.kind == "pre" and _LINE_NUMBERS.fullmatch(text):
            return  # the other cell of the row holds the listing
        if text and not text.isspace():
            self._page.blocks.append(Block(text, place.kind, min(linked, len(text)), place.row, place.cell))


_Frame = tuple[Element | None, _Place]
"""What ends with an element: the element if it is a block, and the place around it."""
_SEEN: tuple[bool, _Frame | None] = (True, None)
_UNSEEN: tuple[bool, _Frame | None] = (False, None)


def _is_numbers(node: LexborNode) -> bool:
    return not any(char.isalpha() for char in node.text())


def _is_sign(node: LexborNode) -> bool:
    return _SIGN.fullmatch(node.text().strip()) is not None
