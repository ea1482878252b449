"""A whole comparison: results that add up, runs like any other, and nothing lost by a stop."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import torch

import seqloom
from seqloom.comparison import compare, latency, runs, start
from seqloom.comparison.tasks.transduce import TransduceHeldOut
from seqloom.errors import ConfigError, DivergedError
from seqloom.evaluation.measure import Measure
from seqloom.training.validation import Validation

from ..toys import ENVIRONMENT
from .toys import SMALL, TASKS, Heard, write_data

BRIEF = {"budget": "steps", "amount": 12, "seeds": 2, "architectures": ["gru", "attention"]}


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """No timing, which starts a process for each run, and no report; one test each has them."""
    monkeypatch.setattr(runs, "model_latency", lambda folder, model: 1.5)
    monkeypatch.setattr(start, "write_report", lambda results, folder: None)


def run(data, out, task="transduce", **changes):
    return compare(data, out, settings=SMALL[task], **{**BRIEF, **changes})


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    """A comparison of pairs, and what was heard of it; with the threads that tests have."""
    torch.set_num_threads(1)
    folder, heard = tmp_path_factory.mktemp("done"), Heard()
    data = write_data("transduce", folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runs, "model_latency", lambda folder, model: 1.5)
        results = run(data, folder / "out", watcher=heard)
    return data, folder / "out", results, heard


def without_times(results):
    """Results without what may differ between equal comparisons."""
    times = ("seconds", "latency_ms", "curve")
    entries = [
        {
            **entry,
            "runs": [{k: v for k, v in r.items() if k not in times} for r in entry["runs"]],
        }
        for entry in results["entries"]
    ]
    return {**results, "created": "", "entries": entries}


def test_results_have_the_documented_form(done):
    _, out, results, _ = done
    assert json.loads((out / "results.json").read_text()) == results
    assert (results["format"], results["kind"], results["task"]) == (1, "compare", "transduce")
    assert results["budget"] == {"kind": "steps", "amount": 12}
    assert (results["seeds"], results["finished"]) == ([1, 2], True)
    assert [e["name"] for e in results["entries"]] == ["nearest", "gru", "gru-attention"]
    assert [e["kind"] for e in results["entries"]] == ["baseline", "network", "network"]
    for entry in results["entries"]:
        seeds = [None] if entry["kind"] == "baseline" else [1, 2]
        assert [r["seed"] for r in entry["runs"]] == seeds
    assert (out / "report.html").exists()


def test_scores_are_the_sums_of_the_same_examples(done):
    results = done[2]
    scale, count = results["measure"]["scale"], len(results["length"]["values"])
    for entry in results["entries"]:
        for found in entry["runs"]:
            above, below = found["numerators"], found["denominators"]
            assert len(above) == len(below) == count
            assert found["score"] == pytest.approx(scale * sum(above) / sum(below))


def test_a_run_is_that_of_train_and_its_score_that_of_its_file(done, tmp_path):
    _, out, results, _ = done
    entry = results["entries"][2]
    settings = {**entry["settings"]}
    settings["training"] = {**settings["training"], "seed": 2}
    seqloom.train(out / "data" / "train.tsv", tmp_path / "run", config=settings)
    model = out / entry["runs"][1]["model"]
    assert (tmp_path / "run" / "best.safetensors").read_bytes() == model.read_bytes()
    assert (out / entry["runs"][0]["model"]).stat().st_size == entry["bytes"]
    loaded = seqloom.load(model)
    assert sum(t.size for t in loaded.file.tensors.values()) == entry["parameters"]
    lines = [line.split("\t") for line in (out / "data" / "test.tsv").read_text().splitlines()]
    answers = dict(zip([s for s, _ in lines], loaded.predict([s for s, _ in lines]), strict=True))
    wrong = {s for s, t in lines if answers[s] != t}
    sources = list(dict.fromkeys(s for s, _ in lines))
    for source, edits in zip(sources, entry["runs"][1]["numerators"], strict=True):
        targets = [t for s, t in lines if s == source]
        assert (edits > 0) == (answers[source] not in targets)
    assert wrong or not any(entry["runs"][1]["numerators"])


def test_the_curve_is_the_log(done):
    _, out, results, _ = done
    found = results["entries"][1]["runs"][0]
    log = [json.loads(x) for x in (out / "runs" / "gru-1" / "log.jsonl").read_text().splitlines()]
    wanted = [e["symbol_error"] for e in log if e["event"] == "validation"]
    assert [point["value"] for point in found["curve"]] == wanted
    assert found["steps"] == found["curve"][-1]["step"] == 12
    assert found["seconds"] == pytest.approx(log[-1]["seconds"], abs=1e-3)


def test_seeds_differ(done):
    for entry in done[2]["entries"][1:]:
        models = [(done[1] / r["model"]).read_bytes() for r in entry["runs"]]
        assert models[0] != models[1]


def test_again_trains_nothing_and_finds_the_same(done):
    data, out, results, first = done
    assert (
        first.begun
        == first.ends
        == [
            ("nearest", None),
            *[(name, seed) for seed in (1, 2) for name in ("gru", "gru-attention")],
        ]
    )
    heard = Heard()
    again = run(data, out, watcher=heard)
    assert heard.begun == []
    assert heard.ends == first.ends
    assert without_times(again) == without_times(results)


def test_fewer_architectures_and_seeds_come_from_the_same_runs(done):
    data, out, results, _ = done
    heard = Heard()
    fewer = run(data, out, seeds=1, architectures=["gru"], watcher=heard)
    assert heard.begun == []
    assert [e["name"] for e in fewer["entries"]] == ["nearest", "gru"]
    assert fewer["entries"][1]["runs"] == results["entries"][1]["runs"][:1]


def test_an_architecture_that_diverges_is_recorded_and_the_others_go_on(tmp_path, monkeypatch):
    data, train = write_data("transduce", tmp_path), runs.training.train

    def diverges(data, out, **options):
        if out.name == "gru-1":
            raise DivergedError("train: the loss must stay a number, got nan.")
        return train(data, out, **options)

    with monkeypatch.context() as patch:
        patch.setattr(runs.training, "train", diverges)
        results = run(data, tmp_path / "out")
    gru = results["entries"][1]["runs"]
    assert gru[0] == {
        "seed": 1,
        "score": None,
        "error": "train: the loss must stay a number, got nan.",
    }
    assert gru[1]["score"] is not None
    assert all(r["score"] is not None for r in results["entries"][2]["runs"])
    heard = Heard()
    again = run(data, tmp_path / "out", watcher=heard)  # tried again
    assert heard.begun == [("gru", 1)]
    assert again["entries"][1]["runs"][0]["score"] is not None


def test_a_held_out_test_that_raises_is_a_failed_run_and_the_others_go_on(tmp_path, monkeypatch):
    data, test = write_data("transduce", tmp_path), TransduceHeldOut

    def raises(self, model, rows):
        raise ValueError("list.remove(x): x not in list")

    def no_baseline(self):
        raise KeyError("a")

    monkeypatch.setattr(test, "answers", raises)
    monkeypatch.setattr(test, "_nearest", no_baseline)
    results = run(data, tmp_path / "out", seeds=1, architectures=["gru", "attention"])
    errors = [entry["runs"][0]["error"] for entry in results["entries"]]
    assert errors == ["'a'", *["list.remove(x): x not in list"] * 2]
    assert results["finished"] is True


class Stopping(Heard):
    """Sends Ctrl-C at a step of a run, or stops at once as a second Ctrl-C does."""

    def __init__(self, at_once):
        super().__init__()
        self.at_once, self.stopped = at_once, False

    def moved(self, entry, seed, step, steps):
        if (entry, seed, step) == ("gru-attention", 1, 5) and not self.stopped:
            self.stopped = True
            if self.at_once:
                raise KeyboardInterrupt
            os.kill(os.getpid(), signal.SIGINT)


@pytest.mark.parametrize("at_once", [False, True])
def test_ctrl_c_stops_and_the_same_call_goes_on(at_once, done, tmp_path):
    data, out = done[0], tmp_path / "out"
    wanted = run(data, done[1], seeds=1)
    stopping = Stopping(at_once)
    stopped = run(data, out, seeds=1, watcher=stopping)
    assert stopped["finished"] is False
    assert [len(e["runs"]) for e in stopped["entries"]] == [1, 1, 0]
    assert json.loads((out / "results.json").read_text()) == stopped
    said = "gru-attention, seed 1: stopping after this step; once more to stop at once"
    assert (said in stopping.lines) != at_once
    heard = Heard()
    results = run(data, out, seeds=1, watcher=heard)
    assert heard.begun == [("gru-attention", 1)]
    assert heard.moves[0] == ("gru-attention", 1, 4 if at_once else 5)
    assert results["finished"] is True
    assert without_times(results) == without_times(wanted)


def test_torchrun_is_refused(done, monkeypatch):
    monkeypatch.setenv("WORLD_SIZE", "2")
    with pytest.raises(ConfigError) as error:
        run(done[0], done[1])
    assert str(error.value) == (
        "compare: it must run in 1 process, got 2 of torchrun. Start it without."
    )


@pytest.mark.slow
def test_killed_again_and_again_it_ends_with_the_same_results(done, tmp_path):
    data, out, _, _ = done
    wanted = run(data, out, seeds=1)
    script = Path(__file__).with_name("kill.py")
    options = json.dumps({**BRIEF, "seeds": 1, "settings": SMALL["transduce"]})
    line = [sys.executable, "-m", "tests.comparison.kill", data, tmp_path / "out", options, "3"]
    root = script.parents[2]
    process = subprocess.run(
        list(map(str, line)), cwd=root, env=ENVIRONMENT, capture_output=True, text=True, timeout=120
    )
    assert process.returncode == 0, process.stderr
    assert int(process.stdout) >= 3
    results = json.loads((tmp_path / "out" / "results.json").read_text())
    assert without_times(results) == without_times(wanted)
    for entry in wanted["entries"][1:]:
        for found in entry["runs"]:
            model = (out / found["model"]).read_bytes()
            assert (tmp_path / "out" / found["model"]).read_bytes() == model


@pytest.mark.parametrize("task", TASKS)
def test_every_task_and_architecture(task, tmp_path):
    data = write_data(task, tmp_path)
    options = {"budget": "steps", "amount": 3, "seeds": 1}
    results = compare(data, tmp_path / "out", settings=SMALL[task], **options)
    assert results["task"] == task
    entries = results["entries"]
    assert all(run["score"] is not None for e in entries for run in e["runs"]), entries
    assert len(entries) >= 5
    assert {len(run["numerators"]) for e in entries for run in e["runs"]} == {
        len(results["length"]["values"])
    }
    denominators = [run["denominators"] for e in entries for run in e["runs"]]
    if task != "transduce":  # where the best of several references may differ
        assert all(d == denominators[0] for d in denominators)


@pytest.mark.slow
def test_minutes_are_the_same_for_every_architecture(tmp_path):
    data = write_data("transduce", tmp_path)
    results = run(data, tmp_path / "out", budget="minutes", amount=0.05, seeds=1)
    seconds = [r["seconds"] for e in results["entries"][1:] for r in e["runs"]]
    assert all(0.5 < s < 12 for s in seconds), seconds


def test_a_prediction_is_timed_in_a_process_of_its_own(done):
    _, out, results, _ = done
    found = latency.model_latency(out, out / results["entries"][1]["runs"][0]["model"])
    assert 0.01 < found < 1000
    assert latency.model_latency(out, out / "none.safetensors") is None


def test_times_are_medians_over_the_whole_test():
    rows = []
    assert latency.time_each(rows.append, 3) < 1
    assert set(rows) == {0, 1, 2}
    assert len(rows) >= latency.LEAST + latency.WARM_UP


def test_a_validation_reaches_the_watcher():
    heard = []

    class Watching(Heard):
        def validated(self, entry, seed, found):
            heard.append((entry, seed, found.main))

    relay = runs.Relay(Watching(), "gru", 4)
    measure = Measure("symbol_error", "symbol error", "%")
    values = {"loss": 1.0, "values": (12.0,), "measures": (measure,), "best": True, "valid_loss": 1}
    relay.validation(
        Validation(step=1, epoch=0.1, rate=1.0, rate_unit="symbols", seconds=1.0, **values)
    )
    assert heard == [("gru", 4, "12.00 %")]
