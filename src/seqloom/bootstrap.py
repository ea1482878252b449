"""How far a score could move with another test set of the same size: percentile bootstrap.

Examples are drawn with replacement, as many as there are, and the score is computed again from
the sums of what was drawn; 95 % of the recomputed scores lie in the interval. An example drawn
k times adds k times to each sum, so a resample is a row of counts and all the sums are one
matrix product.

One seed draws the same resamples whatever the score, so scores of one test set, and of two
models on it, move together.

Where no example has an error the interval has no width: resampling cannot show what the test
set does not hold.

Source: Efron & Tibshirani, "An Introduction to the Bootstrap", 1993, section 13.3.
"""

import numpy as np

from .errors import ConfigError, DataError, ShapeError
from .shapes import Float, Int

LEVEL = 0.95
_CELLS = 1_000_000  # counts held at once: 8 MB, whatever the number of examples


def resampled_sums(
    columns: Float[np.ndarray, "examples columns"], *, resamples: int = 1000, seed: int = 0
) -> Float[np.ndarray, "resamples columns"]:
    """Sum `columns` over examples once for each resample.

    Args:
        columns: What each example adds to each sum; counts stay exact below 2**53.
        resamples: How many times to draw.
        seed: Of the draws.

    Raises:
        ConfigError: `resamples` is not positive.
        DataError: There is no example.
    """
    if resamples < 1:
        raise ConfigError(
            f"bootstrap: `resamples` must be at least 1, got {resamples}. 1000 is usual."
        )
    examples = len(columns)
    if examples == 0:
        raise DataError(
            "bootstrap: `columns` must hold at least 1 example, got 0. Give a test set with some."
        )
    rng = np.random.default_rng(seed)
    at_once = max(1, _CELLS // examples)
    sums = np.empty((resamples, columns.shape[1]))
    for first in range(0, resamples, at_once):
        rows = min(at_once, resamples - first)
        drawn = rng.integers(examples, size=(rows, examples))
        drawn += examples * np.arange(rows)[:, None]  # a range of its own for each resample
        counts = np.bincount(drawn.ravel(), minlength=rows * examples).reshape(rows, examples)
        sums[first : first + rows] = counts.astype(np.float64) @ columns
    return sums


def percentiles(values: Float[np.ndarray, " resamples"]) -> tuple[float, float]:
    """The ends of the middle 95 % of `values`."""
    low, high = np.quantile(values, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)


def interval(
    numerators: Int[np.ndarray, " examples"],
    denominators: Int[np.ndarray, " examples"],
    *,
    resamples: int = 1000,
    seed: int = 0,
) -> tuple[float, float]:
    """95 % interval of `sum(numerators) / sum(denominators)`, as a fraction.

    Args:
        numerators: Counts above the line, such as the edits of each example.
        denominators: Counts below it, such as its reference symbols; a resample in which they
            sum to 0 is divided by 1.
        resamples: How many times to draw.
        seed: Of the draws.

    Raises:
        ConfigError: `resamples` is not positive.
        DataError: There is no example.
        ShapeError: The two differ in length.
    """
    if numerators.shape != denominators.shape:
        raise ShapeError(
            f"interval: `denominators` must have shape {numerators.shape} like `numerators`, "
            f"got {denominators.shape}. Give one of each per example."
        )
    columns = np.stack([numerators, denominators], axis=1).astype(np.float64)
    above, below = resampled_sums(columns, resamples=resamples, seed=seed).T
    return percentiles(above / np.maximum(below, 1.0))
