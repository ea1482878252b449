"""Tables of other kinds: the line that the error gives is run, and what it makes is read."""

import json
import subprocess

import pytest

from seqloom.data.pairs.pairs import read_pairs
from seqloom.data.texts.labelled import read_labelled
from seqloom.errors import DataError


def converted(read, path):
    """Run what the error says; the rows of the file that it makes."""
    with pytest.raises(DataError) as caught:
        read(path)
    said = str(caught.value)
    assert "\n" not in said
    subprocess.run(said.partition("Convert it with: ")[2], shell=True, check=True, cwd=path.parent)
    return read(path.with_name("the data.tsv"))


def test_csv_of_labels(tmp_path):
    path = tmp_path / "the data.csv"
    path.write_text('text,label\n"no, not ""good"" at\tall",neg\n"of\ntwo lines",pos\n')
    found = converted(read_labelled, path)
    assert [(one.text, one.label) for one in found] == [
        ('no, not "good" at all', "neg"),
        ("of two lines", "pos"),
    ]
    path.write_text("\ufeffä;x\nö;y\n", encoding="utf-8")
    assert [one.label for one in converted(read_labelled, path)] == ["x", "y"]


def test_json_lines_of_pairs(tmp_path):
    rows = [{"id": 7, "word": f"a'{n}", "pron": "A\t$B"} for n in range(3)]
    path = tmp_path / "the data.jsonl"
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    assert [(p.source, p.target) for p in converted(read_pairs, path)] == [
        (f"a'{n}", "A $B") for n in range(3)
    ]
    path = path.with_suffix(".json")
    path.write_text(json.dumps(rows))
    with pytest.raises(
        DataError, match=r"this is a JSON list, and columns separated by tabs are re"
    ):
        read_pairs(path)


def test_what_is_no_table_is_not_said_to_be_one(tmp_path):
    path = tmp_path / "data.tsv"
    for text in ("one column\nno other\n", "{a\nb\n", "[" * 100_000):
        path.write_text(text)
        with pytest.raises(DataError, match="a line must have 2 columns, got 1"):
            read_pairs(path)
