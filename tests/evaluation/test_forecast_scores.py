"""Scores of forecasts: hand-computed numbers, then `utilsforecast` on random ones."""

import numpy as np
import pandas as pd
import pytest

from seqloom.evaluation import forecast_scores as scores

P = np.array([0.1, 0.5, 0.9])
NAN = np.nan


def test_smape_by_hand():
    """200 |y - f| / (|y| + |f|): 200 * 1/3, 0, 200; nothing for two zeros; NaN left out."""
    actual = np.array([[2.0, 5, -1, 0], [3, NAN, NAN, NAN]])
    found = scores.smape(actual, np.array([[1.0, 5, 1, 0], [1, 9, 9, 9]]))
    np.testing.assert_allclose(found, [(200 / 3 + 0 + 200 + 0) / 4, 100])


def test_mase_by_hand():
    """Seasonal differences of 1 2 4 8 with season 2 are 3 and 6: the unit is 4.5."""
    assert scores.mase_unit(np.array([1.0, 2, 4, 8]), 2) == 4.5
    assert scores.mase_unit(np.array([1.0, 2, 4, 8]), 9) == pytest.approx(7 / 3)
    for constant in (np.ones(5), np.ones(1)):
        assert np.isnan(scores.mase_unit(constant, 1))
    found = scores.mase(np.array([[9.0, 0]]), np.array([[0.0, 0]]), np.array([4.5]))
    assert found.tolist() == [1.0]


def test_owa_of_m4_s_winner():
    """Published: sMAPE 9.328, MASE 0.893 against Naive2's 18.383 and 2.395."""
    assert scores.owa(9.328, 0.893, 18.383, 2.395) == pytest.approx(0.440, abs=5e-4)
    assert scores.owa(5, 2, 5, 2) == 1


def test_there_is_no_owa_against_a_perfect_naive2():
    assert np.isnan([scores.owa(5, 2, 0, 0), scores.owa(5, 2, 0, 1), scores.owa(5, 2, 1, 0)]).all()


def test_pinball_and_crps_by_hand():
    actual, quantiles = np.array([[4.0]]), np.array([[[1.0, 4, 6]]])
    found = scores.pinball(actual, quantiles, P)
    np.testing.assert_allclose(found[0, 0], [0.1 * 3, 0, 0.1 * 2])
    crps = scores.crps(actual, quantiles, P, np.array([0.5]))
    np.testing.assert_allclose(crps, [2 * (0.5 / 3) / 0.5])


def test_coverage_counts_bounds_and_leaves_out_what_is_unknown():
    actual = np.array([[1.0, 2, 3, NAN]])
    lower, upper = np.array([[1.0, 2.5, 0, 0]]), np.array([[1.0, 9, 9, 9]])
    assert scores.coverage(actual, lower, upper) == pytest.approx(200 / 3)
    assert np.isnan(scores.coverage(actual, lower * NAN, upper))


def test_by_horizon_and_score():
    actual = np.array([[2.0, 4], [1, NAN]])
    point, units = np.array([[1.0, 1], [3, 3]]), np.array([0.5, NAN])
    np.testing.assert_allclose(scores.by_horizon(actual, point, units), [2, 6])
    found = scores.score(actual, point, point - 1, point + 2, units)
    assert found.mase == 4  # the series without a unit is left out
    assert found.width == 6
    assert np.isnan(found.crps)


def test_equal_to_utilsforecast():
    losses = pytest.importorskip("utilsforecast.losses")
    rng = np.random.default_rng(3)
    B, T, m = 5, 7, 3
    history = rng.normal(size=(B, 30)) + 4
    actual, point = rng.normal(size=(2, B, T)) + 4
    quantiles = np.sort(rng.normal(size=(B, T, 3)) + 4, axis=2)
    ids = np.repeat(np.arange(B), T)
    frame = pd.DataFrame({"unique_id": ids, "ds": np.tile(np.arange(T), B), "y": actual.ravel()})
    frame["f"] = point.ravel()
    for i in range(3):
        frame[f"q{i}"] = quantiles[:, :, i].ravel()
    past = pd.DataFrame(
        {
            "unique_id": np.repeat(np.arange(B), 30),
            "ds": np.tile(np.arange(30), B),
            "y": history.ravel(),
        }
    )
    units = np.array([scores.mase_unit(row, m) for row in history])
    want = losses.smape(frame, ["f"])["f"].to_numpy()
    np.testing.assert_allclose(scores.smape(actual, point), 200 * want)
    want = losses.mase(frame, ["f"], seasonality=m, train_df=past)["f"].to_numpy()
    np.testing.assert_allclose(scores.mase(actual, point, units), want)
    pinball = scores.pinball(actual, quantiles, P)
    for i, p in enumerate(P):
        want = losses.quantile_loss(frame, {"m": f"q{i}"}, q=p)["m"].to_numpy()
        np.testing.assert_allclose(pinball[:, :, i].mean(axis=1), want)
    frame["f-lo-80"], frame["f-hi-80"] = frame["q0"], frame["q2"]
    want = losses.coverage(frame, ["f"], level=80)["f"].mean()
    found = scores.coverage(actual, quantiles[:, :, 0], quantiles[:, :, 2])
    assert found == pytest.approx(100 * want)
