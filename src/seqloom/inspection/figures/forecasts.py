"""Pictures of forecasts: history, forecast and band; the errors of a backtest by horizon.

Checked by `tests/inspection/figures/test_forecasts.py`.
"""

import math
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ...data.series.series import Series, SeriesSet
from ...decoding.forecast_table import ForecastTable
from ...evaluation.backtest import NETWORK, Backtest
from .style import BLUE, GREY, ORANGE, paper, plain, save, short

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_SERIES = 9  # in one picture
HISTORY = 4  # horizons of the past that are drawn


def draw_forecast(data: SeriesSet, table: ForecastTable, path: Path) -> int:
    """Draw the end of each history, its forecast and the interval around it.

    Args:
        data: The histories.
        table: Their forecasts, in the same order.
        path: The picture to write; its ending picks the format, e.g. `.png` or `.pdf`.
    Returns:
        Series drawn: the first `MOST_SERIES`.
    Raises:
        RunError: The file cannot be written.
    """
    from matplotlib.figure import Figure  # no pyplot: no window, no global state

    drawn = data.series[:MOST_SERIES]
    horizon = len(table) // len(data.series)
    columns = math.ceil(math.sqrt(len(drawn)))
    rows = math.ceil(len(drawn) / columns)
    size = (7.0, 3.2) if len(drawn) == 1 else (4.2 * columns, 2.4 * rows)
    with paper(short(one.name) for one in drawn):
        figure = Figure(figsize=size, layout="constrained")
        grid = figure.subplots(rows, columns, squeeze=False).ravel()
        for axes in grid[len(drawn) :]:
            axes.set_visible(False)
        for number, (one, axes) in enumerate(zip(drawn, grid, strict=False)):
            _forecast(axes, one, table, slice(number * horizon, (number + 1) * horizon))
        grid[0].legend()
        save(figure, path, "figure")
    return len(drawn)


def _forecast(axes: "Axes", one: Series, table: ForecastTable, rows: slice) -> None:
    """One series: the end of its history, and its rows of the table."""
    horizon = rows.stop - rows.start
    past = one.values[-HISTORY * horizon :]
    ahead = np.arange(one.end, one.end + horizon)
    axes.plot(np.arange(one.end - len(past), one.end), past, color=GREY, label="history")
    axes.fill_between(
        ahead,
        table.lower[rows],
        table.upper[rows],
        color=BLUE,
        alpha=0.2,
        lw=0,
        label=f"{table.level} % interval",
    )
    axes.plot(ahead, table.point[rows], color=BLUE, label="forecast")
    axes.set_title(short(one.name), fontsize=9)
    places = [one.end - len(past), one.end, one.end + horizon - 1]
    axes.set_xticks(places, [one.label(place) for place in places], fontsize=7)
    plain(axes)


def draw_errors(found: Backtest, path: Path) -> None:
    """Draw the scaled error of every method against the step of the horizon.

    Args:
        found: A backtest.
        path: The picture to write.
    Raises:
        RunError: The file cannot be written.
    """
    from matplotlib.figure import Figure

    with paper():
        figure = Figure(figsize=(7, 4), layout="constrained")
        axes = figure.subplots()
        _errors(axes, found)
        plain(axes)
        save(figure, path, "figure")


def _errors(axes: "Axes", found: Backtest) -> None:
    steps = np.arange(1, found.horizon + 1)
    best = found.best_baseline
    others = [name for name in found.methods if name not in (NETWORK, best)]
    for number, name in enumerate([NETWORK, best, *others]):
        color, label = "#cccccc", "other baselines" if number == 2 else None
        if number < 2:
            color, label = (BLUE, ORANGE)[number], name
        errors = found.methods[name].errors
        axes.plot(steps, errors, color=color, zorder=3 if number < 2 else 1, label=label)
    axes.legend()
    axes.set_xlabel("step of the horizon")
    axes.set_ylabel(f"error (MASE, season {found.season})")
    # a baseline that is far off must not flatten the rest
    seen = [method.scores.mase for method in found.methods.values()]
    if np.isfinite(seen).all():
        axes.set_ylim(0, min(axes.get_ylim()[1], 4 * float(np.median(seen)) + 0.5))
