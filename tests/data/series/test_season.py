"""The season: an oracle for the autocorrelation, series with and without one for the test."""

import numpy as np
import pytest

from seqloom.data.series.season import autocorrelation, candidates, infer_season, m4_season
from seqloom.data.series.times import DAY, TimeAxis

HOURLY, MONTHLY = TimeAxis("second", 3600), TimeAxis("month", 1)


def noise(length, seed=0):
    return np.random.default_rng(seed).normal(size=length)


def wave(length, season, seed=0, share=0.2):
    steps = np.arange(length)
    return np.sin(2 * np.pi * steps / season) + share * noise(length, seed)


def test_autocorrelation_is_its_sum():
    x = noise(57) + np.linspace(0, 2, 57)
    centred = x - x.mean()
    want = [(centred[k:] * centred[: 57 - k]).sum() / (centred**2).sum() for k in range(20)]
    np.testing.assert_allclose(autocorrelation(x, 19), want, atol=1e-12)
    assert autocorrelation(np.ones(9), 3).tolist() == [0, 0, 0, 0]


@pytest.mark.parametrize(
    ("axis", "want"),
    [
        (HOURLY, (24,)),
        (TimeAxis("second", 900), (4, 96)),
        (TimeAxis("second", 60), (60, 1440)),
        (TimeAxis("second", DAY), (7,)),
        (TimeAxis("second", 7 * DAY), (52,)),
        (TimeAxis("business", 1), (5,)),
        (MONTHLY, (12,)),
        (TimeAxis("month", 3), (4,)),
        (TimeAxis("month", 12), ()),
        (TimeAxis("month", 5), ()),
    ],
)
def test_what_a_frequency_suggests(axis, want):
    assert candidates(axis) == want


def test_a_season_that_is_there_is_confirmed():
    found = infer_season([wave(240, 12), wave(150, 12, 1), noise(99)], MONTHLY)
    assert found.length == 12
    assert found.reason.endswith("at lag 12 confirms it")


def test_no_season_in_noise_or_trend():
    for series in (noise(240), np.cumsum(noise(240)), np.arange(240) + 0.1 * noise(240)):
        found = infer_season([series], MONTHLY)
        assert (found.length, found.reason[-20:]) == (1, "lag 12 confirms none")


def test_numbers_try_the_usual_seasons_and_take_the_shortest():
    assert infer_season([wave(400, 7)], TimeAxis()).length == 7
    daily = np.tile(np.random.default_rng(2).normal(size=24), 30) + 0.1 * noise(720)
    assert infer_season([daily], TimeAxis()).length == 24


def test_short_and_constant_series_have_none():
    assert infer_season([np.ones(100), noise(20)], MONTHLY).length == 1
    assert infer_season([noise(9)], TimeAxis("month", 12)).reason == "yearly data suggests none"


@pytest.mark.parametrize(
    ("axis", "season"),
    [
        (HOURLY, 24),
        (MONTHLY, 12),
        (TimeAxis("month", 3), 4),
        (TimeAxis("month", 12), 1),
        (TimeAxis("second", DAY), 1),
        (TimeAxis("second", 7 * DAY), 1),
        (TimeAxis("business"), None),
        (TimeAxis(), None),
    ],
)
def test_seasons_of_the_m4(axis, season):
    """Makridakis et al. 2020, table 1."""
    assert m4_season(axis) == season
