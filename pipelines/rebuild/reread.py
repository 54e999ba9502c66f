"""The present rules on the literal of a piece of evidence.

A page is gone, but what was read of it is kept. Families whose literal says all that their rule needs are read again:
directives, preferences, notices, marks and licence links. Where a signal stood (its scope) and, for licences, how sure
its place makes it was seen on the page, and stays. So do the axes of what cannot be read again: a literal that was cut,
or one in which the present rules no longer find the signal. A denial is never lost that way; it is lifted by fetching
the page anew.
"""

import dataclasses
import html
import re
from functools import lru_cache

from licenses import Evidence, RightsSettings, page_signals
from licenses.axes import DENIALS, GRANTS, AxisValues
from licenses.evidence import LITERAL_CHARS
from licenses.licence_url import licence_of_url

_CACHED = 1 << 16
_LINKED = "html_licence"
_URL = re.compile(r"(?:https?:)?//[^\s\"'<>\\]+")
_PLACED = frozenset({"ccl_text", "kogl"})
"""Families whose confidence follows from where on the page they stood."""


@dataclasses.dataclass(frozen=True, slots=True)
class _Said:
    rule_id: str
    axes: AxisValues
    conditions: tuple[str, ...]
    licence: str | None
    confidence: float


class Reader:
    """Reads evidence of pages again.

    Args:
        settings: Rights settings of the run.
    """

    def __init__(self, settings: RightsSettings) -> None:
        self._settings = settings
        self._read = lru_cache(maxsize=_CACHED)(self._find)

    def reread(self, stored: Evidence) -> Evidence:
        """The evidence as the present rules have it; itself where they say the same or cannot say."""
        if stored.scope == "element" or not 0 < len(stored.literal) < LITERAL_CHARS:
            return stored
        if stored.signal == _LINKED:
            return _relicensed(stored)
        host = stored.source_url.split("/")[2] if stored.source_url.count("/") > 1 else ""
        found = [said for said in self._read(stored.signal, stored.literal, host) if said.rule_id == stored.rule_id]
        if not found:
            return stored
        same = [said for said in found if (said.axes, said.conditions) == (stored.axes, stored.conditions)]
        said = (same or found)[0]
        if stored.signal in _PLACED:
            # A mark is named after all marks of its page, of which the literal may be one.
            return stored if same else dataclasses.replace(stored, axes=said.axes, conditions=said.conditions)
        if same and stored.confidence in {one.confidence for one in same}:
            return stored
        return dataclasses.replace(
            stored, axes=said.axes, conditions=said.conditions, licence=said.licence, confidence=said.confidence
        )

    def _find(self, signal: str, literal: str, host: str) -> tuple[_Said, ...]:
        """What the rules of a family find in a literal alone."""
        headers, page = _as_served(signal, literal)
        url = f"https://{host or 'nowhere.invalid'}/"
        found = page_signals(
            url, headers, page, fetched_at=None, body_sha256="", http_status=None, settings=self._settings
        )
        return tuple(
            _Said(one.rule_id, one.axes, one.conditions, one.licence, one.confidence)
            for one in found
            if one.signal == signal
        )


def _relicensed(stored: Evidence) -> Evidence:
    """What the licence behind a link says now. Which link licenses the page, its place told."""
    if not any(value in GRANTS | DENIALS for _, value in stored.axes):
        return stored
    named = [one for url in _URL.findall(html.unescape(stored.literal)) if (one := licence_of_url(url))]
    same = [one for one in named if one.id == stored.licence] or named
    if len({one.id for one in same}) != 1 or same[0].terms is None:
        return stored
    terms = same[0].terms
    return dataclasses.replace(stored, axes=terms.axes, conditions=terms.conditions, licence=same[0].id)


def _as_served(signal: str, literal: str) -> tuple[list[tuple[str, str]], str]:
    """Headers and a page that hold nothing but the literal."""
    if literal.startswith("<") and signal != "notice":
        return [], literal
    lines = [line.partition(": ") for line in literal.split("\n")]
    if signal not in {"notice", "kogl", "ccl_text"} and all(colon for _, colon, _ in lines):
        return [(name, value) for name, _, value in lines], ""
    return [], f"<footer>{html.escape(literal)}</footer>"
