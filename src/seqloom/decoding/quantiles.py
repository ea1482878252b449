"""From what a forecasting network says to quantiles, and from quantiles to intervals.

    quantile   nine numbers a step, sorted              at PROBABILITIES
    gaussian   location and log of the deviation        q = location + deviation * z_p; the log is
                                                        cut off at +-LOG_DEVIATION, as in the loss
    point      one number                               no spread: the calibration makes intervals

Checked by `tests/decoding/test_quantiles.py`; scipy has the normal quantiles.
"""

from statistics import NormalDist

import numpy as np

from ..config import forecast as config
from ..config.forecast import MEDIAN, Output
from ..shapes import Float

LOG_DEVIATION = 7.0  # largest logarithm of a deviation, either way
PROBABILITIES = np.array(config.PROBABILITIES)
_NORMAL = np.array([NormalDist().inv_cdf(float(p)) for p in PROBABILITIES])
_BOUNDS = {50: (3, 5), 80: (2, 6), 90: (1, 7), 95: (0, 8)}


def quantiles(said: Float[np.ndarray, "B T O"], output: Output) -> Float[np.ndarray, "B T Q"]:
    """Quantiles at `PROBABILITIES`, never falling.

    Args:
        said: What the network says, `OUTPUT_SIZES[output]` numbers a step.
        output: What they mean.
    """
    if output == "quantile":
        return np.sort(said, axis=2)
    if output == "gaussian":
        deviation = np.exp(np.clip(said[:, :, 1:], -LOG_DEVIATION, LOG_DEVIATION))
        found: np.ndarray = said[:, :, :1] + deviation * _NORMAL.astype(said.dtype)
        return found
    return np.repeat(said, len(PROBABILITIES), axis=2)


def middle(said: Float[np.ndarray, "B T O"], output: Output) -> Float[np.ndarray, "B T"]:
    """The median, which is the point forecast."""
    return said[:, :, MEDIAN if output == "quantile" else 0]


def interval(
    found: Float[np.ndarray, "B T Q"], level: int
) -> tuple[Float[np.ndarray, "B T"], Float[np.ndarray, "B T"]]:
    """Lower and upper bound.

    Args:
        found: Quantiles.
        level: One of `LEVELS`, %.
    """
    low, high = _BOUNDS[level]
    return found[:, :, low], found[:, :, high]
