"""`seqloom compare` through the command line."""

import json
import signal

import pytest

from seqloom.comparison import runs, start
from seqloom.errors import DivergedError

from ..comparison.toys import SMALL, write_data
from ..toys import flags, write_toy

BRIEF = ("--budget", "steps", "--amount", "10", "--architectures", "gru,attention")


@pytest.fixture(autouse=True)
def untimed(monkeypatch):
    monkeypatch.setattr(runs, "model_latency", lambda folder, model: 1.5)


@pytest.fixture
def words(tmp_path):
    return write_data("transduce", tmp_path)


def call(words, *more):
    return ("compare", words, *BRIEF, *flags(SMALL["transduce"]), *more)


def test_a_comparison_and_its_figure(cli, tmp_path):
    words = write_toy(tmp_path / "words.tsv", num_pairs=800)  # a figure needs some of each length
    out, figure = tmp_path / "out", tmp_path / "length.png"
    args = call(words, "--out", out, "--seeds", "1", "--figure", figure)
    done = cli(*args)
    assert done.code == 0, done.err
    assert done.err.startswith("task: transduce (")
    assert "\ngru-attention, seed 1: test symbol error " in done.err
    results = json.loads((out / "results.json").read_text())
    lines = done.out.splitlines()
    for entry in results["entries"]:
        assert sum(f" {entry['runs'][0]['score']:.2f} " in line for line in lines) == 1
    assert lines[-1] == f"report: {out / 'report.html'}, report.md, report.json"
    assert lines[-2].endswith(".")
    assert figure.read_bytes().startswith(b"\x89PNG")
    again = cli(*args)
    assert again.out == done.out
    assert "step" not in again.err


def test_the_folder_is_named_after_the_data(cli, words, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(start, "write_report", lambda results, folder: None)
    done = cli(*call("words.tsv", "--seeds", "1", "--architectures", "gru"))
    assert done.code == 0, done.err
    assert (tmp_path / "runs" / "compare-words" / "results.json").exists()


def test_a_failure_is_said_at_the_end(cli, words, tmp_path, monkeypatch):
    train = runs.training.train

    def diverges(data, out, **options):
        if out.name == "gru-1":
            raise DivergedError("train: the loss must stay a number, got nan.")
        return train(data, out, **options)

    monkeypatch.setattr(runs.training, "train", diverges)
    done = cli(*call(words, "--out", tmp_path / "out", "--seeds", "1"))
    assert done.code == 0
    message = "train: the loss must stay a number, got nan."
    assert f"gru, seed 1: failed: {message}\n" in done.err
    assert f"failed: GRU, fixed context, seed 1: {message}\n" in done.out


def test_ctrl_c_says_how_to_go_on(cli, words, tmp_path, monkeypatch):
    train = runs.training.train

    def interrupted(data, out, **options):
        options["callbacks"][0].step = lambda step, loss, clock: (
            signal.raise_signal(signal.SIGINT) if step == 4 else None
        )
        return train(data, out, **options)

    args = call(words, "--out", tmp_path / "out", "--seeds", "1")
    with monkeypatch.context() as patch:
        patch.setattr(runs.training, "train", interrupted)
        done = cli(*args)
    assert done.code == 130
    last = done.err.splitlines()[-1]
    assert last.startswith("stopped; what is done is kept. Go on with: seqloom compare ")
    assert last.endswith(f"--out {tmp_path / 'out'} --seeds 1")
    assert done.out == ""
    assert cli(*args).code == 0


@pytest.mark.parametrize(
    ("args", "text"),
    [
        (
            ["compare"],
            "compare: DATA or --probe is missing. For example: seqloom compare words.tsv",
        ),
        (
            ["compare", "words.tsv", "--probe", "adding"],
            "compare: `--probe` and DATA exclude each other: a probe makes its own data. Drop one.",
        ),
        (
            ["compare", "--probe", "adding", "--set", "model.hidden_size=3"],
            "compare: `--probe` and --set exclude each other: a probe makes its own data. "
            "Drop one.",
        ),
        (
            ["compare", "words.tsv", "--lengths", "10,20"],
            "compare: `--lengths` needs --probe. For example: --probe adding",
        ),
        (
            ["compare", "--probe", "adding", "--lengths", "10;20"],
            "compare: `--lengths` must be whole numbers with commas between them, got 10;20. "
            "For example: --lengths 10,50,100",
        ),
        (
            ["compare", "words.tsv", "--figure", "length.doc"],
            "compare: `--figure` must end in one of ",
        ),
        (
            ["compare", "words.tsv", "--budget", "hours"],
            "compare: `--budget` must be one of parameters, minutes, steps, got 'hours'.",
        ),
    ],
)
def test_refusals(args, text, refuses):
    assert refuses(*args).startswith(text)


def test_a_probe(cli, tmp_path):
    out = tmp_path / "probe"
    args = ("--lengths", "4,6", "--architectures", "rnn,gru", "--seeds", "1", "--amount", "6")
    done = cli("compare", "--probe", "recall", *args, "--out", out)
    assert done.code == 0, done.err
    results = json.loads((out / "results.json").read_text())
    assert (results["kind"], results["lengths"], results["steps"]) == ("probe", [4, 6], 6)
    assert done.out.splitlines()[-1].startswith(f"report: {out / 'report.html'}")
