"""A search of a few seconds, what is told of it, and what is equal between two of them."""

import csv
from pathlib import Path
from typing import Any

from seqloom.training.callback import Callback
from seqloom.training.clock import Clock
from seqloom.tuning.folder import TuneFolder
from seqloom.tuning.search import TuneStudy
from seqloom.tuning.space import space_from

from ..toys import tiny

NUMBER = 7  # trials of a search
SPACE: dict[str, Any] = {
    "training": {"learning_rate": {"low": 1e-4, "high": 5e-2, "log": True}},
    "model": {"dropout": {"low": 0.0, "high": 0.6}, "cell": ["lstm", "gru", "rnn"]},
}
SETTINGS = {**tiny(training={"steps": 10}), "task": "transduce"}


class Told(Callback):
    """Remembers what is said, and how often a run began."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.begun: list[int] = []
        self.losses: list[float] = []

    def message(self, text: str) -> None:
        self.lines.append(text)

    def start(self, step: int, steps: int) -> None:
        self.begun.append(step)

    def step(self, step: int, loss: float, clock: Clock) -> None:
        self.losses.append(loss)


def a_search(folder: Path, *, seed: int = 3, rises: bool = False, space=None) -> TuneStudy:
    """A study that trains nothing."""
    return TuneStudy(
        folder / "study.db", space_from(space or SPACE, SETTINGS), seed=seed, rises=rises
    )


def trials(out: Path) -> list[dict[str, Any]]:
    """All that the study knows of its trials, but for times and paths."""
    search = a_search(out)
    return [
        {
            "state": trial.state.name,
            "value": trial.value,
            "params": trial.params,
            "curve": trial.intermediate_values,
            "facts": {k: v for k, v in trial.user_attrs.items() if k not in ("seconds", "error")},
        }
        for trial in search.trials()
    ]


def table(out: Path) -> list[dict[str, str]]:
    """The table without its times."""
    with open(out / "trials.csv", newline="", encoding="utf-8") as file:
        return [{k: v for k, v in row.items() if k != "seconds"} for row in csv.DictReader(file)]


def assert_equal_searches(one: Path, other: Path) -> None:
    """Same trials, same table, same model and settings, bit for bit."""
    assert trials(one) == trials(other)
    assert table(one) == table(other)
    for name in ("best.safetensors", "config.toml", "space.toml"):
        assert (one / name).read_bytes() == (other / name).read_bytes(), name
    for first, second in zip(runs(one), runs(other), strict=True):
        assert first.name == second.name
        models = [(run / "best.safetensors").read_bytes() for run in (first, second)]
        assert models[0] == models[1], first


def runs(out: Path) -> list[Path]:
    """The folders of the trials."""
    return sorted(TuneFolder(out).trials.iterdir())
