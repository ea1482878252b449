"""From what a forecasting network says to numbers in the user's unit, with calibrated intervals.

The steps are those of `data/series/scaling.py`; a network that read logarithms is undone last,
which keeps quantiles quantiles. Checked by `tests/decoding/test_restore.py`.
"""

from typing import NamedTuple

import numpy as np

from ..config.forecast import MEDIAN
from ..data.series.scaling import Scale, forecast
from ..shapes import Float


class Forecasts(NamedTuple):
    """Forecasts of some windows, in the user's unit.

    Attributes:
        point: Medians.
        lower: Of the calibrated intervals.
        upper: Of the calibrated intervals.
        quantiles: At `PROBABILITIES`, as the network said them, not calibrated.
    """

    point: Float[np.ndarray, "B T"]
    lower: Float[np.ndarray, "B T"]
    upper: Float[np.ndarray, "B T"]
    quantiles: Float[np.ndarray, "B T Q"]


def restore(
    quantiles: Float[np.ndarray, "B T Q"],
    bounds: tuple[Float[np.ndarray, "B T"], Float[np.ndarray, "B T"]],
    by: Scale,
    *,
    log: bool,
) -> Forecasts:
    """Undo the scaling.

    Args:
        quantiles: In the network's unit.
        bounds: Lower and upper, calibrated, in the network's unit.
        by: The scale of each window.
        log: The network read logarithms.
    """
    said = np.concatenate([quantiles, np.stack(bounds, axis=2)], axis=2).astype(np.float64)
    found = forecast(said, by)
    if log:
        found = np.exp(np.minimum(found, 700.0))  # no overflow, whatever was said
    return Forecasts(
        point=found[:, :, MEDIAN],
        lower=found[:, :, -2],
        upper=found[:, :, -1],
        quantiles=found[:, :, :-2],
    )
