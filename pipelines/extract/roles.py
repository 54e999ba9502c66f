"""What an element's class and id names say about its part in the page.

Names are the only thing that templates say about themselves. They are evidence, not proof: `content` weighs them
against where the prose is.
"""

import functools
import re
import tomllib
from importlib import resources
from typing import Final

BODY: Final = 1
"""The article itself."""
CONTENT: Final = 2
"""Probably around the article."""
CHROME: Final = 4
"""Menus, shares, comments."""
MARGIN: Final = 8
"""Dates, tags, authors."""
HIDDEN: Final = 16
"""Not shown, or for screen readers only."""
GUTTER: Final = 32
"""Line numbers of a listing."""
ANCHOR: Final = 64
"""Link signs and copy buttons."""
CALLOUT: Final = 128
"""A box inside the article."""

_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_LANDMARKS = {
    "main": CONTENT,
    **dict.fromkeys(
        ("navigation", "banner", "contentinfo", "complementary", "search", "dialog", "alertdialog", "menu", "toolbar"),
        CHROME,
    ),
}
"""Roles of WAI-ARIA 1.2, section 5.3.4 (landmarks), and of controls."""


def landmark(role: str) -> int:
    """Bits of a ``role`` attribute."""
    return _LANDMARKS.get(role, 0)


@functools.lru_cache(maxsize=1 << 16)
def roles_of(names: str) -> int:
    """Bits that the names of an element add up to.

    Args:
        names: Its ``class`` and ``id``, separated by spaces.
    """
    tokens, chrome, margin = _tables()
    found = 0
    for name in names.split():
        lower = name.lower()
        known = tokens.get(lower, 0)
        found |= known
        if known & BODY:
            continue
        words = {word.lower() for word in _WORD.findall(name)}
        if not words.isdisjoint(chrome):
            found |= CHROME
        elif not known & CONTENT and not words.isdisjoint(margin):
            found |= MARGIN
    return found & ~CHROME if found & BODY else found


@functools.cache
def _tables() -> tuple[dict[str, int], frozenset[str], frozenset[str]]:
    """Bits by whole name; words of chrome; words of margins."""
    text = (resources.files("pipelines.extract") / "data" / "names.toml").read_text(encoding="utf-8")
    lists = {name: words.split() for name, words in tomllib.loads(text).items()}
    tokens: dict[str, int] = {}
    for name, bit in (
        ("body", BODY),
        ("content", CONTENT),
        ("chrome_tokens", CHROME),
        ("hidden", HIDDEN),
        ("gutter", GUTTER),
        ("anchor", ANCHOR),
        ("callout", CALLOUT),
    ):
        for token in lists[name]:
            tokens[token] = tokens.get(token, 0) | bit
    return tokens, frozenset(lists["chrome"]), frozenset(lists["margin"])
