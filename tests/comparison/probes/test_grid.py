"""The grid: what is run, left out, kept and refused; spans; and one small probe from end to end."""

import json

import pytest

from seqloom.comparison.live import ComparisonLines, Watcher
from seqloom.comparison.probes import PROBES, Training, grid, run_probes
from seqloom.comparison.probes.results import span
from seqloom.comparison.probes.trial import Trial
from seqloom.errors import ConfigError, RunError

QUICK = Training(steps=20, hidden_size=8, batch_size=8, check_every=10, learning_rates=(0.01,))


class Scripted:
    """Stands in for training: an architecture solves up to a length that the test says, by seed."""

    def __init__(self, **reaches):
        self.reaches = {
            architecture.replace("_", "-"): reach for architecture, reach in reaches.items()
        }
        self.ran = []
        self.stop_before = None

    def __call__(self, probe, trial, training):
        if trial == self.stop_before:
            raise KeyboardInterrupt
        self.ran.append(trial)
        solved = trial.length <= self.reaches[trial.architecture][trial.seed - 1]
        run = {"seed": trial.seed, "length": trial.length, "score": 99.0 if solved else 11.0}
        memory = {"start": 4, "end": 5, "jacobian": {"start": 4, "end": 6}}
        more = {
            "seconds": 1.0,
            "steps": 20,
            "learning_rate": 0.01,
            "parameters": 1000 + trial.length,
        }
        return {**run, "solved": solved, **more, "curve": [], "memory": memory}


@pytest.fixture
def scripted(monkeypatch):
    def use(**reaches):
        script = Scripted(**reaches)
        monkeypatch.setattr(grid, "run_trial", script)
        return script

    return use


class Remembers(Watcher):
    def __init__(self):
        self.lines = []

    def say(self, text):
        self.lines.append(text)


def entry(results, name):
    return next(found for found in results["entries"] if found["name"] == name)


def test_an_architecture_that_failed_twice_in_a_row_is_not_tried_further(scripted, tmp_path):
    script = scripted(rnn=(10, 10, 10), gru=(20, 20, 80), lstm=(80, 80, 80))
    watcher = Remembers()
    results = run_probes(
        "recall",
        tmp_path / "out",
        lengths=[80, 10, 20, 40, 60],
        architectures=["lstm", "rnn", "gru"],
        seeds=3,
        training=QUICK,
        watcher=watcher,
    )
    assert [e["name"] for e in results["entries"]] == ["rnn", "lstm", "gru"]
    assert entry(results, "rnn")["span"] == {"solved": 10, "failed": 20}
    assert entry(results, "rnn")["skipped"] == [60, 80]
    assert entry(results, "gru")["span"] == {"solved": 20, "failed": 40}
    assert entry(results, "gru")["skipped"] == [80]
    assert entry(results, "lstm")["span"] == {"solved": 80, "failed": None}
    assert entry(results, "lstm")["skipped"] == []
    assert entry(results, "lstm")["parameters"] == 1080
    assert len(watcher.lines) == 1 + len(script.ran) + 2
    assert watcher.lines[0] == "recall: 45 runs at most"
    assert [line for line in watcher.lines if "left out" in line] == [
        "RNN: failed at two lengths in a row; left out: 60, 80",
        "GRU: failed at two lengths in a row; left out: 80",
    ]
    assert len(script.ran) == 3 * (3 + 5 + 4)
    assert results["finished"]
    assert results["lengths"] == [10, 20, 40, 60, 80]
    assert json.loads((tmp_path / "out" / "results.json").read_text()) == results


def test_it_goes_on_where_it_stopped(scripted, tmp_path):
    script = scripted(rnn=(10, 10), lstm=(80, 80))
    options = {"lengths": [10, 20], "architectures": ["rnn", "lstm"], "training": QUICK}
    script.stop_before = Trial("lstm", 10, 2)
    stopped = run_probes("recall", tmp_path, **options)
    assert not stopped["finished"]
    assert [run["seed"] for run in entry(stopped, "lstm")["runs"]] == [1]
    assert entry(stopped, "lstm")["span"] == {"solved": None, "failed": None}
    assert entry(stopped, "lstm")["skipped"] == []
    before, script.stop_before = list(script.ran), None
    results = run_probes("recall", tmp_path, **options)
    assert results["finished"]
    assert script.ran[len(before) :] == [
        Trial("lstm", 10, 2),
        Trial("lstm", 20, 1),
        Trial("lstm", 20, 2),
    ]
    count = len(script.ran)
    assert run_probes("recall", tmp_path, **options)["entries"] == results["entries"]
    assert len(script.ran) == count
    more = run_probes("recall", tmp_path, **{**options, "lengths": [10, 15, 20]})
    assert {trial.length for trial in script.ran[count:]} == {15}
    assert more["finished"]


def test_solved_is_more_than_half_of_the_seeds():
    def runs(*solved):
        return {Trial("gru", 9, seed): {"solved": s} for seed, s in enumerate(solved, start=1)}

    assert span(runs(True, True, False), "gru", [9], [1, 2, 3]) == {"solved": 9, "failed": None}
    assert span(runs(True, False), "gru", [9], [1, 2]) == {"solved": None, "failed": 9}
    assert span(runs(True), "gru", [9], [1, 2]) == {"solved": None, "failed": None}


def test_end_to_end(tmp_path, capsys):
    results = run_probes(
        "adding", tmp_path, lengths=[2, 5], seeds=1, training=QUICK, watcher=ComparisonLines()
    )
    assert results["finished"]
    assert results["kind"] == "probe"
    assert results["chance"] == pytest.approx(15.36)
    assert results["threshold"] == 90.0
    assert results["training"]["learning_rates"] == [0.01]
    assert len(results["entries"]) == 6
    for found in results["entries"]:
        recurrent = found["name"] not in ("fully-connected", "transformer")
        for run in found["runs"]:
            assert (run["memory"] is not None) == recurrent
            assert [look["step"] for look in run["curve"]] == [10, 20]
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "adding: 12 runs at most"
    assert len(lines) == 13
    assert lines[3].startswith("RNN, length 2, seed 1: not solved, ")
    assert "20 steps, " in lines[3]
    assert lines[3].endswith("gradient reaches 2 -> 2 steps")


@pytest.mark.parametrize(
    ("options", "line"),
    [
        (
            {"probe": "sorting"},
            "compare: `--probe` must be one of adding, copy, negation, recall, got sorting.",
        ),
        (
            {"architectures": ["rnn", "mamba"]},
            "compare: `--architectures` of a probe must be some of fully-connected, rnn, lstm, "
            "gru, attention, transformer, got mamba.",
        ),
        ({"architectures": []}, "compare: `--architectures` must name at least one."),
        ({"lengths": []}, "compare: `--lengths` must have at least one length."),
        (
            {"probe": "copy", "lengths": [9, 50]},
            "compare: `--lengths` of copy must be from 10 to 10000, got 9.",
        ),
        (
            {"probe": "negation", "lengths": [401]},
            "compare: `--lengths` of negation must be from 1 to 400, got 401.",
        ),
        ({"seeds": 0}, "compare: `--seeds` must be at least 1, got 0."),
        (
            {"training": Training(steps=0)},
            "compare: `training.steps` must be at least 1, got 0.",
        ),
    ],
)
def test_refuses(options, line, tmp_path):
    wanted = {"probe": "recall", "lengths": [5], "training": QUICK, **options}
    with pytest.raises(ConfigError) as caught:
        run_probes(wanted.pop("probe"), tmp_path / "out", **wanted)
    assert str(caught.value) == line
    assert not (tmp_path / "out").exists()


def test_refuses_a_folder_of_something_else(scripted, tmp_path):
    scripted(rnn=(10, 10))
    options = {"lengths": [5], "architectures": ["rnn"]}
    foreign, own = tmp_path / "foreign", tmp_path / "own"
    foreign.mkdir()
    (foreign / "letter.txt").write_text("mine")
    with pytest.raises(RunError) as caught:
        run_probes("recall", foreign, training=QUICK, **options)
    assert str(caught.value) == (
        f"compare: `{foreign}` already contains other files (letter.txt). Choose another --out."
    )
    assert [path.name for path in foreign.iterdir()] == ["letter.txt"]
    run_probes("recall", own, training=QUICK, **options)
    for probe, training, other in (("adding", QUICK, "probe"), ("recall", Training(), "training")):
        with pytest.raises(RunError) as caught:
            run_probes(probe, own, training=training, **options)
        assert str(caught.value) == (
            f"compare: `{own}` holds results of other {other}. Choose another --out, or repeat the "
            "command that began it."
        )
    (own / "probe.json").write_text("{")
    with pytest.raises(RunError) as caught:
        run_probes("recall", own, training=QUICK, **options)
    assert str(caught.value) == (
        f"compare: `{own / 'probe.json'}` is damaged or of another version. Choose another --out."
    )


def test_the_literatures_lengths_can_be_asked_of_every_probe():
    for probe in PROBES.values():
        assert all(probe.shortest <= length <= probe.longest for length in grid.LENGTHS)
