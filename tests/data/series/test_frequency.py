"""Frequencies and phases of series: pandas is the oracle of which date comes next."""

import re

import numpy as np
import pandas as pd
import pytest

from seqloom.data.series.read import read_series
from seqloom.errors import DataError


def dates(code, start, periods=30):
    return pd.date_range(start, periods=periods, freq=code)


def written(found):
    long = any(found != found.normalize())
    return list(found.strftime("%Y-%m-%d %H:%M:%S" if long else "%Y-%m-%d"))


@pytest.fixture
def read(tmp_path):
    """Read series of given dates, in long form; empty dates are left out."""

    def reader(series, like=None):
        rows = ["unique_id,ds,y"]
        for name, texts in series.items():
            rows += [f"{name},{text},{i % 7}" for i, text in enumerate(texts)]
        path = tmp_path / "x.csv"
        path.write_text("\n".join(rows) + "\n")
        return read_series(path, like=like)

    return reader


PHASES = [
    ("weekly", [("W-MON", "2022-01-03"), ("W-THU", "2022-01-06"), ("W-SUN", "2023-05-07")]),
    ("every 28 days", [("28D", "2022-01-03"), ("28D", "2022-01-13")]),
    ("quarterly", [("QS-JAN", "2020-01-01"), ("QS-FEB", "2020-02-01"), ("QE-DEC", "2020-03-31")]),
    ("yearly", [("YE-JUN", "2000-06-30"), ("YE-DEC", "2001-12-31"), ("YS-APR", "2003-04-01")]),
    ("monthly", [("MS", "2020-01-01"), ("ME", "2020-02-29"), ("WOM-1MON", "2020-03-02")]),
    ("monthly", [("BME", "2020-01-01"), ("BMS", "2020-03-01"), ("BME", "2021-05-10")]),
    (
        "quarterly",
        [("BQE-DEC", "2000-01-01"), ("BQS-JAN", "2004-01-01"), ("BQE-JAN", "2003-01-01")],
    ),
    ("yearly", [("BYE-DEC", "1950-01-01"), ("BYS-JAN", "1960-01-01"), ("BYE-JUN", "1955-01-01")]),
    ("hourly", [("h", "2024-01-01 00:00"), ("h", "2024-01-05 00:30")]),
    ("every 15 minutes", [("15min", "2024-01-01 00:00"), ("15min", "2024-01-01 00:07")]),
    ("daily", [("D", "2024-01-01 00:00"), ("D", "2024-02-10 16:00")]),
    ("business days", [("B", "2024-01-01 16:00"), ("B", "2024-01-03 09:30")]),
]


@pytest.mark.parametrize(("name", "kinds"), PHASES)
def test_each_series_keeps_its_phase(read, name, kinds):
    """With gaps, and in the order of the file: next dates are pandas', features of their dates."""
    all_dates = [dates(code, start, 45) for code, start in kinds]
    kept = [i for i in range(40) if i not in (5, 6, 17)]
    texts = {f"s{i}": [written(d)[k] for k in kept] for i, d in enumerate(all_dates)}
    found = read(texts)
    assert found.axis.frequency == name
    for one, want in zip(found.series, all_dates, strict=True):
        clock = found.axis.clock
        form = "%Y-%m-%d %H:%M:%S" if clock else "%Y-%m-%d"
        assert [one.label(one.start + k) for k in range(45)] == list(want.strftime(form))
        assert np.flatnonzero(~one.real).tolist() == [5, 6, 17]
        again = one.axis.places(one.axis.times(np.arange(one.start, one.end)))
        np.testing.assert_array_equal(again, np.arange(one.start, one.end))


@pytest.mark.parametrize(
    ("texts", "after", "name"),
    [
        (["2023-01-30", "2023-02-28", "2023-03-30"], "2023-04-30", "monthly"),
        (["2023-12-31", "2024-02-29", "2024-03-31"], "2024-04-30", "monthly"),
        (["2020-02-29", "2021-02-28", "2022-02-28"], "2023-02-28", "yearly"),
        (["2024-01-01 09:00", "2024-02-01 09:00"], "2024-03-01 09:00:00", "monthly"),
        (["2024-01-01", "2024-02-05", "2024-03-04", "2024-04-01"], "2024-05-06", "monthly"),
        (["2024-01-26", "2024-02-23", "2024-03-29", "2024-04-26"], "2024-05-31", "monthly"),
        (["2024-02-05", "2024-03-04", "2024-04-01"], "2024-04-29", "every 28 days"),
        (["2024-01-07", "2024-01-14", "2024-01-28"], "2024-02-04", "weekly"),
        (["2023Q3", "2023Q4", "2024Q1"], "2024-04", "quarterly"),
        (["2023-W51", "2023-W52", "2024-W01"], "2024-01-08", "weekly"),
        (["2020W53-5", "2021W01-5"], "2021-01-15", "weekly"),
    ],
)
def test_the_next_time(read, texts, after, name):
    found = read({"y": texts})
    one = found.series[0]
    assert (one.label(one.end), found.axis.frequency) == (after, name)


def test_two_rows_that_lie_on_the_axis_of_a_model_are_enough(read):
    daily = read({"y": written(dates("D", "2024-01-01"))}).axis
    found = read({"y": ["2024-03-01", "2024-03-08"]}, like=daily).series[0]
    assert (len(found.values), found.label(found.end)) == (8, "2024-03-09")
    weekly = read({"y": written(dates("W-MON", "2024-01-01"))}).axis
    thursdays = read({"y": ["2024-03-07", "2024-03-21"]}, like=weekly).series[0]
    assert (len(thursdays.values), thursdays.label(thursdays.end)) == (3, "2024-03-28")
    business = read({"y": written(dates("B", "2024-01-01"))}).axis
    week = read({"y": written(dates("D", "2024-03-04", 5))}, like=business).series[0]
    assert week.label(week.end) == "2024-03-11"
    last = read({"y": written(dates("BME", "2022-01-01"))}).axis
    june = read({"y": ["2024-05-31", "2024-06-28"]}, like=last).series[0]
    assert june.label(june.end) == "2024-07-31"
    on_30th = read({"y": ["2023-01-30", "2023-02-28", "2023-03-30"]}).axis
    for text, after in (("2023-02-28", "2023-03-30"), ("2023-05-31", "2023-06-30")):
        one = read({"y": [text]}, like=on_30th).series[0]
        assert one.label(one.end) == after


TOO_FINE = "does not fit the frequency that the model was trained on, weekly. Correct it, or train "


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        (["2024-03-04", "2024-03-06"], f", line 3: 2024-03-06 {TOO_FINE}a model for such data."),
        (
            written(dates("D", "2024-01-01", 20)),
            ": times are daily, those that the model was trained on weekly. Resample the data, or "
            "train a model for it.",
        ),
        (
            written(dates("14D", "2024-01-01", 20)),
            ": times are every 14 days, those that the model was trained on weekly. Resample the "
            "data, or train a model for it.",
        ),
        (
            ["1", "2", "3"],
            ": times are numbered, those that the model was trained on weekly. Resample the data, "
            "or train a model for it.",
        ),
    ],
)
def test_other_times_than_the_model_s_are_refused(read, tmp_path, texts, message):
    weekly = read({"y": written(dates("W-MON", "2024-01-01"))}).axis
    with pytest.raises(DataError, match=f"^{re.escape(str(tmp_path / 'x.csv') + message)}$"):
        read({"y": texts}, like=weekly)


MIXED = [
    ({"d": ("D", 100), "w": ("W-MON", 14)}, "series 'w' is weekly, series 'd' is daily"),
    ({"d": ("D", 60), "b": ("B", 60)}, "series 'b' is business days, series 'd' is daily"),
    ({"m": ("MS", 24), "d": ("D", 60)}, "series 'm' is monthly, series 'd' is daily"),
    ({"q": ("QS", 24), "m": ("MS", 60)}, "series 'q' is quarterly, series 'm' is monthly"),
    ({"h": ("h", 50), "half": ("30min", 60)}, "series 'h' is hourly, series 'half' is every 30 "),
    ({"h": ("2h", 50), "d": ("3h", 60)}, "series 'h' is every 2 hours, series 'd' is every 3 "),
]


@pytest.mark.parametrize(("kinds", "message"), MIXED)
def test_several_frequencies_are_refused_by_name(read, kinds, message):
    series = {name: written(dates(code, "2023-01-02", n)) for name, (code, n) in kinds.items()}
    with pytest.raises(DataError, match=re.escape(message)) as caught:
        read(series)
    assert str(caught.value).endswith(". Put them in files of their own, or resample one.")


ODD = [
    ("W-MON", "2024-03-18", "2024-03-19", "weekly"),
    ("W-MON", "2024-03-18", "2024-03-21 12:00", "weekly"),
    ("D", "2024-01-20", "2024-01-20 01:00", "daily"),
    ("B", "2024-01-12", "2024-01-13", "business days"),
    ("MS", "2024-11-01", "2024-11-02", "monthly"),
    ("ME", "2024-11-30", "2024-11-29", "monthly"),
    ("QS", "2024-04-01", "2024-05-01", "quarterly"),
    ("BME", "2024-11-29", "2024-11-30", "monthly"),
    ("BQS", "2024-04-01", "2024-04-03", "quarterly"),
    ("h", "2024-01-01 20:00:00", "2024-01-01 20:01:00", "hourly"),
]


@pytest.mark.parametrize(("code", "right", "wrong", "name"), ODD)
def test_one_odd_time_is_named_by_its_line(read, tmp_path, code, right, wrong, name):
    texts = written(dates(code, "2024-01-01", 60))
    place = texts.index(right)
    texts[place] = wrong
    message = (
        f"{tmp_path / 'x.csv'}, line {place + 2}: {wrong} is not on the times of the other rows of "
        f"'y', {name}. Correct it, or delete the row."
    )
    with pytest.raises(DataError, match=f"^{re.escape(message)}$"):
        read({"y": texts})


SCATTERED = dates("MS", "2020-01-01") + pd.to_timedelta(np.arange(30) * 11 % 28, "D")


def test_a_year_that_is_wrong_is_named_too(read):
    texts = written(dates("D", "2024-01-01", 60))
    texts[-1] = "2042-02-29".replace("29", "28")
    with pytest.raises(DataError, match=r"line 61: series 'y' is daily .* before 2042-02-28\."):
        read({"y": texts})


@pytest.mark.parametrize(
    ("found", "advice"),
    [
        (
            SCATTERED,
            "there is one a month at most. Write months, 2024-01, or resample to even steps.",
        ),
        (dates("SMS", "2020-01-01"), "they are not even. Resample them to even steps."),
    ],
)
def test_uneven_times_are_refused(read, found, advice):
    with pytest.raises(DataError, match=r"series 'y' is daily with .* missing; ") as caught:
        read({"y": written(found)})
    assert str(caught.value).endswith(advice)


def test_local_days_written_in_utc(read):
    local = pd.date_range("2024-03-01", periods=60, freq="D", tz="Europe/Berlin")
    texts = list(local.tz_convert("UTC").strftime("%Y-%m-%d %H:%M"))
    with pytest.raises(DataError, match=r"their time of day moves by an hour, as clocks do\."):
        read({"y": texts})
    found = read_series(pd.DataFrame({"ds": local, "y": range(60)}))
    assert found.axis.frequency == "daily"
    assert found.series[0].label(59) == "2024-04-29"
