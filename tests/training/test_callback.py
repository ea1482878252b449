"""Callbacks: each is told everything in order; one that fails ends the run, checkpoint kept."""

from pathlib import Path

import pytest

import seqloom
from seqloom.errors import DivergedError
from seqloom.evaluation.measure import Measure
from seqloom.training import resume, train
from seqloom.training.callback import Callbacks
from seqloom.training.clock import Clock
from seqloom.training.loop import TrainingRun
from seqloom.training.result import Result
from seqloom.training.run_folder import RunFolder

from ..toys import tiny
from .runs import assert_equal_runs

SETTINGS = tiny(training={"steps": 8})


class Recorder(seqloom.Callback):
    """Writes down every call."""

    def __init__(self):
        self.calls = []

    def __getattribute__(self, name):
        value = super().__getattribute__(name)
        if name == "calls" or name.startswith("_"):
            return value
        return lambda *args: self.calls.append((name, *args))


class Failing(seqloom.Callback):
    """Fails at one event."""

    def __init__(self, event, *, at=1):
        self.count = at
        setattr(self, event, self._fail)

    def _fail(self, *_):
        self.count -= 1
        if self.count == 0:
            raise ZeroDivisionError("the user's own")


def names(calls):
    """Names of the events, runs of equal ones as one."""
    found = [name for name, *_ in calls]
    return [name for i, name in enumerate(found) if not i or found[i - 1] != name]


def test_every_callback_is_told_everything_in_order(data, tmp_path):
    first, second = Recorder(), Recorder()
    result = train(data, tmp_path / "run", config=SETTINGS, callbacks=[first, second])
    assert first.calls == second.calls
    told = [call for call in first.calls if call[0] != "message"]
    assert names(told)[:3] == ["begin", "start", "step"]
    assert names(told)[-3:] == ["validation", "stop", "end"]
    (begun,) = (args[0] for name, *args in told if name == "begin")
    assert (begun.folder, begun.step, begun.steps) == (tmp_path / "run", 0, 8)
    assert begun.config.model.hidden_size == 8
    assert begun.parameters == sum(
        tensor.size for tensor in seqloom.load(result.path).file.tensors.values()
    )
    assert [args[0] for name, *args in told if name == "step"] == list(range(1, 9))
    events = RunFolder(tmp_path / "run").events()
    found = [args[0] for name, *args in told if name == "validation"]
    assert [f.to_event() for f in found] == [e for e in events if e["event"] == "validation"]
    assert found[-1].scores["symbol_error"] == found[-1].values[0]
    assert found[-1].scores["valid_loss"] == found[-1].valid_loss
    assert told[-1] == ("end", result)


@pytest.mark.parametrize(("event", "at", "step"), [("step", 3, 3), ("validation", 2, 2)])
def test_a_callback_that_fails_ends_the_run_with_a_checkpoint(data, tmp_path, event, at, step):
    other = Recorder()
    failing = Failing(event, at=at)
    with pytest.raises(ZeroDivisionError, match="the user's own"):
        train(data, tmp_path / "run", config=SETTINGS, callbacks=[failing, other])
    assert names(other.calls)[-2:] == ["stop", "fail"]
    assert isinstance(other.calls[-1][1], ZeroDivisionError)
    assert [args[0] for name, *args in other.calls if name == "step"] == list(range(1, step + 1))
    assert resume(tmp_path / "run").finished
    train(data, tmp_path / "whole", config=SETTINGS)
    assert_equal_runs(tmp_path / "run", tmp_path / "whole")


def test_a_callback_that_fails_before_the_steps_leaves_a_run_that_can_begin(data, tmp_path):
    for event in ("begin", "start"):
        out = tmp_path / event
        with pytest.raises(ZeroDivisionError):
            train(data, out, config=SETTINGS, callbacks=[Failing(event)])
        assert resume(out).finished


def test_a_callback_that_fails_at_the_end_leaves_a_finished_run(data, tmp_path):
    for event in ("stop", "end"):
        with pytest.raises(ZeroDivisionError):
            train(data, tmp_path / event, config=SETTINGS, callbacks=[Failing(event)])
        assert (tmp_path / event / "curve.png").exists()
        assert seqloom.load(tmp_path / event).predict(["ab"])


def test_the_first_error_is_the_one_raised():
    failing, other = Failing("step"), Failing("stop")
    both = Callbacks([failing, other])
    both.start(0, 9)
    both.step(1, 1.0, Clock("symbols"))
    both.stop()
    assert failing.count == other.count == 0
    assert isinstance(both.error, ZeroDivisionError)
    with pytest.raises(ZeroDivisionError):
        both.end(Result(Path(), Path(), True, 1, 1, None, Measure("e", "error")))


def test_an_error_of_the_run_itself_is_told(data, tmp_path, monkeypatch):
    def diverge(*_, **__):
        raise DivergedError("train: the loss must stay a number.")

    monkeypatch.setattr(TrainingRun, "_gradients", diverge)
    recorder = Recorder()
    with pytest.raises(DivergedError) as raised:
        train(data, tmp_path / "run", config=SETTINGS, callbacks=[recorder])
    assert names(recorder.calls)[-2:] == ["stop", "fail"]
    assert recorder.calls[-1] == ("fail", raised.value)
