"""What a run tells while it runs, and to whom.

    class Losses(seqloom.Callback):
        def step(self, step, loss, clock):
            print(step, loss)

    seqloom.train("words.tsv", callbacks=[Losses()])

The progress bar (`reporter.py`) and the trackers (`tracking/`) are callbacks too. Checked
by `tests/training/test_callback.py`.
"""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..config import Config
from .clock import Clock
from .result import Result
from .validation import Validation


@dataclass(frozen=True, kw_only=True)
class RunStart:
    """A run before its first step, or before it goes on.

    Attributes:
        folder: Where it is written.
        config: Its settings; of a run of minutes, `training.steps` is not known yet.
        report: What was found in the data, line by line.
        parameters: Numbers that the network learns.
        step: Steps done: 0, unless the run is resumed.
        steps: Steps planned.
    """

    folder: Path
    config: Config
    report: tuple[str, ...]
    parameters: int
    step: int
    steps: int


class Callback:
    """Told what happens in a run; a subclass overrides the methods that it needs.

    The order is: `message` at any time, `begin`, `start`, then `step`, `validation` and `plan`,
    then `stop`, and last `end` or `fail`. Of several processes only the first one calls. An
    exception in `step`, `validation` or `plan` ends the run after the step: a checkpoint is
    written, `stop` and `fail` are called, and `train` raises the exception; `resume` can continue
    the run.
    """

    def message(self, text: str) -> None:
        """A line for people: what was read, what was decided."""

    def begin(self, run: RunStart) -> None:
        """The data are read and the network is built."""

    def start(self, step: int, steps: int) -> None:
        """Training begins at `step` of `steps`."""

    def plan(self, steps: int) -> None:
        """The run is to have so many steps from now on."""

    def step(self, step: int, loss: float, clock: Clock) -> None:
        """A step is done.

        Args:
            step: Its number, from 1.
            loss: Its training loss per unit, in nats where the loss is a cross-entropy.
            clock: Its `rate` is the speed so far, in `unit` per second.
        """

    def validation(self, found: Validation) -> None:
        """A validation is done, and the model file is written if it is the best so far."""

    def stop(self) -> None:
        """Training has ended, also by an error."""

    def end(self, result: Result) -> None:
        """The run has ended without an error: it is finished, or was interrupted."""

    def fail(self, error: BaseException) -> None:
        """The run has ended by an error, which may be a callback's; in place of `end`."""


class Callbacks(Callback):
    """Several callbacks as one: each is told everything, in their order.

    Attributes:
        error: The first exception of a callback during the steps, which ends the run; the others
            are told no more of the steps.
    """

    def __init__(self, callbacks: Sequence[Callback]) -> None:
        """
        Args:
            callbacks: The callbacks.
        """
        self.callbacks = tuple(callbacks)
        self.error: Exception | None = None
        self._running = False

    def message(self, text: str) -> None:
        self._tell(lambda one: one.message(text))

    def begin(self, run: RunStart) -> None:
        self._tell(lambda one: one.begin(run))

    def start(self, step: int, steps: int) -> None:
        self._running = True
        self._tell(lambda one: one.start(step, steps))

    def plan(self, steps: int) -> None:
        self._tell(lambda one: one.plan(steps))

    def step(self, step: int, loss: float, clock: Clock) -> None:
        if self.error is None:
            self._tell(lambda one: one.step(step, loss, clock))

    def validation(self, found: Validation) -> None:
        if self.error is None:
            self._tell(lambda one: one.validation(found))

    def stop(self) -> None:
        self._tell(lambda one: one.stop())
        self._running = False

    def end(self, result: Result) -> None:
        if self.error is not None:
            self.fail(self.error)
            raise self.error
        self._tell(lambda one: one.end(result))

    def fail(self, error: BaseException) -> None:
        for one in self.callbacks:
            with contextlib.suppress(Exception):  # the first error is the one to know
                one.fail(error)

    @contextlib.contextmanager
    def told_of_errors(self) -> Iterator[None]:
        """Tell the callbacks of an error that is raised within."""
        try:
            yield
        except BaseException as error:
            self.fail(error)
            raise

    def _tell(self, event: Callable[[Callback], None]) -> None:
        """Tell every callback; during the steps, keep the first error for the end."""
        for one in self.callbacks:
            try:
                event(one)
            except Exception as error:  # of whatever kind: the code is the user's
                if not self._running:
                    raise
                self.error = self.error or error
