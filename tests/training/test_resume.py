"""A run that stopped, however it stopped, ends as one that never did: bit for bit."""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from seqloom.errors import FormatError, RunError
from seqloom.training import loop, resume, train
from seqloom.training.run_folder import RunFolder

from ..toys import ENVIRONMENT, as_users_run, command, flags, tiny, write_toy
from .runs import Listening, assert_equal_runs, log, validations

SETTINGS = tiny(model={"dropout": 0.4}, training={"steps": 60, "learning_rate": 0.02})


class Killed(BaseException):
    """Stands for SIGKILL where a test must choose the moment."""


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The data, and a run of it that nothing disturbed."""
    folder = tmp_path_factory.mktemp("whole")
    with as_users_run():
        train(write_toy(folder / "toy.tsv"), folder / "run", config=SETTINGS)
    return folder / "toy.tsv", folder / "run"


def killed_at(patch, name, call):
    """`loop.name` is never left at its `call`-th call, counted from 1."""
    honest, calls = getattr(loop, name), iter(range(1, 99))

    def function(*args):
        if next(calls) == call:
            raise Killed
        return honest(*args)

    patch.setattr(loop, name, function)


def killed_at_step(patch, number):
    honest = loop.TrainingRun.step

    def step(run, rows):
        honest(run, rows)
        if run.progress.step == number:
            raise Killed

    patch.setattr(loop.TrainingRun, "step", step)


@pytest.mark.parametrize(
    "kill",
    [
        pytest.param(lambda patch: killed_at_step(patch, 1), id="after the first step"),
        pytest.param(lambda patch: killed_at_step(patch, 5), id="before the first checkpoint"),
        pytest.param(lambda patch: killed_at_step(patch, 34), id="between checkpoints"),
        pytest.param(lambda patch: killed_at_step(patch, 60), id="after the last step"),
        pytest.param(lambda patch: killed_at(patch, "ship", 1), id="before the first model"),
        pytest.param(lambda patch: killed_at(patch, "ship", 2), id="before a better model"),
        pytest.param(
            lambda patch: killed_at(patch, "save_checkpoint", 1), id="model but no checkpoint"
        ),
        pytest.param(
            lambda patch: killed_at(patch, "save_checkpoint", 4), id="log ahead of checkpoint"
        ),
        pytest.param(
            lambda patch: killed_at(patch, "save_checkpoint", 10), id="before the last checkpoint"
        ),
        pytest.param(lambda patch: killed_at(patch, "draw_curve", 1), id="before the curve"),
    ],
)
def test_killed_at_a_chosen_moment(whole, tmp_path, monkeypatch, kill):
    data, undisturbed = whole
    with monkeypatch.context() as patch:
        kill(patch)
        with pytest.raises(Killed):
            train(data, tmp_path / "run", config=SETTINGS)
    (tmp_path / "run" / ".last.ckpt.safetensors.1.part").write_bytes(b"half a checkpoint")
    with open(tmp_path / "run" / "log.jsonl", "a") as file:
        file.write('{"event": "validation", "st')
    result = resume(tmp_path / "run")
    assert (result.step, result.finished) == (60, True)
    assert_equal_runs(undisturbed, tmp_path / "run")
    assert (tmp_path / "run" / "curve.png").exists()


def test_killed_at_random_by_the_kernel(whole, tmp_path):
    data, undisturbed = whole
    script = Path(__file__).with_name("kill.py")
    done = subprocess.run(
        [sys.executable, str(script), str(data), str(tmp_path / "run"), json.dumps(SETTINGS), "7"],
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert int(done.stdout) >= 3
    assert_equal_runs(undisturbed, tmp_path / "run")
    steps = [event["step"] for event in validations(tmp_path / "run")]
    assert steps == list(range(6, 61, 6))


def test_interrupted_by_ctrl_c(whole, tmp_path):
    data, undisturbed = whole
    out = tmp_path / "run"
    said = []
    line = command("train", data, "--out", out, *flags(SETTINGS))
    with subprocess.Popen(line, env=ENVIRONMENT, stderr=subprocess.PIPE, text=True) as process:
        for line in process.stderr:
            said.append(line)
            if line.startswith("step      6"):
                process.send_signal(signal.SIGINT)
    assert process.returncode == 130
    step = load_step(out)
    assert 6 <= step < 60
    assert said.count("stopping after this step; once more to stop at once\n") == 1
    go_on = f"stopped at step {step} of 60. Go on with: seqloom train --resume {out}\n"
    assert said[-1] == go_on  # the step may end with a validation, which is said in between
    reporter = Listening()
    assert resume(out, callbacks=[reporter]).finished
    assert f"resuming at step {step} of 60" in reporter.messages
    assert len(reporter.messages) == 3  # the same threads: no note
    assert_equal_runs(undisturbed, out)


def load_step(out):
    with safe_open(out / "last.ckpt.safetensors", "numpy") as file:
        return json.loads(file.metadata()["seqloom.checkpoint"])["progress"]["step"]


def test_interrupt_in_another_program_is_its_own(data, tmp_path):
    """The handler is put back, and a run outside the main thread does without."""
    before = signal.getsignal(signal.SIGINT)
    train(data, tmp_path / "a", config=tiny())
    assert signal.getsignal(signal.SIGINT) is before
    results = []
    thread = threading.Thread(
        target=lambda: results.append(train(data, tmp_path / "b", config=tiny()))
    )
    thread.start()
    thread.join()
    assert results[0].finished
    assert_equal_runs(tmp_path / "a", tmp_path / "b")


@pytest.fixture
def copy(whole, tmp_path):
    """A copy of the finished run."""
    shutil.copytree(whole[1], tmp_path / "run")
    return tmp_path / "run"


def test_resuming_a_finished_run_changes_nothing(whole, copy):
    reporter = Listening()
    result = resume(copy, callbacks=[reporter])
    assert (result.step, result.steps, result.finished) == (60, 60, True)
    assert result.score == min(e["symbol_error"] for e in validations(copy))
    assert reporter.messages[0] == "resuming at step 60 of 60"
    assert reporter.losses == []
    assert_equal_runs(whole[1], copy)
    assert log(whole[1]) == log(copy)


def error_of(out, kind=RunError):
    with pytest.raises(kind) as caught:
        resume(out)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_data_that_changed(whole, copy):
    data = whole[0]
    text = data.read_text()
    try:
        data.write_text(text.replace("A", "B", 1))
        assert error_of(copy) == (
            f"train: `{data}` must be the data that the run began with, got other data. "
            "Bring the old file back, or train anew with another --out."
        )
    finally:
        data.write_text(text)


def test_folder_that_is_no_run(tmp_path, copy):
    (tmp_path / "empty").mkdir()
    for folder in (tmp_path / "none", tmp_path / "empty"):
        assert error_of(folder) == (
            f"train: `{folder / 'log.jsonl'}` must be the log of a run, got: No such file or "
            "directory. Give the folder of a run to --resume."
        )
    validation = '{"event": "validation", "step": 3, "seconds": 1, "loss": "low"}\n'
    for text, got in (
        ("not JSON\n", "line 1: no JSON."),
        ("\xff\n", "line 1: no JSON."),
        ("[" * 100_000 + "\n", "line 1: no JSON."),
        ("3\n", "line 1: `event` must be a table, got 3."),
        ("[1, 2]\n", "line 1: `event` must be a table, got [1, 2]."),
        ('{"event": 3}\n', "line 1: `event.event` must be a text, got 3."),
        (
            '{"event": "start"}\n{"event": "memory", "step": "9"}\n',
            f"line 2: `event.step` must be a whole number from 0 to {2**53}, got '9'.",
        ),
        (validation, "line 1: `event.loss` must be a number, got 'low'."),
    ):
        (copy / "log.jsonl").write_text(text, encoding="latin1")
        assert error_of(copy) == (
            f"train: `{copy / 'log.jsonl'}` must be the log of a run, got a line that is not: "
            f"{got} Give the folder of a run to --resume."
        )
    for text in ("", '{"event": "st', '{"event": "stop"}\n'):
        (copy / "log.jsonl").write_text(text)
        assert error_of(copy) == (
            f"train: `{copy}` is not the folder of a run, or the run had not begun. Remove it and "
            "train again."
        )


def test_log_without_settings(copy):
    os.remove(copy / "config.toml")
    assert error_of(copy).startswith(f"train: `{copy}` is not the folder of a run")


def test_damaged_checkpoint(copy):
    path = copy / "last.ckpt.safetensors"
    good = path.read_bytes()
    tensors = load_file(path)
    end = "It is damaged or of another run: start anew with another --out."
    for size in (0, 5, 300, len(good) - 1):
        path.write_bytes(good[:size])
        message = error_of(copy, FormatError)
        assert message.startswith(f"train: `{path}` must be a checkpoint of this run, got ")
        assert message.endswith(end)
    flipped = bytearray(good)
    flipped[-7] ^= 1
    path.write_bytes(flipped)
    assert "contents that do not match their checksum" in error_of(copy, FormatError)
    save_file(tensors, path)  # without our header
    assert error_of(copy, FormatError).endswith(end)
    path.write_bytes((copy / "best.safetensors").read_bytes())
    assert error_of(copy, FormatError).endswith(end)


def test_checkpoint_of_another_network(copy):
    text = (copy / "config.toml").read_text()
    (copy / "config.toml").write_text(text.replace("hidden_size = 8", "hidden_size = 9"))
    message = error_of(copy, FormatError)
    assert message.startswith(f"train: `{copy / 'last.ckpt.safetensors'}` must be a checkpoint of")


def test_other_threads_are_noted(copy):
    torch.set_num_threads(2)
    reporter = Listening()
    resume(copy, callbacks=[reporter])
    assert reporter.messages[0] == (
        "note: the run began with 1 threads, now there are 2: results will be close, "
        "not equal to the bit"
    )


def test_a_run_in_use_is_left_alone(copy):
    with RunFolder(copy).held():
        assert error_of(copy) == (
            f"train: `{copy}` must not be in use, got a run that is being trained. "
            "Wait for it, or stop it."
        )


def test_line_separators_of_unicode_do_not_split_the_log(tmp_path):
    folder = RunFolder(tmp_path)
    folder.append({"event": "start", "report": ["unknown: \u2028 \u0085"]})
    assert [event["event"] for event in folder.events()] == ["start"]


def test_a_folder_left_before_the_first_line_can_be_used_again(tmp_path):
    for name in ("config.toml", ".config.toml.7.part", ".lock"):
        (tmp_path / name).touch()
    RunFolder(tmp_path).create()


def test_resumed_from_another_folder(tmp_path, monkeypatch):
    """A run that was begun with a relative path finds its data again from anywhere."""
    monkeypatch.chdir(tmp_path)
    write_toy(tmp_path / "toy.tsv")
    train("toy.tsv", "run", valid="toy.tsv", config=tiny(training={"steps": 3}))
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert resume("../run").finished


def test_data_that_python_held_are_given_again(tmp_path):
    text = write_toy(tmp_path / "t.tsv").read_text()
    rows = [tuple(line.split("\t")) for line in text.splitlines()]
    out = tmp_path / "run"
    train(rows, out, config=SETTINGS)
    assert error_of(out) == (
        f"train: `{out}` was trained on data that Python held. Give them again: "
        f"seqloom.resume({str(out)!r}, data=...)."
    )
    assert resume(out, data=rows).finished
    with pytest.raises(RunError, match=r"^train: `data` must be the data that the run began with"):
        resume(out, data=rows[1:])
