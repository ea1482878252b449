"""Charts of a comparison and of a probe, drawn by matplotlib for the page and for files.

Networks have colours, baselines are grey and their lines broken; each has a shape of marks, so that
colour is not needed. The page has each chart twice, for wide and for narrow windows, and shows one.
Checked by `tests/comparison/report/test_charts.py`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING

from ...inspection.figures.style import paper, plain
from .analyse import Analysis, EntryRow
from .curves import Line
from .svg import COLOURS, GREY, GRID, PAPER, inline, tag
from .tables import with_unit
from .words import capital, interval, length_range

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_WIDE, _NARROW = 900, 380  # pixels
_DASHES = ("--", (0, (2, 3)), (0, (9, 3, 2, 3)), (0, (4, 6)))
_MARKERS = ("o", "s", "^", "D", "v", "P")
_TEXT = 13.0  # height of text, pixels
_LABEL = 15.0  # height of a label at the end of a line, pixels
Paint = Callable[["Axes", bool], None]  # draws into axes; True in a narrow window


@dataclass(frozen=True)
class Look:
    """How an entry is drawn in every chart."""

    colour: str
    dashes: "str | tuple[int, tuple[int, ...]]"
    marker: str


def network_look(place: int) -> Look:
    """The look of a network by its place among the networks."""
    return Look(COLOURS[place % len(COLOURS)], "-", _MARKERS[place % len(_MARKERS)])


def looks(analysis: Analysis) -> dict[str, Look]:
    """A look for each entry by its name."""
    networks = [e.name for e in analysis.entries if not e.is_baseline]
    baselines = [e.name for e in analysis.entries if e.is_baseline]
    found = {name: network_look(place) for place, name in enumerate(networks)}
    for place, name in enumerate(baselines):
        dashes = _DASHES[place % len(_DASHES)]
        found[name] = Look(GREY, dashes, _MARKERS[place % len(_MARKERS)])
    return found


def key(lines: Sequence[tuple[str, str, Look]]) -> str:
    """A key: a button for each line (its name, its title, its look), which hides and shows it."""
    buttons = [
        f'<button type="button" aria-pressed="true" data-for="{escape(name)}">'
        f"{_swatch(look)}{escape(title)}</button>"
        for name, title, look in lines
    ]
    return f'<div class="key" role="group" aria-label="Shown">{"".join(buttons)}</div>'


def entry_key(analysis: Analysis, names: Sequence[str]) -> str:
    """The key of a chart of some entries."""
    look = looks(analysis)
    return key([(name, capital(analysis.title(name)), look[name]) for name in names])


@lru_cache
def _swatch(look: Look) -> str:
    from matplotlib.figure import Figure

    with paper(size=_TEXT):
        figure = Figure(figsize=(22 / 72, 12 / 72), dpi=72, facecolor="none")
        axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
        axes.set_axis_off()
        axes.set(xlim=(0, 2), ylim=(0, 2))
        draw_line(axes, "", "", look, [(0, 1), (1, 1), (2, 1)], marked=[1])
        return inline(figure, "", "swatch")


def page_chart(
    paint: Paint,
    label: str,
    *,
    wide: tuple[float, float] = (_WIDE, 430),
    narrow: tuple[float, float] = (_NARROW, 300),
    ends: bool = False,
) -> str:
    """A chart for the page.

    Args:
        paint: Draws it.
        label: What it shows, for those who do not see it.
        wide: Width and height in a wide window, pixels.
        narrow: The same in a narrow one.
        ends: True to write the names of the lines at their right ends, where there is room.
    """
    from matplotlib.figure import Figure  # no pyplot: no window, no global state

    charts = []
    sizes = {"wide-only": wide, "narrow": narrow}
    for css, (width, height) in sizes.items():
        with paper(size=_TEXT):
            size = (width / 72, height / 72)
            figure = Figure(figsize=size, dpi=72, layout="constrained", facecolor="none")
            axes = figure.subplots()
            axes.set_facecolor("none")
            paint(axes, css == "narrow")
            if ends and css != "narrow":
                _name_ends(axes)
            charts.append(inline(figure, label, f"chart {css}"))
    return "".join(charts)


def draw_line(
    axes: "Axes",
    name: str,
    title: str,
    look: Look,
    points: Sequence[tuple[float, float]],
    *,
    hovers: Sequence[str] = (),
    marked: Sequence[int] | None = None,
    thin: bool = False,
) -> None:
    """Draw a line with marks.

    Args:
        axes: Where to.
        name: Of the entry.
        title: For legends; none if empty.
        look: The entry's.
        points: x and y of each.
        hovers: What is shown on hover over each mark.
        marked: Places of the points that have a mark; all if `None`.
        thin: True for a single run behind a mean; it has no marks.
    """
    unit = _unit()
    axes.plot(
        [x for x, _ in points],
        [y for _, y in points],
        color=look.colour,
        linestyle=look.dashes,
        linewidth=unit if thin else 2.0 * unit,
        alpha=0.45 if thin else None,
        marker="" if thin else look.marker,
        markersize=7.0 * unit,
        markeredgecolor=PAPER,
        markeredgewidth=0.8,
        markevery=None if marked is None else list(marked),
        clip_on=False,
        label=title or "_",
        gid=tag("series line" + " thin" * thin, name, hovers),
    )


def _unit() -> float:
    """Points of a pixel of the page."""
    from matplotlib import rcParams

    return float(rcParams["font.size"]) / _TEXT


def dress(
    axes: "Axes", x_label: str, y_label: str, values: Sequence[float], *, percent: bool
) -> None:
    """Labels, lines behind the chart, and a range of y in which all values are."""
    axes.set_xlabel(x_label)
    axes.set_title(y_label, fontsize="medium")
    axes.set_ylim(*value_range(values, percent=percent))
    axes.grid(axis="y", color=GRID, linewidth=0.8)
    _bare(axes)


def _bare(axes: "Axes") -> None:
    axes.set_axisbelow(True)
    axes.tick_params(left=False, bottom=False)
    plain(axes, *axes.spines)
    for axis in (axes.xaxis, axes.yaxis):
        if axis.get_major_formatter().__class__.__name__ == "ScalarFormatter":
            axis.set_major_formatter("{x:,.10g}")


def value_range(values: Sequence[float], *, percent: bool) -> tuple[float, float]:
    """From 0, or from below the least if all are far from it, to above the largest."""
    low, high = min(values), max(values)
    spread = (high - low) or abs(high) or 1.0
    bottom = 0.0 if 0 <= low < 2 * spread else low - 0.06 * spread
    top = high + 0.06 * spread
    return bottom, min(top, 100.0) if percent and high <= 100.0 else top


def _name_ends(axes: "Axes") -> None:
    """Names at the right ends, pushed apart so that none covers another."""
    from matplotlib.transforms import ScaledTranslation

    figure = axes.figure
    lines = [line for line in axes.lines if not str(line.get_label()).startswith("_")]
    figure.draw_without_rendering()  # type: ignore[union-attr]
    height = axes.bbox.height
    ends = [line.get_xydata()[-1] for line in lines]  # type: ignore[index]
    wanted = [float(axes.transData.transform(end)[1]) - axes.bbox.y0 for end in ends]
    places = apart(wanted, _LABEL, 0.0, height)
    right = axes.transAxes + ScaledTranslation(10 / 72, 0, figure.dpi_scale_trans)
    for line, place in zip(lines, places, strict=True):
        name = str(line.get_label())
        gid = str(line.get_gid()).replace("series line", "label")
        y = place / height
        axes.plot(
            [1.0],
            [y],
            transform=right,
            clip_on=False,
            marker=line.get_marker(),
            color=line.get_color(),
            markersize=7.0,
            markeredgecolor=PAPER,
            label="_",
            gid=gid,
        )
        axes.annotate(
            name,
            (1.0, y),
            (18, 0),
            xycoords="axes fraction",
            textcoords="offset points",
            verticalalignment="center_baseline",
            gid=gid,
        )


def apart(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Places near the wanted ones, in their order, at least `gap` apart, ending below `high`."""
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


def length_chart(analysis: Analysis, axes: "Axes", narrow: bool = False) -> None:
    """Scores by length, every entry a line."""
    look, measure, rows = looks(analysis), analysis.measure, analysis.length_rows
    named = [entry for entry in analysis.entries if entry.interval is not None]
    values = []
    for place, entry in enumerate(named):
        shift = 0.34 * ((place + 0.5) / len(named) - 0.5)  # so that whiskers stand side by side
        found = [row.scores[entry.name] for row in rows]
        said = [f"{entry.title}, {length_range(row)} {analysis.length_unit}" for row in rows]
        own, at = look[entry.name], [i + shift for i in range(len(rows))]
        lows = [min(e.low, e.value) for e in found]
        highs = [max(e.high, e.value) for e in found]
        gid = tag("series", entry.name)
        axes.vlines(at, lows, highs, own.colour, linewidth=1.2 * _unit(), alpha=0.6, gid=gid)
        draw_line(
            axes,
            entry.name,
            capital(entry.title),
            own,
            [(x, e.value) for x, e in zip(at, found, strict=True)],
            hovers=[
                f"{words}: {measure.typeset(e.value)} ({interval(measure, e)})"
                for words, e in zip(said, found, strict=True)
            ],
        )
        values += lows + highs
    texts = [length_range(row).replace(" to ", "\N{EN DASH}") for row in rows]
    every = 1 + (len(rows) - 1) // 6 if narrow else 1  # the last one always
    shown = range((len(rows) - 1) % every, len(rows), every)
    axes.set_xticks(shown, [texts[i] for i in shown])
    label = with_unit(measure.label, measure.unit)
    dress(axes, f"length ({analysis.length_unit})", label, values, percent=measure.unit == "%")


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
    values = [y for _, runs, _ in curves for line in runs for _, y in line]
    look, measure = looks(analysis), analysis.measure
    label = f"validation {with_unit(measure.label, measure.unit)}"

    def paint(axes: "Axes", narrow: bool) -> None:
        for name, runs, mean in curves:
            title, line = analysis.title(name), mean or runs[0]
            for run in runs if len(runs) > 1 else ():
                draw_line(axes, name, "", look[name], run, thin=True)
            hover = f"{title}: {line[-1][1]:.3g} at {line[-1][0]:,.0f}"
            last = [len(line) - 1]
            draw_line(axes, name, title, look[name], line, hovers=[hover], marked=last)
        axes.set_xlim(left=0.0)
        axes.locator_params("x", nbins=5)
        dress(axes, x_label, label, values, percent=measure.unit == "%")

    if not values:
        return ""
    return page_chart(paint, f"{label}, against {x_label}", wide=(520, 340))


def score_chart(analysis: Analysis) -> str:
    """Every entry's score with its interval and its runs, one below the other."""
    measure = analysis.measure
    label = with_unit(measure.label, measure.unit)
    shown = [entry for entry in analysis.entries if entry.score is not None]

    def paint(axes: "Axes", narrow: bool) -> None:
        values = [v for e in shown for v in (*_ends(e), *e.run_scores)]
        look = looks(analysis)
        for row, entry in enumerate(shown):
            _score_row(analysis, axes, entry, look[entry.name], row)
        axes.set_xlim(*value_range(values, percent=measure.unit == "%"))
        axes.set_ylim(len(shown) - 0.5, -0.8 if narrow else -0.5)
        axes.set_xlabel(label)
        axes.grid(axis="x", color=GRID, linewidth=0.8)
        above = 0.25 if narrow else 0.0  # a name stands above its row where there is no room
        places = [row - above for row in range(len(shown))]
        axes.set_yticks(places, [capital(entry.title) for entry in shown])
        for entry, words in zip(shown, axes.get_yticklabels(), strict=True):
            best = entry.name == analysis.recommendation.entry
            words.set(gid=tag("label"), fontweight="bold" if best else "normal")
            if narrow:
                words.set(horizontalalignment="left", verticalalignment="bottom")
        if narrow:
            axes.tick_params(axis="y", direction="in", pad=-2)
        _bare(axes)

    rows = len(shown)
    wide, narrow = (_WIDE, 28 * rows + 44), (_NARROW, 42 * rows + 44)
    return page_chart(paint, f"{label} of each entry", wide=wide, narrow=narrow)


def _score_row(analysis: Analysis, axes: "Axes", entry: EntryRow, look: Look, row: int) -> None:
    measure, colour, value = analysis.measure, look.colour, entry.score or 0.0
    said = f"{entry.title}: {measure.typeset(value)} ({interval(measure, entry.interval)})"
    runs = entry.run_scores if len(entry.run_scores) > 1 else ()
    axes.hlines(
        row, *_ends(entry), colour, linewidth=2.4, alpha=0.75, gid=tag("series", entry.name, [said])
    )
    for scores, marker, size, face, edge in (
        (runs, "o", 5.2, PAPER, colour),
        ((value,), look.marker, 10.0, colour, PAPER),
    ):
        axes.plot(
            scores,
            [row] * len(scores),
            marker=marker,
            linestyle="",
            markersize=size,
            markerfacecolor=face,
            markeredgecolor=edge,
            gid=tag("series", entry.name, [said] * len(scores)),
        )


def _ends(entry: EntryRow) -> tuple[float, float]:
    if entry.interval is None:
        return entry.score or 0.0, entry.score or 0.0
    return entry.interval.low, entry.interval.high
