"""Series from CSV: layouts, rules for gaps and rows, covariates; every error's text."""

import gzip
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from seqloom.data.series.read import read_series
from seqloom.data.series.times import TimeAxis
from seqloom.errors import DataError

quick = settings(derandomize=True, deadline=None, max_examples=60)
LONG = "unique_id,ds,y\nb,2024-01-02,4\na,2024-01-01,1\nb,2024-01-01,3\na,2024-01-02,2.5\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("series")


def write(folder, text, name="sales.csv"):
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def values(found):
    return {one.name: one.values.tolist() for one in found.series}


@pytest.mark.parametrize("zipped", [False, True])
def test_long_rows_in_any_order(folder, zipped):
    found = read_series(write(folder, gzip.compress(LONG.encode()) if zipped else LONG))
    assert values(found) == {"b": [3, 4], "a": [1, 2.5]}
    assert found.axis.frequency == "daily"
    assert found.report[0].endswith("2 series, 4 values, daily, 2024-01-01 to 2024-01-02")


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_long_by_other_names_and_one_series(folder, delimiter):
    text = "Step,Value\n1,5\n2,7\n".replace(",", delimiter)
    assert values(read_series(write(folder, text))) == {"Value": [5, 7]}


def test_wide_starts_and_ends_where_values_do(folder):
    text = "month,north,south\n2024-01,1,\n2024-02,2,5\n2024-03,,6\n\n2024-04,,9\n"
    found = read_series(write(folder, text))
    assert values(found) == {"north": [1, 2], "south": [5, 6, 9]}
    assert [one.start for one in found.series] == [0, 1]


def test_wide_is_what_pandas_reads(folder):
    table = pd.DataFrame(np.random.default_rng(3).normal(size=(30, 4)), columns=list("wxyz"))
    table.insert(0, "when", pd.date_range("2024-03-30", periods=30, freq="h").astype(str))
    path = folder / "wide.csv"
    table.to_csv(path, index=False)
    for one in read_series(path).series:
        np.testing.assert_array_equal(
            one.values, pd.read_csv(path, float_precision="round_trip")[one.name]
        )


def test_layout_can_be_forced(folder):
    path = write(folder, "t,y\n1,2\n2,3\n")
    assert read_series(path, layout="wide").series[0].name == "y"
    message = (
        r"^.*sales.csv, line 1: no column of a long table is named as a time "
        r"\(ds, date, datetime ...\): k, v. Rename one.$"
    )
    with pytest.raises(DataError, match=message):
        read_series(write(folder, "k,v\n1,2\n"), layout="long")


def test_gaps_take_the_value_before_and_are_counted(folder):
    text = "ds,y\n2024-01-01,1\n2024-01-02,\n2024-01-03,3\n2024-01-06,9\n2024-01-07,nan\n"
    found = read_series(write(folder, text))
    one = found.series[0]
    assert one.values.tolist() == [1, 1, 3, 3, 3, 9]
    assert one.real.tolist() == [True, False, True, False, False, True]
    assert one.until(one.start + 4).real.tolist() == [True, False, True, False]
    assert "gaps: 3 of 6 values were missing, filled with the value before" in found.report
    given = read_series(write(folder, "ds,y\n1,1\n2,1\n3,3\n"))
    gap = read_series(write(folder, "ds,y\n1,1\n2,\n3,3\n"))
    assert given.fingerprint != gap.fingerprint


def test_constant_series_are_named(folder):
    found = read_series(write(folder, "t,a,b\n1,5,1\n2,5,2\n"))
    assert any(line.startswith("constant: 1 series, 'a' first;") for line in found.report)


def test_series_without_a_value_are_left_out(folder):
    found = read_series(write(folder, "t,a,b\n1,,1\n2,,2\n"))
    assert values(found) == {"b": [1, 2]}
    assert "left out: 1 series without a value, 'a' first" in found.report


def test_covariates(folder):
    text = (
        "unique_id,ds,y,promo,region,size\n"
        "a,1,1,false,north,3\na,2,2,true,north,3\na,3,,1,north,3\n"
        "b,1,4,0,south,5\nb,2,5,0,south,5\nb,3,,0,south,5\n"
    )
    found = read_series(write(folder, text))
    assert (found.known_names, found.static_names) == (("promo",), ("region", "size"))
    a, b = found.series
    assert a.values.tolist() == [1, 2]
    assert a.known.tolist() == [[0], [1], [1]]  # one more row than values: the future
    assert (a.static, b.static) == (("north", 3.0), ("south", 5.0))


def test_covariates_are_not_made_up_for_the_future(folder):
    """After their last value they stay as they are in the past, and are unknown in the future."""
    rows = ["1,5,2,,1", "2,6,,,", "3,7,4,,3", "4,8,,,", "5,,6,,", "6,,,,", "7,,,,"]
    found = read_series(write(folder, "\n".join(["ds,y,a,none,b", *rows])))
    nan = np.nan
    a, none, b = found.series[0].known.T
    np.testing.assert_array_equal(a, [2, 3, 4, 5, 6, nan, nan])
    np.testing.assert_array_equal(none, [0, 0, 0, 0, nan, nan, nan])
    np.testing.assert_array_equal(b, [1, 2, 3, 3, nan, nan, nan])


def test_single_values_take_the_model_s_frequency(folder):
    path = write(folder, "ds,y\n2024-05-01,1\n")
    found = read_series(path, like=TimeAxis("month", 1, 3, 1))
    assert [found.axis.label(i) for i in range(2)] == ["2024-05-01", "2024-06-01"]


def test_another_frequency_is_refused(folder):
    message = (
        f"{folder / 'sales.csv'}, line 2: 2024-01-02 does not fit the frequency that the model was "
        "trained on, monthly. Correct it, or train a model for such data."
    )
    with pytest.raises(DataError, match=f"^{re.escape(message)}$"):
        read_series(write(folder, LONG), like=TimeAxis("month"))


BROKEN = [
    ("ds,y\n1,2\n2,3,4\n", ", line 3: 3 columns, and the header has 2. "
     "Fill the cells, empty ones too."),
    ("ds,y\n1,2\n2,x\n", ", line 3: `y` is no number: 'x'. "
     "Write numbers with a decimal point, 1234.5."),
    ("ds,y\n1,2\n2,inf\n", ", line 3: `y` is inf, and numbers up to 1e+100 are "
     "read. Correct it, leave the cell empty, or give the column in another unit."),
    ("ds,y\n1,2\n1,3\n", ", line 3: 1 is there twice for 'y', in line 2 too, "
     "with another value. Keep one row a time: add them up, or name the column that tells the "
     "series apart with --series."),
    ("ds,y\n1,2\nmonday,3\n", ", line 3: 'monday' is no date and no whole number. "
     "Write dates as 2024-01-31 or 2024-01-31 13:00, or number the steps 1, 2, 3."),
    ("1,2\n2,3\n", ", line 1: the first line has values, and no names of "
     "columns. Add a line such as date,series1."),
    ("ds,y,y\n1,2,3\n", ", line 1: two columns are named 'y'. Rename one."),
    ("ds,y\n", ": there are no rows of values in it. "
     "Write `unique_id,ds,y` rows, or the time first and a column for each series."),
    ("ds,y\n1,\n", ": there is no value in it. Fill the value column."),
    ("a\n1\n", ", line 1: there is one column, 'a'. "
     "Write `unique_id,ds,y` rows, or the time first and a column for each series."),
    ("ds,y,kind\n1,2,x\n2,3,z\n", ", line 2: covariate `kind` changes within a series and "
     "is no number: 'x'. Write numbers with a decimal point, 1234.5. Or drop the column."),
    ("ds,y\n1,2\n2,1\n100,3\n", ", line 4: series 'y' is numbered with 97 of 100 times "
     "missing; the longest gap is before 100. Correct that time, or resample to even steps."),
    ('ds,y\n1,"2\n', ", line 2: the line is not CSV: unexpected end of data. "
     "Quote cells that hold a comma or a quote, and double the quotes in them."),
]  # fmt: skip


@pytest.mark.parametrize(("text", "message"), BROKEN)
def test_broken_file_says_what_is_wrong(folder, text, message):
    path = write(folder, text)
    with pytest.raises(DataError, match=f"^{re.escape(f'{path}{message}')}$"):
        read_series(path)


@given(st.binary(max_size=80))
@example(b"ds,y\n1,1e999\n")
@example(b"unique_id,ds,y\n,,\n")
@example(b"ds,y\n99999999999999999999,1\n")
@example(b"ds,y\n1,1\n9000000000000000000,1\n")
@example(b"ds,y\n9999-12,1\n")
@quick
def test_any_bytes_give_series_or_our_error(folder, data):
    path = write(folder, data)
    try:
        found = read_series(path)
    except DataError as error:
        assert str(path) in str(error)  # noqa: PT017
        assert "\n" not in str(error)  # noqa: PT017
    else:
        assert all(np.isfinite(one.values).all() for one in found.series)
