"""Runs to look into, and what is compared between two of them."""

import json
from pathlib import Path

from safetensors import safe_open
from safetensors.numpy import load_file

from seqloom.config import config_from
from seqloom.training.callback import Callback
from seqloom.training.clock import Clock
from seqloom.training.loop import TrainingRun
from seqloom.training.run_folder import RunFolder
from seqloom.training.tasks import open_work, transduce
from seqloom.training.team import Team

TIMES = ("seconds", "symbols_per_second")  # all that may differ between equal runs


class Listening(Callback):
    """Remembers what is said."""

    def __init__(self) -> None:
        self.messages: list[str] = []
        self.losses: list[float] = []
        self.begun = 0

    def message(self, text: str) -> None:
        self.messages.append(text)

    def start(self, step: int, steps: int) -> None:
        self.begun = step

    def step(self, step: int, loss: float, clock: Clock) -> None:
        assert step == self.begun + len(self.losses) + 1
        self.losses.append(loss)


def open_run(data: Path, settings: dict, out: Path) -> TrainingRun:
    """A run before its first step; nothing is written."""
    run = TrainingRun(open_work(str(data), None, config_from(settings)), RunFolder(out), Team())
    run.fix_length()
    return run


def log(folder: Path) -> list[dict]:
    return [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]


def validations(folder: Path) -> list[dict]:
    """The log's validations without their times."""
    found = [event for event in log(folder) if event["event"] == "validation"]
    return [{k: v for k, v in event.items() if k not in TIMES} for event in found]


def assert_equal_runs(one: Path, other: Path) -> None:
    """Same bits in the model and the checkpoint, same validations in the log."""
    assert validations(one) == validations(other)
    assert (one / "best.safetensors").read_bytes() == (other / "best.safetensors").read_bytes()
    first, second = (folder / "last.ckpt.safetensors" for folder in (one, other))
    tensors, others = load_file(first), load_file(second)
    assert tensors.keys() == others.keys()
    for name, tensor in tensors.items():
        assert tensor.tobytes() == others[name].tobytes(), name
    with safe_open(first, "numpy") as a, safe_open(second, "numpy") as b:
        assert a.metadata() == b.metadata(), (a.metadata(), b.metadata())
    leftovers = [path for folder in (one, other) for path in folder.glob(".*")]
    assert leftovers == []


def made_up(monkeypatch, errors, losses=()):
    """Validations find these errors, and then the last of them; and these losses, or the number."""
    errors, losses = iter(errors), iter(losses)
    last = {}

    def validate(work, model, device):
        last["error"] = next(errors, last.get("error"))
        loss = next(losses, last.get("loss", 1.0))
        last["loss"] = loss
        return {"symbol_error": last["error"], "output_error": 1.0, "valid_loss": loss}

    monkeypatch.setattr(transduce.Transduce, "validate", validate)


def timed(settings, minutes=0.05):
    """Settings of a run of minutes."""
    training = {k: v for k, v in settings["training"].items() if k != "steps"}
    return {**settings, "training": {**training, "minutes": minutes}}
