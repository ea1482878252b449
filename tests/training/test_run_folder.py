"""The default folder of a run: named after its data, never one that holds something."""

from pathlib import Path

import pytest

from seqloom.training.run_folder import default_folder


@pytest.mark.parametrize(
    ("data", "name"),
    [
        ("words.tsv", "words"),
        (Path("there/words.en.tsv.gz"), "words.en"),
        ("cmudict", "cmudict"),
        ("books", "books"),
        ("books.d", "books.d"),
        ("books/../books/", "books"),
        ("parts/*.csv", "parts"),
        (".tsv", "tsv"),
        ("-", "data"),
        ([("a", "b")], "data"),
    ],
)
def test_named_after_the_data(tmp_path, monkeypatch, data, name):
    monkeypatch.chdir(tmp_path)
    for folder in ("books", "books.d", "there", "parts"):
        Path(folder).mkdir()
    assert default_folder(data) == Path("runs") / name


def test_a_folder_in_use_is_passed_over(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("words", "words-3"):
        Path("runs", name).mkdir(parents=True)
    assert default_folder("words.tsv") == Path("runs/words")  # empty
    Path("runs/words/.lock").touch()
    Path("runs/words-2").write_text("a file")
    assert default_folder("words.tsv") == Path("runs/words-3")
