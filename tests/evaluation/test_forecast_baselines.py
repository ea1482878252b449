"""Baselines: by hand, against the library itself, and against M4's published figures."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import seqloom
from seqloom.evaluation import forecast_scores as scores
from seqloom.evaluation.forecast_baselines import NAMES, baseline, naive2

pytest.importorskip("statsforecast")
SERIES = Path(seqloom.__file__).parents[3] / "shared" / "data" / "series"
OPTIONS = {"horizon": 3, "level": 90}


def seasonal(length=40, season=4, seed=0):
    steps = np.arange(length)
    rng = np.random.default_rng(seed)
    return (20 + steps) * (1 + 0.5 * np.sin(2 * np.pi * steps / season)) + rng.normal(size=length)


@pytest.mark.parametrize(
    ("name", "want"),
    [
        ("naive", [7, 7, 7]),
        ("seasonal naive", [2, 7, 2]),
        ("drift", [9, 11, 13]),
        ("naive2", [7, 7, 7]),  # too short for a season
    ],
)
def test_simple_ones_by_hand(name, want):
    found = baseline(name, [np.array([1.0, 5, 2, 7])], season=2, **OPTIONS)
    np.testing.assert_allclose(found.point, [want])
    assert found.failures == 0
    assert np.isnan(found.lower).all() == (name == "naive2")
    assert not (found.lower > found.point).any()


def test_theta_and_ets_are_the_library_s():
    from statsforecast.models import AutoETS, Theta

    history = seasonal()
    for name, model in (("theta", Theta(4)), ("ets", AutoETS(season_length=4))):
        want = model.forecast(y=history, h=3, level=[90])
        found = baseline(name, [history, history[:20]], season=4, **OPTIONS)
        np.testing.assert_allclose(found.point[0], want["mean"])
        np.testing.assert_allclose(found.lower[0], want["lo-90"])
        np.testing.assert_allclose(found.upper[0], want["hi-90"])


def test_naive2_by_hand():
    """Pure seasonal factors 0.5 and 1.5 on a level of 10: each forecast is level times factor."""
    history = np.tile([5.0, 15.0], 10)
    np.testing.assert_allclose(naive2(history, 3, 2), [5, 15, 5])
    np.testing.assert_allclose(naive2(history[:-1], 3, 2), [15, 5, 15])
    assert naive2(-history, 2, 2).tolist() == [-15, -15]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("history", [[3.0], [3.0, 4.0], [5.0] * 30, [1.0, -2.0, 0.0, 4.0, 4.0]])
def test_every_method_says_something_about_every_series(name, history):
    """A season longer than the series; constants; a single value."""
    found = baseline(name, [np.array(history)], season=12, **OPTIONS)
    assert np.isfinite(found.point).all()
    if found.failures:
        assert (found.point == history[-1]).all()
        assert np.isnan(found.lower).all()
    if history[0] == 5.0:
        assert (found.point == 5).all()


def m4(part):
    frame = pd.read_csv(SERIES / f"m4_hourly_{part}.csv.gz")
    return [group["y"].to_numpy(float) for _, group in frame.groupby("unique_id", sort=False)]


def test_published_figures_of_m4_hourly():
    if not SERIES.exists():
        pytest.skip("the M4 files are not in ../shared/data/series")
    past, actual = m4("train"), np.stack(m4("test"))
    units = np.array([scores.mase_unit(history, 24) for history in past])
    for name, smape, mase in (("naive2", 18.383, 2.395), ("seasonal naive", 13.912, 1.193)):
        found = baseline(name, past, horizon=48, season=24, level=90)
        assert scores.smape(actual, found.point).mean() == pytest.approx(smape, abs=5e-4)
        assert scores.mase(actual, found.point, units).mean() == pytest.approx(mase, abs=5e-4)
