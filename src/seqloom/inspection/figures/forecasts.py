"""Pictures of forecasts: history, forecast and band; the errors of a backtest by horizon.

Checked by `tests/inspection/figures/test_forecasts.py`.
"""

import math
from pathlib import Path

import numpy as np

from ...data.series.series import SeriesSet
from ...decoding.forecast_table import ForecastTable
from ...evaluation.backtest import NETWORK, Backtest
from ...files import replacing

MOST_SERIES = 9  # in one picture
HISTORY = 4  # horizons of the past that are drawn
_BLUE, _GREY, _ORANGE = "#1b6ca8", "#888888", "#d95f02"


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
    figure = Figure(figsize=size, layout="constrained")
    grid = figure.subplots(rows, columns, squeeze=False).ravel()
    for axes in grid[len(drawn) :]:
        axes.set_visible(False)
    for number, (one, axes) in enumerate(zip(drawn, grid, strict=False)):
        past = one.values[-HISTORY * horizon :]
        ahead = np.arange(one.end, one.end + horizon)
        rows_of = slice(number * horizon, (number + 1) * horizon)
        axes.plot(np.arange(one.end - len(past), one.end), past, color=_GREY, label="history")
        axes.fill_between(
            ahead,
            table.lower[rows_of],
            table.upper[rows_of],
            color=_BLUE,
            alpha=0.2,
            lw=0,
            label=f"{table.level} % interval",
        )
        axes.plot(ahead, table.point[rows_of], color=_BLUE, label="forecast")
        axes.set_title(one.name, fontsize=9)
        places = [one.end - len(past), one.end, one.end + horizon - 1]
        axes.set_xticks(places, [data.axis.label(place) for place in places], fontsize=7)
        _plain(axes)
    grid[0].legend(frameon=False, fontsize=8)
    _save(figure, path)
    return len(drawn)


def draw_errors(found: Backtest, path: Path) -> None:
    """Draw the scaled error of every method against the step of the horizon.

    Args:
        found: A backtest.
        path: The picture to write.
    Raises:
        RunError: The file cannot be written.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.subplots()
    steps = np.arange(1, found.horizon + 1)
    best = found.best_baseline
    others = [name for name in found.methods if name not in (NETWORK, best)]
    for number, name in enumerate([NETWORK, best, *others]):
        color, label = "#cccccc", "other baselines" if number == 2 else None
        if number < 2:
            color, label = (_BLUE, _ORANGE)[number], name
        errors = found.methods[name].errors
        axes.plot(steps, errors, color=color, zorder=3 if number < 2 else 1, label=label)
    axes.legend(frameon=False, fontsize=8)
    axes.set_xlabel("step of the horizon")
    axes.set_ylabel(f"error (MASE, season {found.season})")
    # a baseline that is far off must not flatten the rest
    seen = [method.scores.mase for method in found.methods.values()]
    if np.isfinite(seen).all():
        axes.set_ylim(0, min(axes.get_ylim()[1], 4 * float(np.median(seen)) + 0.5))
    _plain(axes)
    _save(figure, path)


def _plain(axes: "matplotlib.axes.Axes") -> None:  # type: ignore[name-defined]
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)


def _save(figure: "matplotlib.figure.Figure", path: Path) -> None:  # type: ignore[name-defined]
    with replacing(path, "figure") as beside:
        figure.savefig(beside, dpi=150, format=path.suffix.lstrip(".") or "png")
