"""Times as they are written: pandas reads the same; what it could only guess is refused."""

import re

import numpy as np
import pandas as pd
import pytest

from seqloom.data.series.read import read_series
from seqloom.data.series.time_texts import parse_times
from seqloom.data.series.times import TimeAxis
from seqloom.errors import DataError


def parse(texts, like=None):
    return parse_times(texts, lambda row: f"row {row}", like)


@pytest.mark.parametrize(
    "texts",
    [
        ["2024-01-31", "2024-02-01"],
        ["2024-01-31 13:00", "2024-01-31 14:00:05"],
        ["2024-01-31T13:00Z", "2024-01-31T14:00:05.000Z"],
        ["2024-03-31T01:30:00+01:00", "2024-03-31T03:30:00+0200"],
        ["2024-01-31 13:00:00-05:30", "2024-01-31 14:00:00-05:30"],
    ],
)
def test_as_pandas_reads_them(texts):
    want = pd.to_datetime(texts, utc=True, format="ISO8601").tz_localize(None)
    np.testing.assert_array_equal(parse(texts).values, want.values.astype("datetime64[s]"))


@pytest.mark.parametrize(
    ("numbers", "want", "note"),
    [
        ([202411, 202412, 202501], ["2024-11-01", "2024-12-01", "2025-01-01"], "read as months"),
        ([20241130, 20241201], ["2024-11-30", "2024-12-01"], ""),
        ([1704067200, 1704070800], ["2024-01-01T00", "2024-01-01T01"], "seconds since 1970"),
        ([1704067200000, 1704070800000], ["2024-01-01T00", "2024-01-01T01"], "milliseconds since"),
        ([1704067200 * 10**6, 1704070800 * 10**6], ["2024-01-01T00", "2024-01-01T01"], "microsec"),
        ([1704067200 * 10**9, 1704070800 * 10**9], ["2024-01-01T00", "2024-01-01T01"], "nanosec"),
    ],
)
@pytest.mark.parametrize("source", ["csv", "pandas"])
def test_numbers_that_are_codes_of_dates(tmp_path, numbers, want, note, source):
    if source == "csv":
        path = tmp_path / "x.csv"
        path.write_text("ds,y\n" + "".join(f"{n},{i}\n" for i, n in enumerate(numbers)))
        found = read_series(path)
    else:
        found = read_series(pd.DataFrame({"ds": numbers, "y": range(len(numbers))}))
    one = found.series[0]
    np.testing.assert_array_equal(
        one.axis.dates(np.arange(one.start, one.end)), np.array(want, "datetime64[s]")
    )
    assert note in " ".join(found.report)


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_numbers_since_1970_are_what_pandas_wrote(unit):
    want = pd.date_range("2024-02-28 21:30", periods=50, freq="h").as_unit(unit)
    found = parse([str(number) for number in want.astype("int64")])
    np.testing.assert_array_equal(found.values, want.values.astype("datetime64[s]"))


@pytest.mark.parametrize(
    "numbers", [[1999, 2000], [202400, 202401], [1, 2, 3], [1704067200, 12], [1704067200001, 2]]
)
def test_other_numbers_stay_numbers(numbers):
    found = parse([str(n) for n in numbers])
    assert found.values.tolist() == numbers
    assert not found.are_dates


def test_numbers_of_a_numbered_model_are_no_dates():
    assert not parse(["202401", "202402"], TimeAxis()).are_dates
    assert parse(["202401", "202402"], TimeAxis("month")).are_dates


def test_offsets_that_change_leave_days_local():
    """A day at midnight in Berlin is that day, not the evening before."""
    found = parse(["2024-03-31T00:00+01:00", "2024-04-01T00:00+02:00"])
    assert found.values.astype("datetime64[D]").astype(str).tolist() == ["2024-03-31", "2024-04-01"]
    assert found.note == "times: their offsets from UTC are left out, dates are local"
    hourly = TimeAxis("second", 3600)
    assert str(parse(["2024-03-31T00:00+01:00"], hourly).values[0]) == "2024-03-30T23:00:00"


TOO_LONG = (
    "has more than 15 digits: such times are dates only where all are whole seconds since 1970, in "
    "micro- or nanoseconds. Write dates as 2024-01-31"
)
FRACTION = (
    "row 1: '2024-01-31 13:00:00.250' has a fraction of a second, and times are read to the "
    "second. Number the steps 1, 2, 3, or resample to seconds."
)


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        (["2024-01-31 13:00:00.000", "2024-01-31 13:00:00.250"], FRACTION),
        (
            ["2024-01-31T13:00Z", "2024-01-31T14:00"],
            "row 1: some times have an offset from UTC and others none. Write all of them with "
            "one, or none.",
        ),
        (["2021-W53"], "row 0: there is no date '2021-W53'."),
        (["1/2/2024"], "row 0: '1/2/2024' is no date and no whole number."),
        (["1704067200000000", "1704067200250000"], f"row 0: 1704067200000000 {TOO_LONG}"),
        (["1", "2000000000000000000"], f"row 1: 2000000000000000000 {TOO_LONG}"),
        (["-1704067200000000"], f"row 0: -1704067200000000 {TOO_LONG}"),
        (["9" * 5000], f"row 0: {'9' * 5000} {TOO_LONG}"),
    ],
)
def test_what_is_refused(texts, message):
    with pytest.raises(DataError, match=f"^{re.escape(message)}"):
        parse(texts)


def test_a_frame_s_fractions_are_refused_as_those_of_a_csv():
    ticks = pd.date_range("2024-01-01", periods=20, freq="250ms")
    for frame in (pd.DataFrame({"ds": ticks, "y": range(20)}), pd.Series(range(20), index=ticks)):
        with pytest.raises(DataError, match=r"row 2: '2024-01-01 00:00:00\.250000' has a fraction"):
            read_series(frame if frame.ndim == 2 else frame.to_frame("y"))
