"""The progress of a run in a notebook: one output, redrawn while the run goes on.

Checked by `tests/training/test_notebook.py`.
"""

import contextlib
import html
import sys
import time
from importlib import import_module
from typing import Any

from ..plain import printable
from ..progress import clock as duration
from ..progress import showing
from .callback import Callback
from .clock import Clock, smoothed
from .validation import Validation

REDRAWN = 0.5  # seconds between two drawings of the line, at least
STYLE = "margin:0;white-space:pre-wrap;font-family:monospace"
KEPT = 12  # validations that are shown, the last ones


def in_notebook() -> bool:
    """True in a process that a notebook's kernel runs in."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    return getattr(shell, "kernel", None) is not None


class Notebook(Callback):
    """Messages, the last validations, and a line that says how far the run is."""

    def __init__(self) -> None:
        self.alone = contextlib.ExitStack()
        self.messages: list[str] = []
        self.validations: list[str] = []
        self.at = self.steps = self.first = 0
        self.loss = 0.0
        self.speed = ""
        self.begun = self.drawn = 0.0
        self.output: Any = None

    def message(self, text: str) -> None:
        self.messages.append(printable(text, lines=True))
        self._draw()

    def start(self, step: int, steps: int) -> None:
        self.alone.enter_context(showing(None))
        self.at, self.first, self.steps, self.begun = step, step, steps, time.perf_counter()
        self._draw()

    def plan(self, steps: int) -> None:
        self.steps = steps

    def step(self, step: int, loss: float, clock: Clock) -> None:
        self.at, self.loss = step, smoothed(self.loss, loss)
        self.speed = f"{clock.rate:,.0f} {clock.unit}/s"
        if time.perf_counter() - self.drawn > REDRAWN:
            self._draw()

    def validation(self, found: Validation) -> None:
        self.validations = [*self.validations, str(found)][-KEPT:]
        self._draw()

    def stop(self) -> None:
        self.alone.close()
        self._draw()

    def line(self) -> str:
        """How far the run is; empty before its first step."""
        if not self.steps:
            return ""
        parts = [f"step {self.at:,}/{self.steps:,}"]
        if self.at > self.first:
            parts += [f"loss {self.loss:.3f}", self.speed]
            seconds = (time.perf_counter() - self.begun) / (self.at - self.first)
            if self.at < self.steps:
                parts.append(f"{duration(seconds * (self.steps - self.at))} left")
        return "  ".join(parts)

    def _draw(self) -> None:
        """Show it all: made at the first call, then updated."""
        display: Any = import_module("IPython.display").display  # there, if this is a notebook
        self.drawn = time.perf_counter()
        lines = [*self.messages, *self.validations, *filter(None, [self.line()])]
        text = "\n".join(lines)
        bar = f'<progress value="{self.at}" max="{self.steps}" style="width:100%"></progress>'
        shown = {
            "text/plain": text,
            "text/html": f'<pre style="{STYLE}">{html.escape(text)}</pre>'
            + (bar if self.steps else ""),
        }
        if self.output is None:
            self.output = display(shown, raw=True, display_id=True)
        else:
            self.output.update(shown, raw=True)
