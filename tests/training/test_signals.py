"""What stops a run: signals that save, in the middle of reading, training and validating."""

import fcntl
import os
import signal
import subprocess

import pytest

from seqloom.errors import RunError
from seqloom.training import resume, train
from seqloom.training.run_folder import RunFolder

from ..toys import ENVIRONMENT, as_users_run, command, flags, tiny, write_toy
from .runs import assert_equal_runs

SETTINGS = tiny(training={"steps": 60})


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The data, and a run of it that nothing disturbed."""
    folder = tmp_path_factory.mktemp("whole")
    with as_users_run():
        train(write_toy(folder / "toy.tsv"), folder / "run", config=SETTINGS)
    return folder / "toy.tsv", folder / "run"


@pytest.mark.parametrize(("name", "code"), [("SIGTERM", 143), ("SIGHUP", 129)])
def test_a_signal_saves_and_leaves_its_exit_code(whole, tmp_path, name, code):
    (data, undisturbed), out = whole, tmp_path / "run"
    line = command("train", data, "--out", out, *flags(SETTINGS))
    with subprocess.Popen(line, env=ENVIRONMENT, stderr=subprocess.PIPE, text=True) as process:
        said = []
        for text in process.stderr:
            said.append(text)
            if text.startswith("step      6"):
                process.send_signal(getattr(signal, name))
    assert process.returncode == code
    assert said[-1].startswith("stopped at step ")
    assert resume(out).finished
    assert_equal_runs(undisturbed, out)


def test_a_signal_while_data_are_read_leaves_a_folder_that_can_be_used(tmp_path):
    out, pipe = tmp_path / "run", tmp_path / "words.tsv"
    os.mkfifo(pipe)  # never gives a line
    line = command("train", pipe, "--out", out, "--task", "transduce", *flags(SETTINGS))
    with subprocess.Popen(line, env=ENVIRONMENT, stderr=subprocess.PIPE, text=True) as process:
        while not (out / ".lock").exists() and process.poll() is None:
            pass
        process.send_signal(signal.SIGTERM)
        said = process.stderr.read()
    assert process.returncode == 143
    assert "Traceback" not in said
    RunFolder(out).create()


def test_a_lock_that_was_removed_before_it_was_taken_is_not_held(tmp_path, monkeypatch):
    """Opened while another run held it, locked after that run removed it: it locks nothing."""
    folder, honest, calls = RunFolder(tmp_path), fcntl.flock, []

    def late(file, how):
        calls.append(how)
        if len(calls) == 1:
            folder.lock.unlink()
        honest(file, how)

    monkeypatch.setattr(fcntl, "flock", late)
    with folder.held():
        assert folder.lock.exists()
        with pytest.raises(RunError, match="must not be in use"), RunFolder(tmp_path).held():
            pass
    assert len(calls) == 3
    assert not folder.lock.exists()


def test_names_that_are_not_utf_8(tmp_path):
    """The log keeps their bytes, and the run is found again."""
    folder = tmp_path / os.fsdecode(b"caf\xe9")
    folder.mkdir()
    data = write_toy(folder / os.fsdecode(b"toy\xff.tsv"))
    assert train(data, folder / "run", config=tiny(training={"steps": 3})).finished
    assert resume(folder / "run").finished
    (event, *_) = RunFolder(folder / "run").events()
    assert event["data"] == str(data)
