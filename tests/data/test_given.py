"""What the DATA argument means."""

import os
import re

import pytest

from seqloom.data.given import given, is_data_set
from seqloom.errors import DataError


def test_only_the_word_cmudict_is_a_data_set(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert is_data_set("cmudict")
    assert not is_data_set("words.tsv")
    assert not is_data_set(str(tmp_path / "cmudict"))
    (tmp_path / "cmudict").write_text("cat\tk a t\n")
    assert not is_data_set("cmudict")


def test_kinds_whole_paths_and_files(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cmudict").mkdir()
    assert (given("cmudict").kind, given("cmudict").whole) == ("set", "cmudict")
    assert (given("./cmudict").kind, given("absent").kind) == ("folder", "file")
    assert given(tmp_path / "absent").files() == [tmp_path / "absent"]
    assert given("absent").whole == str((tmp_path / "absent").resolve())
    os.mkfifo("pipe")
    assert given("pipe").kind == given(os.devnull).kind == "stream"
    for name in ("b.txt", "a.txt", "c.md"):
        (tmp_path / "cmudict" / name).touch()
    (tmp_path / "cmudict" / "d.txt").mkdir()
    assert [f.name for f in given("./cmudict").files((".txt",))] == ["a.txt", "b.txt"]
    assert [f.name for f in given("./cmudict").files()] == ["a.txt", "b.txt", "c.md"]


def test_a_folder_that_cannot_be_read_says_so(tmp_path, monkeypatch):
    def refuse(_):
        raise PermissionError("no")

    monkeypatch.setattr("pathlib.Path.iterdir", refuse)
    message = f"{tmp_path}: a folder must be readable, got: no. Check its permissions."
    with pytest.raises(DataError, match=f"^{re.escape(message)}$"):
        given(tmp_path).files()
