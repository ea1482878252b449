"""`seqloom evaluate` and `seqloom info`."""

import dataclasses
import json
import os
import subprocess

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

import seqloom
from seqloom.data.pairs.pairs import read_pairs
from seqloom.export.model_file import read_model, write_model
from seqloom.runtime import Transducer

from ..toys import ENVIRONMENT, command


@pytest.fixture
def pairs(tmp_path):
    """Right, right by its second reference, wrong by one of three, and an unknown label."""
    path = tmp_path / "test.tsv"
    path.write_text("hgfe\tE F G H\nab\tA A\nab\tB A\ncab\tB A D\ncab\tB A Q\n")
    return path


def folder_of(model, tmp_path):
    """A run's folder with this model as its best."""
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / "best.safetensors").write_bytes(model.read_bytes())
    return folder


def test_a_folder_stands_for_its_best_model(cli, model, tmp_path):
    folder = folder_of(model, tmp_path)
    for args in (("predict", "ab"), ("info",), ("inspect", "ab", "--page", tmp_path / "p.html")):
        done = cli(args[0], folder, *args[1:])
        assert done.code == 0, done.err
        assert done.out == cli(args[0], model, *args[1:]).out
    assert seqloom.load(folder).predict(["ab"]) == seqloom.load(model).predict(["ab"])
    assert cli("predict", tmp_path, "ab").err == (
        f"model file: `{tmp_path / 'best.safetensors'}` cannot be read: No such file or "
        "directory. Give a best.safetensors of a run.\n"
    )


def test_json(cli, model, pairs, tmp_path):
    done = cli("evaluate", model, pairs, "--json")
    assert done.code == 0
    assert done.err == "note: 1 reference symbols were never seen in training: Q\n"
    found = json.loads(done.out)
    assert (found["model"], found["data"]) == (str(model), str(pairs))
    assert found["sources"] == 3
    assert found["symbol_error_rate"]["value"] == pytest.approx(100 / 9)
    assert found["output_error_rate"]["value"] == pytest.approx(100 / 3)
    assert found["exact_match"]["value"] == pytest.approx(200 / 3)
    assert found["bleu"] is None  # one reference of five has four symbols
    assert found == json.loads(cli("evaluate", folder_of(model, tmp_path), pairs, "--json").out) | {
        "model": str(model)
    }


def test_report_for_people(cli, model, pairs):
    done = cli("evaluate", model, pairs)
    assert done.code == 0
    assert "Scores of 3 sources" in done.out
    assert "symbol error rate" in done.out
    assert "11.11 %" in done.out
    assert max(map(len, done.out.splitlines())) <= 80


def test_symbols_never_seen_are_noted(cli, model, tmp_path):
    path = tmp_path / "test.tsv"
    path.write_text("éab\tB A\nzb\tX Y\n")
    done = cli("evaluate", model, path)
    assert done.code == 0
    assert done.err == (
        "note: 2 source symbols were never seen in training: z é\n"
        "note: 2 reference symbols were never seen in training: X Y\n"
    )


def test_outputs_file(cli, model, pairs, tmp_path):
    out = tmp_path / "out.tsv"
    assert cli("evaluate", model, pairs, "--outputs", out).code == 0
    rows = [line.split("\t") for line in out.read_text().splitlines()]
    assert rows[1:] == [
        ["hgfe", "E F G H", "E F G H", "0", "1"],
        ["ab", "B A", "B A", "0", "1"],
        ["cab", "B A C", "B A D", "1", "0"],
    ]


def test_search_settings_reach_the_search(cli, model, pairs, monkeypatch):
    seen = []
    honest = Transducer.predict

    def spy(self, texts, **options):
        seen.append(options)
        return honest(self, texts, **options)

    monkeypatch.setattr(Transducer, "predict", spy)
    cli("evaluate", model, pairs, "--beam", 2, "--length-penalty", 0.5)
    cli("evaluate", model, pairs)
    assert seen == [
        {"beam": 2, "length_penalty": 0.5, "exceptions": False},
        {"beam": None, "length_penalty": None, "exceptions": False},
    ]


def test_what_it_refuses(refuses, model, pairs, tmp_path):
    none = tmp_path / "none.tsv"
    assert refuses("evaluate", model, none).startswith(f"{none}: data must be a file, got a path")
    assert refuses("evaluate", pairs, pairs).startswith(
        f"model file: `{pairs}` is not a whole safetensors file: "
    )
    one = tmp_path / "one.tsv"
    one.write_text("ab\tB A\nba\n")
    assert refuses("evaluate", model, one).startswith(f"{one}, line 2: a line must have 2 columns")
    one.write_text("ab\tB A\n" + "a" * 10_000 + "\tB A\n")
    assert refuses("evaluate", model, one) == (
        f"predict: source 2 of {one} must have at most 500 symbols, got 10000. "
        "Cut it into pieces, or train with a larger data.max_symbols."
    )
    said = refuses("evaluate", model, pairs, "--outputs", tmp_path / "no" / "out.tsv")
    assert "cannot be written: No such file or directory. Make that folder first." in said


def test_info(cli, model):
    done = cli("info", model)
    assert (done.code, done.err) == (0, "")
    rows = dict(line.split(maxsplit=1) for line in done.out.splitlines())
    assert rows["task"] == "transduce"
    assert rows["source"] == "characters, vocabulary of 12"
    assert int(rows["parameters"]) == sum(t.size for t in load_file(model).values())
    assert rows["hidden_size"] == "16"
    assert rows["max_symbols"] == "500"
    assert rows["versions"].startswith("seqloom 0.1.0, torch ")
    found = json.loads(cli("info", model, "--json").out)
    assert list(found) == list(rows)
    assert found["parameters"] == int(rows["parameters"])
    assert found["bidirectional"] is True
    assert found["versions"]["seqloom"] == "0.1.0"


def test_info_of_a_foreign_file(refuses, tmp_path):
    save_file({"a": np.zeros(3)}, tmp_path / "foreign.safetensors")
    assert refuses("info", tmp_path / "foreign.safetensors") == (
        f"model file: `{tmp_path / 'foreign.safetensors'}` is a safetensors file, but no "
        "model of seqloom. Give a best.safetensors of a run."
    )


@pytest.mark.parametrize("stress", [False, True])
def test_stress_is_the_models(cli, model, pairs, tmp_path, monkeypatch, stress):
    """`cmudict` is read as the model was trained on it."""
    asked = []

    def load_pairs(data, split, *, stress, **_):
        asked.append((data.name, split, stress))
        return read_pairs(pairs)

    monkeypatch.setattr("seqloom.evaluation.tasks.transduce.load_pairs", load_pairs)
    file = read_model(model)
    settings = {"data": {"stress": stress}}
    trained = dataclasses.replace(file, training={**file.training, "settings": settings})
    write_model(tmp_path / "m.safetensors", trained)
    assert cli("evaluate", tmp_path / "m.safetensors", "cmudict").code == 0
    assert asked == [("cmudict", "test", stress)]


@pytest.mark.parametrize("name", ["info", "evaluate"])
def test_a_full_disk_at_the_other_end_is_one_line(model, pairs, name):
    if not os.path.exists("/dev/full"):
        pytest.skip("no /dev/full here")
    arguments = [model] if name == "info" else [model, pairs, "--json"]
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            command(name, *arguments), env=ENVIRONMENT, stdout=full, stderr=subprocess.PIPE
        )
    assert done.returncode == 1
    *notes, said = done.stderr.decode().splitlines()
    assert all(note.startswith("note: ") for note in notes)
    assert said.startswith(f"{name}: `standard output` cannot be written: No space left")
