"""The length of the season: proposed by the frequency, confirmed by the autocorrelation.

Source: the test of seasonality of the M4 competition (Makridakis, Spiliotis & Assimakopoulos 2020,
    benchmarks' code): a lag m counts if |r_m| > 1.645 sqrt((1 + 2 sum_{i<m} r_i^2) / T).
Differs: r is that of the first differences, so that a trend does not pass for a season, and
    must be positive; of several series, more than half must pass.

Checked by `tests/data/series/test_season.py` on series made with and without a season, and by the
lags that statsmodels' formula gives.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ...shapes import Float
from .times import DAY, TimeAxis

MOST_SERIES, MOST_VALUES = 100, 5_000  # what the test looks at
_NUMBERED = (24, 12, 7, 4, 52, 48, 96, 168, 365)  # seasons that are tried where times are numbers


class Season(NamedTuple):
    """What was found.

    Attributes:
        length: Steps; 1 is none.
        reason: Why, in words.
    """

    length: int
    reason: str


def candidates(axis: TimeAxis) -> tuple[int, ...]:
    """Seasons that a frequency suggests, the shortest first."""
    if axis.unit == "integer":
        return tuple(sorted(_NUMBERED))
    if axis.unit == "month":
        return (12 // axis.step,) if axis.step < 12 and 12 % axis.step == 0 else ()
    if axis.unit == "business":
        return (5,)
    if axis.step >= 7 * DAY:
        return (52,) if axis.step == 7 * DAY else ()
    if axis.step >= DAY:
        return (7,) if axis.step == DAY else ()
    lengths = (60, 3600, DAY)
    return tuple(n // axis.step for n in lengths if n % axis.step == 0 and n // axis.step > 1)


def m4_season(axis: TimeAxis) -> int | None:
    """The season by which the M4 competition scaled data of a frequency; `None` if it had none."""
    if axis.unit == "month":
        return {1: 12, 3: 4, 12: 1}.get(axis.step)
    return {3600: 24, DAY: 1, 7 * DAY: 1}.get(axis.step) if axis.unit == "second" else None


def autocorrelation(values: Float[np.ndarray, " T"], most: int) -> Float[np.ndarray, " L"]:
    """Autocorrelation at the lags 0 to `most`, by the usual biased estimate."""
    centred = values - values.mean()
    size = 1 << (2 * len(centred) - 1).bit_length()
    spectrum = np.fft.rfft(centred, size)
    products = np.fft.irfft(spectrum * spectrum.conj(), size)[: most + 1]
    if products[0] <= 0:
        return np.zeros(most + 1)
    found: np.ndarray = products / products[0]
    return found


def infer_season(series: Sequence[np.ndarray], axis: TimeAxis) -> Season:
    """The shortest of the likely seasons that most series have.

    Args:
        series: Values of each, `(T,)`, without gaps.
        axis: Their times.
    """
    tried = candidates(axis)
    if not tried:
        return Season(1, f"{axis.frequency} data suggests none")
    places = np.linspace(0, len(series) - 1, min(len(series), MOST_SERIES)).astype(int)
    sample = [series[i][-MOST_VALUES:] for i in places]
    found = {m: _strength(sample, m) for m in tried}
    passed = {m: r for m, (r, share) in found.items() if share > 0.5 and r > 0}
    if not passed:
        m = max(found, key=lambda m: found[m][0])
        return Season(1, f"autocorrelation {found[m][0]:.2f} at lag {m} confirms none")
    highest = max(passed.values())
    length = min(m for m, r in passed.items() if r >= 0.6 * highest)
    return Season(length, f"autocorrelation {passed[length]:.2f} at lag {length} confirms it")


def _strength(sample: list[np.ndarray], lag: int) -> tuple[float, float]:
    """Mean autocorrelation of the differences at a lag, and the share of series that pass."""
    values, passed = [], []
    for series in sample:
        differences = np.diff(series)
        if len(differences) < 3 * lag or np.ptp(differences) == 0:
            continue
        r = autocorrelation(differences, lag)
        limit = 1.645 * np.sqrt((1 + 2 * (r[1:lag] ** 2).sum()) / len(differences))
        neighbours = r[lag - 1 : lag] if lag > 1 else r[:0]
        values.append(float(r[lag]))
        passed.append(bool(r[lag] > limit and (r[lag] >= neighbours).all()))
    return (float(np.mean(values)), float(np.mean(passed))) if values else (0.0, 0.0)
