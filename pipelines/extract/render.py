"""Blocks to text: a line for a paragraph, heading or list item; listings as they are; a line for a table row."""

from collections.abc import Sequence
from itertools import groupby

from pipelines.extract.page import Block

_LONGEST_ROW = 500


def render(blocks: Sequence[Block]) -> str:
    """Join blocks by newlines. The cells of a table row are separated by tabs.

    Layout tables hold whole articles in their cells: a row is one line only if it is short and holds no listing.
    """
    lines: list[str] = []
    for row, members in groupby(blocks, key=lambda block: block.row):
        group = list(members)
        if row >= 0 and _is_row(group):
            cells: dict[int, list[str]] = {}
            for block in group:
                cells.setdefault(block.cell, []).append(block.text)
            lines.append("\t".join(" ".join(parts) for parts in cells.values()))
        else:
            lines.extend(block.text for block in group)
    return "\n".join(lines)


def _is_row(group: Sequence[Block]) -> bool:
    several = any(block.cell != group[0].cell for block in group)
    short = sum(len(block.text) for block in group) < _LONGEST_ROW
    return several and short and not any(block.kind == "pre" for block in group)
