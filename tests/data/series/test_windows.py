"""Windows: values that are their own positions show what is read, and that nothing leaks."""

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqloom.data.series.features import Features
from seqloom.data.series.read import read_series
from seqloom.data.series.scaling import Scaling
from seqloom.data.series.series import Series, SeriesSet
from seqloom.data.series.times import TimeAxis
from seqloom.data.series.windows import (
    Origins,
    WindowSource,
    check_targets,
    held_out_horizons,
    held_out_origins,
    training_origins,
    walk_forward,
)
from seqloom.errors import DataError

quick = settings(derandomize=True, deadline=None, max_examples=60)
LENGTHS = (30, 4, 17, 1, 2)


def counting(lengths=LENGTHS, future=0):
    """Series i counts up from 1000 i; its covariate is minus that, its static feature i."""
    series = []
    for i, n in enumerate(lengths):
        count = 1000.0 * i + np.arange(n + future)
        series.append(Series(f"s{i}", 5 * i, count[:n] + 1, -count[:, None] - 1, (float(i),)))
    return SeriesSet(tuple(series), TimeAxis(), ("minus",), ("number",))


def source(data, window=6, horizon=3, **options):
    features = Features(TimeAxis(), 1, True, (("minus", 0.0, 1.0),), (("number", (0.0, 1.0)),))
    return WindowSource(data, features, scaling=Scaling(1, window), horizon=horizon, **options)


PHASES = {
    "weeks": (("W-MON", "2024-01-01"), ("W-THU", "2024-03-07"), 365.25),
    "days at two hours": (("D", "2024-01-01 00:00"), ("D", "2024-02-10 16:00"), 365.25),
    "hours": (("h", "2024-01-01 00:00"), ("h", "2024-01-05 07:30"), 24),
    "business days": (("B", "2024-01-01 09:00"), ("B", "2024-01-03 17:30"), 365.25),
    "quarters": (("QS-JAN", "2020-01-01"), ("BQE-FEB", "2021-02-01"), 12),
}


@pytest.mark.parametrize("kind", PHASES)
def test_calendar_features_are_of_each_series_own_dates(kind):
    """In the past and the future of a window, of data whose series have phases of their own."""
    *codes, turn = PHASES[kind]
    wanted = [pd.date_range(start, periods=43, freq=code) for code, start in codes]
    parts = [
        pd.DataFrame({"unique_id": str(i), "ds": d[:40], "y": 1.0}) for i, d in enumerate(wanted)
    ]
    data = read_series(pd.concat(parts))
    features = Features(data.axis, 1, True)
    cut = WindowSource(data, features, scaling=Scaling(1, 40), horizon=3, future=True)
    window = cut.cut(Origins(np.arange(2), np.full(2, 40)))
    for row, dates in enumerate(wanted):
        found = np.concatenate([window.past[row], window.future[row]])
        place = {24: dates.hour + dates.minute / 60, 12: dates.month - 1}
        angle = 2 * np.pi * place.get(turn, dates.dayofyear - 1) / turn
        np.testing.assert_allclose(found[:, 0], np.sin(angle), atol=1e-9)
        np.testing.assert_allclose(found[:, 1], np.cos(angle), atol=1e-9)
        if kind in ("hours", "business days", "days at two hours"):
            np.testing.assert_allclose(found[:, 2], np.sin(2 * np.pi * dates.dayofweek / 7))
            np.testing.assert_array_equal(found[:, 4], dates.dayofweek >= 5)


def test_a_window_ends_where_its_target_begins():
    cut = source(counting())
    origins = Origins(np.array([0, 2, 2, 4]), np.array([10, 3, 16, 1]))
    window, targets = cut.cut(origins), cut.targets(origins)
    for row, (i, t) in enumerate(origins):
        n = min(t, 6)
        want = 1000.0 * i + 1 + np.arange(t - n, t)
        assert window.lengths[row] == n
        np.testing.assert_array_equal(window.values[row, :n], want)
        np.testing.assert_array_equal(window.past[row, :n, 0], -want)
        ahead = 1000.0 * i + 1 + np.arange(t, t + 3)
        known = np.where(np.arange(t, t + 3) < LENGTHS[i], ahead, np.nan)
        np.testing.assert_array_equal(targets[row], known)
        real = ~np.isnan(known)
        np.testing.assert_array_equal(window.future[row, real, 0], -ahead[real])
        assert window.static[row, 0] == i


def test_the_future_of_covariates_is_read_from_the_rows_after_the_values():
    cut = source(counting(future=3), future=True)
    window = cut.cut(Origins(np.array([1]), np.array([4])))
    assert window.future[0, :, 0].tolist() == [-1005, -1006, -1007]
    with pytest.raises(
        DataError, match=r"^train: series 's0' needs covariates up to 32 and has none after 29"
    ):
        source(counting(), future=True)


def test_an_empty_covariate_of_the_future_is_refused_where_it_is_needed():
    data = counting((6,), future=3)
    data.series[0].known[8:] = np.nan
    source(data, horizon=2, future=True)
    message = (
        "predict: series 's0' must have a value of covariate `minus` at 8, got an empty cell and "
        "none after it. Fill it in."
    )
    with pytest.raises(DataError, match=f"^{re.escape(message)}$"):
        source(data, future=True, where="predict")
    source(data, future=False)


def test_what_filled_a_gap_is_read_but_is_no_target():
    real = np.array([True, True, True, False, False, True])
    values = np.array([1.0, 2, 3, 3, 3, 9])
    data = SeriesSet((Series("s", 0, values, np.zeros((6, 0)), real=real),), TimeAxis())
    cut = WindowSource(data, Features(TimeAxis(), 1, True), scaling=Scaling(1, 4), horizon=2)
    origins = Origins(np.zeros(4, int), np.array([2, 3, 4, 5]))
    want = [[3, np.nan], [np.nan, np.nan], [np.nan, 9], [9, np.nan]]
    np.testing.assert_array_equal(cut.targets(origins), want)
    assert cut.cut(origins).values[2].tolist() == [1, 2, 3, 3]
    assert list(cut.with_targets(origins)) == [(0, 2), (0, 4), (0, 5)]


def test_logarithms_and_what_has_none():
    data = counting((3,))
    features = Features(TimeAxis(), 1, True)
    cut = WindowSource(data, features, scaling=Scaling(1, 6, log=True), horizon=3)
    origins = Origins(np.array([0]), np.array([2]))
    np.testing.assert_allclose(np.exp(cut.cut(origins).values[0, :2]), [1, 2])
    np.testing.assert_allclose(np.exp(cut.targets(origins)[0, 0]), 3)
    bad = SeriesSet((Series("b", 4, np.array([2.0, 0.0]), np.zeros((2, 0))),), TimeAxis())
    message = (
        "train: series 'b' must be positive for data.transform = log, got 0 at 5. "
        "Set data.transform=none."
    )
    with pytest.raises(DataError, match=f"^{re.escape(message)}$"):
        WindowSource(bad, features, scaling=Scaling(1, 6, log=True), horizon=3)


lengths = st.lists(st.integers(0, 60), min_size=1, max_size=5).map(np.array)
sizes = {"window": st.integers(1, 30), "horizon": st.integers(1, 12), "season": st.integers(1, 12)}


@given(stops=lengths, **sizes)
@quick
def test_no_training_target_reaches_what_is_held_out(stops, window, horizon, season):
    origins = training_origins(stops, window=window, horizon=horizon, season=season)
    assert len(set(origins)) == len(origins)
    for which, origin in origins:
        stop = stops[which]
        assert 2 <= origin < stop
        # whole targets only, unless there is no room for one
        assert origin + horizon <= stop or stop - horizon < 2
    for which, stop in enumerate(stops):
        assert (which in origins.which) == (stop >= 3)


def test_training_begins_with_whole_windows():
    found = training_origins(np.array([100, 20, 9]), window=30, horizon=5, season=4)
    first = [found.origin[found.which == i].min() for i in range(3)]
    last = [found.origin[found.which == i].max() for i in range(3)]
    assert (first, last) == ([30, 7, 4], [95, 15, 4])


@given(lengths=lengths, held=st.integers(1, 4), horizon=sizes["horizon"])
@quick
def test_held_out_origins_see_all_before_them(lengths, held, horizon):
    stops = np.maximum(lengths - held * horizon, 0)
    found = held_out_origins(stops, lengths, horizon=horizon)
    for which, origin in found:
        assert stops[which] <= origin <= lengths[which] - horizon
    for which, (stop, length) in enumerate(zip(stops, lengths, strict=True)):
        if stop >= 2:
            assert (which, length - horizon) in set(found)


def test_held_out_origins_are_thinned_to_a_number():
    lengths = np.full(50, 300)
    found = held_out_origins(lengths - 100, lengths, horizon=10, most=500)
    assert 450 <= len(found) <= 600
    assert set(found.origin[found.which == 7]) >= {290}


@pytest.mark.parametrize(
    ("lengths", "horizon", "want"),
    [([960] * 414, 48, 1), ([144], 12, 2), ([2820], 12, 20), ([50], 12, 1), ([500] * 5, 10, 4)],
)
def test_horizons_held_out(lengths, horizon, want):
    assert held_out_horizons(np.array(lengths), horizon) == want


def test_walk_forward_goes_over_the_end_once():
    found = walk_forward(np.array([20, 9, 3]), horizon=4, windows=3)
    assert len(walk_forward(np.array([20, 9, 3]), horizon=4, windows=99)) == 4
    assert [list(one) for one in found] == [[(0, 8)], [(0, 12)], [(0, 16), (1, 5)]]
    data = counting((5, 3))
    message = (
        "evaluate: a series must have at least 6 values for a horizon of 4, got 5 at most. "
        "Give longer series."
    )
    with pytest.raises(DataError, match=f"^{re.escape(message)}$"):
        check_targets(walk_forward(np.array([5, 3]), horizon=4, windows=2), data, 4)
