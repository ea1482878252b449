"""What is said while a probe runs."""

import sys
from typing import Any

from .networks import ARCHITECTURES
from .trial import Trial


class ProbeWatcher:
    """Receives events; prints nothing."""

    def planned(self, probe: str, trials: int, done: int) -> None:
        """So many runs at most are to come, and so many were done before."""

    def began(self, trial: Trial) -> None:
        """A run is at work."""

    def moved(self, trial: Trial, step: int, steps: int, score: float) -> None:
        """A check of a run is done; its score in %."""

    def ended(self, trial: Trial, run: dict[str, Any]) -> None:
        """A run is done: as results.json has it."""

    def skipped(self, architecture: str, lengths: list[int]) -> None:
        """Longer lengths are left out: the architecture failed at two in a row."""


class ProbeLines(ProbeWatcher):
    """A line for each run, on stderr."""

    def planned(self, probe: str, trials: int, done: int) -> None:
        before = f", {done} done before" if done else ""
        self.say(f"{probe}: {trials} runs at most{before}")

    def ended(self, trial: Trial, run: dict[str, Any]) -> None:
        verdict = "solved" if run["solved"] else "not solved"
        memory = run["memory"]
        reach = f", gradient reaches {memory['start']} -> {memory['end']} steps" if memory else ""
        name = ARCHITECTURES[trial.architecture]
        self.say(
            f"{name}, length {trial.length}, seed {trial.seed}: {verdict}, "
            f"{run['score']:.1f} % right, {run['steps']:,} steps, {run['seconds']:.0f} s{reach}"
        )

    def skipped(self, architecture: str, lengths: list[int]) -> None:
        left_out = ", ".join(map(str, lengths))
        self.say(
            f"{ARCHITECTURES[architecture]}: failed at two lengths in a row; left out: {left_out}"
        )

    def say(self, text: str) -> None:
        """A line."""
        print(text, file=sys.stderr, flush=True)
