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

Every window is scaled by itself, so series of any size share one network; the output is the
error of the seasonal naive forecast in units of its own past error, which is what MASE counts. A
constant window has s = 0: its forecast is that constant, whatever the network says. Values before
the window count as its mean.

Source: scaling by the window: Smyl 2020, "A hybrid method of exponential smoothing and recurrent
    neural networks", Int. J. Forecasting 36(1). Lags as inputs: Salinas et al. 2020, "DeepAR".
Checked by `tests/data/test_scaling.py`, on numbers worked by hand.
"""

from typing import NamedTuple

import numpy as np

from ..shapes import Float, Int

LAGS = 7  # most seasons that a step of the future looks back on
STATICS = 2  # features of a window that do not come from its series
CLIP = 8.0  # largest |d / s| that a network reads


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


class Inputs(NamedTuple):
    """What a network reads.

    Attributes:
        past: Step 3, zero on padding.
        lengths: Real steps of each.
        future: Step 4; its first feature is b in units of z.
        static: Step 5.
        ratio: s / deviation: what turns an output into a change of z.
    """

    past: Float[np.ndarray, "B W P"]
    lengths: Int[np.ndarray, " B"]
    future: Float[np.ndarray, "B T F"]
    static: Float[np.ndarray, "B S"]
    ratio: Float[np.ndarray, " B"]


class Scale(NamedTuple):
    """What step 6 needs.

    Attributes:
        base: b, `(B, T)`.
        unit: s, `(B,)`.
        mean: Mean of y, `(B,)`.
        deviation: Deviation of y, 1 where it is 0, `(B,)`.
    """

    base: Float[np.ndarray, "B T"]
    unit: Float[np.ndarray, " B"]
    mean: Float[np.ndarray, " B"]
    deviation: Float[np.ndarray, " B"]


def num_lags(window: int, season: int) -> int:
    """K, seasons that a step of the future looks back on."""
    return max(1, min(LAGS, window // season))


def scale(window: Window, season: int) -> tuple[Inputs, Scale]:
    """Steps 1 to 5.

    Args:
        window: Values, logarithms if the model reads those.
        season: m.
    """
    y, n = window.values, window.lengths
    W, H = y.shape[1], window.future.shape[1]
    real = np.arange(W) < n[:, None]
    mean = _mean(y, real)
    deviation = np.sqrt(_mean((y - mean[:, None]) ** 2, real))
    deviation = np.where(deviation > 1e-9 * np.abs(mean), deviation, 0.0)
    unit, d = _seasonal(y, real, season)
    unit = np.where(deviation > 0, np.maximum(unit, 0.05 * deviation), 0.0)
    found = Scale(base=_base(y, n, season, H), unit=unit, mean=mean, deviation=_nonzero(deviation))
    z = np.where(real, standardise(y, found), 0.0)
    lags = _lags(z, n, season, H, num_lags(W, season))
    lags[:, :, 0] = standardise(found.base, found)
    ratio = unit / found.deviation
    static = np.stack([np.log(_nonzero(ratio)), n / W], axis=1)
    return (
        Inputs(
            past=np.concatenate(
                [
                    z[:, :, None],
                    difference(d, unit[:, None])[:, :, None],
                    np.where(real[:, :, None], window.past, 0.0),
                ],
                axis=2,
            ),
            lengths=n,
            future=np.concatenate([lags, window.future], axis=2),
            static=np.concatenate([static, window.static], axis=1),
            ratio=ratio,
        ),
        found,
    )


def standardise(y: Float[np.ndarray, "B T"], by: Scale) -> Float[np.ndarray, "B T"]:
    """Step 1."""
    return (y - by.mean[:, None]) / by.deviation[:, None]


def difference(d: np.ndarray, unit: np.ndarray) -> np.ndarray:
    """The second feature of step 3."""
    return np.clip(d / _nonzero(unit), -CLIP, CLIP)


def forecast(output: Float[np.ndarray, "B T Q"], by: Scale) -> Float[np.ndarray, "B T Q"]:
    """Step 6."""
    return by.base[:, :, None] + by.unit[:, None, None] * output


def _seasonal(y: np.ndarray, real: np.ndarray, season: int) -> tuple[np.ndarray, np.ndarray]:
    """Step 2; from one value to the next where a window is not longer than the season."""
    d = np.zeros_like(y)
    d[:, season:] = np.where(real[:, season:], y[:, season:] - y[:, :-season], 0.0)
    pairs = real[:, season:]
    unit = _mean(np.abs(d[:, season:]), pairs)
    short = ~pairs.any(axis=1)
    if short.any():
        steps = np.abs(np.diff(y, axis=1))
        unit = np.where(short, _mean(steps, real[:, 1:]), unit)
    return unit, d


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
