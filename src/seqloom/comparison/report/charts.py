"""The report's charts of a comparison: scores, scores by length, learning curves.

Each is drawn twice, for wide and for narrow windows, and the page shows one of the two.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from html import escape
from typing import Literal

from .analyse import Analysis, EntryRow
from .curves import Line
from .svg import Chart, Mark, Scale, Series, draw, nice_ticks, number_ticks, shape, text, tick_text
from .tables import with_unit
from .words import capital, interval, length_range

_WIDE, _NARROW = 900, 380


@dataclass(frozen=True)
class Look:
    """How an entry is drawn in every chart: the class of its colour, the shape of its marks."""

    style: str
    shape: int


def looks(analysis: Analysis) -> dict[str, Look]:
    """A look for each entry: colours for networks, grey and broken lines for baselines."""
    found, networks, baselines = {}, 0, 0
    for entry in analysis.entries:
        if entry.is_baseline:
            baselines += 1
            found[entry.name] = Look(f"base base{(baselines - 1) % 4 + 1}", baselines - 1)
        else:
            networks += 1
            found[entry.name] = Look(f"s{(networks - 1) % 7 + 1}", networks - 1)
    return found


def key(analysis: Analysis, names: Sequence[str]) -> str:
    """The key of a chart of some entries."""
    look = looks(analysis)
    return key_of([(name, capital(analysis.title(name)), look[name]) for name in names])


def key_of(lines: Sequence[tuple[str, str, Look]]) -> str:
    """A key: a button for each line (its name, its title, its look), which hides and shows it."""
    buttons = [
        f'<button type="button" aria-pressed="true" data-for="{escape(name)}">'
        f'<svg class="swatch {look.style}" width="22" height="12" viewBox="0 0 22 12" '
        f'aria-hidden="true"><path class="line" d="M0 6H22"/>{shape(look.shape, 11, 6)}</svg>'
        f"{escape(title)}</button>"
        for name, title, look in lines
    ]
    return f'<div class="key" role="group" aria-label="Shown">{"".join(buttons)}</div>'


def both_sizes(chart: Chart, *, width: int = _WIDE, height: int = 430) -> str:
    """The chart for wide and for narrow windows."""
    narrow = replace(chart, width=_NARROW, height=300, labels=False, css="narrow")
    return draw(replace(chart, width=width, height=height, css="wide-only")) + draw(narrow)


def length_chart(analysis: Analysis) -> str:
    """Scores by length, every entry a line."""
    look, measure = looks(analysis), analysis.measure
    named = [entry for entry in analysis.entries if entry.interval is not None]
    rows = analysis.length_rows
    series = []
    for place, entry in enumerate(named):
        shift = 0.34 * ((place + 0.5) / len(named) - 0.5)  # so that whiskers stand side by side
        marks = []
        for i, row in enumerate(rows):
            e = row.scores[entry.name]
            said = f"{entry.title}, {length_range(row)} {analysis.length_unit}"
            hover = f"{said}: {measure.typeset(e.value)} ({interval(measure, e)})"
            marks.append(Mark(i + shift, e.value, e.low, e.high, hover))
        style = look[entry.name]
        series.append(
            Series(entry.name, capital(entry.title), style.style, tuple(marks), shape=style.shape)
        )
    ends = [end for s in series for m in s.marks for end in (m.low or m.y, m.high or m.y)]
    low, high = value_range(ends, percent=measure.unit == "%")
    return both_sizes(
        Chart(
            title=f"{measure.label} by length",
            x_label=analysis.length_unit,
            y_label=with_unit(measure.label, measure.unit),
            series=tuple(series),
            x_ticks=tuple((float(i), length_range(row)) for i, row in enumerate(rows)),
            y_low=low,
            y_high=high,
            x_low=-0.4,
            x_high=len(rows) - 0.6,
        )
    )


def value_range(values: Sequence[float], *, percent: bool) -> tuple[float, float]:
    """From 0, or from below the least if all are far from it, to above the largest."""
    low, high = min(values), max(values)
    spread = (high - low) or abs(high) or 1.0
    bottom = 0.0 if 0 <= low < 2 * spread else low - 0.06 * spread
    top = high + 0.06 * spread
    return bottom, min(top, 100.0) if percent and high <= 100.0 else top


def curve_charts(analysis: Analysis) -> str:
    """Learning curves against seconds and against steps, side by side; empty if there are none."""
    seconds = [(c.name, c.runs_by_seconds, c.mean_by_seconds) for c in analysis.curves]
    steps = [(c.name, c.runs_by_steps, c.mean_by_steps) for c in analysis.curves]
    charts = (
        _curve_chart(analysis, seconds, "seconds of training"),
        _curve_chart(analysis, steps, "steps"),
    )
    return f'<div class="pair">{"".join(charts)}</div>' if any(charts) else ""


def _curve_chart(
    analysis: Analysis, curves: Sequence[tuple[str, Sequence[Line], Line]], x_label: str
) -> str:
    lines = [line for _, runs, _ in curves for line in runs]
    if not lines:
        return ""
    look, measure = looks(analysis), analysis.measure
    series = []
    for name, runs, mean in curves:
        style, title = look[name], analysis.title(name)
        if len(runs) > 1:
            series += [_line(name, style, run, title, thin=True) for run in runs]
        series.append(_line(name, style, mean or runs[0], title, thin=False))
    low, high = value_range([y for line in lines for _, y in line], percent=measure.unit == "%")
    end = max(line[-1][0] for line in lines) or 1.0
    label = f"validation {with_unit(measure.label, measure.unit)}"
    chart = Chart(
        title=f"{label}, against {x_label}",
        x_label=x_label,
        y_label=label,
        series=tuple(series),
        x_ticks=number_ticks(0.0, end, 5),
        y_low=low,
        y_high=high,
        x_low=0.0,
        x_high=end,
        labels=False,
    )
    return both_sizes(chart, width=520, height=340)


def _line(name: str, look: Look, line: Line, title: str, *, thin: bool) -> Series:
    marks = tuple(Mark(x, y, title=f"{title}: {y:.3g} at {x:,.0f}") for x, y in line)
    marked: Literal["last", "none"] = "none" if thin else "last"
    return Series(name, title, look.style, marks, shape=look.shape, thin=thin, marked=marked)


def score_chart(analysis: Analysis) -> str:
    """Every entry's score with its interval and its runs, one below the other."""
    return _score_chart(analysis, _WIDE, "wide-only") + _score_chart(analysis, _NARROW, "narrow")


def _score_chart(analysis: Analysis, width: int, css: str) -> str:
    drawn = [entry for entry in analysis.entries if entry.score is not None]
    values = [v for e in drawn for v in (*_ends(e), *e.run_scores)]
    low, high = value_range(values, percent=analysis.measure.unit == "%")
    narrow = width == _NARROW
    gap = 42 if narrow else 28
    left = 10.0 if narrow else 24 + 7.6 * max(len(e.title) for e in drawn)
    x = Scale(low, high, left, width - 16.0)
    height = gap * len(drawn) + 44
    ticks = nice_ticks(low, high, 4 if narrow else 7)
    label = with_unit(analysis.measure.label, analysis.measure.unit)
    parts = [
        f'<svg class="chart {css}" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" role="img" aria-label="{escape(label)} of each entry">'
    ]
    for tick in ticks:
        parts.append(f'<path class="grid" d="M{x(tick):.1f} 4V{height - 40}"/>')
        parts.append(text(x(tick), height - 25, tick_text(tick, ticks)))
    parts.append(text((left + width - 16) / 2, height - 6, label))
    look = looks(analysis)
    for i, entry in enumerate(drawn):
        at = gap * (i + 0.5) + (9 if narrow else 4)
        parts.append(_score_row(analysis, entry, look[entry.name], x, at, narrow=narrow))
    return "\n".join([*parts, "</svg>"])


def _score_row(
    analysis: Analysis, entry: EntryRow, look: Look, x: Scale, at: float, *, narrow: bool
) -> str:
    measure = analysis.measure
    strong = "label strong" if entry.name == analysis.recommendation.entry else "label"
    name = (
        text(2, at - 11, capital(entry.title), anchor="start", css=strong)
        if narrow
        else text(x.start - 14, at + 4, capital(entry.title), anchor="end", css=strong)
    )
    low, high = _ends(entry)
    said = f"{entry.title}: {measure.typeset(entry.score)} ({interval(measure, entry.interval)})"
    runs = "".join(
        f'<circle class="run" cx="{x(s):.1f}" cy="{at:.1f}" r="2.6"/>'
        for s in entry.run_scores
        if len(entry.run_scores) > 1
    )
    return (
        f'{name}<g class="series {look.style}"><title>{escape(said)}</title>'
        f'<path class="whisker bold" d="M{x(low):.1f} {at:.1f}H{x(high):.1f}"/>{runs}'
        f"{shape(look.shape, x(entry.score or 0.0), at, 5)}"
        f'<rect class="hit" x="{x(low) - 6:.1f}" y="{at - 10:.1f}" '
        f'width="{x(high) - x(low) + 12:.1f}" height="20"/></g>'
    )


def _ends(entry: EntryRow) -> tuple[float, float]:
    if entry.interval is None:
        return entry.score or 0.0, entry.score or 0.0
    return entry.interval.low, entry.interval.high
