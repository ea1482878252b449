"""What is said while a probe runs."""

import sys
from typing import Any

from .networks import RUNGS
from .run import Cell


class ProbeWatcher:
    """Told what happens; says nothing."""

    def planned(self, probe: str, cells: int, done: int) -> None:
        """So many runs at most are to come, and so many were done before."""

    def began(self, cell: Cell) -> None:
        """A run is at work."""

    def moved(self, cell: Cell, step: int, steps: int, score: float) -> None:
        """A check of a run is done; its score in %."""

    def ended(self, cell: Cell, run: dict[str, Any]) -> None:
        """A run is done: as results.json has it."""

    def skipped(self, rung: str, lengths: list[int]) -> None:
        """Longer lengths are left out: the rung failed at two in a row."""


class ProbeLines(ProbeWatcher):
    """A line for each run, on stderr."""

    def planned(self, probe: str, cells: int, done: int) -> None:
        before = f", {done} done before" if done else ""
        self.say(f"{probe}: {cells} runs at most{before}")

    def ended(self, cell: Cell, run: dict[str, Any]) -> None:
        verdict = "solved" if run["solved"] else "not solved"
        memory = run["memory"]
        reach = f", gradient reaches {memory['start']} -> {memory['end']} steps" if memory else ""
        self.say(
            f"{RUNGS[cell.rung]}, length {cell.length}, seed {cell.seed}: {verdict}, "
            f"{run['score']:.1f} % right, {run['steps']:,} steps, {run['seconds']:.0f} s{reach}"
        )

    def skipped(self, rung: str, lengths: list[int]) -> None:
        left_out = ", ".join(map(str, lengths))
        self.say(f"{RUNGS[rung]}: failed at two lengths in a row; left out: {left_out}")

    def say(self, text: str) -> None:
        """A line."""
        print(text, file=sys.stderr, flush=True)
