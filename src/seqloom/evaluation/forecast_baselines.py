"""What a network has to beat: the usual forecasts without one, by `statsforecast`.

    naive            the last value
    seasonal naive   the last season
    drift            the last value and the mean slope
    naive2           naive on seasonally adjusted values; what OWA is relative to
    theta            Assimakopoulos & Nikolopoulos 2000, seasonally adjusted
    ets              exponential smoothing, its form chosen by AICc

Each sees the series up to the origin and nothing else, and is fitted anew at every origin. Naive2
is ours, as M4's organisers wrote it; the others are the library's, with its intervals. Where a
method cannot be fitted (a few values, say) the naive forecast stands in, and that is counted.

Checked by `tests/evaluation/test_forecast_baselines.py`: by hand, and by M4's published figures.
"""

import math
import warnings
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from ..data.series.season import autocorrelation
from ..progress import each
from ..shapes import Float

NAIVE2 = "naive2"
NAMES = ("naive", "seasonal naive", "drift", NAIVE2, "theta", "ets")


class BaselineForecast(NamedTuple):
    """Forecasts of one method for some series.

    Attributes:
        point: `(B, T)`.
        lower: Of the intervals, NaN if the method has none.
        upper: Of the intervals.
        failures: Series for which the naive forecast stands in.
    """

    point: Float[np.ndarray, "B T"]
    lower: Float[np.ndarray, "B T"]
    upper: Float[np.ndarray, "B T"]
    failures: int


def baseline(
    name: str,
    histories: Sequence[np.ndarray],
    *,
    horizon: int,
    season: int,
    level: int,
) -> BaselineForecast:
    """Forecast by one of `NAMES`.

    Args:
        name: The method.
        histories: Values of each series up to the origin, `(n,)`, at least one.
        horizon: T, steps.
        season: m, 1 for none.
        level: Of the intervals, %.
    Raises:
        ModuleNotFoundError: `statsforecast` is not installed.
    """
    rows, failures = [], 0
    model = None if name == NAIVE2 else _model(name, season)
    for history in each(histories, name):
        row = _forecast(model, history, horizon, season, level)
        if row is None:
            failures += 1
            point = np.full(horizon, history[-1])
            row = np.stack([point, np.full_like(point, np.nan), np.full_like(point, np.nan)])
        rows.append(row)
    found = np.stack(rows)
    return BaselineForecast(found[:, 0], found[:, 1], found[:, 2], failures)


def naive2(history: Float[np.ndarray, " S"], horizon: int, season: int) -> Float[np.ndarray, " T"]:
    """The last seasonally adjusted value, times the indices of the seasons to come.

    Indices come from classical multiplicative decomposition, if the series is positive, has three
    seasons and passes M4's test of seasonality; else this is the naive forecast.
    """
    indices = np.ones(season)
    if season > 1 and len(history) >= 3 * season and history.min() > 0:
        r = autocorrelation(history, season)
        limit = 1.645 * math.sqrt((1 + 2 * float((r[1:season] ** 2).sum())) / len(history))
        if abs(r[season]) > limit:
            indices = _seasonal_indices(history, season)
    places = np.arange(len(history) - 1, len(history) + horizon) % season
    found: np.ndarray = history[-1] / indices[places[0]] * indices[places[1:]]
    return found


def _seasonal_indices(history: np.ndarray, season: int) -> np.ndarray:
    """Mean ratio to the centred moving average at each place of the season, mean 1."""
    weights = np.full(season + 1 - season % 2, 1.0 / season)
    if season % 2 == 0:
        weights[[0, -1]] /= 2
    trend = np.convolve(history, weights, mode="valid")
    half = len(weights) // 2
    ratios = history[half : half + len(trend)] / trend
    places = np.arange(half, half + len(trend)) % season
    indices = np.array([ratios[places == place].mean() for place in range(season)])
    found: np.ndarray = indices / indices.mean()
    return found


def _model(name: str, season: int) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of its own dependencies
        from statsforecast import models
    makers: dict[str, Callable[[], Any]] = {
        "naive": lambda: models.Naive(),
        "seasonal naive": lambda: models.SeasonalNaive(season),
        "drift": lambda: models.RandomWalkWithDrift(),
        "theta": lambda: models.Theta(season),
        "ets": lambda: models.AutoETS(season_length=season),
    }
    return makers[name]()


def _forecast(
    model: Any, history: np.ndarray, horizon: int, season: int, level: int
) -> np.ndarray | None:
    """Point, lower and upper `(3, T)`; `None` if the method fails on this series."""
    nothing = np.full(horizon, np.nan)
    if model is None:
        return np.stack([naive2(history, horizon, season), nothing, nothing])
    if len(history) > 1 and np.ptp(history) == 0:  # some methods divide by the spread
        return np.stack([np.full(horizon, history[-1])] * 3)
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            found = model.forecast(y=history, h=horizon, level=[level])
    except Exception:  # a library's many ways to say that it cannot fit
        return None
    bounds = [found.get(f"{side}-{level}", nothing) for side in ("lo", "hi")]
    row = np.stack([found["mean"], *bounds]).astype(np.float64)
    return row if np.isfinite(row[0]).all() else None
