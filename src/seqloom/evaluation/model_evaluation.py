"""What an evaluation of a model found: what Python returns and the command prints.

Each task has its own in `tasks/`. Checked by `tests/cli/test_evaluation.py`.
"""

import abc
import html
import io
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from ..data.seen import Seen
from ..errors import ConfigError
from ..plain import JSON, printable

if TYPE_CHECKING:
    from rich.console import Console

    from .error_rates import Score

WIDTH = 80  # columns of a report that is no terminal's, as rich has it


class Notes:
    """What is odd about the data or the model, in the order in which it was found."""

    def __init__(self, say: Callable[[str], object] | None = None) -> None:
        """
        Args:
            say: Told each at once.
        """
        self.lines: list[str] = []
        self._say = say

    def __call__(self, line: str) -> None:
        """One more."""
        self.lines.append(line)
        if self._say is not None:
            self._say(line)


@dataclass(frozen=True, kw_only=True, repr=False)
class ModelEvaluation(abc.ABC):
    """What an evaluation found; `print` shows the report.

    Attributes:
        model: The model's file; `None` if it was read from none.
        data: What it was evaluated on.
        notes: What is odd about either, e.g. that the model has seen the data.
        seen: How much of the data it has seen, if its file says.
    """

    model: str | None
    data: str
    notes: tuple[str, ...] = field(default=())
    seen: Seen | None = None

    def as_dict(self) -> dict[str, JSON]:
        """Everything as plain values, as `seqloom evaluate --json` prints it."""
        about: dict[str, JSON] = {} if self.model is None else {"model": self.model}
        about["data"] = self.data
        if self.seen is not None:
            about["seen"] = asdict(self.seen)
        return about | self.measured()

    @abc.abstractmethod
    def measured(self) -> dict[str, JSON]:
        """The scores as plain values."""

    @abc.abstractmethod
    def print_on(self, console: "Console") -> None:
        """Print the report."""

    @abc.abstractmethod
    def headline(self) -> str:
        """The scores that matter most, in a line."""

    def write_outputs(self, path: str | Path) -> None:
        """Write every input and output as a TSV.

        Raises:
            ConfigError: The task has no such table.
            RunError: The file cannot be written.
        """
        raise ConfigError(f"evaluate: {type(self).__name__} has no table of outputs.")

    @property
    def flattered(self) -> bool:
        """True if the model has seen the data, so that its scores say little."""
        return self.seen is not None and self.seen.flatters

    def __str__(self) -> str:
        notes = "".join(f"{printable(note)}\n" for note in self.notes)
        return (notes + as_text(self.print_on)).rstrip("\n")

    def __repr__(self) -> str:
        flattered = ", seen in training" if self.flattered else ""
        name = printable(self.data)
        return f"<{type(self).__name__} of {name}{flattered}: {self.headline()}>"

    def _repr_html_(self) -> str:
        """The report, for notebooks."""
        return f'<pre style="font-family:monospace;white-space:pre">{html.escape(str(self))}</pre>'


def said(name: str, score: "Score") -> str:
    """A score in a headline."""
    unit = f" {score.unit}" if score.unit else ""
    return f"{name} {score.value:.2f}{unit} ({score.low:.2f} to {score.high:.2f})"


def as_text(print_on: "Callable[[Console], None]") -> str:
    """What is printed on a console, without colours and line breaks at the end."""
    from rich.console import Console

    file = io.StringIO()
    print_on(
        Console(
            file=file, width=WIDTH, force_terminal=False, force_jupyter=False, color_system=None
        )
    )
    return file.getvalue().rstrip("\n")
