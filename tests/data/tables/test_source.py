"""From files and Python data to one and the same table, whatever holds it; pandas is the oracle."""

import gzip
import io
import json
import sys
from collections import namedtuple

import numpy as np
import pandas as pd
import polars as pl
import pytest

from seqloom.data.given import given
from seqloom.data.pairs.pairs import PairColumns, read_pairs
from seqloom.data.tables.source import table_of
from seqloom.data.texts.labelled import read_labelled
from seqloom.errors import DataError

pa = pytest.importorskip("pyarrow")

ROWS = [
    ("a fine, fine film", "good", 5),
    ('"dull", she said', "bad", 1),
    ("two\nlines; and a\ttab", "bad", 2),
    ("d\u00e9j\u00e0 vu | na\u00efve", "good", 4),
]
FRAME = pd.DataFrame(ROWS, columns=["review", "sentiment", "year"])
WANT = [
    ("a fine, fine film", "good"),
    ('"dull", she said', "bad"),
    ("two lines; and a tab", "bad"),
    ("d\u00e9j\u00e0 vu | na\u00efve", "good"),
]


def as_csv(folder, **how):
    path = folder / "data.csv"
    FRAME.to_csv(path, index=False, **how)
    return path


def as_excel_csv(folder):
    path = folder / "data.csv"
    text = "sep=;\r\n" + FRAME.to_csv(index=False, sep=";", lineterminator="\r\n")
    path.write_bytes(text.encode("utf-8-sig"))
    return path


def as_json(folder, **how):
    name = "data.jsonl" if how.get("lines") else "data.json"
    FRAME.to_json(folder / name, force_ascii=False, **how)
    return folder / name


def as_json_within(folder):
    path = folder / "data.json"
    path.write_text(json.dumps({"version": 1, "data": FRAME.to_dict("records")}))
    return path


def as_gzip(folder):
    path = folder / "data.csv.gz"
    path.write_bytes(gzip.compress(FRAME.to_csv(index=False).encode()))
    return path


def as_arrow(folder, name):
    path = folder / name
    table = pa.Table.from_pandas(FRAME)
    if name.endswith("parquet"):
        import pyarrow.parquet as pq

        pq.write_table(table, path, row_group_size=2)
        return path
    if name.endswith("feather"):
        FRAME.to_feather(path)
        return path
    opened = pa.ipc.new_stream if "stream" in name else pa.ipc.new_file
    with opened(str(path), table.schema) as out:
        out.write_table(table, max_chunksize=3)
    return path


FILES = {
    "csv": as_csv,
    "semicolons": lambda folder: as_csv(folder, sep=";"),
    "bars": lambda folder: as_csv(folder, sep="|"),
    "quoted": lambda folder: as_csv(folder, quoting=1),
    "excel": as_excel_csv,
    "gzip": as_gzip,
    "json lines": lambda folder: as_json(folder, orient="records", lines=True),
    "json list": lambda folder: as_json(folder, orient="records"),
    "json by columns": lambda folder: as_json(folder),
    "json within": as_json_within,
    "parquet": lambda folder: as_arrow(folder, "data.parquet"),
    "arrow": lambda folder: as_arrow(folder, "data.arrow"),
    "arrow stream": lambda folder: as_arrow(folder, "stream.arrow"),
    "feather": lambda folder: as_arrow(folder, "data.feather"),
}
Review = namedtuple("Review", "review sentiment year")
PYTHON = {
    "pandas": FRAME,
    "polars": pl.from_pandas(FRAME),
    "lazy": pl.from_pandas(FRAME).lazy(),
    "arrow": pa.Table.from_pandas(FRAME),
    "columns": FRAME.to_dict("list"),
    "dictionaries": FRAME.to_dict("records"),
    "named tuples": [Review(*row) for row in ROWS],
    "records": FRAME.to_records(index=False),
    "iterator": iter(FRAME.to_dict("records")),
}


@pytest.mark.parametrize("form", FILES)
def test_every_file_is_the_same_table(tmp_path, form):
    path = FILES[form](tmp_path)
    assert [(row.text, row.label) for row in read_labelled(path)] == WANT


@pytest.mark.parametrize("form", PYTHON)
def test_all_that_python_holds_is_the_same_table(form):
    assert [(row.text, row.label) for row in read_labelled(PYTHON[form])] == WANT


def test_rows_without_names_are_columns_by_number():
    pairs = [("walk", "W AO K"), ("talk", ["T", "AO", "K"])]
    assert [(p.source, p.target) for p in read_pairs(pairs)] == [
        ("walk", "W AO K"),
        ("talk", "T AO K"),
    ]
    array = np.array([["walk", "W AO K"], ["word", "pronunciation"]])
    assert [p.source for p in read_pairs(array)] == ["walk", "word"]


def test_missing_cells_are_left_out_and_counted(tmp_path):
    frame = pd.DataFrame({"text": ["a", None, "c", "d"], "label": ["x", "x", np.nan, "y"]})
    from seqloom.data.texts.labelled import labelled_table

    rows, found = labelled_table(frame)
    assert [(r.text, r.label, r.line) for r in rows] == [("a", "x", 1), ("d", "y", 4)]
    assert found.left_out() == [
        "left out: 1 rows without a label, the first in row 3",
        "left out: 1 rows without a text, the first in row 2",
    ]
    path = tmp_path / "data.csv"
    frame.to_csv(path, index=False)
    assert [r.line for r in read_labelled(path)] == [2, 5]


def test_lines_count_those_within_quotes(tmp_path):
    path = tmp_path / "data.csv"
    path.write_text('text,label\n"one\ntwo\nthree",x\nfour,y\n"five\n",y,z\n')
    with pytest.raises(DataError, match=r"line 6: a line must have 2 columns like line 1, got 3"):
        read_labelled(path)
    path.write_text('text,label\none,x\n"two,y\nthree,z\n')
    with pytest.raises(DataError, match=r"line 3: the line is not CSV: unexpected end of data"):
        read_labelled(path)


def test_a_folder_a_pattern_and_a_list_are_one_table(tmp_path):
    FRAME[:2].to_csv(tmp_path / "b.csv", index=False)
    FRAME[2:].to_csv(tmp_path / "c.csv", index=False)
    files = [tmp_path / "b.csv", tmp_path / "c.csv"]
    for data in (tmp_path, str(tmp_path / "*.csv"), files, [str(file) for file in files]):
        assert [(row.text, row.label) for row in read_labelled(data)] == WANT
    with (tmp_path / "c.csv").open("a") as file:
        file.write("one,good\n")
    with pytest.raises(DataError, match=r"c\.csv, line 5: a line must have 3 columns"):
        read_labelled(files)
    FRAME[2:].rename(columns={"review": "comment"}).to_json(tmp_path / "c.json", orient="records")
    FRAME[:2].to_json(tmp_path / "b.json", orient="records")
    with pytest.raises(DataError, match=r"c\.json: the columns are comment, sentiment, year, and"):
        read_labelled(tmp_path / "*.json")
    with pytest.raises(DataError, match=r"the files are of several kinds: b\.csv, b\.json"):
        read_labelled(tmp_path)


def test_two_labels_are_asked_about():
    with pytest.raises(
        DataError,
        match=r"3 columns \(text, topic, stars\), of which .* For example: "
        r"--text text --label stars",
    ):
        read_labelled(
            [{"text": f"a text {n}", "topic": "xy"[n % 2], "stars": n % 3} for n in range(30)]
        )


def test_running_text_is_no_table(tmp_path):
    path = tmp_path / "play.txt"
    path.write_text("To be, or not to be:\nthat is the question.\n" * 9)
    assert table_of(path) is None


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"a": [1, 2], "b": [3]}, r"data: columns must have equally many cells, got a 2, b 1\."),
        ({"a": "text"}, r"data: `a` is no column of cells\."),
        (5, r"data: int is no table\."),
        (np.zeros((2, 2, 2)), r"data: an array must have rows and columns, got 3 axes\."),
        ([("a", "b"), ("c",)], r"data, row 2: rows must all have 2 cells like the first\."),
        ([{"a": 1}, "b"], r"data: rows must all be dictionaries like the first\."),
    ],
)
def test_what_is_no_table_is_refused(data, message):
    with pytest.raises(DataError, match=f"^{message}"):
        table_of(data)


def test_damaged_files_say_so(tmp_path):
    for name in ("data.parquet", "data.arrow", "data.feather"):
        path = as_arrow(tmp_path, name)
        path.write_bytes(path.read_bytes()[:100])
        with pytest.raises(DataError, match=r"the (Parquet|Arrow) file is damaged: .* Copy or"):
            read_labelled(path)


def test_what_is_given():
    assert given(FRAME).kind == "python"
    assert given(FRAME).whole is None
    assert given([("a", "b")]).kind == "python"


def test_standard_input_is_read_as_often_as_needed(monkeypatch):
    text = io.TextIOWrapper(io.BytesIO(FRAME.to_csv(index=False).encode()))
    monkeypatch.setattr(sys, "stdin", text)
    assert [(row.text, row.label) for row in read_labelled("-")] == WANT
    assert table_of("-").first.head(1) == table_of("-").first.head(1)


def test_objects_within_cells_are_columns_wherever_they_come_from(tmp_path):
    import pyarrow.parquet as pq

    rows = [{"id": 1, "translation": {"en": "go", "fr": "va"}}]
    rows += [{"id": 2, "translation": {"en": "be", "fr": "sois"}}]
    columns = PairColumns(source="translation.en", target="translation.fr")
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "data.parquet")
    (tmp_path / "data.json").write_text(json.dumps(rows))
    for data in (rows, pl.DataFrame(rows), tmp_path / "data.parquet", tmp_path / "data.json"):
        found = [(pair.source, pair.target) for pair in read_pairs(data, columns)]
        assert found == [("go", "va"), ("be", "sois")]
