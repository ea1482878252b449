"""`seqloom tune` through the command line."""

import signal

import pytest

from seqloom.tuning import trial
from seqloom.tuning.folder import space_toml

from ..comparison.toys import write_data
from ..toys import flags
from ..tuning.small import SETTINGS, SPACE

SMALL = {name: section for name, section in SETTINGS.items() if name != "task"}


@pytest.fixture
def words(tmp_path, monkeypatch):
    """The data in the folder where the command is given, with a search space beside."""
    write_data("transduce", tmp_path)
    (tmp_path / "space.toml").write_text(space_toml(SPACE))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "words.tsv"


def test_a_search(cli, words):
    args = ("--space", "space.toml", *flags(SMALL))
    done = cli("tune", "words.tsv", "--trials", 2, *args)
    assert done.code == 0, done.err
    assert done.err.startswith("task: transduce (")
    assert (
        "\nsearch: 2 trials, over training.learning_rate, model.dropout, model.cell\n" in done.err
    )
    assert "\ntrial 0: learning_rate 0.002, dropout 0.3, cell lstm\n" in done.err
    assert "step " not in done.err
    head, *lines = done.out.splitlines()
    assert head.split() == [
        *("trial", "symbol", "error", "seconds", "learning_rate", "dropout", "cell")
    ]
    assert lines[2] == "2 trials (2 complete); 2 are shown, all are in trials.csv"
    scores = [float(line.split()[1]) for line in lines[:2]]
    assert scores == sorted(scores)
    assert lines[3].startswith(f"validation symbol error: {scores[0]:.2f} %; trial 0, the defaults")
    best = lines[0].split()[0]
    folder = words.parent / "runs" / "tune-words"
    assert lines[4] == (
        f"best model: runs/tune-words/best.safetensors (trial {best}), "
        "its settings: runs/tune-words/config.toml"
    )
    assert (folder / "best.safetensors").exists()
    quiet = cli("tune", "--resume", folder, "--trials", 3, "--quiet")
    assert (quiet.code, quiet.out, quiet.err) == (0, "", "")
    assert len(list((folder / "trials").iterdir())) == 3


def test_ctrl_c_says_how_to_go_on(cli, words, monkeypatch):
    honest = trial.TrialReporter.step

    def step(probe, step, loss, clock):
        honest(probe, step, loss, clock)
        if step == 4:
            signal.raise_signal(signal.SIGINT)

    args = ("tune", words, "--trials", 1, "--space", "space.toml", *flags(SMALL), "--out", "a b")
    with monkeypatch.context() as patch:
        patch.setattr(trial.TrialReporter, "step", step)
        done = cli(*args)
    assert done.code == 130
    assert done.err.splitlines()[-1] == (
        "stopped; what is done is kept. Go on with: seqloom tune --resume 'a b'"
    )
    assert done.out == ""
    again = cli("tune", "--resume", "a b")
    assert again.code == 0, again.err
    assert "best model: a b/best.safetensors (trial 0)" in again.out


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (
            [],
            "tune: DATA or --resume is missing. For example: seqloom tune words.tsv --minutes 60",
        ),
        (
            ["--resume", "a", "--set", "model.dropout=0.1"],
            "tune: `--resume` takes no other option but --minutes, --trials, --cache and --quiet: "
            "the search keeps the rest. To change it, begin anew with another --out.",
        ),
        (["words.tsv", "--minutes", "0"], "tune: `--minutes` must be from 0.5 to 100000, got 0."),
        (
            ["words.tsv", "--set", "model.dropout=0.1", "--space", "space.toml"],
            "tune: space.toml: `model.dropout` must be either searched or set, got both. "
            "Drop it from the search space, or from the settings.",
        ),
    ],
)
def test_refusals(refuses, words, args, message):
    assert refuses("tune", *args) == message
