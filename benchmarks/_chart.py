"""The chart of the headline measures: one pair of bars each, Malmoi and the best peer, as SVG without any library."""

from collections.abc import Iterator, Sequence
from html import escape

from _table import Line, best, shown

_WIDTH, _LEFT, _RIGHT = 960, 330, 250
_BAR, _GAP, _PAIR = 15, 3, 52
_TOP = 76
_OURS, _THEIRS, _INK, _FAINT = "#1f5fa8", "#b8bec7", "#1b1f24", "#d9dde3"
_STEPS = (0.0, 0.25, 0.5, 0.75, 1.0)


def chart(lines: Sequence[Line]) -> str:
    """The lines that are meant for the chart and have a figure of ours; all are shares, so all bars end at 1."""
    chosen = [line for line in lines if line.chart and line.malmoi is not None]
    height = _TOP + _PAIR * len(chosen) + 30
    body = "\n".join(part for number, line in enumerate(chosen) for part in _pair(line, _TOP + number * _PAIR))
    return f"""\
<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{height}" viewBox="0 0 {_WIDTH} {height}" \
font-family="system-ui, 'Noto Sans', 'DejaVu Sans', sans-serif" font-size="13" fill="{_INK}" role="img">
<title>Malmoi beside the best peer of each measure</title>
<rect width="{_WIDTH}" height="{height}" fill="white"/>
<text x="20" y="30" font-size="17" font-weight="bold">Malmoi beside the best peer of each measure</text>
<rect x="20" y="44" width="12" height="12" fill="{_OURS}"/><text x="38" y="55">Malmoi</text>
<rect x="110" y="44" width="12" height="12" fill="{_THEIRS}"/><text x="128" y="55">best peer, by name</text>
{_grid(height)}
{body}
</svg>
"""


def _grid(height: int) -> str:
    return "\n".join(
        f'<line x1="{_x(step):.0f}" y1="{_TOP - 8}" x2="{_x(step):.0f}" y2="{height - 26}" stroke="{_FAINT}"/>'
        f'<text x="{_x(step):.0f}" y="{height - 10}" text-anchor="middle" font-size="11">{step:g}</text>'
        for step in _STEPS
    )


def _pair(line: Line, top: int) -> Iterator[str]:
    yield f'<text x="{_LEFT - 12}" y="{top + 12}" text-anchor="end">{escape(line.measure)}</text>'
    yield (
        f'<text x="{_LEFT - 12}" y="{top + 29}" text-anchor="end" font-size="11" fill="#5b636e">'
        f"{escape(line.data)}, n {line.n:,}</text>"
    )
    yield _bar(top, line.malmoi or 0.0, _OURS, shown(line.malmoi, line.unit), bold=True)
    peer = best(line)
    if peer is not None:
        name, figure = peer
        yield _bar(top + _BAR + _GAP, figure.value or 0.0, _THEIRS, f"{shown(figure.value, line.unit)}  {name}")


def _bar(top: int, value: float, colour: str, label: str, *, bold: bool = False) -> str:
    weight = ' font-weight="bold"' if bold else ""
    return (
        f'<rect x="{_LEFT}" y="{top}" width="{_x(value) - _LEFT:.1f}" height="{_BAR}" fill="{colour}"/>'
        f'<text x="{_x(value) + 6:.1f}" y="{top + 12}" font-size="12"{weight}>{escape(label)}</text>'
    )


def _x(value: float) -> float:
    return _LEFT + value * (_WIDTH - _LEFT - _RIGHT)
