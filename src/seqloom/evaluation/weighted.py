"""Error rates in which a source counts by its weight, e.g. how often a word occurs in texts.

    symbol error rate = 100 * sum(weight * edits) / sum(weight * symbols of the chosen reference)
    output error rate = 100 * sum(weight of the wrong ones) / sum(weight)

With equal weights they are those of `error_rates.py`. Checked by
`tests/evaluation/test_weighted.py`.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np

from ..bootstrap import percentiles, resampled_sums
from ..errors import DataError
from ..plain import JSON
from .error_rates import Match, Score


@dataclass(frozen=True)
class WeightedRates:
    """Both error rates by weight, in %."""

    symbol_error_rate: Score
    output_error_rate: Score

    def to_json(self) -> dict[str, JSON]:
        """Both as plain values."""
        return {name: asdict(getattr(self, name)) for name in vars(self)}


def weighted_percent(matches: Sequence[Match], weights: Sequence[float]) -> tuple[float, float]:
    """Symbol and output error rate by weight, in %.

    Args:
        matches: The best reference of each output.
        weights: Of each source, not negative.
    Raises:
        DataError: All weights are 0.
    """
    sums_4 = _columns(matches, weights).sum(axis=0)
    symbols, outputs = _rates(sums_4[None])
    return float(symbols[0]), float(outputs[0])


def weighted_rates(
    matches: Sequence[Match], weights: Sequence[float], *, seed: int = 0
) -> WeightedRates:
    """Symbol and output error rate by weight, with their intervals.

    Args:
        matches: The best reference of each output.
        weights: Of each source, not negative.
        seed: Of the bootstrap.
    Raises:
        DataError: There is no output, or all weights are 0.
    """
    drawn = _rates(resampled_sums(_columns(matches, weights), seed=seed))
    symbols, outputs = (
        Score(value, *percentiles(values), "%")
        for value, values in zip(weighted_percent(matches, weights), drawn, strict=True)
    )
    return WeightedRates(symbols, outputs)


def _columns(matches: Sequence[Match], weights: Sequence[float]) -> np.ndarray:
    """What each source adds to the four sums, `(N, 4)`."""
    weights_N = np.array(weights, np.float64)
    if matches and not weights_N.any():
        raise DataError("evaluate: all weights are 0. Give a column with positive numbers.")
    found = [(m.edits, m.reference_symbols, float(m.edits > 0), 1.0) for m in matches]
    columns: np.ndarray = weights_N[:, None] * np.array(found, np.float64).reshape(-1, 4)
    return columns


def _rates(sums: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Both rates of rows of sums, in %; 0 where nothing is divided by nothing."""
    edits, symbols, wrong, total = sums.T
    return _percent(edits, symbols), _percent(wrong, total)


def _percent(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    found: np.ndarray = np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)
    return 100.0 * found
