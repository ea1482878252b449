"""Runs that are given another length, finished or not: the schedule, the records, kills between."""

import re
import shutil

import pytest

import seqloom
from seqloom.config import read_toml
from seqloom.errors import ConfigError, RunError
from seqloom.training import loop, resume, train
from seqloom.training.pace import Pace

from ..toys import as_users_run, tiny, write_toy
from .runs import Listening, assert_equal_runs, log, made_up, timed, validations

SETTINGS = tiny(model={"dropout": 0.4})  # 20 steps


def stop_at(patch, number):
    """Every run stops after this step."""
    honest = loop.TrainingRun.step

    def step(run, rows):
        honest(run, rows)
        run.interrupted = run.interrupted or run.progress.step == number

    patch.setattr(loop.TrainingRun, "step", step)


def kill_at(patch, number):
    """Every run is killed after this step, which no checkpoint holds."""
    honest = loop.TrainingRun.step

    def step(run, rows):
        honest(run, rows)
        if run.progress.step == number:
            raise KeyboardInterrupt

    patch.setattr(loop.TrainingRun, "step", step)


def rates_used(patch):
    """Collects the learning rate of each step."""
    rates, honest = [], loop.TrainingRun.step

    def step(run, rows):
        honest(run, rows)
        rates.append(run.optimizer.param_groups[0]["lr"])

    patch.setattr(loop.TrainingRun, "step", step)
    return rates


def test_a_finished_run_is_lengthened(data, tmp_path, monkeypatch):
    out = tmp_path / "run"
    train(data, out, config=SETTINGS)
    reporter, rates = Listening(), rates_used(monkeypatch)
    result = resume(out, steps=50, callbacks=[reporter])
    assert (result.step, result.steps, result.finished) == (50, 50, True)
    training = read_toml(out / "config.toml")["training"]
    assert (training["steps"], training["pace"]) == (50, "0:20:2 20:50:3+")
    pace = Pace.read(training["pace"])
    config = seqloom.load(out).file.training["settings"]["training"]
    assert config == training
    run_training = seqloom.config.config_from({"training": training}).training
    assert rates == [pace.rate(step, run_training) for step in range(20, 50)]
    assert reporter.messages[:2] == [
        f"lengthened: 50 steps in all; the learning rate rises to {max(rates):.2g} and falls again",
        "resuming at step 20 of 50",
    ]
    (event,) = [event for event in log(out) if event["event"] == "lengthen"]
    assert (event["step"], event["pace"]) == (20, "0:20:2 20:50:3+")
    assert [e["step"] for e in validations(out)] == [*range(2, 21, 2), *range(23, 51, 3)]
    again = resume(out)  # has nothing left to do
    assert (again.step, again.finished) == (50, True)


def test_its_recipe_repeats_it(data, tmp_path):
    train(data, tmp_path / "a", config=SETTINGS)
    resume(tmp_path / "a", steps=50)
    train(data, tmp_path / "b", config=read_toml(tmp_path / "a" / "config.toml"))
    assert validations(tmp_path / "a") == validations(tmp_path / "b")
    a, b = ((tmp_path / name / "best.safetensors").read_bytes() for name in "ab")
    assert a == b


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """A run of 20 steps, and the same lengthened to 50."""
    folder = tmp_path_factory.mktemp("runs")
    with as_users_run():
        train(write_toy(folder / "toy.tsv"), folder / "short", config=SETTINGS)
        shutil.copytree(folder / "short", folder / "long")
        resume(folder / "long", steps=50)
    return folder


@pytest.mark.parametrize("at", [20, 22, 31, 49])
def test_killed_it_goes_on_to_the_bit(runs, tmp_path, monkeypatch, at):
    shutil.copytree(runs / "short", tmp_path / "run")
    with monkeypatch.context() as patch:
        kill_at(patch, at + 1)
        with pytest.raises(KeyboardInterrupt):
            resume(tmp_path / "run", steps=50)
    assert resume(tmp_path / "run").step == 50
    assert_equal_runs(runs / "long", tmp_path / "run")
    toml = [(run / "config.toml").read_text() for run in (runs / "long", tmp_path / "run")]
    assert toml[0] == toml[1]


def test_epochs_are_those_of_the_whole_run(data, tmp_path):
    train(data, tmp_path / "run", config=SETTINGS)
    result = resume(tmp_path / "run", epochs=5)
    assert validations(tmp_path / "run")[-1]["epoch"] == pytest.approx(5, abs=0.3)
    assert 40 < result.steps < 60


def test_an_interrupted_run_gets_another_length(data, tmp_path, monkeypatch):
    """Longer, and shorter again before the first of its steps."""
    with monkeypatch.context() as patch:
        stop_at(patch, 7)
        assert train(data, tmp_path / "run", config=SETTINGS).step == 7
        stop_at(patch, 8)
        assert resume(tmp_path / "run", steps=90).step == 8
    assert resume(tmp_path / "run", steps=12).step == 12
    pace = read_toml(tmp_path / "run" / "config.toml")["training"]["pace"]
    assert pace == "0:20:2 7:90:8+ 8:12:1+"


def test_a_run_that_ended_early_gets_patience_again(data, tmp_path, monkeypatch):
    made_up(monkeypatch, [50, 30, 20, 25, 21, 22, 23, 90])
    settings = tiny(training={"patience": 4, "steps": 40})
    assert train(data, tmp_path / "run", config=settings).step == 35
    made_up(monkeypatch, [19, 20, 21, 22, 23, 24, 25])
    reporter = Listening()
    result = resume(tmp_path / "run", steps=135, callbacks=[reporter])
    assert result.score == 19
    # 8 steps between validations: the first is better, and four more are not
    assert (result.step, result.finished) == (75 + 19, True)
    assert reporter.messages[-1].startswith("no better score in 4 validations: ")
    assert result.step == resume(tmp_path / "run").step


def test_minutes_are_further_ones(data, tmp_path, monkeypatch):
    out = tmp_path / "run"
    train(data, out, config=SETTINGS)
    used = max(event.get("seconds", 0.0) for event in log(out))
    reporter = Listening()
    result = resume(out, minutes=0.05, callbacks=[reporter])
    assert result.finished
    assert result.step > 20
    assert "lengthened: 0.05 minutes; the learning rate rises to " in " ".join(reporter.messages)
    assert max(event.get("seconds", 0.0) for event in log(out)) < used + 8
    toml = (out / "config.toml").read_text()
    assert f"steps = {result.step}  # the last from minutes = 0.05\n" in toml
    assert re.match(r"0:20:2 20:\d+:\d+\+", read_toml(out / "config.toml")["training"]["pace"])
    assert resume(out).step == result.step
    train(data, tmp_path / "again", config=read_toml(out / "config.toml"))
    assert validations(tmp_path / "again") == validations(out)
    a, b = ((tmp_path / name / "best.safetensors").read_bytes() for name in ("run", "again"))
    assert a == b
    more = resume(out, steps=result.step + 10)
    assert (more.step, more.finished) == (result.step + 10, True)


def test_further_minutes_of_an_interrupted_run(data, tmp_path, monkeypatch):
    """Of a run of minutes: they are counted from here, also when it is interrupted once more."""
    with monkeypatch.context() as patch:
        stop_at(patch, 2)
        train(data, tmp_path / "run", config=timed(tiny(), 10))
        stop_at(patch, 4)
        assert not resume(tmp_path / "run", minutes=0.05).finished
    result = resume(tmp_path / "run")
    assert result.finished
    assert result.step > 4
    assert "minutes" not in read_toml(tmp_path / "run" / "config.toml")["training"]


def test_lengths_that_are_refused(data, tmp_path):
    out = tmp_path / "run"
    train(data, out, config=SETTINGS)
    with pytest.raises(RunError) as caught:
        resume(out, steps=20)
    assert str(caught.value) == (
        f"train: `{out}` has done 20 steps already, and the length that is asked is 20 in all. "
        "Give more than that."
    )
    with pytest.raises(ConfigError, match=r"^config: epochs and steps exclude each other\. "):
        resume(out, steps=30, epochs=3)
    with pytest.raises(ConfigError, match=r"^train: `training.minutes` must be from 0.05 to"):
        resume(out, minutes=0)
    assert read_toml(out / "config.toml")["training"]["steps"] == 20
    assert not [event for event in log(out) if event["event"] == "lengthen"]
