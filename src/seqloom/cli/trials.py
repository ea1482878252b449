"""What a search shows: a line for each trial, and on a terminal the steps of the one that runs."""

from rich.console import Console

from ..plain import printable
from ..training.reporter import Clock, Live, PlainReporter, Quiet
from ..training.validation import Validation


class PlainTrials(PlainReporter):
    """Lines on standard error, for logs and pipes."""

    def validation(self, found: Validation) -> None:
        pass


class LiveTrials(Quiet):
    """The same, with a live line for the run."""

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
