"""Print a backtest: the table of methods, errors by horizon, and the verdict.

Checked by `tests/evaluation/test_backtest.py`.
"""

import math

import numpy as np
from rich.console import Console
from rich.table import Table
from rich.text import Text

from .backtest import NETWORK, Backtest
from .tables import new_table, print_line, print_table

_COLUMNS = 6  # groups of steps in the table of errors by horizon


def print_backtest(found: Backtest, console: Console) -> None:
    """Print the report of `found` on `console`."""
    what = "1 series" if found.series == 1 else f"{found.series:,} series"
    windows = "1 window" if found.windows == 1 else f"{found.windows} windows"
    title = f"{found.forecasts:,} forecasts of {found.horizon} steps: {what}, {windows}"
    print_table(console, title, _scores(found, console))
    unit = f"MASE, CRPS and width in seasonal naive errors, season {found.season}"
    for line in (unit, _of_m4(found)):
        print_line(console, f"  {line}", style="dim")
    for name, method in found.methods.items():
        if method.failures:
            print_line(
                console, f"  {name} failed {method.failures} times: naive stands in", style="dim"
            )
    if found.horizon > 1:
        console.print()
        print_table(console, "MASE by step of the horizon", _steps(found, console))
    console.print()
    print_line(console, f"verdict: {found.verdict()}", style="bold")


def _of_m4(found: Backtest) -> str:
    """Whether MASE and OWA are the M4 competition's: they are with its season alone."""
    if found.season == found.m4_season:
        return "sMAPE, MASE and OWA as the M4 competition counted them"
    if found.m4_season is not None:
        return f"the M4 scaled such data by season {found.m4_season}: its MASE and OWA are others"
    return "MASE and OWA are the M4's if it scaled such data by that season"


def _scores(found: Backtest, console: Console) -> Table:
    names = ("sMAPE %", "MASE", "OWA", "CRPS", f"{found.level} % covers", "width")
    table = new_table(console, ("method", "left"), *((name, "right") for name in names))
    for name, method in found.methods.items():
        scores = method.scores
        table.add_row(
            Text(name, style="bold" if name == NETWORK else ""),
            _number(scores.smape, 2),
            _number(scores.mase, 3),
            _number(method.owa, 3),
            _number(scores.crps, 3),
            _number(scores.coverage, 1, " %"),
            _number(scores.width, 2),
        )
    return table


def _steps(found: Backtest, console: Console) -> Table:
    groups = np.array_split(np.arange(found.horizon), min(_COLUMNS, found.horizon))
    ends = [(group[0] + 1, group[-1] + 1) for group in groups]
    names = [str(first) if first == last else f"{first}-{last}" for first, last in ends]
    table = new_table(console, ("method", "left"), *((name, "right") for name in names))
    for name, method in found.methods.items():
        cells = [_number(_mean(method.errors[group]), 3) for group in groups]
        table.add_row(Text(name, style="bold" if name == NETWORK else ""), *cells)
    return table


def _mean(values: np.ndarray) -> float:
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else math.nan


def _number(value: float, digits: int, unit: str = "") -> str:
    return f"{value:.{digits}f}{unit}" if math.isfinite(value) else "-"
