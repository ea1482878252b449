"""Features of the time: pandas knows the hour and the weekday; covariates by hand."""

import re

import numpy as np
import pandas as pd
import pytest

from seqloom.data.series.features import Features
from seqloom.data.series.series import Series, SeriesSet
from seqloom.data.series.times import DAY, TimeAxis
from seqloom.errors import DataError


def series(name="a", start=0, length=4, known=None, static=()):
    known = np.zeros((length, 0)) if known is None else np.array(known, float)
    return Series(name, start, np.arange(float(length)), known, static)


KNOWN, STATIC = [("known", 0), ("known", 1)], [("static", 0), ("static", 1)]


def angle(columns):
    """Turns, from 0 to 1, of the first two columns: sine and cosine."""
    return np.arctan2(columns[:, 0], columns[:, 1]) / (2 * np.pi) % 1


def test_season_waves():
    found = Features(TimeAxis(), 5, True).of_times(series(start=3), TimeAxis(), [], 6, "x")
    assert found.shape == (6, 4)
    t = 2 * np.pi * np.arange(3, 9) / 5
    want = np.stack([np.sin(t), np.cos(t), np.sin(2 * t), np.cos(2 * t)], axis=1)
    np.testing.assert_allclose(found, want, atol=1e-12)
    assert Features(TimeAxis(), 1, True).known_size == 0
    # the same times in a file that begins elsewhere
    moved = Features(TimeAxis(), 5, True).of_times(series(), TimeAxis(origin=3), [], 6, "x")
    np.testing.assert_allclose(moved, found, atol=1e-12)


@pytest.mark.parametrize(
    ("axis", "code", "turns"),
    [
        (
            TimeAxis("second", 3600, 1_700_000_000 // 3600 * 3600, clock=True),
            "h",
            lambda d: d.hour / 24,
        ),
        (TimeAxis("second", DAY, 1_700_006_400), "D", lambda d: (d.dayofyear - 1) / 365.25),
        (TimeAxis("month", 1, 641, 31), "ME", lambda d: (d.month - 1) / 12),
        (TimeAxis("second", 7 * DAY, 1_700_006_400), "7D", lambda d: (d.dayofyear - 1) / 365.25),
    ],
)
def test_calendar_is_pandas_calendar(axis, code, turns):
    features = Features(axis, 1, True)
    found = features.of_times(series(), axis, [], 400, "x")
    dates = pd.date_range(axis.label(0), periods=400, freq=code)
    np.testing.assert_allclose(angle(found), turns(dates), atol=1e-9)
    if code in "hD":
        np.testing.assert_allclose(angle(found[:, 2:]), dates.dayofweek / 7, atol=1e-9)
        np.testing.assert_array_equal(found[:, 4], dates.dayofweek >= 5)
    assert features.known_size == found.shape[1]
    assert Features(axis, 1, False).known_size == 0


@pytest.fixture
def data():
    a = series("a", 0, 3, [[1, 5], [2, 5], [3, 8]], ("north", 2.0))
    b = series("b", 0, 2, [[4, 6], [5, 6]], ("south", 6.0))
    return SeriesSet((a, b), TimeAxis(), ("x", "promo"), ("region", "size"))


def test_covariates_are_standardised_by_the_training_data(data):
    features = Features.learn(data, 1, True, True)
    assert (features.known_size, features.static_size) == (2, 3)
    # other data, its columns in another order
    one = series("c", 7, 2, [[5, 1], [8, 3], [6, 9]], (4.0, "south"))
    other = SeriesSet((one,), TimeAxis(), ("promo", "x"), ("size", "region"))
    places, static = features.columns(other, "predict")
    found = features.of_times(one, other.axis, places, 3, "predict")
    np.testing.assert_allclose(found[:, 0], (np.array([1, 3, 9]) - 3) / np.sqrt(2))
    np.testing.assert_allclose(found[:, 1], (np.array([5, 8, 6]) - 6) / np.sqrt(1.2))
    np.testing.assert_allclose(features.of_series(one, static), [0, 1, 0])
    north = features.of_series(data.series[0], STATIC)
    np.testing.assert_allclose(north, [1, 0, -1])
    strange = series("d", static=("west", float("nan")))
    np.testing.assert_allclose(features.of_series(strange, STATIC), [0, 0, 0])


def test_a_column_may_change_its_kind(data):
    """One series alone: what was static looks like any number; what varied is constant."""
    features = Features.learn(data, 1, True, True)
    one = series("c", 0, 2, [[6.0], [6.0], [6.0]], (3.0, "north", 8.0))
    alone = SeriesSet((one,), TimeAxis(), ("size",), ("x", "region", "promo"))
    places, static = features.columns(alone, "predict")
    found = features.of_times(one, TimeAxis(), places, 9, "predict")
    np.testing.assert_allclose(found, [[0, 2 / np.sqrt(1.2)]] * 9)
    np.testing.assert_allclose(features.of_series(one, static), [1, 0, 1])
    text = SeriesSet((series(static=("a",)),), TimeAxis(), ("size", "promo"), ("x", "region"))
    with pytest.raises(
        DataError, match=r"^predict: covariate `x` must be a number, as in training"
    ):
        features.of_times(text.series[0], TimeAxis(), [("static", 0)] * 2, 4, "predict")


def test_covariates_can_be_left_out(data):
    features = Features.learn(data, 1, True, False)
    assert (features.known_size, features.static_size) == (0, 0)


def test_json_round_trip(data):
    features = Features.learn(data, 3, True, True)
    assert Features.from_json(features.to_json()) == features


def test_what_is_missing_is_named(data):
    features = Features.learn(data, 1, True, True)
    message = (
        "predict: data must have the covariate `x`, as the training data had, got promo. "
        "Add that column."
    )
    with pytest.raises(DataError, match=f"^{re.escape(message)}$"):
        features.columns(SeriesSet(data.series, TimeAxis(), ("promo",), ()), "predict")
    message = (
        "predict: series 'b' needs covariates up to 3 and has none after 1. "
        "Add rows for the future with an empty value."
    )
    with pytest.raises(DataError, match=f"^{re.escape(message)}$"):
        features.of_times(data.series[1], TimeAxis(), KNOWN, 4, "predict")


def test_too_many_texts_are_refused():
    many = tuple(series(str(i), static=(f"text {i}",)) for i in range(101))
    message = (
        "train: static covariate `kind` must have at most 100 different texts, got 101. "
        "Drop the column, or group its texts."
    )
    with pytest.raises(DataError, match=f"^{re.escape(message)}$"):
        Features.learn(SeriesSet(many, TimeAxis(), (), ("kind",)), 1, True, True)
