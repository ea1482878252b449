"""A model file with a dictionary of exceptions, from the command line: asked first, and told of."""

import dataclasses
import json

import pytest

import seqloom
from seqloom.data.pairs.exceptions import Exceptions
from seqloom.export.model_file import read_model, write_model

ENTRIES = {"hgfe": ("X Y", "E F"), "ab": ("A",)}


@pytest.fixture(scope="module")
def known(model, tmp_path_factory):
    """The model that reverses, with two sources that it is made to get wrong."""
    path = tmp_path_factory.mktemp("exceptions") / "known.safetensors"
    file = read_model(model)
    parts = dataclasses.replace(file.parts, exceptions=Exceptions(ENTRIES))
    write_model(path, dataclasses.replace(file, parts=parts))
    return path


def test_the_dictionary_is_asked_first(cli, known):
    assert cli("predict", known, "hgfe", "cab", "ab") == (0, "X Y\nB A C\nA\n", "")
    assert cli("predict", known, stdin=b"hgfe\n\ncab\n").out == "X Y\n\nB A C\n"
    assert cli("predict", known, "hgfe", "--no-exceptions").out == "E F G H\n"


def test_its_references_are_all_the_outputs(cli, known):
    assert cli("predict", known, "hgfe", "--nbest", 3).out == "X Y\tE F\n"
    assert cli("predict", known, "hgfe", "--nbest", 3, "--scores").out == (
        "X Y\t-0.6931\tE F\t-0.6931\n"
    )
    found = json.loads(cli("predict", known, "hgfe", "--mass", 0.4, "--json").out)["outputs"]
    assert [(p["text"], p["share"]) for p in found] == [("X Y", 0.5)]
    assert cli("predict", known, "hgfe", "--mass", 0.9).out == "X Y\tE F\n"
    assert cli("predict", known, "ab", "--scores").out == "A\t0.0000\n"


def test_what_is_drawn_comes_from_the_network(cli, known, model):
    line = ("hgfe", "--sample", "--temperature", 0.5)
    assert cli("predict", known, *line) == cli("predict", model, *line)


def test_json_says_where_an_answer_comes_from(cli, known):
    done = cli("predict", known, "hgfe", "cab", "--json")
    first, second = (json.loads(line)["outputs"][0] for line in done.out.splitlines())
    assert (first["origin"], second["origin"]) == ("exceptions", "network")
    assert first["symbols"] == ["X", "Y"]
    assert first["log_probability"] == first["score"] == pytest.approx(-0.693147)


def test_evaluate_reports_with_and_without(cli, known, model, tmp_path):
    (tmp_path / "t.tsv").write_text("hgfe\tX Y\nab\tB A\ncab\tB A C\nbad\tD A B\n")
    plain = json.loads(cli("evaluate", model, tmp_path / "t.tsv", "--json").out)
    found = json.loads(cli("evaluate", known, tmp_path / "t.tsv", "--json").out)
    assert "exceptions" not in plain
    assert found["output_error_rate"]["value"] == 25.0  # ab: the dictionary says A
    assert found["symbol_error_rate"]["value"] == 10.0
    names = ("symbol_error_rate", "output_error_rate", "exact_match")
    without = {name: plain[name] for name in names}
    assert found["exceptions"] == {"entries": 2, "sources": 2, "without": without}
    done = cli("evaluate", known, tmp_path / "t.tsv")
    assert "The dictionary of 2 exceptions answers 2 of 4 sources." in done.out
    rates = f"{plain['symbol_error_rate']['value']:.2f} %, output error rate 25.00 %."
    assert f"Without it: symbol error rate {rates}" in done.out
    (tmp_path / "other.tsv").write_text("cab\tB A C\nbad\tD A B\n")
    done = cli("evaluate", known, tmp_path / "other.tsv")
    assert "The dictionary of 2 exceptions answers 0 of 2 sources.\n" in done.out
    assert "Without it" not in done.out


def test_inspect_shows_the_network_and_tells_of_the_dictionary(cli, known, tmp_path):
    page = ("--page", tmp_path / "p.html")
    done = cli("inspect", known, "hgfe", *page)
    assert "output: E F G H" in done.out
    assert (
        "note: predict answers this input from the dictionary of exceptions: X Y, E F\n" in done.out
    )
    assert "This is the network's answer." in (tmp_path / "p.html").read_text()
    assert "dictionary" not in cli("inspect", known, "cab", *page).out
    trace = seqloom.load(known).trace("ab", jacobians=False, importance=False)
    assert (trace.output, trace.facts["exceptions"]) == ("B A", ["A"])


def test_info_counts_them(cli, known, model):
    assert json.loads(cli("info", known, "--json").out)["exceptions"] == 2
    assert "exceptions" not in json.loads(cli("info", model, "--json").out)


def test_python(known):
    model = seqloom.load(known)
    assert model.predict(["hgfe", "cab"]) == ["X Y", "B A C"]
    assert model.predict(["hgfe", "cab"], exceptions=False) == ["E F G H", "B A C"]
    assert [p.text for p in model.predict_nbest(["hgfe"], 2)[0]] == ["X Y", "E F"]
    assert model.predict_nbest(["cab"])[0][0].origin == "network"
    assert model.align("hgfe").output == ("E", "F", "G", "H", "<eos>")
