"""Scores of forecasts, as the M4 competition counted them, and scores of intervals.

    y   what came, (B, T); NaN where it is not known      f   forecast, (B, T)
    m   season          x   the series before the origin, n values

    1   sMAPE    mean of 200 |y - f| / (|y| + |f|)                                    %
    2   MASE     mean of |y - f|  over  mean_{t>m} |x_t - x_{t-m}|                    1
    3   OWA      (sMAPE / sMAPE of Naive2 + MASE / MASE of Naive2) / 2                1
    4   pinball  p (y - q) where y >= q, else (1 - p) (q - y)                         unit of y
    5   CRPS     2 times the mean of 4 over the probabilities, in units of MASE       1
    6   coverage share of y within [lower, upper]                                     %
    7   width    mean of upper - lower, in units of MASE                              1

Means are taken within a series first, then over series. A term of 1 is 0 where y = f = 0. A series
whose seasonal differences are all 0 has no MASE, and is left out of 2, 5 and 7.

Source: Makridakis, Spiliotis & Assimakopoulos, "The M4 Competition", Int. J. Forecasting 36(1),
    2020; Hyndman & Koehler 2006 for MASE; Gneiting & Raftery 2007 for CRPS.
Differs: CRPS is that of the probabilities a model gives, which is a little below the integral.
Checked by `tests/evaluation/test_forecast_scores.py`: hand-computed numbers and `utilsforecast`.
"""

from typing import NamedTuple

import numpy as np

from ..shapes import Float


class ForecastScores(NamedTuple):
    """Scores over series; NaN where there is nothing to measure.

    Attributes:
        smape: %.
        mase: In units of the seasonal naive forecast's error within the past.
        crps: In the same units.
        coverage: % of values within the interval.
        width: Of the interval, in the same units.
    """

    smape: float
    mase: float
    crps: float
    coverage: float
    width: float


def smape(
    actual: Float[np.ndarray, "B T"], forecast: Float[np.ndarray, "B T"]
) -> Float[np.ndarray, " B"]:
    """Symmetric mean absolute percentage error of each series, %."""
    total = np.abs(actual) + np.abs(forecast)
    terms = np.abs(actual - forecast) / np.where(total == 0, 1.0, total)
    return 200.0 * _mean(terms)


def mase_unit(history: Float[np.ndarray, " S"], season: int) -> float:
    """What errors of a series are divided by: its mean seasonal difference; NaN if that is 0.

    Args:
        history: Values before the origin.
        season: m; 1 is taken where the history is not longer than m.
    """
    lag = season if len(history) > season else 1
    if len(history) <= lag:
        return float("nan")
    unit = float(np.abs(history[lag:] - history[:-lag]).mean())
    return unit if unit > 0 else float("nan")


def mase(
    actual: Float[np.ndarray, "B T"],
    forecast: Float[np.ndarray, "B T"],
    units: Float[np.ndarray, " B"],
) -> Float[np.ndarray, " B"]:
    """Mean absolute scaled error of each series."""
    return np.asarray(_mean(np.abs(actual - forecast)) / units)


def owa(smape: float, mase: float, naive2_smape: float, naive2_mase: float) -> float:
    """Overall weighted average of a method's sMAPE and MASE against those of Naive2.

    NaN where Naive2 is perfect.
    """
    if naive2_smape == 0 or naive2_mase == 0:
        return float("nan")
    return (smape / naive2_smape + mase / naive2_mase) / 2


def pinball(
    actual: Float[np.ndarray, "B T"],
    quantiles: Float[np.ndarray, "B T Q"],
    probabilities: Float[np.ndarray, " Q"],
) -> Float[np.ndarray, "B T Q"]:
    """Pinball loss of each quantile, in the unit of `actual`."""
    error = actual[:, :, None] - quantiles
    found: np.ndarray = np.maximum(probabilities * error, (probabilities - 1.0) * error)
    return found


def crps(
    actual: Float[np.ndarray, "B T"],
    quantiles: Float[np.ndarray, "B T Q"],
    probabilities: Float[np.ndarray, " Q"],
    units: Float[np.ndarray, " B"],
) -> Float[np.ndarray, " B"]:
    """Continuous ranked probability score of each series, from its quantiles."""
    loss = _mean(pinball(actual, quantiles, probabilities).mean(axis=2))
    return np.asarray(2.0 * loss / units)


def coverage(
    actual: Float[np.ndarray, "B T"],
    lower: Float[np.ndarray, "B T"],
    upper: Float[np.ndarray, "B T"],
) -> float:
    """Share of the known values that lie within their interval, %; NaN without intervals."""
    known = np.isfinite(actual) & np.isfinite(lower) & np.isfinite(upper)
    inside = (actual >= lower) & (actual <= upper)
    return 100.0 * float(inside[known].mean()) if known.any() else float("nan")


def score(
    actual: Float[np.ndarray, "B T"],
    point: Float[np.ndarray, "B T"],
    lower: Float[np.ndarray, "B T"],
    upper: Float[np.ndarray, "B T"],
    units: Float[np.ndarray, " B"],
    quantiles: Float[np.ndarray, "B T Q"] | None = None,
    probabilities: Float[np.ndarray, " Q"] | None = None,
) -> ForecastScores:
    """All scores of some forecasts.

    Args:
        actual: What came; NaN where it is not known.
        point: Forecasts.
        lower: Of the intervals; NaN if there are none.
        upper: Of the intervals.
        units: Of MASE, from `mase_unit`.
        quantiles: For the CRPS; it is NaN without them.
        probabilities: Of the quantiles.
    """
    found = float("nan")
    if quantiles is not None and probabilities is not None:
        found = average(crps(actual, quantiles, probabilities, units))
    return ForecastScores(
        smape=average(smape(actual, point)),
        mase=average(mase(actual, point, units)),
        crps=found,
        coverage=coverage(actual, lower, upper),
        width=average(_mean(upper - lower) / units),
    )


def average(values: Float[np.ndarray, " B"]) -> float:
    """Mean over the series that have a value."""
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else float("nan")


def by_horizon(
    actual: Float[np.ndarray, "B T"],
    point: Float[np.ndarray, "B T"],
    units: Float[np.ndarray, " B"],
) -> Float[np.ndarray, " T"]:
    """Scaled absolute error of each step of the horizon."""
    errors = np.abs(actual - point) / units[:, None]
    return np.array([average(errors[:, step]) for step in range(errors.shape[1])])


def _mean(terms: np.ndarray) -> np.ndarray:
    """Over time, NaN left out; NaN where nothing is known."""
    known = np.isfinite(terms)
    count = known.sum(axis=1)
    total = np.where(known, terms, 0.0).sum(axis=1)
    found: np.ndarray = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    return found
