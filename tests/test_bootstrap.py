"""Bootstrap: the binomial distribution, known exactly, is the oracle."""

import numpy as np
import pytest

from seqloom import bootstrap
from seqloom.bootstrap import interval, percentiles, resampled_sums
from seqloom.errors import ConfigError, DataError, ShapeError


def binomial_quantile(n, p, q):
    """The smallest k whose distribution function reaches q, summed term by term."""
    term, total, k = (1 - p) ** n, (1 - p) ** n, 0
    while total < q:
        term *= (n - k) / (k + 1) * p / (1 - p)
        k += 1
        total += term
    return k


def test_interval_of_a_share_is_the_binomials():
    n, wrong = 400, 60  # resampled counts are Binomial(400, 0.15) exactly
    errors = np.zeros(n, dtype=np.int64)
    errors[:wrong] = 1
    low, high = interval(errors, np.ones(n, dtype=np.int64), resamples=20_000, seed=3)
    # quantiles of 20 000 draws: within one count of the exact ones
    assert low * n == pytest.approx(binomial_quantile(n, wrong / n, 0.025), abs=1)
    assert high * n == pytest.approx(binomial_quantile(n, wrong / n, 0.975), abs=1)


def test_sums_are_those_of_the_drawn_examples(monkeypatch):
    """The same draws, one resample at a time and without counts, give the same sums."""
    columns = np.array([[1.0, 10.0], [2.0, 200.0], [4.0, 3000.0]])
    monkeypatch.setattr(bootstrap, "_CELLS", 6)  # two resamples at once, so five take three turns
    got = resampled_sums(columns, resamples=5, seed=7)
    rng = np.random.default_rng(7)
    want = np.array([columns[rng.integers(3, size=3)].sum(axis=0) for _ in range(5)])
    np.testing.assert_array_equal(got, want)


def test_numerator_and_denominator_are_drawn_together():
    lengths = np.array([1, 50, 7, 300], dtype=np.int64)
    low, high = interval(3 * lengths, lengths)
    assert (low, high) == (pytest.approx(3.0), pytest.approx(3.0))


def test_ratio_of_sums_is_not_the_mean_of_ratios():
    numerators, denominators = np.array([1, 0]), np.array([1, 99])
    # the resamples are (a, a), (a, b), (b, b): 1, 0.01 and 0; a mean of ratios would have 0.5
    rng = np.random.default_rng(0)
    draws = rng.integers(2, size=(1000, 2))
    ratios = numerators[draws].sum(axis=1) / denominators[draws].sum(axis=1)
    assert interval(numerators, denominators) == percentiles(ratios)
    assert set(np.unique(ratios.round(6))) == {0.0, 0.01, 1.0}


def test_percentiles_leave_out_a_fortieth_on_each_side():
    assert percentiles(np.arange(1001.0)[::-1].copy()) == (
        pytest.approx(25.0),
        pytest.approx(975.0),
    )


def test_seed_decides():
    errors, ones = np.arange(30, dtype=np.int64), np.full(30, 40, dtype=np.int64)
    assert interval(errors, ones, seed=1) == interval(errors, ones, seed=1)
    assert interval(errors, ones, seed=1) != interval(errors, ones, seed=2)


def test_zero_denominators_divide_by_one():
    assert interval(np.array([2, 2]), np.array([0, 0])) == (4.0, 4.0)


def test_messages():
    ones = np.ones(3, dtype=np.int64)
    with pytest.raises(
        ShapeError,
        match=r"^interval: `denominators` must have shape \(3,\) like `numerators`, got \(2,\)\. "
        r"Give one of each per example\.$",
    ):
        # beartype would speak first; this is what a user without it reads
        getattr(interval, "__wrapped__", interval)(ones, ones[:2])
    with pytest.raises(
        ConfigError,
        match=r"^bootstrap: `resamples` must be at least 1, got 0\. 1000 is usual\.$",
    ):
        interval(ones, ones, resamples=0)
    with pytest.raises(
        DataError,
        match=r"^bootstrap: `columns` must hold at least 1 example, got 0\. "
        r"Give a test set with some\.$",
    ):
        interval(ones[:0], ones[:0])
