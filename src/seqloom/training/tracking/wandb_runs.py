"""Weights & Biases: an offline run in the run's folder, `DIR/wandb`; WANDB_MODE=online sends it.

Send it later with: wandb sync runs/words/wandb/offline-run-*
"""

import os
from collections.abc import Mapping
from importlib import import_module
from typing import Any

from ..callback import RunStart
from .tracker import PROJECT, State, Tracker, keep_id, kept_id


class WandbRuns(Tracker):
    """Writes a run of Weights & Biases."""

    run: Any

    def open(self, run: RunStart, settings: Mapping[str, object]) -> None:
        os.environ.setdefault("WANDB_ERROR_REPORTING", "false")
        wandb: Any = import_module("wandb")

        known = kept_id(run.folder, "wandb")
        self.run = wandb.init(
            project=os.environ.get("WANDB_PROJECT", PROJECT),
            name=run.folder.name,
            id=known,
            resume=None if known is None else "allow",
            dir=str(run.folder),
            mode=os.environ.get("WANDB_MODE", "offline"),
            config=dict(settings),
            reinit="create_new",
            # standard error is the progress bar's
            settings=wandb.Settings(silent=True, console="off"),
        )
        if known is None:
            keep_id(run.folder, "wandb", str(self.run.id))

    def log(self, step: int, values: Mapping[str, float]) -> None:
        self.run.log(dict(values), step=step)

    def close(self, state: State, summary: Mapping[str, float]) -> None:
        self.run.summary.update(dict(summary))
        self.run.finish(exit_code=0 if state == "finished" else 1)


RUNS = WandbRuns
