"""From windows of values to what a network reads, and from what it says back to values.

    y   values of a window, in the user's unit, or their logarithms       (B, W), n real
    m   season                                                            H  horizon
    b   seasonal naive forecast: b_h = y[n - m + h mod m]; y[n - 1] where n < m

    1   z = (y - mean y) / deviation of y
    2   d_t = y_t - y_{t-m},  s = mean |d|, at least a twentieth of the deviation
    3   past   = z, d / s, known features of the time
    4   future = z at the same place in the last K seasons, known features of the time
    5   static = log(s / deviation), n / W, features of the series
    6   forecast = b + s * output
    7   forecast = max(forecast, floor): the window's minimum if that is positive (`minimum`), or 0
        if no value is negative (`zero`), or no floor (`none`)

Every window is scaled by itself, so series of any size share one network; the output is the
error of the seasonal naive forecast in units of its own past error, which is what MASE counts. A
constant window has s = 0: its forecast is that constant, whatever the network says. Values before
the window count as its mean.

Source: scaling by the window: Smyl 2020, "A hybrid method of exponential smoothing and recurrent
    neural networks", Int. J. Forecasting 36(1). Lags as inputs: Salinas et al. 2020, "DeepAR".
Checked by `tests/data/series/test_scaling.py`, on numbers worked by hand.
"""

from typing import Literal, NamedTuple

import numpy as np

from ...shapes import Float, Int

LAGS = 7  # most seasons that a step of the future looks back on
STATICS = 2  # features of a window that do not come from its series
CLIP = 8.0  # largest |d / s| that a network reads
Floor = Literal["none", "zero", "minimum"]


class Window(NamedTuple):
    """Windows as they are cut out of series, positions from `lengths` on are padding.

    Attributes:
        values: Values, in the user's unit.
        lengths: Real values of each, at least 1.
        past: Known features of the window.
        future: Known features of the horizon.
        static: Features of the series.
    """

    values: Float[np.ndarray, "B W"]
    lengths: Int[np.ndarray, " B"]
    past: Float[np.ndarray, "B W C"]
    future: Float[np.ndarray, "B T C"]
    static: Float[np.ndarray, "B S"]


class ForecastInputs(NamedTuple):
    """What a network reads.

    Attributes:
        past: Equation 3, zero on padding.
        lengths: Real steps of each.
        future: Equation 4; its first feature is b in units of z.
        static: Equation 5.
        ratio: s / deviation: what turns an output into a change of z.
    """

    past: Float[np.ndarray, "B W P"]
    lengths: Int[np.ndarray, " B"]
    future: Float[np.ndarray, "B T F"]
    static: Float[np.ndarray, "B S"]
    ratio: Float[np.ndarray, " B"]


def single(inputs: ForecastInputs) -> ForecastInputs:
    """Inputs in float32, as the weights of networks are."""
    return inputs._replace(
        past=inputs.past.astype(np.float32),
        future=inputs.future.astype(np.float32),
        static=inputs.static.astype(np.float32),
        ratio=inputs.ratio.astype(np.float32),
    )


class Scale(NamedTuple):
    """What equations 6 and 7 need.

    Attributes:
        base: b, `(B, T)`.
        unit: s, `(B,)`.
        mean: Mean of y, `(B,)`.
        deviation: Deviation of y, 1 where it is 0, `(B,)`.
        share: n / W, `(B,)`.
        floor: Of equation 7, `(B,)`.
    """

    base: Float[np.ndarray, "B T"]
    unit: Float[np.ndarray, " B"]
    mean: Float[np.ndarray, " B"]
    deviation: Float[np.ndarray, " B"]
    share: Float[np.ndarray, " B"]
    floor: Float[np.ndarray, " B"]


class Scaling(NamedTuple):
    """How windows are scaled; the same for all of a model.

    Attributes:
        season: m.
        window: W, most values that a forecast reads.
        log: Values are logarithms.
        floor: Equation 7.
    """

    season: int
    window: int
    log: bool = False
    floor: Floor = "none"

    @property
    def lags(self) -> int:
        """K, seasons that a step of the future looks back on."""
        return max(1, min(LAGS, self.window // self.season))


def scale(window: Window, how: Scaling) -> tuple[ForecastInputs, Scale]:
    """What a network reads of windows, each scaled by itself: equations 1 to 5.

    Args:
        window: Values, or logarithms.
        how: Season, window and rules.
    """
    found = measure(window, how)
    return features(window, found, how), found


def measure(window: Window, how: Scaling) -> Scale:
    """Mean, deviation, s, b and the floor of windows."""
    y, n = window.values, window.lengths
    real = np.arange(y.shape[1]) < n[:, None]
    mean = _mean(y, real)
    deviation = np.sqrt(_mean((y - mean[:, None]) ** 2, real))
    lowest = np.where(real, y, np.inf).min(axis=1)
    highest = np.where(real, y, -np.inf).max(axis=1)
    deviation = np.where(highest > lowest, deviation, 0.0)  # of equal values it may be a rounding
    unit = _unit(y, real, how.season)
    return Scale(
        base=_base(y, n, how.season, window.future.shape[1]),
        unit=np.where(deviation > 0, np.maximum(unit, 0.05 * deviation), 0.0),
        mean=mean,
        deviation=_nonzero(deviation),
        share=n / how.window,
        floor=_floor(lowest, how),
    )


def features(window: Window, by: Scale, how: Scaling) -> ForecastInputs:
    """Equations 1 to 5 with a scale that may be older than the window, as a stream has it."""
    y, n = window.values, window.lengths
    real = np.arange(y.shape[1]) < n[:, None]
    z = np.where(real, standardise(y, by), 0.0)
    d = np.where(real, _differences(y, how.season), 0.0)
    lags = _lags(z, n, how.season, window.future.shape[1], how.lags)
    lags[:, :, 0] = standardise(by.base, by)
    ratio = by.unit / by.deviation
    static = np.stack([np.log(_nonzero(ratio)), by.share], axis=1)
    changes = np.clip(d / _nonzero(by.unit)[:, None], -CLIP, CLIP)
    known = np.where(real[:, :, None], window.past, 0.0)
    return ForecastInputs(
        past=np.concatenate([z[:, :, None], changes[:, :, None], known], axis=2),
        lengths=n,
        future=np.concatenate([lags, window.future], axis=2),
        static=np.concatenate([static, window.static], axis=1),
        ratio=ratio,
    )


def standardise(y: Float[np.ndarray, "B T"], by: Scale) -> Float[np.ndarray, "B T"]:
    """Equation 1."""
    return np.asarray((y - by.mean[:, None]) / by.deviation[:, None])


def forecast(output: Float[np.ndarray, "B T Q"], by: Scale) -> Float[np.ndarray, "B T Q"]:
    """Equations 6 and 7."""
    found = by.base[:, :, None] + by.unit[:, None, None] * output
    return np.asarray(np.maximum(found, by.floor[:, None, None]))


def _floor(lowest: np.ndarray, how: Scaling) -> np.ndarray:
    """Equation 7: what a forecast must not be below."""
    if how.floor == "none":
        return np.full_like(lowest, -np.inf)
    if how.log:  # of what is positive anyway
        return lowest if how.floor == "minimum" else np.full_like(lowest, -np.inf)
    positive = lowest if how.floor == "minimum" else np.zeros_like(lowest)
    return np.where(lowest > 0, positive, np.where(lowest == 0, 0.0, -np.inf))


def _differences(y: np.ndarray, season: int) -> np.ndarray:
    """d, 0 in the first season."""
    d = np.zeros_like(y)
    d[:, season:] = y[:, season:] - y[:, :-season]
    return d


def _unit(y: np.ndarray, real: np.ndarray, season: int) -> np.ndarray:
    """s before its lower limit; from value to value where a window is no longer than a season."""
    pairs = real[:, season:]
    unit = _mean(np.abs(_differences(y, season)[:, season:]), pairs)
    short = ~pairs.any(axis=1)
    if short.any():
        unit = np.where(short, _mean(np.abs(np.diff(y, axis=1)), real[:, 1:]), unit)
    return unit


def _base(y: np.ndarray, n: np.ndarray, season: int, horizon: int) -> np.ndarray:
    steps = n[:, None] - season + np.arange(horizon) % season
    steps = np.where(n[:, None] >= season, steps, n[:, None] - 1)
    return np.take_along_axis(y, steps, axis=1)


def _lags(z: np.ndarray, n: np.ndarray, season: int, horizon: int, most: int) -> np.ndarray:
    """z at `n - k m + h mod m` for k from 1 on, `(B, T, K)`; 0 before the window."""
    k = np.arange(1, most + 1)
    steps = n[:, None, None] - k * season + (np.arange(horizon) % season)[:, None]
    flat = np.maximum(steps, 0).reshape(len(z), -1)
    found = np.take_along_axis(z, flat, axis=1).reshape(steps.shape)
    return np.where(steps >= 0, found, 0.0)


def _mean(x: np.ndarray, real: np.ndarray) -> np.ndarray:
    found: np.ndarray = np.where(real, x, 0.0).sum(axis=1) / np.maximum(real.sum(axis=1), 1)
    return found


def _nonzero(x: np.ndarray) -> np.ndarray:
    return np.where(x == 0, 1.0, x)
