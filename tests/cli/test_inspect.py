"""`seqloom inspect`: every task by the real command, each output written, bad requests refused."""

import json
from pathlib import Path

import numpy as np
import pytest
from safetensors import safe_open

import seqloom
from seqloom.inspection import read_trace
from seqloom.runtime.classify import Classifier

from ..toys import GOLDEN


@pytest.fixture
def inside(tmp_path, monkeypatch):
    """In an empty folder, where the page lands."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def pairs(tmp_path):
    path = tmp_path / "words.tsv"
    path.write_text("abc\tC B A\nbca\tA C B\nbad\tD A B\ncab\tB A C\n")
    return path


def test_a_summary_and_a_page(cli, model, inside):
    done = cli("inspect", model, "abca")
    assert done.code == 0, done.err
    lines = done.out.splitlines()
    output = seqloom.load(model).predict(["abca"])[0]
    assert lines[0] == "input:  abca"
    assert lines[1].startswith(f"output: {output} (loss ")
    assert lines[2].startswith("- Attention gives the state of each of 4 symbols a way of its own")
    assert any(line.startswith("what is lost without an input: a +") for line in lines)
    assert lines[-1] == "page: inspect.html"
    page = (inside / "inspect.html").read_text(encoding="utf-8")
    assert page.startswith("<!DOCTYPE html>")
    assert "http://" not in page.replace("http://www.w3.org", "")


def test_all_files_at_once(cli, model, inside, pairs):
    done = cli(
        *("inspect", model, "abca", "--page", "p.html", "--trace", "t.safetensors"),
        *("--figure", "f.pdf", "--what", "attention"),
        *("--data", pairs, "--alignments", "all.jsonl"),
    )
    assert done.code == 0, done.err
    assert {p.name for p in inside.iterdir()} == {
        *("p.html", "t.safetensors", "f.pdf", "all.jsonl", "words.tsv")
    }
    trace = read_trace(inside / "t.safetensors")
    own = seqloom.load(model).trace("abca")
    assert trace.output == own.output
    for name, array in own.items():
        np.testing.assert_array_equal(trace[name].values, array.values)
    assert (inside / "f.pdf").read_bytes().startswith(b"%PDF")
    rows = [json.loads(line) for line in (inside / "all.jsonl").read_text().splitlines()]
    assert [row["input"] for row in rows] == ["abc", "bca", "bad", "cab"]
    for row in rows:
        weights = np.array(row["weights"])
        assert weights.shape == (len(row["target"]), len(row["source"]))
        np.testing.assert_allclose(weights.sum(axis=1), 1.0, atol=1e-3)
        assert row["output"] == seqloom.load(model).predict([row["input"]])[0]


def test_json_has_what_was_found(cli, model, inside):
    found = json.loads(cli("inspect", model, "abca", "--json").out)
    assert found["task"] == "transduce"
    assert found["labels"]["source"] == list("abca")
    assert set(found["memory"]) >= {"encoder.0", "encoder.0.reverse"}
    assert len(found["arrays"]["importance/leave_one_out"]) == 4
    assert not any(name.startswith("states/") for name in found["arrays"])


def test_a_target_is_explained(cli, model, inside):
    found = json.loads(cli("inspect", model, "abc", "--target", "A A", "--json").out)
    assert found["output"] == "A A"
    assert sum(found["arrays"]["loss/steps"]) > 1.0


def test_a_weight_that_is_set(cli, model, inside):
    done = cli("inspect", model, "abca", "--weight", "0,0=1", "--trace", "t.safetensors")
    assert done.code == 0, done.err
    weights = read_trace(inside / "t.safetensors")["attention/decoder"].values
    np.testing.assert_allclose(weights[0], [1.0, 0.0, 0.0, 0.0], atol=1e-6)


def test_texts_are_searched(cli, model, inside, pairs):
    done = cli(
        *("inspect", model, "abca", "--data", pairs, "--span", "1:2", "--step", "2", "--json"),
        *("--pattern", "vowel", "--pattern", "/b/", "--layer", "encoder.0.reverse"),
    )
    assert done.code == 0, done.err
    found = json.loads(done.out)
    assert found["nearest"]["step"] == 2
    assert found["nearest"]["layer"] == "encoder.0.reverse"
    assert found["nearest"]["texts"] == 4
    assert (found["places"]["start"], found["places"]["stop"]) == (1, 2)
    assert [one["pattern"] for one in found["patterns"]] == ["vowel", "/b/"]
    shown = cli("inspect", model, "abca", "--data", pairs).out
    assert shown.count("nearest: ") == 4


def test_the_model_explains_itself(cli, model, inside):
    done = cli("inspect", model, "--explain")
    assert done.code == 0
    assert "encoder-decoder" in done.out
    assert list(inside.iterdir()) == []
    for name in seqloom.load(model).file.tensors:
        assert name in done.out


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("classify-1", "nothing good"),
        ("generate-1", "abc"),
        ("generate-1-window", "abc"),
        ("generate-1-transformer", "abc"),
        ("transduce-1-transformer", "abc"),
    ],
)
def test_other_networks(cli, inside, name, text):
    done = cli("inspect", GOLDEN / f"{name}.safetensors", text, "--trace", "t.safetensors")
    assert done.code == 0, done.err
    with safe_open(inside / "t.safetensors", framework="numpy") as file:
        assert "importance/integrated_gradients" in file.keys()  # noqa: SIM118


def test_a_long_text_is_said_to_be_cut(cli, inside, monkeypatch):
    model = GOLDEN / "classify-1.safetensors"
    short = seqloom.load(model).trace("good film")
    monkeypatch.setattr(Classifier, "trace", lambda *_, **__: short)
    longest = short.facts["model"]["max_symbols"]
    done = cli("inspect", model, "good " * (longest + 7))
    unknown = (
        "note: the input has a symbol that was never seen in training and read as unknown: good\n"
    )
    assert done.err == (
        f"note: of {longest + 7} symbols the model reads {longest}, the first and the last; "
        f"distances are counted in these\n{unknown}"
    )
    assert cli("inspect", model, "good " * longest).err == unknown


def test_the_next_symbol_has_its_own_probability(cli, inside):
    model = GOLDEN / "generate-1.safetensors"
    trace = seqloom.load(model).trace("abcab")
    shown = cli("inspect", model, "abcab").out.splitlines()[1]
    best = 100 * np.exp(np.max(trace["output/log_probabilities"].values[-1]))
    written = trace.output if trace.output.strip() else repr(trace.output)
    assert shown == f"output: {written} ({best:.1f} %)"


def test_a_series_of_several(cli, refuses, inside):
    model = GOLDEN / "forecast-1.safetensors"
    rows = [f"{name},{t},{10 + t % 6 + name * 3}" for name in (1, 2) for t in range(40)]
    (inside / "two.csv").write_text("\n".join(["unique_id,ds,y", *rows]) + "\n")
    done = cli("inspect", model, "two.csv", "--series", "2", "--trace", "t.safetensors")
    assert done.code == 0, done.err
    assert "output/values" in read_trace(inside / "t.safetensors")
    assert refuses("inspect", model, "two.csv") == (
        "inspect: two.csv has 2 series. Choose one, for example: --series 1"
    )
    assert refuses("inspect", model, "two.csv", "--series", "3") == (
        "inspect: `--series` must be a series of two.csv, got 3. It has 1, 2."
    )


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ([], "inspect: INPUT is missing. Give one, or --explain."),
        (
            ["a", "--explain"],
            "inspect: INPUT and --explain exclude each other. Drop one.",
        ),
        (
            ["--explain", "--page", "p.html"],
            "inspect: `--page` and --explain exclude each other. Drop one.",
        ),
        (
            ["a", "--what", "gates"],
            "inspect: `--what` needs --figure. For example: --figure figure.pdf",
        ),
        (
            ["a", "--figure", "f.pdf", "--what", "x"],
            "inspect: `--what` must be one of overview, importance, gradient, attention, gates, "
            "states, got x.",
        ),
        (
            ["a", "--span", "1:2"],
            "inspect: `--span` needs --data, a file with the inputs to search. Add it.",
        ),
        (
            ["a", "--weight", "1"],
            "inspect: `--weight` must be T,S=W, an output step, an input step and a weight, got 1. "
            "For example: 3,1=0.9.",
        ),
        (
            ["a", "--series", "x"],
            "inspect: `--series` is not an option for transduce models. Their options: "
            "alignments, data, figure, layer, page, pattern, span, step, "
            "target, trace, weight, what.",
        ),
        (
            ["a", "--trace", "none/t.safetensors"],
            "inspect: `none/t.safetensors` cannot be written: No such file or directory. Make "
            "that folder first.",
        ),
        (["a", "--figure", "f.doc"], "must end in one of"),
        ([""], "predict: text has no symbols."),
    ],
)
def test_bad_requests(refuses, model, inside, given, message):
    assert message in refuses("inspect", model, *given)
    assert list(inside.iterdir()) == []


@pytest.mark.parametrize("option", ["--page", "--trace", "--figure", "--alignments"])
def test_nothing_that_is_read_is_written_over(refuses, inside, pairs, model, option):
    (inside / "m.png").write_bytes(model.read_bytes())
    (inside / "link.png").symlink_to("m.png")
    (inside / "hard.png").hardlink_to("m.png")
    (inside / "words.png").write_bytes(pairs.read_bytes())
    (inside / "series.png").write_text("y\n1\n")
    before = {path.name: path.read_bytes() for path in inside.iterdir()}
    for given, file, what in [
        ("abc", "m.png", "the model"),
        ("abc", "./link.png", "the model"),
        ("abc", "hard.png", "the model"),
        ("abc", "words.png", "--data"),
        ("series.png", "series.png", "INPUT"),
    ]:
        assert refuses("inspect", "m.png", given, "--data", "words.png", option, file) == (
            f"inspect: `{option}` would overwrite {Path(file)}, which is {what}. Choose another "
            "name."
        )
    assert {path.name: path.read_bytes() for path in inside.iterdir()} == before


def test_no_two_outputs_are_one_file(refuses, model, inside):
    assert refuses("inspect", model, "abc", "--trace", "inspect.html") == (
        "inspect: `--trace` would overwrite inspect.html, which is --page. Choose another name."
    )
    assert "`--figure` would overwrite ../" in refuses(
        *("inspect", model, "abc", "--trace", "a.png", "--figure", f"../{inside.name}/a.png")
    )
    assert list(inside.iterdir()) == []


def test_a_folder_is_no_output(refuses, model, inside):
    for option in ("--page", "--trace"):
        assert refuses("inspect", model, "abc", option, ".") == (
            f"inspect: `{option}`: . is a folder. Name a file in it."
        )


def test_help_draws_no_pictures(cli):
    shown = " ".join(cli("inspect", "--help").out.replace("│", " ").split())
    assert "Steps A up to B, e.g. 2:5:" in shown


def test_bad_searches_are_told_before_the_search(refuses, model, inside, pairs, monkeypatch):
    """Reading the texts is what takes long, and nothing is written."""
    monkeypatch.setattr("seqloom.cli.inspected.gather", lambda *_: pytest.fail("it searched"))
    for options, told in (
        (["--span", "9:12"], "search: `start` and `stop` must lie within the 4 steps"),
        (["--step", "9"], "search: `step` must be from 0 to 3, got 9."),
        (["--layer", "x"], "inspect: `--layer` must be one of encoder.0"),
        (["--pattern", "consonant"], "patterns: `pattern` must be one of inside-quotes"),
        (["--pattern", "/(/"], "patterns: `/(/` must be a regular expression"),
    ):
        assert told in refuses("inspect", model, "abca", "--data", pairs, *options)
    monkeypatch.setattr(
        "seqloom.inspection.tracing.trace_of", lambda *_, **__: pytest.fail("it ran")
    )
    for options in (["--span", "2:1"], ["--pattern", "consonant"]):
        assert refuses("inspect", model, "abca", "--data", pairs, *options)
    assert not (inside / "inspect.html").exists()


def test_bad_searches(refuses, model, inside, pairs):
    for span in ("1", "2:1", "a:b"):
        assert refuses("inspect", model, "abca", "--data", pairs, "--span", span) == (
            f"inspect: `--span` must be A:B, the first step and the one after the last, got {span}."
        )
    assert refuses("inspect", model, "abca", "--data", pairs, "--layer", "x") == (
        "inspect: `--layer` must be one of encoder.0, encoder.0.reverse, decoder.0, got x."
    )
    assert "search: `step` must be from 0 to 3, got 9." in refuses(
        "inspect", model, "abca", "--data", pairs, "--step", "9"
    )
    transformer = GOLDEN / "transduce-1-transformer.safetensors"
    assert refuses(
        "inspect", transformer, "abca", "--data", pairs, "--alignments", "all.jsonl"
    ) == (
        "inspect: `--alignments` needs a model whose decoder has attention; this model's has none."
    )
    assert not (inside / "all.jsonl").exists()
