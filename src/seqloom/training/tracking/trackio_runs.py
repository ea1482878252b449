"""trackio: a run in its own local database, which TRACKIO_DIR moves.

Look at all runs with: trackio show --project seqloom
"""

import contextlib
import io
from collections.abc import Mapping
from importlib import import_module
from typing import Any

from ..callback import RunStart
from .tracker import PROJECT, State, Tracker, keep_id, kept_id


class TrackioRuns(Tracker):
    """Writes a run of trackio."""

    run: Any
    package: Any

    def open(self, run: RunStart, settings: Mapping[str, object]) -> None:
        self.package = import_module("trackio")

        known = kept_id(run.folder, "trackio")
        with contextlib.redirect_stdout(io.StringIO()):  # which the command's own output has
            self.run = self.package.init(
                project=PROJECT,
                name=known or str(run.folder),
                resume="never" if known is None else "allow",
                config=dict(settings),
                embed=False,
                auto_log_cpu=False,
                auto_log_gpu=False,
            )
        if known is None:
            keep_id(run.folder, "trackio", str(self.run.name))

    def log(self, step: int, values: Mapping[str, float]) -> None:
        self.run.log(dict(values), step=step)

    def close(self, state: State, summary: Mapping[str, float]) -> None:
        self.run.log(dict(summary), step=int(summary.get("steps", 0)))
        with contextlib.redirect_stdout(io.StringIO()):
            self.package.finish()  # of the run that it began last


RUNS = TrackioRuns
