"""Whole runs: same seed, same bits; what a run leaves, says, and does when all goes wrong."""

import errno
import json
import math
import os
import re
import resource
import subprocess
import sys
import time

import numpy as np
import pytest
import torch
from safetensors import safe_open

import seqloom
from seqloom.config import config_from, read_toml
from seqloom.errors import ConfigError, DataError, DivergedError, RunError
from seqloom.training import loop, resume, train
from seqloom.training.curve import draw_curve
from seqloom.training.run_folder import RunFolder

from ..toys import ENVIRONMENT, tiny
from .runs import Listening, assert_equal_runs, log, made_up, open_run, timed, validations


def test_same_seed_same_bits(data, tmp_path):
    settings = tiny(model={"dropout": 0.4})
    train(data, tmp_path / "a", config=settings)
    torch.rand(99)  # the caller's random numbers are not the run's
    train(data, tmp_path / "b", config=config_from(settings))
    assert_equal_runs(tmp_path / "a", tmp_path / "b")
    train(data, tmp_path / "c", config=tiny(model={"dropout": 0.4}, training={"seed": 4}))
    a, c = (seqloom.load(tmp_path / name / "best.safetensors").file for name in "ac")
    assert a.parts == c.parts
    assert all((a.tensors[name] != c.tensors[name]).any() for name in a.tensors)


@pytest.fixture
def spoken(data, tmp_path, monkeypatch):
    """A finished run of 20 steps, its curve drawn, and what it said."""
    monkeypatch.setattr(loop, "draw_curve", draw_curve)
    reporter = Listening()
    result = train(data, tmp_path / "run", config=tiny(), callbacks=[reporter])
    return result, reporter


def test_what_a_run_leaves(spoken, data):
    result, reporter = spoken
    folder = result.folder
    assert sorted(os.listdir(folder)) == [
        "best.safetensors",
        "config.toml",
        "curve.png",
        "last.ckpt.safetensors",
        "log.jsonl",
    ]
    assert result.finished
    assert (result.step, result.steps) == (20, 20)
    start, *events = log(folder)
    assert start["event"] == "start"
    assert start["data"] == str(data)
    assert start["versions"]["torch"] == torch.__version__
    assert [e["step"] for e in events] == list(range(2, 21, 2))
    assert (folder / "curve.png").read_bytes().startswith(b"\x89PNG\r\n\x1a\n")
    model = seqloom.load(result.path)
    assert start["parameters"] == dict(model.describe())["parameters"]
    ranks = [(e["symbol_error"], e["valid_loss"]) for e in events]
    best = events[ranks.index(min(ranks))]
    assert model.file.training["step"] == best["step"]
    assert model.file.training["valid_symbol_error"] == round(best["symbol_error"], 4)
    assert result.score == best["symbol_error"]
    marks = [e["best"] for e in events]
    assert marks == [rank <= min(ranks[: i + 1]) for i, rank in enumerate(ranks)]
    assert sum(line.startswith("source: read as characters") for line in reporter.messages) == 1
    assert len(reporter.losses) == 20


def test_logged_loss_is_the_mean_of_the_steps_between(spoken, data, tmp_path):
    result, reporter = spoken
    run = open_run(data, tiny(), tmp_path / "other")
    plan = run.work.plan(0) + run.work.plan(1)
    symbols = [int(run.work.data.train.target_lengths[rows].sum()) for rows in plan]
    for i, event in enumerate(validations(result.folder)[:8]):
        own = slice(2 * i, 2 * i + 2)
        want = np.average(reporter.losses[own], weights=symbols[own])
        assert event["loss"] == pytest.approx(want)
        assert event["epoch"] == pytest.approx(event["step"] / 10, abs=0.3)


def test_model_file_holds_the_averaged_weights_that_were_validated(spoken):
    result, _ = spoken
    with safe_open(result.folder / "last.ckpt.safetensors", "numpy") as file:
        average = file.get_tensor("average.output.weight")
        last = file.get_tensor("model.output.weight")
    if seqloom.load(result.path).file.training["step"] == 20:
        np.testing.assert_array_equal(
            seqloom.load(result.path).file.tensors["output.weight"], average
        )
    assert (average != last).any()


def test_validation_error_is_that_of_the_shipped_model(spoken, data, tmp_path):
    """Greedy outputs of the NumPy runtime, counted by hand."""
    result, _ = spoken
    model = seqloom.load(result.path)
    valid = open_run(data, tiny(), tmp_path / "other").work.data.valid
    outputs = model.predict([example.source for example in valid], beam=1)
    wrong = sum(o not in e.targets for o, e in zip(outputs, valid, strict=True))
    best = min(validations(result.folder), key=lambda e: e["symbol_error"])
    assert best["output_error"] == pytest.approx(100 * wrong / len(valid))


def test_settings_are_checked(data, tmp_path):
    with pytest.raises(ConfigError, match=r"^train: `model.hiden_size` is not a known setting"):
        train(data, tmp_path / "run", config={"model": {"hiden_size": 3}})


def test_without_a_better_score_the_rate_falls_and_the_run_ends(data, tmp_path, monkeypatch):
    """The third validation is the best, then four that are not: a quarter of 14 steps is left."""
    settings = tiny(training={"patience": 4, "steps": 40})
    reporter = Listening()
    made_up(monkeypatch, [50, 30, 20, 25, 21, 22, 23, 90])
    result = train(data, tmp_path / "run", config=settings, callbacks=[reporter])
    at = 28  # validations come every 4 steps
    assert (result.step, result.finished, result.score) == (at + 7, True, 20)
    assert reporter.messages[-1] == (
        "no better score in 4 validations: the learning rate falls, and the run ends at step 35"
    )
    assert seqloom.load(result.path).file.training["step"] == 12
    (pace,) = [event for event in log(tmp_path / "run") if event["event"] == "pace"]
    assert (pace["step"], pace["steps"]) == (28, 35)
    resumed = resume(tmp_path / "run")  # has nothing left to do
    assert (resumed.step, resumed.finished) == (35, True)


@pytest.mark.parametrize("step", [27, 28, 30])
def test_a_run_that_ends_early_is_resumed_to_the_bit(data, tmp_path, monkeypatch, step):
    settings = tiny(model={"dropout": 0.4}, training={"patience": 4, "steps": 40})
    errors = [50, 30, 20, 25, 21, 22, 23, 90]
    made_up(monkeypatch, errors)
    train(data, tmp_path / "whole", config=settings)
    honest = loop.TrainingRun.step

    def killed(run, rows):
        honest(run, rows)
        if run.progress.step == step + 1:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(loop.TrainingRun, "step", killed)
        made_up(monkeypatch, errors)
        with pytest.raises(KeyboardInterrupt):
            train(data, tmp_path / "run", config=settings)
    made_up(monkeypatch, errors[step // 4 :])
    assert resume(tmp_path / "run").step == 35
    assert_equal_runs(tmp_path / "whole", tmp_path / "run")


def test_equal_scores_are_decided_by_the_loss(data, tmp_path, monkeypatch):
    """The second is as good as the third and the fourth; the third has the lowest loss."""
    made_up(monkeypatch, [50, 5, 5, 5, 6], [4.0, 3.0, 1.0, 2.0, 0.1])
    result = train(data, tmp_path / "run", config=tiny())
    assert result.score == 5
    assert seqloom.load(result.path).file.training["step"] == 6
    assert [e["best"] for e in validations(tmp_path / "run")][:5] == [1, 1, 1, 0, 0]


def test_a_perfect_validation_with_a_level_loss_ends_the_run(data, tmp_path, monkeypatch):
    """Perfect from the second on; the loss falls until the fourth."""
    losses = [3.0, 2.0, 1.0, 0.5, 0.499, 0.498, 0.497]
    made_up(monkeypatch, [9, 0], losses)
    reporter = Listening()
    result = train(
        data, tmp_path / "run", config=tiny(training={"steps": 100}), callbacks=[reporter]
    )
    assert (result.step, result.score) == (70, 0)
    assert reporter.messages[-1] == (
        "validation is perfect and its loss level: the learning rate falls, and the run ends at "
        "step 70"
    )


def test_minutes_become_steps_that_repeat(data, tmp_path):
    reporter = Listening()
    settings = timed(tiny(model={"dropout": 0.4}))
    result = train(data, tmp_path / "a", config=settings, callbacks=[reporter])
    assert 0 < result.step == result.steps
    assert any(line.startswith("0.05 minutes: about ") for line in reporter.messages)
    recipe = tmp_path / "a" / "config.toml"
    settled = read_toml(recipe)["training"]
    assert f"steps = {result.step}  # from minutes = 0.05\n" in recipe.read_text()
    assert "minutes" not in settled
    assert settled["pace"].split()[-1].split(":")[1] == str(result.step)
    train(data, tmp_path / "b", config=read_toml(recipe))
    assert_equal_runs(tmp_path / "a", tmp_path / "b")
    assert (tmp_path / "b" / "config.toml").read_text() == recipe.read_text().replace(
        "  # from minutes = 0.05", ""
    )
    again = resume(tmp_path / "a")  # has nothing left to do
    assert (again.step, again.finished) == (result.step, True)


def test_the_steps_that_are_told_fit_into_the_minutes(data, tmp_path):
    """Though loading took so long that they are told at the first look at the clock."""
    reporter = Listening()
    since = time.perf_counter() - 1.0
    config = timed(tiny(), minutes=0.15)
    train(data, tmp_path / "run", config=config, callbacks=[reporter], since=since)
    (told,) = (line for line in reporter.messages if line.startswith("0.15 minutes: about "))
    steps, seconds = told.split("about ")[1].removesuffix(" s").split(" steps of ")
    assert int(steps.replace(",", "")) * float(seconds) <= 9.0


def test_a_tenth_of_the_minutes_is_kept_where_reading_took_them(data, tmp_path):
    reporter = Listening()
    since = time.perf_counter() - 300
    result = train(
        data, tmp_path / "a", config=timed(tiny(), 1 / 3), callbacks=[reporter], since=since
    )
    assert result.finished
    note = next(line for line in reporter.messages if line.startswith("note: loading"))
    assert re.fullmatch(
        r"note: loading PyTorch and the data took 30\d s; 2 s are left for training; "
        "give it more minutes",
        note,
    )


def test_a_run_of_minutes_goes_on_with_the_time_it_has_left(data, tmp_path, monkeypatch):
    honest = loop.TrainingRun.step

    def stopped(run, rows):
        honest(run, rows)
        if run.progress.step == 2:
            run.interrupted = True

    with monkeypatch.context() as patch:
        patch.setattr(loop.TrainingRun, "step", stopped)
        first = train(data, tmp_path / "a", config=timed(tiny()))
    assert (first.step, first.finished) == (2, False)
    assert read_toml(tmp_path / "a" / "config.toml")["training"]["minutes"] == 0.05
    used = max(event.get("seconds", 0.0) for event in log(tmp_path / "a"))
    result = resume(tmp_path / "a")
    assert result.finished
    assert result.step > 2
    assert max(event.get("seconds", 0.0) for event in log(tmp_path / "a")) < max(3.5, used + 2)
    train(data, tmp_path / "b", config=read_toml(tmp_path / "a" / "config.toml"))
    assert_equal_runs(tmp_path / "a", tmp_path / "b")


def broken_gradients(monkeypatch, at):
    """From step `at` on (counted from 1), a gradient is not a number."""
    honest = loop.TrainingRun._gradients

    def gradients(run, rows, *, step):
        loss = honest(run, rows, step=step)
        if step + 1 >= at:
            run.model.output.bias.grad[0] = math.nan
        return loss

    monkeypatch.setattr(loop.TrainingRun, "_gradients", gradients)


def test_divergence_keeps_the_last_checkpoint(data, tmp_path, monkeypatch):
    train(data, tmp_path / "whole", config=tiny())
    out = tmp_path / "run"
    with monkeypatch.context() as patch:
        broken_gradients(patch, at=8)
        with pytest.raises(DivergedError) as caught:
            train(data, out, config=tiny())
    message = str(caught.value)
    assert message.startswith("train: the loss must stay a number, got ")
    assert message.endswith(
        " (gradient norm nan) at step 8. Lower training.learning_rate (now 0.002) or "
        "training.clip_norm (now 1); the last good checkpoint is "
        f"{out / 'last.ckpt.safetensors'}."
    )
    seqloom.load(out / "best.safetensors")
    assert resume(out).finished
    assert_equal_runs(tmp_path / "whole", out)


def test_divergence_before_a_checkpoint_names_none(data, tmp_path, monkeypatch):
    broken_gradients(monkeypatch, at=1)
    with pytest.raises(DivergedError) as caught:
        train(data, tmp_path / "run", config=tiny())
    assert str(caught.value).endswith("or training.clip_norm (now 1).")
    assert not (tmp_path / "run" / "last.ckpt.safetensors").exists()


def test_loss_that_overflows_diverges(data, tmp_path, monkeypatch):
    run = open_run(data, tiny(), tmp_path / "run")
    with torch.no_grad():
        run.model.output.weight.fill_(math.inf)
    with pytest.raises(DivergedError, match=r"got (nan|inf) \(gradient norm nan\) at step 1\."):
        run.step(np.arange(9))


@pytest.mark.parametrize(
    ("what", "number"), [("last.ckpt.safetensors", 3), ("best.safetensors", 1)]
)
def test_disk_that_is_full_in_the_middle(data, tmp_path, monkeypatch, what, number):
    """One write fails; a resumed run ends as one that never met a full disk."""
    train(data, tmp_path / "whole", config=tiny())
    out, count = tmp_path / "run", iter(range(1, 99))
    replace = os.replace

    def fail(source, target):
        if os.path.basename(target) == what and next(count) == number:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        replace(source, target)

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", fail)
        with pytest.raises(RunError) as caught:
            train(data, out, config=tiny())
    assert str(caught.value).endswith(
        f": `{out / what}` cannot be written: No space left on device. "
        "Free some space on that disk."
    )
    assert not list(out.glob(".*"))
    resume(out)
    assert_equal_runs(tmp_path / "whole", out)


LIMITED = """
import resource, sys
from seqloom.errors import RunError
from seqloom.training import train, loop
from seqloom.training.checkpoint import save_checkpoint
import json
config = json.loads(sys.argv[3])
def limited(*args):
    if args[4].step > 4:  # from here on, files end at a thousand bytes
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, resource.RLIM_INFINITY))
    save_checkpoint(*args)
loop.save_checkpoint = limited
try:
    train(sys.argv[1], sys.argv[2], config=config)
except RunError as error:
    print(error)
"""


@pytest.mark.skipif(not hasattr(resource, "RLIMIT_FSIZE"), reason="no limit on file sizes here")
def test_limit_on_file_sizes(data, tmp_path):
    """A real failing write, by the kernel: the checkpoint before it stays whole."""
    out = tmp_path / "run"
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(data), str(out), json.dumps(tiny())],
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == (
        f"train: `{out / 'last.ckpt.safetensors'}` cannot be written: File too large. "
        "Raise the limit on file sizes (ulimit -f).\n"
    )
    assert not list(out.glob(".*"))
    train(data, tmp_path / "whole", config=tiny())
    assert resume(out).step == 20
    assert_equal_runs(tmp_path / "whole", out)


def test_folder_that_is_full(spoken, data, tmp_path):
    out = spoken[0].folder
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    with pytest.raises(RunError) as caught:
        train(data, out, config=tiny())
    assert str(caught.value) == (
        f"train: `{out}` already contains files. Choose another --out, or continue "
        f"that run: seqloom train --resume {out}."
    )
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "thesis.doc").write_text("")
    with pytest.raises(RunError, match=r"already contains files\. Choose another --o"):
        train(data, tmp_path / "other", config=tiny())


def test_folder_that_cannot_be_made(data, tmp_path):
    with pytest.raises(RunError) as caught:
        train(data, data / "run", config=tiny())
    assert str(caught.value) == (
        f"train: `{data / 'run'}` cannot be written: Not a directory. "
        "Choose a path whose parents are folders."
    )
    with pytest.raises(RunError) as caught:
        train(data, data, config=tiny())
    assert str(caught.value) == (
        f"train: `{data}` must be a folder, new or empty, got a file. Choose another --out."
    )


def test_empty_folder_is_taken(data, tmp_path):
    (tmp_path / "run").mkdir()
    with pytest.raises(DataError):
        train(tmp_path / "none.tsv", tmp_path / "run")
    assert train(data, tmp_path / "run", config=tiny()).finished


def test_log_forgets_what_comes_after_a_step(tmp_path):
    folder = RunFolder(tmp_path)
    start = {"event": "start"}
    two, four, six = ({"event": "note", "step": step, "text": "µ"} for step in (2, 4, 6))
    for event in (start, two, four, six):
        folder.append(event)
    with open(folder.log, "a") as file:
        file.write('{"event": "note", "step": 8, "lo')
    (tmp_path / ".best.safetensors.77.part").write_bytes(b"half")
    folder.rewind(4)
    assert log(tmp_path) == [start, two, four]
    assert os.listdir(tmp_path) == ["log.jsonl"]
