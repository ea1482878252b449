"""Two aligned files of text."""

import re

import pytest

from seqloom.data.given import aligned, given
from seqloom.data.guess import guess_task, say_columns
from seqloom.data.pairs.pairs import PairColumns, pair_table
from seqloom.errors import DataError


@pytest.fixture
def files(tmp_path):
    def make(source, target):
        for name, text in (("train.en", source), ("train.de", target)):
            (tmp_path / name).write_text(text, encoding="utf-8")
        return aligned(str(tmp_path / "train.en"), str(tmp_path / "train.de"))

    return make


def test_pairs_line_by_line(files):
    data = files("a house\n\ntwo, of them\n", "ein Haus\n\nzwei davon")
    found, _ = pair_table(data)
    assert [(p.source, p.target, p.line) for p in found] == [
        ("a house", "ein Haus", 1),
        ("two, of them", "zwei davon", 3),
    ]
    assert guess_task(data).why == "two aligned files"
    assert say_columns("transduce", data, PairColumns()) == "source: source, target: target"


def test_a_line_that_is_blank_in_one_is_left_out_and_counted(files):
    found, table = pair_table(files("a\nb\nc\n", "A\n\nC\n"))
    assert [p.source for p in found] == ["a", "c"]
    assert table.left_out() == ["left out: 1 rows without a target, the first in line 2"]


@pytest.mark.parametrize(
    ("source", "target", "said"),
    [
        ("a\nb\nc\n", "A\n", "train.en has 3 lines and {}train.de has 1"),
        ("a\n", "A\nB\n\nD\n", "train.en has 1 lines and {}train.de has 4"),
        ("a\nb\n", "A\nB\n\n", "train.en has 2 lines and {}train.de has 3"),
    ],
)
def test_unequal_numbers_of_lines(files, tmp_path, source, target, said):
    with pytest.raises(DataError, match=re.escape(said.format(f"{tmp_path}/"))):
        pair_table(files(source, target))


def test_a_run_finds_them_again(files, tmp_path, monkeypatch):
    files("a\n", "A\n")
    monkeypatch.chdir(tmp_path)
    whole = given(aligned("train.en", "train.de")).whole
    assert whole == {
        "source_file": str(tmp_path / "train.en"),
        "target_file": str(tmp_path / "train.de"),
    }
    assert given(whole).kind == "parallel"


def test_columns_of_python_are_no_files():
    assert given({"source": ["a"], "target": ["b"]}).kind == "python"
    assert given({"source_file": ["a"], "target_file": ["b"]}).kind == "python"
