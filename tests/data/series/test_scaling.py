"""Scaling: every step worked by hand for one window, and what must not matter."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqloom.data.series.scaling import Scaling, Window, features, forecast, measure, scale


def window(rows, *, width=None, horizon=5, known=0, seed=0):
    """Windows of the given values, NaN on the padding."""
    rng = np.random.default_rng(seed)
    lengths = np.array([len(row) for row in rows])
    width = width or lengths.max()
    values = np.full((len(rows), width), np.nan)
    for i, row in enumerate(rows):
        values[i, : len(row)] = row
    return Window(
        values=values,
        lengths=lengths,
        past=rng.normal(size=(len(rows), width, known)),
        future=rng.normal(size=(len(rows), horizon, known)),
        static=np.zeros((len(rows), 0)),
    )


def test_every_step_by_hand():
    """Season 2; y = 1 5 2 7 3, mean 3.6, deviation sqrt(4.64), d = 1 2 1, s = 4/3."""
    inputs, by = scale(window([[1, 5, 2, 7, 3]], known=1), Scaling(2, 5))
    assert by.mean[0] == pytest.approx(3.6)
    assert by.deviation[0] == pytest.approx(np.sqrt(4.64))
    assert by.unit[0] == pytest.approx(4 / 3)
    assert by.base[0].tolist() == [7, 3, 7, 3, 7]
    z = (np.array([1, 5, 2, 7, 3]) - 3.6) / np.sqrt(4.64)
    np.testing.assert_allclose(inputs.past[0, :, 0], z)
    np.testing.assert_allclose(inputs.past[0, :, 1], [0, 0, 0.75, 1.5, 0.75])
    np.testing.assert_allclose(inputs.future[0, :, 0], z[[3, 4, 3, 4, 3]])
    np.testing.assert_allclose(inputs.future[0, :, 1], z[[1, 2, 1, 2, 1]])
    assert inputs.future.shape == (1, 5, 3)  # two lags and the known feature
    ratio = 4 / 3 / np.sqrt(4.64)
    np.testing.assert_allclose(inputs.static, [[np.log(ratio), 1.0]])
    np.testing.assert_allclose(inputs.ratio, [ratio])
    output = np.array([[[0.0, 3], [0, -3], [1, 0], [0, 0], [0, 0]]])
    want = [[7, 11], [3, -1], [7 + 4 / 3, 7], [3, 3], [7, 7]]
    np.testing.assert_allclose(forecast(output, by)[0], want)


def test_shorter_than_a_season():
    """The base is the last value, the unit the mean step."""
    inputs, by = scale(window([[4, 7, 5], [9]], width=8), Scaling(6, 8))
    assert by.base.tolist() == [[5] * 5, [9] * 5]
    np.testing.assert_allclose(by.unit, [2.5, 0])
    assert inputs.static[:, 1].tolist() == [3 / 8, 1 / 8]


def test_a_constant_is_forecast_as_it_is():
    _, by = scale(window([[3.3] * 30, [1e12] * 30]), Scaling(4, 30))
    found = forecast(np.random.default_rng(0).normal(size=(2, 5, 3)), by)
    np.testing.assert_array_equal(found, np.array([3.3, 1e12])[:, None, None] * np.ones((1, 5, 3)))


@pytest.mark.parametrize("level", [0.0, 1e9, -1e12])
def test_what_varies_by_little_is_no_constant(level):
    """Values of 1e9 and 0.5 more or less were all 0 to the network; equal ones are a constant."""
    waves = np.array([0.5, -0.5, 0.25, 0.5, -0.5, 0.25, 0.5])
    inputs, found = scale(window([level + waves]), Scaling(3, 7))
    want, _ = scale(window([waves]), Scaling(3, 7))
    np.testing.assert_allclose(inputs.past, want.past, atol=1e-3)
    assert found.unit[0] > 0
    assert measure(window([np.full(7, level + 0.1)]), Scaling(3, 7)).unit[0] == 0


def test_a_perfect_season_keeps_a_unit():
    _, by = scale(window([[1, 5] * 6]), Scaling(2, 12))
    np.testing.assert_allclose(by.unit, [0.05 * 2])


@pytest.mark.parametrize(
    ("row", "floor", "log", "want"),
    [
        ([4, 2, 5, 3], "none", False, -97),
        ([4, 2, 5, 3], "zero", False, 0),
        ([4, 2, 5, 3], "minimum", False, 2),
        ([4, 0, 5, 3], "minimum", False, 0),
        ([4, -1, 5, 3], "minimum", False, -97),
        ([4, -1, 5, 3], "zero", False, -97),
        ([4, -1, 5, 3], "minimum", True, -1),  # logarithms: of what is positive
        ([4, -1, 5, 3], "zero", True, -97),
    ],
)
def test_floor(row, floor, log, want):
    by = measure(window([row]), Scaling(1, 4, log, floor))
    found = forecast(np.full((1, 5, 1), -1.0), by._replace(unit=np.array([100.0])))
    assert found.min() == want


@given(st.integers(0, 10_000), st.sampled_from([1, 2, 7]), st.integers(1, 20))
@settings(derandomize=True, deadline=None, max_examples=40)
def test_padding_batch_and_unit_do_not_matter(seed, season, length):
    """Padding is NaN here: whatever reads it shows."""
    rng = np.random.default_rng(seed)
    rows = [rng.normal(size=length), rng.normal(size=13) * 4 + 2]
    how = Scaling(season, 20)
    inputs, by = scale(window(rows, width=20, known=2, seed=seed), how)
    assert all(np.isfinite(array).all() for array in (*inputs, *by[:-1]))
    alone = window(rows[:1], width=20, known=2, seed=seed)
    both = window(rows, width=20, known=2, seed=seed)
    alone = alone._replace(past=both.past[:1], future=both.future[:1])
    single, by_single = scale(alone, how)
    for a, b in zip((*single, *by_single), (*inputs, *by), strict=True):
        np.testing.assert_allclose(a[0], b[0], atol=1e-12)
    wider = both._replace(
        values=np.pad(both.values, ((0, 0), (0, 3)), constant_values=np.nan),
        past=np.pad(both.past, ((0, 0), (0, 3), (0, 0)), constant_values=np.nan),
    )
    padded, _ = scale(wider, how)
    np.testing.assert_allclose(padded.past[:, :20], inputs.past, atol=1e-12)
    assert not padded.past[:, 20:].any()
    np.testing.assert_allclose(padded.future, inputs.future, atol=1e-12)
    larger = both._replace(values=both.values * 1000 - 50)
    scaled, moved = scale(larger, how)
    for a, b in zip(scaled, inputs, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-6)
    np.testing.assert_allclose(moved.base, by.base * 1000 - 50)


def test_features_with_an_older_scale():
    """What a stream does: new values, read with the scale of the window before."""
    how = Scaling(2, 5)
    old = measure(window([[1, 5, 2, 7, 3]]), how)
    now = measure(window([[1, 5, 2, 7, 3, 9]]), how)
    by = old._replace(base=now.base)
    found = features(window([[1, 5, 2, 7, 3, 9]]), by, how)
    whole, _ = scale(window([[1, 5, 2, 7, 3]]), how)
    np.testing.assert_allclose(found.past[:, :5], whole.past)
    np.testing.assert_allclose(found.past[0, 5], [(9 - 3.6) / np.sqrt(4.64), 2 / (4 / 3)])
    np.testing.assert_allclose(found.static, whole.static)
