"""Boilerplate of Korean pages that survives extraction: lines in which a page speaks of itself.

- `rules`: `Rule`, and the rules of `data/boilerplate.toml`.
- `lines`: `clean_text`: which lines of a text go.

What goes is evidence elsewhere: rights notices are read from the page as it was served, before any text is cleaned.
"""

from filters.clean.lines import Cleaned, clean_text

__all__ = ["Cleaned", "clean_text"]
