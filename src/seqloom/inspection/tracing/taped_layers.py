"""Layers that ran on a tape: their states, gates and gradients, step by step, when asked for.

Three kinds: `TapedCell`, a cell over a whole sequence; `TapedSteps`, a cell that a decoder took
steps with; `TapedUnits`, units that do not remember. Arrays are `(B, T, H)`, or `(B, H)` without
steps; steps in the order of the text. Checked by `tests/inspection/tracing/test_tape.py`.
"""

import abc
from collections.abc import Callable
from typing import Any

import numpy as np

from ...networks.ops import Value

Array = np.ndarray
Arrays = dict[str, Array]
Gradient = Callable[[Value], Array]  # of the loss by a value
GATES = {"rnn": "", "lstm": "ifgo", "gru": "rzn"}


class TapedLayer(abc.ABC):
    """A layer that ran.

    Attributes:
        kind: As `inspection.Layer` has it.
        reverse: True if it read from the end.
        size: Units.
        weights: Of its cell; `None` if it is none.
    """

    kind: str
    size: int
    reverse: bool = False
    weights: Any = None

    @abc.abstractmethod
    def states(self) -> Arrays:
        """After each step: `h`, and `c` of an LSTM."""

    @abc.abstractmethod
    def gates(self) -> Arrays:
        """Of each step: `i f g o`, `r z n`, or none."""

    @abc.abstractmethod
    def gradients(self, gradient: Gradient) -> Arrays:
        """Of the loss by each of `states`; `gradient` is the tape's, played backward before."""


class TapedUnits(TapedLayer):
    """Units that do not remember: a layer of a Transformer or a fully-connected one."""

    def __init__(self, kind: str, output: Value) -> None:
        self.kind, self.size = kind, output.array.shape[-1]
        self.output = output

    def states(self) -> Arrays:
        return {"h": self.output.array}

    def gates(self) -> Arrays:
        return {}

    def gradients(self, gradient: Gradient) -> Arrays:
        return {"h": gradient(self.output)}


class TapedCell(TapedLayer):
    """A cell over a whole sequence."""

    def __init__(
        self,
        cell: str,
        weights: Any,
        saved: list[Any],
        last: Any,
        turned: Callable[[Array], Array],
        *,
        reverse: bool,
    ) -> None:
        """
        Args:
            cell: `rnn`, `lstm` or `gru`.
            weights: The cell's.
            saved: What each step left, in the order of running.
            last: The state after the last step.
            turned: Brings arrays over steps into the order of the text.
            reverse: True if it read from the end.
        """
        self.kind, self.weights, self.reverse = cell, weights, reverse
        self.saved, self.last, self.turned = saved, last, turned
        self.size = last.h.shape[-1]
        self.d_states: Any = None  # set by the way back, in the order of running

    def states(self) -> Arrays:
        after = [*(step.before for step in self.saved[1:]), self.last]
        return {name: self._over_time(after, name) for name in self.last._fields}

    def gates(self) -> Arrays:
        return {gate: self._over_time(self.saved, gate) for gate in GATES[self.kind]}

    def gradients(self, gradient: Gradient) -> Arrays:
        if self.d_states is None:  # nothing came of the layer
            return {name: np.zeros_like(a) for name, a in self.states().items()}
        return {n: self.turned(d) for n, d in zip(self.last._fields, self.d_states, strict=True)}

    def _over_time(self, steps: list[Any], name: str) -> Array:
        return self.turned(np.stack([getattr(step, name) for step in steps], axis=1))


class TapedSteps(TapedLayer):
    """A cell that a decoder took steps with."""

    def __init__(self, cell: str, weights: Any) -> None:
        """
        Args:
            cell: `rnn`, `lstm` or `gru`.
            weights: The cell's.
        """
        self.kind, self.weights = cell, weights
        self.size = weights.weight_hh.shape[1]
        self.after: list[Any] = []
        self.saved: list[Any] = []

    def add(self, after: Any, saved: Any) -> None:
        """One more step: its state, and what it left for the way back."""
        self.after.append(after)
        self.saved.append(saved)

    def states(self) -> Arrays:
        return {
            name: np.stack([getattr(state, name).array for state in self.after], axis=1)
            for name in self.after[0]._fields
        }

    def gates(self) -> Arrays:
        return {
            gate: np.stack([getattr(step, gate) for step in self.saved], axis=1)
            for gate in GATES[self.kind]
        }

    def gradients(self, gradient: Gradient) -> Arrays:
        return {
            name: np.stack([gradient(getattr(s, name)) for s in self.after], axis=1)
            for name in self.after[0]._fields
        }
