"""One input and its answer, as something that can be asked again: what a trace is made of.

Each task has a `Study` in `studies/`. It runs its network on the engine it is given: once with a
`Tape` for states and gradients, along a path for integrated gradients, without some of its input
for leave-one-out. `traced.py` does all of that, without knowing the tasks.
"""

import abc
from typing import NamedTuple

import numpy as np

from ...data.vocabulary import PAD
from ...networks.ops import Ops, Value
from ...shapes import Float
from ..facts import Facts
from ..trace import Named


class Answer(NamedTuple):
    """What the network said of each row.

    Attributes:
        value: What is explained: the answer's log-probability in nats; for a forecast, its value.
        seeds: The engine's values that it comes from, each with the gradient of `value` by it.
        said: All that the network said, as the task's own `arrays` want it.
    """

    value: Float[np.ndarray, " B"]
    seeds: list[tuple[Value, np.ndarray]]
    said: np.ndarray


class Study(abc.ABC):
    """One input and its answer.

    Attributes:
        kind: The network's kind.
        input: What was read, as text.
        labels: By axis, a label of each place.
        num_inputs: Places of the axis `source`.
        numbers: True if the network reads numbers, not symbols.
        sign: The loss is this times `value`.
        together: Inputs that are left out together, at least.
    """

    kind: str
    input: str
    labels: dict[str, tuple[str, ...]]
    num_inputs: int
    numbers: bool = False
    sign: float = -1.0
    together: int = 1

    @property
    def load(self) -> int:
        """Work and memory of one row, in steps: how many rows go through together."""
        return max(1, self.num_inputs)

    @abc.abstractmethod
    def ask(self, ops: Ops, rows: int = 1) -> Answer:
        """Run the network on the input, `rows` times side by side."""

    @abc.abstractmethod
    def without(self, spans: list[slice]) -> Float[np.ndarray, " N"]:
        """The value of the same answer when some of the input is left out, for each span."""

    @abc.abstractmethod
    def arrays(self, answer: Answer) -> dict[str, Named]:
        """The task's own arrays: `output/...`, `loss/steps`, `input/values`."""

    @abc.abstractmethod
    def output(self, answer: Answer) -> str:
        """What came out, or was asked about, as text."""

    def facts(self, answer: Answer) -> Facts:
        """The task's own facts."""
        return {}

    def steps_of(self, layer: str) -> str:
        """The axis of a layer's steps; empty if it has none."""
        return "target" if layer.startswith("decoder") else "source"

    def attention_dims(self, name: str) -> tuple[str, ...]:
        """The axes of `attention/NAME`."""
        if name == "pool":
            return ("source",)
        if name == "decoder":
            return ("target", "source")
        layer, _, kind = name.partition("/")
        asks = self.steps_of(layer)
        return ("head", asks, asks if kind == "self" else "source")


def kind_of(config: object) -> str:
    """The kind of a network: its cell, its encoder's cell, or its architecture."""
    for name in ("cell", "encoder_cell", "architecture"):
        if hasattr(config, name):
            return str(getattr(config, name))
    raise AssertionError(f"{config} has no kind")


def shorter(symbols: list[int], spans: list[slice]) -> tuple[np.ndarray, np.ndarray]:
    """Copies of a sequence, each without a span: padded symbols and their lengths."""
    rows = [symbols[: span.start] + symbols[span.stop :] for span in spans]
    lengths = np.array([len(row) for row in rows])
    padded = np.full((len(rows), max(1, lengths.max())), PAD, np.int64)
    for row, kept in zip(padded, rows, strict=True):
        row[: len(kept)] = kept
    return padded, lengths


def seeds_of(log_probs: np.ndarray, symbols: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The log-probability of a symbol in each row `(B, V)`, and its gradient by all of them."""
    rows = np.arange(len(log_probs))
    gradient = np.zeros_like(log_probs)
    gradient[rows, symbols] = 1.0
    return log_probs[rows, symbols], gradient
