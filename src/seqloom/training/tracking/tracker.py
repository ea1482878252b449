"""What every tracker does: from the events of a run to numbers by name and step."""

import abc
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from ...config import Config, to_tree
from ...files import replacing
from ..callback import Callback, RunStart
from ..clock import Clock
from ..result import Result
from ..validation import Validation

EVERY = 10  # steps between two training losses, which are the mean of those between
PROJECT = "seqloom"  # under which trackers list runs, unless the environment says another
IDS = "tracking.json"  # of a run's folder: under which name each tracker knows the run

State = Literal["finished", "stopped", "failed"]


class Tracker(Callback):
    """A callback that hands numbers to a package; a subclass is one package."""

    def __init__(self) -> None:
        self._losses: list[float] = []
        self._state: State = "finished"
        self._open = False

    @abc.abstractmethod
    def open(self, run: RunStart, settings: Mapping[str, object]) -> None:
        """Begin a run, or take up the one that was tracked before.

        Args:
            run: The run; one that is resumed has done steps.
            settings: Its settings, `model.hidden_size` and so on.
        """

    @abc.abstractmethod
    def log(self, step: int, values: Mapping[str, float]) -> None:
        """Write numbers of a step."""

    @abc.abstractmethod
    def close(self, state: State, summary: Mapping[str, float]) -> None:
        """End the run.

        Args:
            state: How it ended; `stopped` can be resumed.
            summary: What is said of the whole run.
        """

    def begin(self, run: RunStart) -> None:
        self.open(run, flat(run.config))
        self._open = True

    def step(self, step: int, loss: float, clock: Clock) -> None:
        self._losses.append(loss)
        if step % EVERY == 0:
            mean = sum(self._losses) / len(self._losses)
            self._losses = []
            self.log(step, {"train/loss": mean, f"train/{clock.unit}_per_second": clock.rate})

    def validation(self, found: Validation) -> None:
        scores = {f"valid/{name}": value for name, value in found.scores.items()}
        self.log(found.step, {**scores, "epoch": found.epoch})

    def end(self, result: Result) -> None:
        best = {} if result.score is None else {f"best/{result.measure.key}": result.score}
        self._close("finished" if result.finished else "stopped", {**best, "steps": result.step})

    def fail(self, error: BaseException) -> None:
        self._close("failed", {})

    def _close(self, state: State, summary: Mapping[str, float]) -> None:
        if self._open:
            self._open = False
            self.close(state, summary)


def flat(config: Config) -> dict[str, object]:
    """Settings by their full names, e.g. `model.hidden_size`; `None` is left out."""
    tree = to_tree(config)
    settings: dict[str, object] = {"task": tree.pop("task")}
    for section, values in tree.items():
        settings |= {f"{section}.{name}": value for name, value in values.items()}
    return settings


def kept_id(folder: Path, tracker: str) -> str | None:
    """The name under which a tracker knows a run; `None` if it does not."""
    try:
        found = json.loads((folder / IDS).read_text(encoding="utf-8"))
        return str(found[tracker]) if tracker in found else None
    except (OSError, ValueError, TypeError):
        return None


def keep_id(folder: Path, tracker: str, name: str) -> None:
    """Write down under which name a tracker knows a run.

    Raises:
        RunError: The file cannot be written.
    """
    path, known = folder / IDS, {}
    if path.exists():
        known = json.loads(path.read_text(encoding="utf-8"))
    with replacing(path, "train") as beside:
        beside.write_text(json.dumps({**known, tracker: name}), encoding="utf-8")
