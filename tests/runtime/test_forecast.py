"""`predict` of a forecasting model: tables, times, rules for odd series, errors."""

import csv
import io
import re
from itertools import pairwise

import numpy as np
import pandas as pd
import polars as pl
import pytest

from seqloom.data.series.features import Features
from seqloom.data.series.read import read_series
from seqloom.data.series.scaling import Scaling
from seqloom.data.series.times import DAY, TimeAxis
from seqloom.data.series.windows import Origins
from seqloom.errors import ConfigError, DataError
from seqloom.runtime import model_of

from ..export.forecasts import CONFIGS, HORIZON, SEASON, WINDOW, parts, random_forecaster

RECURRENT = CONFIGS["lstm, direct, attention"]
RNG = np.random.default_rng(0)


@pytest.fixture
def model():
    return model_of(random_forecaster(RECURRENT)[0])


def test_a_table_has_a_row_for_each_series_and_step(model):
    table = model.predict({"a": RNG.normal(size=9), "b": RNG.normal(size=20)})
    assert len(table) == 2 * HORIZON
    assert table.unique_id == ("a",) * HORIZON + ("b",) * HORIZON
    assert table.time[:6] == ("10", "11", "12", "13", "14", "21")
    assert (table.lower <= table.upper).all()
    rows = list(csv.DictReader(io.StringIO(table.to_csv())))
    assert list(rows[0]) == ["unique_id", "ds", "point", "lower-80", "upper-80"]
    np.testing.assert_allclose([float(row["point"]) for row in rows], table.point, rtol=1e-6)
    np.testing.assert_array_equal(table.to_pandas()["lower-80"], table.lower)
    np.testing.assert_array_equal(table.to_polars()["upper-80"], table.upper)


def test_a_forecast_from_within_a_gap_does_not_see_what_comes_after_it(model):
    past = [*RNG.normal(size=12), None, None, None]
    origins = Origins(np.zeros(4, int), np.arange(12, 16))
    one, other = (
        model.forecasts(read_series([*past, *after]), origins, level=80)
        for after in ([1.0, 2, 3, 4, 5], [-99.0, 7, 8, 9, 10])
    )
    for origin in range(3):
        np.testing.assert_array_equal(one.point[origin], other.point[origin])
        np.testing.assert_array_equal(one.upper[origin], other.upper[origin])


@pytest.mark.parametrize("correction", [-9.0, -0.3, 0.0, 2.0])
def test_a_point_is_in_its_interval(correction):
    """Of predict and of a stream, for intervals that the calibration shuts or opens."""
    some = parts(calibration=np.full((4, HORIZON), correction))
    model = model_of(random_forecaster(RECURRENT, some)[0])
    history = RNG.normal(size=20)
    for table in (model.predict(history), model.stream(history).forecast()):
        assert (table.lower <= table.point).all()
        assert (table.point <= table.upper).all()


def test_dates_go_on_and_frames_do_as_files(tmp_path):
    features = Features(TimeAxis("second", DAY), SEASON, True)
    model = model_of(random_forecaster(RECURRENT, parts(features))[0])
    dates = pd.date_range("2024-02-20", periods=8)
    frame = pd.DataFrame({"ds": dates, "y": RNG.normal(size=8)})
    found = model.predict(frame)
    assert found.time[:3] == ("2024-02-28", "2024-02-29", "2024-03-01")
    frame.to_csv(tmp_path / "x.csv", index=False)
    for same in (pl.DataFrame(frame.to_dict("list")), tmp_path / "x.csv"):
        np.testing.assert_allclose(model.predict(same).point, found.point)


def test_only_the_last_window_counts(model):
    past = RNG.normal(size=40)
    past[:-WINDOW] = 99.0
    want = model.predict(past)
    past[:-WINDOW] = -7.0
    np.testing.assert_array_equal(model.predict(past).point, want.point)
    past[-WINDOW] += 1
    assert (model.predict(past).point != want.point).all()


def test_it_does_not_matter_where_a_file_begins(model):
    frame = pd.DataFrame({"ds": range(1, 31), "y": RNG.normal(size=30)})
    want = model.predict(frame)
    for first in (3, 10, 30 - WINDOW):
        found = model.predict(frame.iloc[first:])
        assert found.time == want.time
        np.testing.assert_allclose(found.point, want.point, atol=1e-5)


def test_a_series_alone_is_forecast_as_in_a_crowd(model):
    many = {str(i): RNG.normal(size=3 + i % 13) for i in range(150)}
    found = model.predict(many)
    for name in ("0", "100", "127", "128", "149"):
        alone = model.predict({name: many[name]})
        rows = [i for i, one in enumerate(found.unique_id) if one == name]
        np.testing.assert_allclose(found.point[rows], alone.point, atol=1e-4)


def test_a_backtest_looks_at_nothing_past_its_origin(model):
    past = RNG.normal(size=30)
    found = model.forecasts(read_series(past), Origins(np.array([0]), np.array([20])), level=80)
    np.testing.assert_allclose(found.point[0], model.predict(past[:20]).point, atol=1e-6)
    past[20:] = 1e6
    again = model.forecasts(read_series(past), Origins(np.array([0]), np.array([20])), level=80)
    np.testing.assert_array_equal(found.point, again.point)


def test_a_constant_stays_as_it_is(model):
    table = model.predict({"a": [4.25] * 30, "b": [7.0]})
    assert (table.point == np.repeat([4.25, 7], HORIZON)).all()
    assert (table.lower == table.upper).all()


def test_floor_and_logarithms():
    scaling = Scaling(SEASON, WINDOW, floor="minimum")
    model = model_of(random_forecaster(RECURRENT, parts(scaling=scaling))[0])
    past = np.abs(RNG.normal(size=30)) + 1
    assert model.predict(past).lower.min() == past[-WINDOW:].min()
    scaling = Scaling(SEASON, WINDOW, log=True)
    model = model_of(random_forecaster(RECURRENT, parts(scaling=scaling))[0])
    assert model.predict(past).lower.min() > 0
    with pytest.raises(DataError, match=r"^predict: series 'y' must be positive for data.trans"):
        model.predict([1.0, -1.0])


def test_wider_levels_contain_narrower_ones(model):
    past = RNG.normal(size=30)
    tables = [model.predict(past, level=level) for level in (50, 80, 90, 95)]
    for inner, outer in pairwise(tables):
        np.testing.assert_array_equal(inner.point, outer.point)
        assert (outer.lower < inner.lower).all()
        assert (outer.upper > inner.upper).all()
    message = "predict: `level` must be one of 50, 80, 90, 95, got 85."
    with pytest.raises(ConfigError, match=f"^{re.escape(message)}$"):
        model.predict(past, level=85)


def test_describe_names_what_matters(model):
    rows = dict(model.describe())
    assert rows["horizon"] == HORIZON
    assert rows["frequency"] == "numbered"
    assert rows["season"] == SEASON
    assert rows["covariate_columns"] == "none"


def test_covariates_of_the_future_are_read_and_asked_for():
    features = Features(TimeAxis(), SEASON, True, (("promo", 0.5, 0.5),), (("size", (2.0, 1.0)),))
    model = model_of(random_forecaster(RECURRENT, parts(features))[0])
    n = 9
    table = {
        "unique_id": ["a"] * (n + HORIZON) + ["b"] * (n + HORIZON),
        "ds": list(range(n + HORIZON)) * 2,
        "y": ([*RNG.normal(size=n)] + [None] * HORIZON) * 2,
        "promo": [i % 2 for i in range(n + HORIZON)] * 2,
        "size": [1.0] * (n + HORIZON) + [3.0] * (n + HORIZON),
    }
    found = model.predict(pd.DataFrame(table))
    assert (found.point[:HORIZON] != found.point[HORIZON:]).all()  # the static feature
    table["promo"][n + 2] += 1
    changed = model.predict(pd.DataFrame(table))
    same = found.point[:HORIZON] == changed.point[:HORIZON]
    assert same.tolist() == [True, True, False, True, True]
    # a backtest needs none beyond the values
    within = read_series(pd.DataFrame({name: column[:n] for name, column in table.items()}))
    found = model.forecasts(within, Origins(np.array([0]), np.array([n - HORIZON])), level=80)
    assert np.isfinite(found.point).all()
    cut = pd.DataFrame(table)
    cut = cut[(cut["ds"] < n + 3)]
    with pytest.raises(DataError, match=r"^predict: series 'a' needs covariates up to 13 and has"):
        model.predict(cut)
