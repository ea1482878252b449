"""`predict` and `inspect` of each task: a module a task, which is a `Commands`."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from ...tasks import TASKS
from ..options import InspectOptions, PredictOptions

if TYPE_CHECKING:
    from ...inspection.trace import Trace
    from ...runtime.model import Model


@runtime_checkable
class Commands(Protocol):
    """The functions of a task's module; `model` is the task's own kind."""

    def predict(self, model: "Model", options: PredictOptions) -> None:
        """Print a prediction for each input."""

    def trace(self, model: "Model", given: str, options: InspectOptions) -> "Trace":
        """What the model did with one input."""


def commands_of(task: str) -> Commands:
    """The module of a task."""
    found: Commands = TASKS[task].part("commands")
    return found


def inputs_of(model: "Model", file: str) -> Iterator[object]:
    """The inputs of a file that `inspect --data` searches; of every task but `forecast`."""
    found: Iterator[object] = TASKS[model.file.task].part("commands").searchable(model, file)
    return found
