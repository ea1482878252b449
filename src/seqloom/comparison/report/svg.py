"""Charts as SVG text: axes, lines with intervals, dots; no library, no script.

Colours are classes (`s1` to `s7` for networks, `base` for baselines) that the page's style fills,
so one picture serves both themes. Each mark has a `<title>`, which browsers show on hover. Checked
by `tests/comparison/report/test_svg.py` and, drawn, in Chromium.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Literal

_LETTER = 6.7  # width of a letter at the size of labels, pixels
_LINE = 15.0  # height of a line of labels


@dataclass(frozen=True)
class Mark:
    """A place: `y` and the ends of its interval, if it has one; what a hover says."""

    x: float
    y: float
    low: float | None = None
    high: float | None = None
    title: str = ""


@dataclass(frozen=True)
class Series:
    """A line through marks.

    Attributes:
        name: Key of the entry, so that all its marks can be hidden at once.
        title: Its label at the right end; none if empty.
        style: Class that gives the colour.
        shape: Which of six shapes its marks have, so that colour is not needed.
        thin: True for a single run behind a mean.
        marked: Which of its marks are drawn besides the line.
    """

    name: str
    title: str
    style: str
    marks: tuple[Mark, ...]
    shape: int = 0
    thin: bool = False
    marked: Literal["all", "last", "none"] = "all"


@dataclass(frozen=True)
class Scale:
    """Numbers to pixels, straight or by logarithm."""

    low: float
    high: float
    start: float
    end: float
    log: bool = False

    def __call__(self, value: float) -> float:
        if self.log:
            share = math.log(value / self.low) / math.log(self.high / self.low)
        else:
            share = (value - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)


@dataclass(frozen=True)
class Chart:
    """A chart of lines.

    Attributes:
        x_ticks: Place and label of each tick.
        x_log: True for a logarithmic axis.
        guides: Level, label and class of horizontal lines.
        labels: True if series are named at their right ends.
    """

    title: str
    x_label: str
    y_label: str
    series: tuple[Series, ...]
    x_ticks: tuple[tuple[float, str], ...]
    y_low: float
    y_high: float
    x_low: float
    x_high: float
    x_log: bool = False
    guides: tuple[tuple[float, str, str], ...] = ()
    width: int = 860
    height: int = 400
    labels: bool = True
    css: str = ""


def draw(chart: Chart) -> str:
    """The chart as an `<svg>`."""
    ticks = nice_ticks(chart.y_low, chart.y_high, 5 if chart.height > 320 else 4)
    names = [s.title for s in chart.series if s.title] if chart.labels else []
    left = 14 + _LETTER * max(len(tick_text(t, ticks)) for t in ticks)
    right = 22 + _LETTER * max(map(len, names)) if names else 14.0
    right = max(right, 4 + _LETTER * max((len(words) for _, words in chart.x_ticks), default=0) / 2)
    x = Scale(chart.x_low, chart.x_high, left + 8, chart.width - right, chart.x_log)
    y = Scale(chart.y_low, chart.y_high, chart.height - 46.0, 30.0)
    parts = [
        f'<svg class="chart {chart.css}" viewBox="0 0 {chart.width} {chart.height}" '
        f'width="{chart.width}" height="{chart.height}" role="img" '
        f'aria-label="{escape(chart.title)}">',
        *_y_axis(chart, y, ticks, left, chart.width - right),
        *_x_axis(chart, x, y),
        *_guides(chart, y, left, chart.width - right),
        *(_series(series, x, y) for series in chart.series),
    ]
    if names:
        parts += _end_labels(chart, x, y)
    return "\n".join([*parts, "</svg>"])


def nice_ticks(low: float, high: float, about: int) -> list[float]:
    """Round numbers from `low` to `high`, about so many."""
    step = 10.0 ** math.floor(math.log10((high - low) / about))
    step *= next(f for f in (1.0, 2.0, 2.5, 5.0, 10.0) if (high - low) / (f * step) <= about + 0.5)
    first = math.ceil(low / step - 1e-9)
    return [step * i for i in range(first, math.floor(high / step + 1e-9) + 1)]


def tick_text(value: float, ticks: Sequence[float]) -> str:
    """A tick in as many digits as tell it from its neighbours."""
    step = ticks[1] - ticks[0] if len(ticks) > 1 else abs(value) or 1.0
    digits = max(0, -math.floor(math.log10(step) + 1e-9))
    if digits and abs(round(step, digits) - step) > 1e-9:
        digits += 1
    return f"{value:,.{digits}f}".replace("-", "\N{MINUS SIGN}")


def number_ticks(low: float, high: float, about: int) -> tuple[tuple[float, str], ...]:
    """Ticks for an axis of numbers."""
    ticks = nice_ticks(low, high, about)
    return tuple((tick, tick_text(tick, ticks)) for tick in ticks)


def text(x: float, y: float, words: str, *, anchor: str = "middle", css: str = "muted") -> str:
    """A line of text."""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" class="{css}">{escape(words)}</text>'
    )


def shape(kind: int, x: float, y: float, size: float = 3.6) -> str:
    """A mark: circle, square, triangle, diamond, triangle down, cross."""
    if kind % 6 == 0:
        return f'<circle class="mark" cx="{x:.1f}" cy="{y:.1f}" r="{size}"/>'
    corners = {
        1: ((-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)),
        2: ((0, -1.3), (1.2, 0.9), (-1.2, 0.9)),
        3: ((0, -1.35), (1.35, 0), (0, 1.35), (-1.35, 0)),
        4: ((0, 1.3), (1.2, -0.9), (-1.2, -0.9)),
        5: (
            *((-1.2, -0.4), (-0.4, -0.4), (-0.4, -1.2), (0.4, -1.2), (0.4, -0.4), (1.2, -0.4)),
            *((1.2, 0.4), (0.4, 0.4), (0.4, 1.2), (-0.4, 1.2), (-0.4, 0.4), (-1.2, 0.4)),
        ),
    }[kind % 6]
    points = " ".join(f"{x + size * a:.1f},{y + size * b:.1f}" for a, b in corners)
    return f'<polygon class="mark" points="{points}"/>'


def _y_axis(chart: Chart, y: Scale, ticks: Sequence[float], left: float, right: float) -> list[str]:
    parts = [text(2, 14, chart.y_label, anchor="start")]
    for tick in ticks:
        at = y(tick)
        parts.append(f'<path class="grid" d="M{left:.1f} {at:.1f}H{right:.1f}"/>')
        parts.append(text(left - 6, at + 4, tick_text(tick, ticks), anchor="end"))
    return parts


def _x_axis(chart: Chart, x: Scale, y: Scale) -> list[str]:
    """Ticks, as many as have room, the last one always."""
    bottom = y(chart.y_low)
    parts, free = [], math.inf
    for place, words in reversed(chart.x_ticks):
        at, half = x(place), _LETTER * len(words) / 2
        if at + half <= free:
            parts.append(text(at, bottom + 19, words))
            free = at - half - 7
    middle = (x(chart.x_low) + x(chart.x_high)) / 2
    return [*parts, text(middle, chart.height - 6, chart.x_label)]


def _guides(chart: Chart, y: Scale, left: float, right: float) -> list[str]:
    parts = []
    for level, words, css in chart.guides:
        at = y(level)
        parts.append(f'<path class="guide {css}" d="M{left:.1f} {at:.1f}H{right:.1f}"/>')
        parts.append(text(left + 4, at - 5, words, anchor="start", css="muted halo"))
    return parts


def _series(series: Series, x: Scale, y: Scale) -> str:
    points = [(x(m.x), y(m.y)) for m in series.marks]
    css = f"{series.style} thin" if series.thin else series.style
    parts = [f'<g class="series {css}" data-series="{escape(series.name)}">']
    for (px, _), m in zip(points, series.marks, strict=True):
        if m.low is not None and m.high is not None:
            parts.append(f'<path class="whisker" d="M{px:.1f} {y(m.low):.1f}V{y(m.high):.1f}"/>')
    if len(points) > 1:
        d = "L".join(f"{px:.1f} {py:.1f}" for px, py in points)
        parts.append(f'<path class="line" d="M{d}"/>')
    if series.marked != "none":
        shown = slice(-1 if series.marked == "last" else None, None)
        for (px, py), m in zip(points[shown], series.marks[shown], strict=True):
            hover = f"<title>{escape(m.title)}</title>" if m.title else ""
            hit = f'<circle class="hit" cx="{px:.1f}" cy="{py:.1f}" r="9"/>'
            parts.append(f"<g>{hover}{shape(series.shape, px, py)}{hit}</g>")
    return "".join([*parts, "</g>"])


def _end_labels(chart: Chart, x: Scale, y: Scale) -> list[str]:
    """Names at the right ends, pushed apart so that none covers another."""
    named = [s for s in chart.series if s.title and s.marks]
    wanted = [y(s.marks[-1].y) + 4 for s in named]
    places = apart(wanted, _LINE, y(chart.y_high) + 4, y(chart.y_low) + 4)
    right = max(x(s.marks[-1].x) for s in named) + 10
    return [
        f'<g class="{s.style}" data-series="{escape(s.name)}">'
        f"{shape(s.shape, right + 3, at - 4)}"
        f"{text(right + 11, at, s.title, anchor='start', css='label')}</g>"
        for s, at in zip(named, places, strict=True)
    ]


def apart(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Places near the wanted ones, in their order, at least `gap` apart, ending above `high`."""
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    places = [0.0] * len(wanted)
    at = low - gap
    for i in order:
        at = places[i] = max(wanted[i], at + gap)
    limit = high
    for i in reversed(order):
        limit = places[i] = min(places[i], limit)
        limit -= gap
    return places
