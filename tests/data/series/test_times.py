"""Time axes: pandas is the oracle of what a frequency is and of which date comes next."""

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqloom.data.series.columns import Columns
from seqloom.data.series.frequency import settle_axes
from seqloom.data.series.time_texts import parse_times
from seqloom.data.series.times import TimeAxis
from seqloom.errors import DataError

quick = settings(derandomize=True, deadline=None, max_examples=50)


def axis_of(texts):
    columns = Columns("x", ["y"] * len(texts), texts, np.ones(len(texts)), {}, [*range(len(texts))])
    times = parse_times(texts, lambda row: f"row {row}")
    axis, _ = settle_axes(columns, times, {"y": np.arange(len(texts))})
    return axis, axis.places(times.values)


FREQUENCIES = [
    ("h", "hourly"),
    ("15min", "every 15 minutes"),
    ("D", "daily"),
    ("B", "business days"),
    ("W-MON", "weekly"),
    ("MS", "monthly"),
    ("ME", "monthly"),
    ("QS", "quarterly"),
    ("YS", "yearly"),
    ("5s", "every 5 seconds"),
    ("2MS", "every 2 months"),
    ("3D", "every 3 days"),
]


@pytest.mark.parametrize(("code", "name"), FREQUENCIES)
def test_frequency_positions_and_labels_are_those_of_pandas(code, name):
    dates = pd.date_range("2023-11-01", periods=40, freq=code)
    long = dates.append(pd.date_range(dates[-1], periods=6, freq=code)[1:])
    form = "%Y-%m-%d %H:%M:%S" if any(dates != dates.normalize()) else "%Y-%m-%d"
    texts = list(dates.strftime(form))
    del texts[7], texts[20:22]  # gaps do not hide it
    axis, positions = axis_of(texts)
    assert axis.frequency == name
    want = [i for i in range(40) if i not in (7, 21, 22)]
    np.testing.assert_array_equal(positions, want)
    assert [axis.label(i) for i in range(45)] == list(long.strftime(form))


@pytest.mark.parametrize(
    ("texts", "labels"),
    [
        (["1949-01", "1949-02", "1949-04"], ["1949-01", "1949-02", "1949-03", "1949-04"]),
        (["2024/1/9", "2024/1/10"], ["2024-01-09", "2024-01-10", "2024-01-11"]),
        (["20240130", "20240131"], ["2024-01-30", "2024-01-31", "2024-02-01"]),
        (["7", "9", "13"], ["7", "9", "11", "13"]),
        (["2024-01-01T06:00Z", "2024-01-01T18:00Z"], ["2024-01-01 06:00:00"]),
        (["1999", "2000"], ["1999", "2000"]),
        (["-3", "-2"], ["-3", "-2", "-1", "0"]),
    ],
)
def test_forms_of_time(texts, labels):
    axis, _ = axis_of(texts)
    assert [axis.label(i) for i in range(len(labels))] == labels


@given(st.integers(-400, 3000), st.integers(1, 400))
@quick
def test_last_days_of_months_stay_last(month, step):
    axis = TimeAxis("month", step, month, day=31)
    date = pd.Timestamp("1970-01-01") + pd.DateOffset(months=month + 2 * step)
    if date.year < 2200:
        assert axis.label(2) == str((date + pd.offsets.MonthEnd(0)).date())


def test_json_round_trip():
    axis = TimeAxis("month", 3, -8, 15, False)
    assert TimeAxis.from_json(axis.to_json()) == axis


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        (["1", "x"], "row 1: 'x' is no date and no whole number."),
        (["1.5"], "row 0: '1.5' is no date and no whole number."),
        (["31.1.2024"], "row 0: '31.1.2024' is no date and no whole number."),
        (["2024-02-28", "2024-02-30"], "row 1: there is no date '2024-02-30'."),
        (
            ["2024-02-28", "12"],
            "row 1: the time '12' comes after '2024-02-28': one is a date, the other a number.",
        ),
    ],
)
def test_bad_times_name_their_row(texts, message):
    advice = " Write dates as 2024-01-31 or 2024-01-31 13:00, or number the steps 1, 2, 3."
    with pytest.raises(DataError, match=f"^{re.escape(message + advice)}$"):
        axis_of(texts)
