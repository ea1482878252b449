"""Symbols that the model never saw are said once; a file's name is asked about; `-` is no text."""

import json

from seqloom.data.unseen import Unseen


def test_the_first_input_with_unknown_symbols_is_named(capsys):
    unseen = Unseen(lambda text: [c for c in dict.fromkeys(text) if c not in "abc"])
    assert unseen.of("abc", "line 1") == []
    assert unseen.of("axbyx", "line 2") == ["x", "y"]
    assert unseen.of("z", "line 3") == ["z"]
    assert capsys.readouterr().err == (
        "note: line 2 has 2 different symbols that were never seen in training and read as "
        "unknown: x y\n"
    )


def test_where_only_the_case_differs_that_is_said(capsys):
    Unseen(lambda text: [c for c in text if c not in "abc"]).of("CAB", "the input")
    Unseen(lambda text: [c for c in text if c not in "AB"]).of("a", "the input")
    assert capsys.readouterr().err == (
        "note: the input has 3 different symbols that were never seen in training and read as "
        "unknown: C A B. The model knows them in lower case: cab\n"
        "note: the input has a symbol that was never seen in training and read as unknown: a. "
        "The model knows them in upper case: A\n"
    )


def test_predict_says_it_in_json_too(cli, model):
    done = cli("predict", model, "ab", "AB", "xyz", "--json")
    assert [json.loads(line)["unknown"] for line in done.out.splitlines()] == [
        [],
        ["A", "B"],
        ["x", "y", "z"],
    ]
    assert done.err == (
        "note: line 2 has 2 different symbols that were never seen in training and read as "
        "unknown: A B. The model knows them in lower case: ab\n"
    )


def test_a_file_s_name_is_asked_about(refuses, cli, model, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my words.tsv").write_text("ab\n")
    assert refuses("predict", model, "ab", "my words.tsv") == (
        "predict: my words.tsv is the name of a file, and arguments are texts. For the lines of "
        "the file: seqloom predict MODEL < 'my words.tsv'. For the name itself as a text: echo "
        "'my words.tsv' | seqloom predict MODEL"
    )
    assert cli("predict", model, "-", stdin=b"ab\n").out == "B A\n"
