"""What networks have in common: a table of weights, entries, and an engine that they are on.

An entry is a method whose arguments and results are values, alone or in tuples, and which passes
values from one operation to the next: a straight line. An argument that is also a result, under one
name, is state: the caller keeps it, and zeros are where it begins. So a stream is an entry like
any other.

    network = RecurrentPairs(config, sizes)         weights are placeholders: ready to record
    network.bound(tensors, PLAIN)                   weights are arrays: ready to run
    network.on(tape)                                the same on another engine
"""

import abc
import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

import numpy as np

from ..reference import trees
from .ops import STATES, CellKind, Ops, Value, Values, Weights
from .weights import Weight, WeightTable

Kind = Literal["numbers", "symbols", "lengths"]
Slots = Any  # a `Slot`, or slots in tuples
Same = TypeVar("Same", bound="Network")
DTYPES: dict[Kind, str] = {"numbers": "float32", "symbols": "int64", "lengths": "int64"}


@dataclass(frozen=True)
class Slot:
    """One array that an entry takes.

    Attributes:
        shape: Numbers and letters; a letter is what a caller chooses.
        kind: Numbers, symbols' numbers, or real steps per sequence.
    """

    shape: tuple[int | str, ...]
    kind: Kind = "numbers"


@dataclass(frozen=True)
class EntryPoint:
    """A way into a network.

    Attributes:
        run: The method.
        arguments: By name, a `Slot`, or slots in tuples, with `None` where there is none.
        results: Names of what it returns, in order.
    """

    run: Callable[..., Values]
    arguments: Mapping[str, Slots]
    results: tuple[str, ...]

    @property
    def state(self) -> tuple[str, ...]:
        """Arguments that are results too."""
        return tuple(name for name in self.arguments if name in self.results)


class Network(abc.ABC):
    """A network, said once.

    Attributes:
        table: Its weights.
        ops: The engine it is on.
        output: Weights of the last layer.
    """

    table: WeightTable
    ops: Ops
    output: Weights

    @abc.abstractmethod
    def entries(self) -> dict[str, EntryPoint]:
        """Every way in, by name."""

    def bound(self: Same, tensors: Mapping[str, np.ndarray], ops: Ops) -> Same:
        """The network with a model file's tensors, on an engine.

        Raises:
            FormatError: A tensor is absent, of another shape or type, or none of the network's.
        """
        self.table.check(tensors)
        found = self.on(ops)
        for name, value in vars(found).items():
            setattr(found, name, _filled(value, tensors))
        return found

    def on(self: Same, ops: Ops) -> Same:
        """The same network on another engine."""
        found = copy.copy(self)
        found.ops = ops
        return found

    def zeros(self, slots: Slots, batch: int) -> Values:
        """The state before the first step: zeros, with no steps in a past."""

        def zero(slot: Slot) -> Value:
            shape = (batch, *(n if isinstance(n, int) else 0 for n in slot.shape[1:]))
            if slot.kind == "symbols":
                return np.zeros(shape, np.int64)
            return self.ops.value(np.zeros(shape, self.output.weight.dtype))

        return trees.map_arrays(zero, slots)


def cell_state(cell: str, size: int) -> Slots:
    """Slots of a cell's state."""
    kind = STATES[cell]
    return kind(*[Slot(("B", size))] * len(kind._fields))


def symbols(*shape: int | str) -> Slot:
    """A slot for symbols."""
    return Slot(shape, "symbols")


def lengths() -> Slot:
    """A slot for real steps per sequence."""
    return Slot(("B",), "lengths")


def both_ways(
    ops: Ops, name: str, cell: CellKind, x: Value, directions: tuple[Weights, ...], lengths: Value
) -> tuple[Value, list[Value]]:
    """One layer over time, in as many directions as it has weights for.

    Args:
        ops: The engine.
        name: Of the layer in a trace; the way back has `.reverse` behind it.
        cell: `rnn`, `lstm` or `gru`.
        x: Inputs `(B, T, I)`; positions from `lengths` on are padding.
        directions: Weights forward, and backward if the layer has them.
        lengths: Real steps per sequence.
    Returns:
        Outputs of the directions side by side, and the last h of each.
    """
    forward, last = ops.unroll(name, cell, x, directions[0], lengths=lengths)
    if len(directions) == 1:
        return forward, [last[0]]
    back = f"{name}.reverse"
    backward, other = ops.unroll(back, cell, x, directions[1], lengths=lengths, reverse=True)
    return ops.join(forward, backward), [last[0], other[0]]


def _filled(value: object, tensors: Mapping[str, np.ndarray]) -> object:
    """A tree of weights with arrays in place of each `Weight`; anything else as it is."""
    if isinstance(value, Weight):
        return tensors[value.name]
    if isinstance(value, tuple):
        return trees.build(value, (_filled(part, tensors) for part in value))
    return value
