"""Series from Python: the same data read from CSV is the oracle."""

import datetime
import re

import numpy as np
import pandas as pd
import polars as pl
import pytest

from seqloom.data.given import given
from seqloom.data.series.read import read_series
from seqloom.data.series.times import TimeAxis
from seqloom.errors import DataError


def long_table():
    dates = [datetime.datetime(2024, 1, 1) + datetime.timedelta(days=i) for i in range(5)]
    return {
        "unique_id": ["a"] * 5 + ["b"] * 5,
        "ds": dates * 2,
        "y": [1.5, 2.0, None, 4.25, 5.0, 7.0, 8.0, 9.0, 9.5, 3.0],
        "promo": [0, 1, 0, 1, 1] * 2,
        "region": ["north"] * 5 + ["south"] * 5,
    }


@pytest.mark.parametrize("library", [pd, pl])
def test_long_frame_is_its_csv(library, tmp_path):
    frame = library.DataFrame(long_table())
    path = tmp_path / "frame.csv"
    pd.DataFrame(long_table()).to_csv(path, index=False)
    found, want = read_series(frame), read_series(path)
    assert found.fingerprint == want.fingerprint
    assert (found.known_names, found.static_names) == (("promo",), ("region",))


@pytest.mark.parametrize("library", [pd, pl])
def test_wide_frame(library):
    frame = library.DataFrame({"t": [3, 4, 5], "a": [1, 2, 3], "b": [0.1, 0.2, 0.3]})
    found = read_series(frame)
    assert [one.values.tolist() for one in found.series] == [[1, 2, 3], [0.1, 0.2, 0.3]]
    assert found.axis.label(0) == "3"


def test_index_of_dates_is_the_time():
    index = pd.date_range("2024-01-31", periods=3, freq="ME")
    for frame in (
        pd.DataFrame({"a": [1.0, 2, 3]}, index=index.to_period()),
        pd.DataFrame({"a": [1.0, 2, 3]}, index=index),
    ):
        found = read_series(frame)
        assert found.axis.frequency == "monthly"
        assert found.series[0].values.tolist() == [1, 2, 3]


def test_numbers_and_dictionaries():
    assert read_series([1, None, 3]).series[0].values.tolist() == [1, 1, 3]
    found = read_series({"x": np.arange(3.0), "z": (5, 6)})
    assert [(one.name, len(one.values)) for one in found.series] == [("x", 3), ("z", 2)]
    assert read_series(found) is found


FORMS = "Give a CSV's path, a pandas or polars frame, {name: numbers}, or a list of numbers."


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (5, f"series: data must be a file, frame or numbers, got int. {FORMS}"),
        ({}, f"series: the data have no series. {FORMS}"),
        ([], f"list: there are no rows in it. {FORMS}"),
        (pl.DataFrame({"y": []}), f"data: there are no rows in it. {FORMS}"),
        (
            pl.DataFrame({"ds": [1, 1], "y": [2, 3]}),
            "data, row 2: 1 is there twice for 'y', in row 1 too, with another value. Keep one row "
            "a time: add them up, or name the column that tells the series apart with --series.",
        ),
    ],
)
def test_other_things_are_refused(data, message):
    with pytest.raises(DataError, match=f"^{re.escape(message)}$"):
        read_series(data)


def test_what_was_given_is_seen_through():
    for data in ([3.0, 5.0], {"a": [3, 5]}, np.array([3.0, 5.0])):
        found, wanted = read_series(given(data)), read_series(data)
        assert [one.values.tolist() for one in found.series] == [[3.0, 5.0]]
        assert [one.name for one in found.series] == [one.name for one in wanted.series]


def test_numbers_alone_have_no_dates():
    message = (
        "series: 'y' must have dates, as the model was trained on hourly data, got numbers alone. "
        "Give a frame or a CSV with a time column."
    )
    with pytest.raises(DataError, match=f"^{re.escape(message)}$"):
        read_series([1, 2], like=TimeAxis("second", 3600))


def test_a_set_of_series_comes_back_as_it_is():
    """Also where it is held as what the user gave, as `evaluate` does."""
    found = read_series([1.0, 2.0, 3.0, 4.0])
    assert read_series(found) is read_series(given(found)) is found
