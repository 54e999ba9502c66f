"""Which blocks of a page are its main text.

1. Chrome (menus, shares, comments) goes by tag and name, unless most of the prose is inside: names lie.
2. The root of the article is the element that says so and holds most of what is left; where none says so, the walk
   goes down from the body as long as one child holds nearly everything.
3. Margins (date, author, tags) go where they are short and stand at an edge of the root.

Nothing is removed from within a block.
"""

import re
from collections.abc import Iterator
from itertools import accumulate

from pipelines.extract.page import Block, Element, Page
from pipelines.extract.roles import BODY, CALLOUT, CHROME, CONTENT, MARGIN

_SENTENCE = re.compile(r"[다요죠까함음됨임]\s*[.!?…]|[.!?。？！](?:\s|$)")
_LONG = 40
_MOST_CODE = 400
_CHROME_TAGS = frozenset(("nav", "footer", "menu", "aside"))
_NEVER_CHROME = frozenset(("body", "main", "article", "pre", "table"))
_MARGIN_TAGS = frozenset(("header", "form"))
_NEVER_MARGIN = frozenset("table thead tbody tr td th pre figure h1 h2 h3 h4 h5 h6".split())
_STOPS = frozenset("p ul ol dl table pre blockquote".split())
_LISTS = 0.6
_SHORT_MARGIN = 400
_EDGE = 0.2


def main_blocks(page: Page) -> list[Block]:
    """The blocks of the main text, in order; empty when the page shows no text."""
    if not page.blocks or not page.elements:
        return []
    sums = _Sums(page.blocks)
    gone = bytearray(len(page.blocks))
    _drop_chrome(page, sums, gone)
    left = _Sums(page.blocks, gone)
    root = _root(page, left)
    _drop_margins(page, root, left, gone)
    inside = page.elements[root]
    kept = [page.blocks[i] for i in range(inside.first, inside.last) if not gone[i]]
    return kept if _claims(inside) else _without_outer_links(kept)


class _Sums:
    """Running sums over blocks, so that the content of any element is a difference."""

    def __init__(self, blocks: list[Block], gone: bytearray | None = None) -> None:
        seen = [None if gone and gone[i] else block for i, block in enumerate(blocks)]
        self._prose = list(accumulate((_prose(block) if block else 0.0 for block in seen), initial=0.0))
        self._chars = list(accumulate((len(block.text) if block else 0 for block in seen), initial=0))
        self._linked = list(accumulate((block.linked if block else 0 for block in seen), initial=0))

    @property
    def total(self) -> float:
        """Prose of the whole page."""
        return self._prose[-1]

    def prose(self, element: Element) -> float:
        """Characters that read like running text."""
        return self._prose[element.last] - self._prose[element.first]

    def chars(self, element: Element) -> int:
        """Characters."""
        return self._chars[element.last] - self._chars[element.first]

    def before(self, element: Element) -> int:
        """Characters before the element."""
        return self._chars[element.first]

    def is_list_of_links(self, element: Element) -> bool:
        """Whether most of its characters are links."""
        return self._linked[element.last] - self._linked[element.first] > _LISTS * self.chars(element)


def _prose(block: Block) -> float:
    """How much of a block is running text. Code counts for its presence, not its length."""
    size = len(block.text)
    free = size - block.linked
    if block.kind == "pre":
        return min(free, _MOST_CODE)
    if 2 * free < size:
        return 0.0
    return free if size >= _LONG or _SENTENCE.search(block.text) else free / 4


def _drop_chrome(page: Page, sums: _Sums, gone: bytearray) -> None:
    """Mark the blocks of menus, shares and comments."""
    elements = page.elements
    bodies = [i for i, one in enumerate(elements) if one.roles & BODY or one.tag in {"article", "main"}]
    bodies = [i for i in bodies if sums.prose(elements[i]) >= 0.2 * sums.total]
    i = 0
    while i < len(elements):
        one = elements[i]
        if _is_chrome(one) and one.last > one.first and not any(i <= body < one.end for body in bodies):
            share = sums.prose(one) / sums.total if sums.total else 0.0
            if share <= (0.6 if bodies else 0.3) or sums.is_list_of_links(one):
                gone[one.first : one.last] = b"\1" * (one.last - one.first)
                i = one.end
                continue
        i += 1


def _is_chrome(one: Element) -> bool:
    if one.roles & (BODY | CALLOUT) or one.tag in _NEVER_CHROME:
        return False
    return bool(one.roles & CHROME) or one.tag in _CHROME_TAGS


def _root(page: Page, left: _Sums) -> int:
    """Index of the element that is the article."""
    if not left.total:
        return 0
    for says, share in _CLAIMS:
        claims = [i for i, one in enumerate(page.elements) if says(one) and left.prose(one) >= share * left.total]
        if claims:
            most = max(left.prose(page.elements[i]) for i in claims)
            return [i for i in claims if left.prose(page.elements[i]) >= 0.9 * most][-1]
    return _descend(page.elements, left)


_CLAIMS = (
    (lambda one: bool(one.roles & BODY), 0.5),
    (lambda one: one.tag == "article", 0.6),
    (lambda one: one.tag == "main", 0.6),
    (lambda one: bool(one.roles & CONTENT) and one.tag != "body", 0.7),
    (lambda one: bool(one.roles & BODY), 0.2),
    (lambda one: one.tag == "article", 0.3),
    (lambda one: one.tag == "main", 0.3),
)
"""Who says to be the article, and which share of the prose it must hold to be believed."""


def _descend(elements: list[Element], left: _Sums) -> int:
    """Go down from the body while one child holds nearly all prose."""
    current = 0
    while True:
        children = list(_children(elements, current))
        if not children:
            return current
        best = max(children, key=lambda i: left.prose(elements[i]))
        enough = left.prose(elements[best]) >= 0.85 * left.prose(elements[current])
        if not enough or elements[best].tag in _STOPS:
            return current
        current = best


def _children(elements: list[Element], parent: int) -> Iterator[int]:
    child = parent + 1
    while child < elements[parent].end:
        yield child
        child = elements[child].end


def _claims(one: Element) -> bool:
    return bool(one.roles & BODY) or one.tag in {"article", "main"}


def _without_outer_links(blocks: list[Block]) -> list[Block]:
    """Blocks without the links before and after all others: menus of a page that names nothing."""
    ours = [i for i, block in enumerate(blocks) if 2 * block.linked <= len(block.text)]
    return blocks[ours[0] : ours[-1] + 1] if ours else blocks


def _drop_margins(page: Page, root: int, left: _Sums, gone: bytearray) -> None:
    """Mark short pieces about the article at its edges, and lists of links in them anywhere."""
    elements = page.elements
    article = elements[root]
    start, size, prose = left.before(article), left.chars(article), left.prose(article)
    i = root + 1
    while i < article.end:
        one = elements[i]
        chars = left.chars(one)
        if chars and _is_margin(one) and chars < _SHORT_MARGIN and left.prose(one) <= 0.1 * prose:
            begins = left.before(one) - start
            at_edge = begins + chars <= _EDGE * size or begins >= (1 - _EDGE) * size
            if at_edge or left.is_list_of_links(one):
                gone[one.first : one.last] = b"\1" * (one.last - one.first)
                i = one.end
                continue
        i += 1


def _is_margin(one: Element) -> bool:
    if one.tag in _MARGIN_TAGS:
        return True
    return bool(one.roles & MARGIN) and not one.roles & (BODY | CALLOUT) and one.tag not in _NEVER_MARGIN
