"""Conformal intervals: by hand, and by what they cover of errors made up for it."""

import numpy as np
import pytest

from seqloom.config.forecast import LEVELS, MEDIAN
from seqloom.decoding.conformal import LEAST, calibrate, widen
from seqloom.decoding.quantiles import PROBABILITIES, interval

Q = len(PROBABILITIES)


def test_by_hand():
    """199 errors 1..199 about a point forecast of 0: the 90 % one is the 180th, of 200 places."""
    actual = np.arange(1.0, 200)[:, None]
    found = calibrate(np.zeros((199, 1, Q)), actual)
    assert found[:, 0].tolist() == [100, 160, 180, 190]


def test_an_interval_that_is_too_wide_shrinks():
    quantiles = np.broadcast_to(np.linspace(-10, 10, Q), (199, 1, Q))
    actual = np.linspace(-1, 1, 199)[:, None]
    corrections = calibrate(quantiles, actual)
    lower, upper = interval(quantiles, 90)
    lower, upper = widen(lower, upper, corrections[2], quantiles[:, :, MEDIAN])
    assert (corrections < 0).all()
    assert 0.89 < ((actual >= lower) & (actual <= upper)).mean() < 0.93
    shut = widen(np.array([[-1.0]]), np.array([[3.0]]), np.array([-9.0]), np.array([[0.5]]))
    assert [bound.tolist() for bound in shut] == [[[0.5]], [[0.5]]]


def test_the_point_is_in_its_interval_whatever_the_correction():
    """Skewed quantiles, whose median is far from the middle of the interval."""
    rng = np.random.default_rng(3)
    quantiles = np.sort(np.exp(2 * rng.normal(size=(50, 7, Q))), axis=2)
    point = quantiles[:, :, MEDIAN]
    for level in LEVELS:
        for correction in (*(8 * rng.normal(size=(20, 7))), np.zeros(7)):
            lower, upper = widen(*interval(quantiles, level), correction, point)
            assert ((lower <= point) & (point <= upper)).all()


@pytest.mark.parametrize("level", LEVELS)
def test_coverage_of_new_errors_at_every_step(level):
    """Errors that grow with the horizon, from a heavy tail, and a network that says a normal."""
    rng = np.random.default_rng(level)
    T = 5

    def draw(count):
        return rng.standard_t(3, size=(count, T)) * np.arange(1, T + 1)

    normal = np.array([-1.96, -1.645, -1.282, -0.674, 0, 0.674, 1.282, 1.645, 1.96])
    quantiles = np.broadcast_to(normal, (3000, T, Q))
    correction = calibrate(quantiles, draw(3000))[LEVELS.index(level)]
    lower, upper = widen(*interval(quantiles[:1], level), correction, quantiles[:1, :, MEDIAN])
    new = draw(20_000)
    covered = ((new >= lower) & (new <= upper)).mean(axis=0)
    np.testing.assert_allclose(covered, level / 100, atol=0.025)


def test_few_windows_share_their_steps():
    """10 windows of 30 steps: a step takes in its neighbours until it has a hundred errors."""
    actual = np.tile(np.arange(30.0), (10, 1))
    found = calibrate(np.zeros((10, 30, Q)), actual)[2]
    reach = (LEAST // 10) // 2
    want = np.sort(np.repeat(np.arange(15 - reach, 15 + reach + 1), 10))
    assert found[15] == want[int(np.ceil((len(want) + 1) * 0.9)) - 1]
    assert (np.diff(found) >= 0).all()


def test_too_few_errors_take_the_largest_and_none_take_nothing():
    actual = np.array([[3.0, np.nan], [1.0, np.nan]])
    assert calibrate(np.zeros((2, 2, Q)), actual)[2].tolist() == [3, 3]
    assert not calibrate(np.zeros((2, 2, Q)), actual * np.nan).any()
