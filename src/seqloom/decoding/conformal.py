"""Intervals calibrated on held-out windows: conformalised quantile regression.

    l, u   bounds that the network says, in its unit s          y   what came, in the same unit

    1   e = max(l - y, y - u)     how far a held-out y is outside, negative inside
    2   c = the ceil((n + 1) level)-th smallest of n such e, for each level and step ahead
    3   [l - c, u + c]            covers a new y with probability `level` or more, if it is
                                  exchangeable with the held-out ones

A step with fewer than `LEAST` held-out values shares those of its neighbours, as many on either
side as it takes; if all together are too few, the largest e stands in for what step 2 asks for.

Source: Romano, Patterson & Candes, "Conformalized Quantile Regression", NeurIPS 2019, for a point
    forecast (l = u) the split conformal method of Lei et al. 2018.
Differs: held-out windows of one series depend on one another, so the promise is approximate;
    coverage is therefore measured and reported.

Checked by `tests/decoding/test_conformal.py` by hand, and by the coverage of made-up errors.
"""

import math

import numpy as np

from ..config.forecast import LEVELS
from ..shapes import Float
from .quantiles import interval

LEAST = 100  # held-out values behind a step's correction


def calibrate(
    found: Float[np.ndarray, "B T Q"], actual: Float[np.ndarray, "B T"]
) -> Float[np.ndarray, "L T"]:
    """Step 2: a correction for each of `LEVELS` and each step, in the network's unit.

    Args:
        found: Quantiles of the held-out windows, in the network's unit.
        actual: What came, in the same unit; NaN where it is not known.
    """
    corrections = np.zeros((len(LEVELS), actual.shape[1]))
    for row, level in enumerate(LEVELS):
        lower, upper = interval(found, level)
        errors = np.maximum(lower - actual, actual - upper)
        for step in range(actual.shape[1]):
            corrections[row, step] = _correction(_around(errors, step), level)
    return corrections


def widen(
    lower: Float[np.ndarray, "B T"],
    upper: Float[np.ndarray, "B T"],
    correction: Float[np.ndarray, " T"],
    median: Float[np.ndarray, "B T"],
) -> tuple[Float[np.ndarray, "B T"], Float[np.ndarray, "B T"]]:
    """Step 3; a bound never crosses the median, which is the point forecast."""
    return np.minimum(lower - correction, median), np.maximum(upper + correction, median)


def _around(errors: Float[np.ndarray, "B T"], step: int) -> Float[np.ndarray, " N"]:
    """Known errors of a step, and of its neighbours until there are enough."""
    T = errors.shape[1]
    for reach in range(T):
        some = errors[:, max(0, step - reach) : step + reach + 1]
        some = some[np.isfinite(some)]
        if len(some) >= LEAST:
            break
    return np.asarray(some)


def _correction(errors: Float[np.ndarray, " N"], level: int) -> float:
    if not len(errors):
        return 0.0
    place = math.ceil((len(errors) + 1) * level / 100)
    return float(np.sort(errors)[min(place, len(errors)) - 1])
