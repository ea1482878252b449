"""Which column goes into a model, and what becomes of the others."""

import pytest

from seqloom.data.given import given
from seqloom.data.tables.inputs import inputs_of
from seqloom.errors import DataError


@pytest.fixture
def read(tmp_path):
    def make(name, text, role="source", **how):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        found = inputs_of(given(str(path)), role, **how)
        return found.names, found.named, [row.text for row in found.rows]

    return make


def test_lines_of_text(read):
    assert read("words.txt", "walk\n\n talk \n") == (("source",), True, ["walk", "talk"])


@pytest.mark.parametrize(
    ("name", "text", "how", "want"),
    [
        ("w.csv", "id,word\n1,walk\n2,talk\n", {}, ["walk", "talk"]),
        ("w.csv", "word\nwalk\ntalk\n", {}, ["walk", "talk"]),
        ("w.csv", "walk\ntalk\n", {}, ["walk", "talk"]),
        ("w.csv", "id,mot\n1,walk\n", {"trained": "mot"}, ["walk"]),
        ("w.csv", "a,b\n1,walk\n", {"column": "b"}, ["walk"]),
        ("w.csv", "id,word,b\n1,walk,x\n", {"column": "2"}, ["walk"]),
        ("w.csv", "id,word,b\n1,walk,x\n", {"column": "b", "trained": "word"}, ["x"]),
        ("w.tsv", "walk\tW AO K\ntalk\tT AO K\n", {"trained": "1"}, ["walk", "talk"]),
        ("w.tsv", "1\twalk\n2\ttalk\n", {"trained": "2"}, ["walk", "talk"]),
        ("w.tsv", "lemma\tfeatures\nbe\tV;PST\n", {"trained": "lemma,features"}, ["be V;PST"]),
        ("w.tsv", "be\twas\tV;PST\ngo\twent\tV;PST\n", {}, ["be", "go"]),
        ("w.tsv", "be\tV;PST\n" * 2, {"trained": "1", "features": "2"}, ["be\tV;PST"] * 2),
        ("w.csv", "tags,word\nV,be\n", {"features": "tags"}, ["be\tV"]),
        ("w.jsonl", '{"id": 1, "word": "walk"}\n{"id": 2, "word": null}\n', {}, ["walk", ""]),
        ("w.dict", "walk\t1.0\tW AO K\n", {}, ["walk"]),
    ],
)
def test_the_column(read, name, text, how, want):
    assert read(name, text, **how)[2] == want


def test_names(read):
    assert read("w.csv", "id,word,id\n1,walk,2\n")[:2] == (("id", "word", "id_2"), True)
    assert read("w.tsv", "walk\tW\ntalk\tT\n")[:2] == (("1", "2"), False)


def test_what_cannot_be_told_is_asked(read):
    with pytest.raises(DataError, match=r"3 columns \(a, b, c\), of which the source is to be na"):
        read("w.jsonl", '{"a": 1, "b": "walk", "c": "x"}\n{"a": 1, "b": "walk", "c": "x"}\n')
    with pytest.raises(DataError, match="the source column must be a number from 1 to 2"):
        read("w.csv", "id,word\n1,walk\n", column="wort")


def test_places_for_messages(tmp_path):
    path = tmp_path / "w.csv"
    path.write_text("id,word\n1,walk\n\n2,talk\n")
    rows = list(inputs_of(given(str(path)), "source").rows)
    assert [row.where for row in rows] == [f"{path}, line 2", f"{path}, line 4"]
    assert rows[1].cells == ["2", "talk"]
