"""What a search shows: a line for each trial, and on a terminal the steps of the one that runs.

Checked by `tests/tuning/test_reporter.py`.
"""

import contextlib
import sys
from collections.abc import Iterator, Sequence

from rich.console import Console

from ..plain import printable
from ..progress import on_standard_error as display
from ..progress import showing
from ..training.callback import Callback, RunStart
from ..training.clock import Clock
from ..training.notebook import Notebook, in_notebook
from ..training.reporter import Live, PlainReporter, is_shown
from ..training.result import Result
from ..training.validation import Validation


@contextlib.contextmanager
def reporting(progress: str | bool, callbacks: Sequence[Callback]) -> Iterator[Callback]:
    """What is told of a search: the user's callbacks, and one that shows its progress.

    Args:
        progress: `auto`, `quiet`, or `False`, which is `quiet`.
        callbacks: The user's.
    Raises:
        ConfigError: `progress` is something else.
    """
    if not is_shown(progress, "tune"):
        yield Together(callbacks)
        return
    with showing(display()):
        yield Together([_reporter(), *callbacks])


def _reporter() -> Callback:
    if in_notebook():
        return NotebookTrials()
    return LiveTrials() if sys.stderr.isatty() else PlainTrials()


class Together(Callback):
    """Several callbacks as one; the run whose events they are told ends with their errors."""

    def __init__(self, callbacks: Sequence[Callback]) -> None:
        """
        Args:
            callbacks: The callbacks.
        """
        self.callbacks = tuple(callbacks)

    def message(self, text: str) -> None:
        for one in self.callbacks:
            one.message(text)

    def begin(self, run: RunStart) -> None:
        for one in self.callbacks:
            one.begin(run)

    def start(self, step: int, steps: int) -> None:
        for one in self.callbacks:
            one.start(step, steps)

    def plan(self, steps: int) -> None:
        for one in self.callbacks:
            one.plan(steps)

    def step(self, step: int, loss: float, clock: Clock) -> None:
        for one in self.callbacks:
            one.step(step, loss, clock)

    def validation(self, found: Validation) -> None:
        for one in self.callbacks:
            one.validation(found)

    def stop(self) -> None:
        for one in self.callbacks:
            one.stop()

    def end(self, result: Result) -> None:
        for one in self.callbacks:
            one.end(result)


class PlainTrials(PlainReporter):
    """Lines on standard error, for logs and pipes."""

    def validation(self, found: Validation) -> None:
        pass


class NotebookTrials(Notebook):
    """The same in the output of a notebook's cell, with a line that says how far the run is."""

    def validation(self, found: Validation) -> None:
        pass


class LiveTrials(Callback):
    """The same on a terminal, with a live line for the run."""

    def __init__(self) -> None:
        self.run: Live | None = None
        self.console = Console(stderr=True, highlight=False)

    def message(self, text: str) -> None:
        self.console.print(printable(text, lines=True), markup=False, soft_wrap=True)

    def start(self, step: int, steps: int) -> None:
        self.run = _Steps()
        self.run.start(step, steps)

    def plan(self, steps: int) -> None:
        if self.run is not None:
            self.run.plan(steps)

    def step(self, step: int, loss: float, clock: Clock) -> None:
        assert self.run is not None, "start comes first"
        self.run.step(step, loss, clock)

    def validation(self, found: Validation) -> None:
        assert self.run is not None, "start comes first"
        self.run.validation(found)

    def stop(self) -> None:
        if self.run is not None:
            self.run.stop()
        self.run = None


class _Steps(Live):
    """A run's live line, which goes when the run ends; validations are no lines."""

    def __init__(self) -> None:
        super().__init__()
        self.progress.live.transient = True

    def message(self, text: str) -> None:
        pass
