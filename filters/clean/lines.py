"""Which lines of a text are boilerplate. A line stays as it is or goes as a whole."""

import collections
from collections.abc import Iterable
from typing import NamedTuple

from filters.clean.rules import Place, Rule, load_rules

_EDGE_LINES = 2  # lines of text, such as a title and a lead, that may lie between a line and the edge it is at


class Cleaned(NamedTuple):
    """A text without its boilerplate."""

    text: str
    removed: dict[str, int]
    """Lines taken out, by the name of the rule."""


def clean_text(text: str) -> Cleaned:
    """Take the boilerplate lines out of an extracted text, one paragraph or list item or code line per line.

    What remains is a subsequence of the lines; a second cleaning finds nothing more. More is boilerplate at the edges
    of a text than in its middle: two lines of text or less away from its beginning or end. A text that would be gone
    altogether stays: it is for others to judge.
    """
    page = _Page(text.split("\n"))
    page.find()
    if not page.found or all(row in page.found or not line for row, line in enumerate(page.stripped)):
        return Cleaned(text, {})
    kept = "\n".join(page.lines[row] for row in _without(page.stripped, page.found))
    counts = collections.Counter(rule.name for rule in page.found.values())
    return Cleaned(kept, dict(sorted(counts.items())))


class _Page:
    """Lines of a text, and those found to be boilerplate by row.

    Finding twice finds nothing new: what a line fits does not depend on its neighbours; what is counted up to an edge
    are lines that fit no rule, and those stay; and a run is a run whether other found lines lie within it or not.
    """

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self.stripped = [line.strip() for line in lines]
        self.found: dict[int, Rule] = {}
        self._near: dict[int, Rule | None] = {}

    def find(self) -> None:
        """Find everything: what may go anywhere, what lies near an edge, then the runs beside those."""
        rows = range(len(self.lines))
        self._find_anywhere()
        self._find_at_edge(rows)
        self._find_at_edge(reversed(rows))
        for row, rule in list(self.found.items()):
            self._find_run(rule, range(row + 1, len(self.lines)))
            self._find_run(rule, range(row - 1, -1, -1))

    def _find_anywhere(self) -> None:
        match = load_rules().anywhere.match
        for row, line in enumerate(self.stripped):
            rule = match(line)
            if rule is not None:
                self.found[row] = rule

    def _find_at_edge(self, rows: Iterable[int]) -> None:
        """Walk from an edge until too many lines of text were passed."""
        passed = 0
        for row in rows:
            if row in self.found or not self.stripped[row]:
                continue
            rule = self._match_near(row)
            if rule is None:
                passed += 1
                if passed > _EDGE_LINES:
                    return
            elif rule.place is Place.EDGE:
                self.found[row] = rule

    def _find_run(self, rule: Rule, rows: Iterable[int]) -> None:
        """Walk from a found line over lines of the same name, and over found ones, to the end of the run."""
        for row in rows:
            if row in self.found or not self.stripped[row]:
                continue
            other = self._match_near(row)
            if other is None or other.name != rule.name:
                return
            self.found[row] = other

    def _match_near(self, row: int) -> Rule | None:
        if row not in self._near:
            self._near[row] = load_rules().near.match(self.stripped[row])
        return self._near[row]


def _without(stripped: list[str], found: dict[int, Rule]) -> list[int]:
    """Rows that stay. Blank lines around a found line become one; at an edge none."""
    rows: list[int] = []
    beside_found = False
    for row, line in enumerate(stripped):
        if row in found:
            beside_found = True
        elif line or not (beside_found and (not rows or not stripped[rows[-1]])):
            rows.append(row)
            beside_found = beside_found and not line
    while beside_found and rows and not stripped[rows[-1]]:
        rows.pop()
    return rows
