"""Tables written: the standard library, pandas and pyarrow read them back."""

import csv
import io
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqloom.data.tables.source import part_of
from seqloom.data.tables.write import TableWriter, write_parquet

NAMES = ["text", "count", "more"]
ROWS = [['a, "b"\nc', 1, None], ["d\te", 2.5, ["x", "y"]], ["é", None, True]]
CELL = st.text(st.characters(codec="utf-8", exclude_characters="\0"))


def written(form, rows, names=NAMES, header=True):
    out = io.StringIO()
    writer = TableWriter(form, names, header, out.write)
    for cells in rows:
        writer.write(cells)
    return out.getvalue()


def test_csv():
    found = list(csv.reader(io.StringIO(written("csv", ROWS), newline="")))
    assert found == [NAMES, ['a, "b"\nc', "1", ""], ["d\te", "2.5", "x y"], ["é", "", "true"]]


def test_tsv():
    assert written("tsv", ROWS, header=False) == 'a, "b" c\t1\t\nd e\t2.5\tx y\né\t\ttrue\n'


def test_json_lines():
    found = [json.loads(line) for line in written("jsonl", ROWS).splitlines()]
    assert found == [dict(zip(NAMES, cells, strict=True)) for cells in ROWS]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(CELL, min_size=3, max_size=3)))
def test_any_text_comes_back(rows):
    found = list(csv.reader(io.StringIO(written("csv", rows), newline="")))
    assert found[1:] == rows
    lines = written("jsonl", rows).split("\n")[:-1]
    assert [list(json.loads(line).values()) for line in lines] == rows
    cells = [line.split("\t") for line in written("tsv", rows, header=False).split("\n")[:-1]]
    assert [len(row) for row in cells] == [3] * len(rows)


def test_parquet(tmp_path):
    pytest.importorskip("pyarrow")
    path = tmp_path / "out.parquet"
    write_parquet(path, NAMES, ROWS)
    part = part_of(str(path))
    assert part.names == tuple(NAMES)
    found = [list(cells) for _, cells in part.read()]
    assert found == [['a, "b"\nc', 1.0, None], ["d\te", 2.5, "x y"], ["é", None, "true"]]
