"""What a run says while it runs: a live line in a terminal, plain lines elsewhere, or nothing."""

import abc
import sys
import time
from dataclasses import dataclass

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn


@dataclass(frozen=True)
class Validation:
    """What a validation found.

    Attributes:
        step: Optimiser steps done.
        epoch: Passes over the training pairs, with a fraction.
        loss: Training loss since the validation before, nats per target symbol, smoothing included.
        symbol_error: Edits per reference symbol, %.
        output_error: Outputs that equal no reference, %.
        best: True if the symbol error is the lowest so far.
        symbols_per_second: Source and target symbols trained on.
        seconds: Time since the run began, all sessions together.
    """

    step: int
    epoch: float
    loss: float
    symbol_error: float
    output_error: float
    best: bool
    symbols_per_second: float
    seconds: float

    def __str__(self) -> str:
        mark = " *" if self.best else ""
        return (
            f"step {self.step:>6}  epoch {self.epoch:>6.2f}  loss {self.loss:.4f}  "
            f"symbol error {self.symbol_error:6.2f} %  output error {self.output_error:6.2f} %  "
            f"{self.symbols_per_second:,.0f} symbols/s{mark}"
        )


class Reporter(abc.ABC):
    """Told what happens, step by step."""

    @abc.abstractmethod
    def message(self, text: str) -> None:
        """Say something."""

    @abc.abstractmethod
    def start(self, step: int, steps: int) -> None:
        """Training begins at `step` of `steps`."""

    @abc.abstractmethod
    def step(self, step: int, loss: float, symbols_per_second: float) -> None:
        """A step is done; `loss` in nats per target symbol."""

    @abc.abstractmethod
    def validation(self, found: Validation) -> None:
        """A validation is done."""

    @abc.abstractmethod
    def stop(self) -> None:
        """Training has ended, however it did."""


class Quiet(Reporter):
    """Says nothing."""

    def message(self, text: str) -> None:
        pass

    def start(self, step: int, steps: int) -> None:
        pass

    def step(self, step: int, loss: float, symbols_per_second: float) -> None:
        pass

    def validation(self, found: Validation) -> None:
        pass

    def stop(self) -> None:
        pass


class Plain(Quiet):
    """A line per message and per validation on stderr, for logs and pipes."""

    def message(self, text: str) -> None:
        print(text, file=sys.stderr, flush=True)

    def validation(self, found: Validation) -> None:
        print(found, file=sys.stderr, flush=True)


class Live(Reporter):
    """A live line below the messages, on a terminal."""

    def __init__(self) -> None:
        self.console = Console(stderr=True, highlight=False)
        self.progress = Progress(
            SpinnerColumn(),
            TextColumn("step {task.completed:.0f}/{task.total:.0f}"),
            BarColumn(bar_width=None),
            TextColumn("loss {task.fields[loss]:.3f}  error {task.fields[error]}"),
            TextColumn("{task.fields[speed]:,.0f} symbols/s"),
            TimeRemainingColumn(),
            console=self.console,
            refresh_per_second=4,
        )
        self.task: int | None = None
        self.loss = 0.0

    def message(self, text: str) -> None:
        self.console.print(text, markup=False, soft_wrap=True)

    def start(self, step: int, steps: int) -> None:
        fields = {"loss": 0.0, "error": "-", "speed": 0.0}
        self.task = self.progress.add_task("", total=steps, completed=step, **fields)  # type: ignore[arg-type]
        self.progress.start()

    def step(self, step: int, loss: float, symbols_per_second: float) -> None:
        assert self.task is not None, "start comes first"
        self.loss = loss if not self.loss else 0.98 * self.loss + 0.02 * loss
        self.progress.update(
            self.task,  # type: ignore[arg-type]
            completed=step,
            loss=self.loss,
            speed=symbols_per_second,
        )

    def validation(self, found: Validation) -> None:
        assert self.task is not None, "start comes first"
        self.progress.update(self.task, error=f"{found.symbol_error:.2f} %")  # type: ignore[arg-type]
        self.message(str(found))

    def stop(self) -> None:
        self.progress.stop()


class Clock:
    """Symbols per second of training, validations left out."""

    def __init__(self) -> None:
        self.symbols = 0
        self.seconds = 0.0
        self._since = time.perf_counter()

    def start(self) -> None:
        """Training goes on."""
        self._since = time.perf_counter()

    def add(self, symbols: int) -> None:
        """A step over so many symbols is done."""
        now = time.perf_counter()
        self.symbols, self.seconds, self._since = (
            self.symbols + symbols,
            self.seconds + now - self._since,
            now,
        )

    @property
    def rate(self) -> float:
        """Symbols per second so far."""
        return self.symbols / self.seconds if self.seconds else 0.0
