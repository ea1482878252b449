"""Which column is what: indexes, columns without names, values of any name, headers of Excel."""

import io
import re
import time

import numpy as np
import pandas as pd
import pytest

from seqloom.data.series.layout import SeriesTable, columns_of
from seqloom.data.series.read import read_series
from seqloom.errors import DataError

MONTHS = [f"2024-{m:02}" for m in range(1, 13)]
VALUES = [100.5 + m % 5 for m in range(12)]


@pytest.fixture
def read(tmp_path):
    def reader(text, **kind):
        path = tmp_path / "x.csv"
        path.write_text(text)
        return read_series(path, **kind)

    return reader


def frame(**more):
    return pd.DataFrame({"unique_id": "S", **more, "ds": MONTHS, "y": VALUES})


def lines(*rows):
    return "\n".join(rows) + "\n"


TABLES = {
    "index of pandas": frame().to_csv(),
    "index with holes": frame().set_index(pd.Index(range(0, 36, 3))).to_csv(),
    "index read again": frame().rename_axis("Unnamed: 0").to_csv(),
    "index with a name": frame().rename_axis("index").to_csv(),
    "trailing commas": frame().to_csv(index=False).replace("\n", ",\n"),
    "sales": frame().rename(columns={"y": "sales"}).to_csv(index=False),
    "time last": frame()[["unique_id", "y", "ds"]].rename(columns={"y": "v"}).to_csv(index=False),
    "name by any name": frame().rename(columns={"unique_id": "shop", "y": "n"}).to_csv(index=False),
    "sep": "sep=;\n" + frame().to_csv(index=False, sep=";"),
    "titles": "Sales of the year\n\n;;\n" + frame().to_csv(index=False, sep=";"),
    "titles with commas": "Sales,,\n" + frame().to_csv(index=False),
    "quoted header": frame(**{"a,b,c,d": 1.0}).to_csv(index=False, sep=";", quoting=1),
    "bars": frame().to_csv(index=False, sep="|"),
}


@pytest.mark.parametrize("kind", TABLES)
def test_the_same_series_in_every_table(read, kind):
    found = read(TABLES[kind])
    assert [one.name for one in found.series] == ["S"]
    assert found.series[0].values.tolist() == VALUES
    assert found.series[0].label(12) == "2025-01"
    assert found.known_names == (("a,b,c,d",) if kind == "quoted header" else ())
    said = any(line.startswith("left out") for line in found.report)
    assert said == any(word in kind for word in ("index", "trailing", "titles"))


def test_an_index_of_times_is_the_time(read):
    wide = pd.DataFrame({"a": VALUES, "b": VALUES}, index=MONTHS)
    for table in (wide, wide.reset_index(drop=True)):
        found = read(table.to_csv())
        assert [one.name for one in found.series] == ["a", "b"]
    found = read(pd.DataFrame({"unique_id": "S", "y": VALUES}, index=MONTHS).to_csv())
    assert found.series[0].label(12) == "2025-01"


def test_a_wide_table_may_have_its_time_anywhere(read):
    found = read(lines("a,b,date", *(f"1,{i},{month}" for i, month in enumerate(MONTHS))))
    assert [one.name for one in found.series] == ["a", "b"]


def test_titles_are_said(read):
    report = read(TABLES["titles"]).report
    assert "left out: titles above the names of the columns, 'Sales of the year' first" in report
    with pytest.raises(DataError, match=r"x\.csv, line 5: `y` is no number: 'x'"):
        read("Sales\n\nunique_id,ds,y\nS,2024-01,1\nS,2024-02,x\n")


def test_names_in_the_index_of_a_frame_are_columns():
    found = read_series(frame().set_index(["unique_id", "ds"]))
    assert [(one.name, one.values.tolist()) for one in found.series] == [("S", VALUES)]
    assert read_series(frame().set_index("unique_id")).series[0].name == "S"


@pytest.mark.parametrize("separator", [";", "\t", "|"])
@pytest.mark.parametrize("form", [None, "%.3f", "%.2e"])
def test_decimal_commas_are_what_pandas_reads(read, separator, form):
    """Gaps, covariates, whole numbers; names and times of series stay as they are."""
    table = pd.DataFrame({"unique_id": "1,5", "ds": MONTHS, "y": VALUES, "x": 0.125, "n": 7})
    table["y"] = table["y"] * -1234.5 + 0.25
    table.loc[3, "y"] = None
    table["x"] *= np.arange(12)
    text = table.to_csv(index=False, sep=separator, decimal=",", float_format=form)
    found = read(text)
    want = pd.read_csv(io.StringIO(text), sep=separator, decimal=",", dtype={"unique_id": str})
    one = found.series[0]
    assert one.name == "1,5"
    np.testing.assert_array_equal(one.known_values(), want["y"])
    np.testing.assert_array_equal(one.known[:, 0], want["x"])
    assert "numbers: commas in `y` and 1 more columns are read as decimal commas" in found.notes
    assert found.notes == found.report[1:3]


def test_decimal_commas_in_a_wide_table(read):
    found = read("date;a;b\n2024-01;1,5;3\n2024-02;1,250;4\n2024-03;;5\n")
    assert [one.values.tolist() for one in found.series] == [[1.5, 1.25], [3, 4, 5]]
    assert found.notes == ("numbers: commas in `a` are read as decimal commas",)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            lines("id,ds,sales,price", "a,1,2,3"),
            "line 1: which column is the value is not told by the names id, ds, sales, price. "
            "Rename it to y; what is left are covariates.",
        ),
        (lines("ds,y,", "1,2,x"), "line 1: column 3 has no name. Name it, or delete it."),
        (
            lines("unique_id,ds,y", "a,1,2", ",2,3"),
            "line 3: the series has no name. Fill that cell, or delete the row.",
        ),
        (
            lines("ds,y", "1,2", "2,1e300"),
            "line 3: `y` is 1e300, and numbers up to 1e+100 are read. Correct it, leave the cell "
            "empty, or give the column in another unit.",
        ),
        (
            lines("ds,y,x", "1,2,1", "2,3,1e308"),
            "line 3: covariate `x` changes within a series and is 1e308, and numbers up to 1e+100 "
            "are read. Correct it, leave the cell empty, or give the column in another unit. Or "
            "drop the column.",
        ),
        (
            lines("ds;y", "1;1,5", "2;2.5"),
            "line 2: `y` is no number: '1,5'. Write numbers with a decimal point, 1234.5.",
        ),
        (
            lines("ds;x;y", "1;7;12", "2;8;1,234", "3;9;-56,789"),
            "line 3: `y` is 1,234, and its column does not tell whether commas are decimal or "
            "separate thousands. Write 1.234 or 1234.",
        ),
        (
            lines("ds;y", "1;1.234,5", "2;2,5"),
            "line 2: `y` is no number: '1.234,5'. Write numbers with a decimal point, 1234.5.",
        ),
        (
            lines("ds,y", '1,"1,5"', '2,"2,5"'),
            "line 2: `y` is no number: '1,5'. Write numbers with a decimal point, 1234.5.",
        ),
    ],
)
def test_what_is_not_told_is_asked(read, text, message):
    with pytest.raises(DataError, match=f"x.csv, {re.escape(message)}$"):
        read(text)


def test_values_too_small_for_their_squares(read):
    message = (
        "series 'y' has no value larger than 2e-200; those below 1e-100 are not read. Give it in "
        "another unit."
    )
    with pytest.raises(DataError, match=re.escape(message)):
        read(lines("ds,y", "1,1e-200", "2,2e-200"))


def test_rows_that_are_there_twice_count_once(read):
    found = read(lines("ds,y,x", "1,5,1", "1,5,1", "2,6,2", "3,,3", "3,,3"))
    assert found.series[0].values.tolist() == [5, 6]
    assert "left out: 2 rows that are there twice, the same in every cell" in found.report
    with pytest.raises(DataError, match="line 3: 1 is there twice for 'y', in line 2 too, with"):
        read(lines("ds,y,x", "1,5,1", "1,5,2", "2,6,2"))


def test_missing_cells_of_a_frame_are_missing():
    for column in (
        pd.array([1, None, 3], "Int64"),
        pd.array([1.0, pd.NA, 3.0], "Float64"),
        [1, pd.NA, 3],
        [1, None, 3],
    ):
        table = pd.DataFrame({"ds": [1, 2, 3], "y": column, "x": [0.5, pd.NA, 1.5]})
        found = read_series(table)
        assert found.series[0].real.tolist() == [True, False, True]
        assert found.series[0].known[:, 0].tolist() == [0.5, 1.0, 1.5]
    assert read_series([1, pd.NA, 3]).series[0].real.tolist() == [True, False, True]


def test_time_is_linear_in_the_columns_of_a_wide_table():
    """Names were compared with all names before them: 20,000 columns took 5 seconds."""
    header = ["t", *(f"s{i}" for i in range(20_000))]
    table = SeriesTable("x", header, [["1"]] * len(header), [2])
    begun = time.process_time()
    assert len(columns_of(table).ids) == 20_000
    assert time.process_time() - begun < 2  # seconds
