"""Quantiles of what a network says: scipy has the normal ones."""

import numpy as np
import pytest

from seqloom.config.forecast import LEVELS, MEDIAN
from seqloom.config.forecast import OUTPUT_SIZES as SIZES
from seqloom.decoding.quantiles import (
    LOG_DEVIATION,
    PROBABILITIES,
    interval,
    middle,
    quantiles,
)


def said(output, seed=0):
    return np.random.default_rng(seed).normal(size=(3, 4, SIZES[output]))


def test_normal_quantiles_are_scipy_s():
    stats = pytest.importorskip("scipy.stats")
    given = said("gaussian")
    found = quantiles(given, "gaussian")
    want = stats.norm(given[:, :, :1], np.exp(given[:, :, 1:])).ppf(PROBABILITIES)
    np.testing.assert_allclose(found, want, atol=1e-9)
    assert quantiles(given.astype(np.float32), "gaussian").dtype == np.float32


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_deviation_is_cut_off_as_the_loss_cuts_it_off(dtype):
    given = np.array([[[0.5, -1e4], [0.5, -LOG_DEVIATION], [0.5, LOG_DEVIATION], [0.5, 1e4]]])
    found = quantiles(given.astype(dtype), "gaussian")
    assert np.isfinite(found).all()
    np.testing.assert_array_equal(found[:, 0], found[:, 1])
    np.testing.assert_array_equal(found[:, 3], found[:, 2])
    torch = pytest.importorskip("torch")
    from seqloom.training.tasks.forecast import value_loss

    loss = [
        float(value_loss(torch.tensor(given[:, i : i + 1]), torch.ones(1, 1), "gaussian"))
        for i in range(4)
    ]
    assert (loss[0], loss[3]) == (loss[1], loss[2])


@pytest.mark.parametrize("output", SIZES)
def test_quantiles_never_fall_and_the_median_is_the_forecast(output):
    given = said(output)
    found = quantiles(given, output)
    assert found.shape == (3, 4, len(PROBABILITIES))
    assert (np.diff(found, axis=2) >= 0).all()
    if output != "quantile":  # those are sorted, which may move the median
        np.testing.assert_allclose(found[:, :, MEDIAN], middle(given, output))
    ordered = np.sort(given, axis=2)
    np.testing.assert_array_equal(
        middle(ordered, "quantile") if output == "quantile" else 0,
        ordered[:, :, MEDIAN] if output == "quantile" else 0,
    )


@pytest.mark.parametrize("level", LEVELS)
def test_an_interval_has_the_level_between_its_bounds(level):
    found = np.broadcast_to(PROBABILITIES, (1, 2, len(PROBABILITIES)))
    lower, upper = interval(found, level)
    np.testing.assert_allclose(upper - lower, level / 100)
    np.testing.assert_allclose(lower + upper, 1)
