"""`SeriesForecaster`: one series of numbers, several, and frames."""

import pickle

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.model_selection import TimeSeriesSplit, cross_val_score

from seqloom.errors import ConfigError, DataError
from seqloom.estimators import SeriesForecaster

STEPS = np.arange(120)
SERIES = 10 + 3 * np.sin(STEPS * 2 * np.pi / 12) + np.random.default_rng(0).normal(0, 0.1, 120)
SMALL = {"horizon": 6, "steps": 5, "hidden_size": 8, "seed": 2}


def test_one_series_of_numbers():
    model = SeriesForecaster(**SMALL).fit(SERIES[:-6])
    found = model.predict()
    assert found.shape == (6,)
    np.testing.assert_array_equal(found, model.model_.predict(SERIES[:-6]).point)
    np.testing.assert_array_equal(model.predict(2), found[:2])
    assert model.score(SERIES[-6:]) == pytest.approx(-np.abs(found - SERIES[-6:]).mean())
    table = model.predict_table(3, level=50)
    assert (len(table), table.level) == (3, 50)
    assert (table.lower <= table.point).all()
    again = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(again.predict(), found)


def test_several_series():
    data = {"a": SERIES, "b": SERIES[:100].tolist()}
    model = SeriesForecaster(**SMALL).fit(data)
    found = model.predict(2)
    whole = model.model_.predict(data)
    assert {name: len(values) for name, values in found.items()} == {"a": 2, "b": 2}
    np.testing.assert_array_equal(found["b"], whole.point[6:8])
    wanted = {"a": found["a"] + 1.0, "b": found["b"][:1] - 4.0}
    assert model.score(wanted) == pytest.approx(-(1 + 1 + 4) / 3)


@pytest.mark.parametrize("library", [pd, pl])
def test_frames(library):
    dates = pd.date_range("2024-01-01", periods=120).strftime("%Y-%m-%d").tolist()
    data = library.DataFrame({"ds": dates, "a": SERIES, "b": SERIES[::-1].copy()})
    found = SeriesForecaster(**SMALL).fit(data).predict(2)
    assert isinstance(found, library.DataFrame)
    assert [*found["unique_id"]] == ["a", "a", "b", "b"]
    assert [*found["ds"]] == ["2024-04-30", "2024-05-01"] * 2


def test_it_beats_the_last_value():
    model = SeriesForecaster(horizon=12, steps=150, hidden_size=16).fit(SERIES[:-12])
    last = -np.abs(SERIES[-12:] - SERIES[-13]).mean()
    assert model.score(SERIES[-12:]) > 0.5 * last


def test_cross_validation_in_time():
    folds = TimeSeriesSplit(2, test_size=6)
    scores = cross_val_score(SeriesForecaster(**SMALL), SERIES, cv=folds)
    assert (scores < 0).all()
    wanted = SeriesForecaster(**SMALL).fit(SERIES[:-6]).score(SERIES[-6:])
    assert scores[1] == wanted


def test_refusals():
    with pytest.raises(DataError, match=r"^fit: y must have 1 dimension, got 2\. Give several"):
        SeriesForecaster().fit(np.ones((3, 2)))
    with pytest.raises(DataError, match=r"^fit: y must be numbers, got list: could not convert"):
        SeriesForecaster().fit(["a"])
    model = SeriesForecaster(**SMALL).fit(SERIES)
    with pytest.raises(ConfigError) as caught:
        model.predict(7)
    assert str(caught.value) == (
        "predict: `horizon` must be from 1 to 6, got 7. Fit with SeriesForecaster(horizon=7)."
    )
    with pytest.raises(ConfigError, match=r"^predict: `horizon` must be from 1 to 6, got 0\.$"):
        model.predict(0)
    with pytest.raises(DataError, match=r"^score: y must be of the kind that was fitted"):
        model.score({"a": [1.0]})
