"""What a run says while it runs: a live line in a terminal, plain lines elsewhere, or nothing.

Checked by `tests/training/test_reporter.py`.
"""

import contextlib
import sys
from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn

from ..errors import ConfigError
from ..plain import printable
from ..progress import on_standard_error as display
from ..progress import showing
from .callback import Callback
from .clock import Clock, smoothed
from .notebook import Notebook, in_notebook
from .team import Team
from .validation import Validation


@contextlib.contextmanager
def reporting(
    progress: str | bool, callbacks: Sequence[Callback]
) -> Iterator[tuple[Callback, ...]]:
    """The callbacks of a run, with one that shows its progress; none in a process but the first.

    Args:
        progress: `auto`, `quiet`, or `False`, which is `quiet`.
        callbacks: The user's.
    Raises:
        ConfigError: `progress` is something else.
    """
    shown = is_shown(progress, "train")
    if not Team().leads:
        yield ()
    elif not shown:
        yield tuple(callbacks)
    else:
        with showing(display()):
            yield (Notebook() if in_notebook() else on_standard_error(), *callbacks)


def is_shown(progress: str | bool, command: str) -> bool:
    """Whether the argument `progress` asks for it to be shown.

    Args:
        progress: `auto`, `quiet`, or `False`, which is `quiet`.
        command: What an error message starts with.
    Raises:
        ConfigError: It is something else.
    """
    if progress not in ("auto", "quiet", False):
        raise ConfigError(f"{command}: `progress` must be auto, quiet or False, got {progress!r}.")
    return progress == "auto"


def on_standard_error() -> Callback:
    """The reporter that suits standard error."""
    return Live() if sys.stderr.isatty() else PlainReporter()


class PlainReporter(Callback):
    """A line per message and per validation on stderr, for logs and pipes."""

    def __init__(self) -> None:
        self.alone = contextlib.ExitStack()

    def start(self, step: int, steps: int) -> None:
        self.alone.enter_context(showing(None))  # validations say how far the run is

    def stop(self) -> None:
        self.alone.close()

    def message(self, text: str) -> None:
        print(printable(text, lines=True), file=sys.stderr, flush=True)

    def validation(self, found: Validation) -> None:
        print(*found.lines, sep="\n", file=sys.stderr, flush=True)


class Live(Callback):
    """A live line below the messages, on a terminal."""

    def __init__(self) -> None:
        self.console = Console(stderr=True, highlight=False)
        self.progress = Progress(
            SpinnerColumn(),
            TextColumn("step {task.completed:.0f}/{task.total:.0f}"),
            BarColumn(bar_width=None),
            TextColumn("loss {task.fields[loss]:.3f}  {task.fields[found]}"),
            TextColumn("{task.fields[speed]}"),
            TimeRemainingColumn(),
            console=self.console,
            refresh_per_second=4,
        )
        self.alone = contextlib.ExitStack()
        self.task: int | None = None
        self.loss = 0.0

    def message(self, text: str) -> None:
        self.console.print(printable(text, lines=True), markup=False, soft_wrap=True)

    def start(self, step: int, steps: int) -> None:
        fields = {"loss": 0.0, "found": "", "speed": ""}
        self.task = self.progress.add_task("", total=steps, completed=step, **fields)  # type: ignore[arg-type]
        self.alone.enter_context(showing(None))  # one live display at a time
        self.progress.start()

    def plan(self, steps: int) -> None:
        if self.task is not None:
            self.progress.update(self.task, total=steps)  # type: ignore[arg-type]

    def step(self, step: int, loss: float, clock: Clock) -> None:
        assert self.task is not None, "start comes first"
        self.loss = smoothed(self.loss, loss)
        self.progress.update(
            self.task,  # type: ignore[arg-type]
            completed=step,
            loss=self.loss,
            speed=f"{clock.rate:,.0f} {clock.unit}/s",
        )

    def validation(self, found: Validation) -> None:
        assert self.task is not None, "start comes first"
        shown = f"{found.measures[0].label} {found.main}"
        self.progress.update(self.task, found=shown)  # type: ignore[arg-type]
        for line in found.lines:
            self.message(line)

    def stop(self) -> None:
        self.progress.stop()
        self.alone.close()
