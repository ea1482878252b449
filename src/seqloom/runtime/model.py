"""`seqloom.load(path)`: a model file at work, with NumPy alone.

Each task has a `Model` of its own, made of the steps of `reference/`; whatever replaces one keeps
its face.
"""

import abc
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..export.model_file import ModelFile, guarded, read_model
from ..networks import network_of
from ..tasks import TASKS
from .numpy_ops import PLAIN

if TYPE_CHECKING:
    from ..inspection import Trace


class Model(abc.ABC):
    """A trained model, ready to predict.

    Attributes:
        file: What its file holds.
        parts: The task's own part of that.
        network: Its network, in NumPy.
    """

    network: Any

    def __init__(self, file: ModelFile) -> None:
        """
        Args:
            file: A model file's contents.
        Raises:
            FormatError: Settings and tensors do not fit together.
        """
        self.file = file
        self.parts = file.parts
        self.network: Any = network_of(file.task, file.model, file.parts.sizes).bound(
            file.tensors, PLAIN
        )

    @abc.abstractmethod
    def describe_parts(self) -> Iterator[tuple[str, object]]:
        """Name and value of what the task holds besides its network."""

    def trace(
        self,
        x: object,
        *,
        target: object = None,
        gradients: bool = True,
        jacobians: bool = True,
        importance: bool = True,
        attention: Mapping[tuple[int, int], float] | None = None,
    ) -> "Trace":
        """Everything that the network did with one input.

        Args:
            x: One of what `predict` takes a list of: a text, a recording (an audio file, or samples
                at the model's rate); of a forecasting model, what `predict` takes, with one series.
            target: The answer to explain: a label, an output text, of `generate` the symbol that
                follows; the model's own answer if `None`. A forecast has none.
            gradients: Also the gradient of the loss by every state and by the input.
            jacobians: Also what each state still is to the last one.
            importance: Also which inputs brought the answer about: integrated gradients and
                leave-one-out. It takes by far the longest.
            attention: Of a recurrent model of pairs with attention, weights of its decoder set by
                hand, by target step and source step, counted from 0. The others of a target step
                are scaled so that its weights sum to 1, and the decoder goes on from there.
                `{(2, 0): 1.0}`: while it writes the third symbol it sees the first only.
        Returns:
            A `Trace`; `docs/trace.md` lists its arrays.
        Raises:
            DataError: `x` is refused as `predict` refuses it.
            ConfigError: `target` is no answer that the model can give, or `attention` cannot be
                set so.
        """
        from ..inspection.tracing import trace_of

        return trace_of(
            self,
            x,
            target=target,
            attention=attention,
            gradients=gradients,
            jacobians=jacobians,
            importance=importance,
        )

    def describe(self) -> Iterator[tuple[str, object]]:
        """Name and value of everything worth knowing about the model."""
        file = self.file
        yield "task", file.task
        yield from self.describe_parts()
        yield "parameters", sum(tensor.size for tensor in file.tensors.values())
        for section in (file.model, file.decoding):
            yield from vars(section).items()
        for name, value in file.training.items():
            if name == "settings":
                for section in value.values():
                    yield from section.items()
            elif name != "rows_seen":  # numbers that tell nobody anything
                yield name, value


def load(path: str | Path) -> Any:
    """Read a model file.

    Args:
        path: A `best.safetensors`, or the folder of a run.
    Returns:
        The `Model` of its task, e.g. a `Transducer`.
    Raises:
        FormatError: The file is absent, damaged, cut short, foreign, or of a newer format.
    """
    with guarded(Path(path)):
        return model_of(read_model(Path(path)))


def model_of(file: ModelFile) -> Model:
    """The contents of a model file at work.

    Raises:
        FormatError: Settings and tensors do not fit together.
    """
    model: type[Model] = TASKS[file.task].part("model")
    return model(file)
