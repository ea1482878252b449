"""Trackers of experiments, each with its real package, without a network; skipped where it is not.

What was written is read back with the package, or for W&B from its file.
"""

import importlib
import json
import socket
import struct
import time

import pytest

import seqloom
from seqloom.errors import ConfigError, MissingExtraError
from seqloom.training import resume, tracking, train
from seqloom.training.run_folder import RunFolder
from seqloom.training.tracking.tracker import EVERY, Tracker

from ..toys import ENVIRONMENT, tiny
from ..toys import run as command

pytestmark = pytest.mark.filterwarnings("ignore")  # of the packages
SETTINGS = tiny(training={"steps": 25})


@pytest.fixture(scope="module", autouse=True)
def trackio_folder(tmp_path_factory):
    """Where trackio writes, which it reads once in a process."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("trackio")
        patch.setenv("TRACKIO_DIR", str(folder))
        yield folder


@pytest.fixture(autouse=True)
def offline(monkeypatch, tmp_path):
    """No connection leaves the machine, and every package has its usual settings."""
    connect = socket.socket.connect

    def local(self, address):
        assert self.family == socket.AF_UNIX or address[0] in ("127.0.0.1", "::1"), address
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", local)
    for name in ("MLFLOW_TRACKING_URI", "MLFLOW_EXPERIMENT_NAME", "WANDB_MODE", "WANDB_PROJECT"):
        monkeypatch.delenv(name, raising=False)


class TensorBoard:
    def __init__(self, folder):
        module = importlib.import_module("tensorboard.backend.event_processing.event_accumulator")
        self.found = module.EventAccumulator(str(folder / "tensorboard"))
        self.found.Reload()

    def values(self, name):
        return {event.step: event.value for event in self.found.Scalars(name)}

    def settings(self):
        (event,) = self.found.Tensors("settings/text_summary")
        lines = event.tensor_proto.string_val[0].decode().splitlines()[2:]
        return dict(line[2:-2].split(" | ") for line in lines)

    def states(self):
        return None


STATES = {"FINISHED": "finished", "KILLED": "stopped", "FAILED": "failed"}  # of MLflow


class MLflow:
    def __init__(self, folder):
        mlflow = importlib.import_module("mlflow")
        self.client = mlflow.MlflowClient(f"sqlite:///{folder.parent / 'mlflow.db'}")
        experiment = self.client.get_experiment_by_name("seqloom")
        self.runs = self.client.search_runs([experiment.experiment_id])

    def values(self, name):
        history = self.client.get_metric_history(self.runs[0].info.run_id, name)
        return {metric.step: metric.value for metric in history}

    def settings(self):
        return self.runs[0].data.params

    def states(self):
        return [STATES[run.info.status] for run in self.runs]


class Wandb:
    def __init__(self, folder):
        self.proto = importlib.import_module("wandb.proto.wandb_internal_pb2")
        files = sorted((folder / "wandb").glob("offline-run-*/*.wandb"))
        self.names = {file.name for file in files}
        begun = time.perf_counter()
        while True:  # a process of its own writes them, which may be behind
            self.files = [list(map(self._parsed, records(file.read_bytes()))) for file in files]
            if len(self._all("exit")) == len(files) or time.perf_counter() - begun > 30:
                break
            time.sleep(0.1)

    def _parsed(self, raw):
        found = self.proto.Record()
        found.ParseFromString(raw)
        return found

    def _all(self, kind):
        return [r for file in self.files for r in file if r.WhichOneof("record_type") == kind]

    def values(self, name):
        found = {}
        for record in self._all("history"):
            row = {i.key or "/".join(i.nested_key): i.value_json for i in record.history.item}
            if name in row:
                found[json.loads(row["_step"])] = json.loads(row[name])
        for record in self._all("summary") if name.startswith("best/") else ():
            for item in record.summary.update:
                if (item.key or "/".join(item.nested_key)) == name:
                    found[25] = json.loads(item.value_json)
        return found

    def settings(self):
        config = self._all("run")[0].run.config.update
        return {i.key or ".".join(i.nested_key): json.loads(i.value_json) for i in config}

    def states(self):
        assert len(self.names) == 1  # of one run, however often it was begun
        codes = [record.exit.exit_code for record in self._all("exit")]
        return ["finished" if code == 0 else "failed" for code in codes][-1:]


class Trackio:
    def __init__(self, folder):
        self.storage = importlib.import_module("trackio.sqlite_storage").SQLiteStorage
        assert self.storage.get_runs("seqloom").count(str(folder)) == 1  # however often begun
        self.name = str(folder)

    def values(self, name):
        rows = self.storage.get_logs("seqloom", self.name)
        return {row["step"]: row[name] for row in rows if name in row}

    def settings(self):
        return self.storage.get_run_config("seqloom", self.name)

    def states(self):
        return None


def records(data):
    """Records of a file in LevelDB's log format, after W&B's header of 7 bytes."""
    place, whole = 7, b""
    while place + 7 <= len(data):
        left = 32768 - place % 32768
        if left < 7:
            place += left
            continue
        length, kind = struct.unpack_from("<HB", data, place + 4)
        whole += data[place + 7 : place + 7 + length]
        place += 7 + length
        if kind in (1, 4):  # whole, or the last of several pieces
            yield whole
            whole = b""


READERS = {"tensorboard": TensorBoard, "mlflow": MLflow, "wandb": Wandb, "trackio": Trackio}


@pytest.fixture(params=READERS)
def name(request):
    package = tracking.TRACKERS[request.param]
    pytest.importorskip(package, reason=f"{package} is not installed")
    return request.param


class Failing(seqloom.Callback):
    def step(self, step, loss, clock):
        if step == 13:
            raise ZeroDivisionError


def test_a_run_is_tracked(name, data, tmp_path, capsys):
    out = tmp_path / "run"
    result = train(data, out, config=SETTINGS, track=name, progress=False)
    assert capsys.readouterr().out == ""
    found, history = READERS[name](out), result.history
    for key in ("symbol_error", "valid_loss"):
        want = dict(zip(history["step"], history[key], strict=True))
        assert found.values(f"valid/{key}") == pytest.approx(want)
    assert sorted(found.values("train/loss")) == [EVERY, 2 * EVERY]
    assert found.values("best/symbol_error") == {25: pytest.approx(result.score)}
    settings = found.settings()
    assert str(settings["model.hidden_size"]) == "8"
    assert settings["task"] == "transduce"
    assert found.states() in (None, ["finished"])


def test_a_run_that_failed_goes_on_as_the_same(name, data, tmp_path):
    out = tmp_path / "run"
    with pytest.raises(ZeroDivisionError):
        train(data, out, config=SETTINGS, track=[name], callbacks=[Failing()], progress=False)
    assert READERS[name](out).states() in (None, ["failed"])
    assert max(READERS[name](out).values("train/loss")) == EVERY
    result = resume(out, track=name, progress=False)
    found = READERS[name](out)
    assert found.states() in (None, ["finished"])
    assert set(found.values("valid/symbol_error")) == set(result.history["step"])


def test_the_command_tracks(name, data, tmp_path, trackio_folder):
    options = ("--steps", "3", "--set", "model.hidden_size=4", "--track", name, "--quiet")
    environment = {**ENVIRONMENT, "TRACKIO_DIR": str(trackio_folder)}
    done = command("train", data, "--out", tmp_path / "run", *options, env=environment)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert sorted(READERS[name](tmp_path / "run").values("valid/symbol_error")) == [1, 2, 3]


class Written(Tracker):
    """Writes to a list."""

    def __init__(self):
        super().__init__()
        self.calls = []

    def open(self, run, settings):
        self.calls.append(("open", run.folder))

    def log(self, step, values):
        self.calls.append(("log", step, dict(values)))

    def close(self, state, summary):
        self.calls.append(("close", state, dict(summary)))


def test_losses_are_means_of_the_steps_between(data, tmp_path):
    written, losses = Written(), []

    class Losses(seqloom.Callback):
        def step(self, step, loss, clock):
            losses.append(loss)

    result = train(data, tmp_path / "run", config=SETTINGS, callbacks=[written, Losses()])
    found = [c[2]["train/loss"] for c in written.calls if c[0] == "log" and "train/loss" in c[2]]
    want = [sum(losses[i : i + EVERY]) / EVERY for i in (0, EVERY)]
    assert found == pytest.approx(want)
    summary = {"best/symbol_error": result.score, "steps": 25}
    assert written.calls[0] == ("open", tmp_path / "run")
    assert written.calls[-1] == ("close", "finished", summary)


@pytest.mark.parametrize("event", ["begin", "step"])
def test_an_error_closes_once_what_was_opened(data, tmp_path, event):
    class Fails(seqloom.Callback):
        pass

    def fail(*_):
        raise ZeroDivisionError

    setattr(Fails, event, fail)
    written = Written()
    with pytest.raises(ZeroDivisionError):
        train(data, tmp_path / "run", config=SETTINGS, callbacks=[written, Fails()])
    closed = [call for call in written.calls if call[0] == "close"]
    assert closed == ([("close", "failed", {})] if event == "step" else [])


def test_what_cannot_track(data, tmp_path, monkeypatch):
    with pytest.raises(ConfigError) as raised:
        train(data, tmp_path / "run", track="wandbb")
    assert str(raised.value) == (
        "train: `track` must be one of tensorboard, mlflow, wandb, trackio, got 'wandbb'. Did you "
        "mean wandb?"
    )
    monkeypatch.setattr(tracking, "find_spec", lambda package: None)
    with pytest.raises(MissingExtraError) as raised:
        train(data, tmp_path / "run", track=["mlflow"])
    assert str(raised.value) == "train: `mlflow` is not installed. Run: pip install mlflow"
    assert not (tmp_path / "run").exists()
    assert tracking.trackers(()) == ()


def test_a_run_without_a_tracker_writes_nothing_of_one(data, tmp_path):
    train(data, tmp_path / "run", config=tiny(training={"steps": 1}), progress=False)
    assert not (tmp_path / "run" / "tracking.json").exists()
    assert RunFolder(tmp_path / "run").log.exists()
