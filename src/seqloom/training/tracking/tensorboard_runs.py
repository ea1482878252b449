"""TensorBoard: event files in the run's folder, `DIR/tensorboard`.

Look at all runs with: tensorboard --logdir runs
"""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from ..callback import RunStart
from .tracker import State, Tracker


class TensorBoardRuns(Tracker):
    """Writes event files."""

    writer: Any

    def open(self, run: RunStart, settings: Mapping[str, object]) -> None:
        writer: Any = import_module("torch.utils.tensorboard").SummaryWriter
        # steps behind the checkpoint are done again
        purge = run.step + 1 if run.step else None
        self.writer = writer(str(run.folder / "tensorboard"), purge_step=purge)
        rows = "\n".join(f"| {name} | {value} |" for name, value in settings.items())
        self.writer.add_text("settings", f"| setting | value |\n|---|---|\n{rows}", run.step)

    def log(self, step: int, values: Mapping[str, float]) -> None:
        for name, value in values.items():
            self.writer.add_scalar(name, value, step)

    def close(self, state: State, summary: Mapping[str, float]) -> None:
        step = int(summary.get("steps", 0))
        for name, value in summary.items():
            self.writer.add_scalar(name, value, step)
        self.writer.close()


RUNS = TensorBoardRuns
