"""The contract every recurrent cell keeps.

A cell is abstract here and final where it is written. One step is three moves, so that a time
loop may do the first for all steps at once, and a tracer may stop after the second:

    1   projected = project(x)                what the input adds to each gate
    2   gates     = gates(projected, state)   the gates, open to look at
    3   state     = combine(gates, state)     the new state; its `h` is the output

`unroll` (unroll.py), the stacked layers, the decoder and the tests know cells only through this
class; `tests/layers/test_laws.py` checks its laws for every cell in `CELLS`.
"""

import abc
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, Protocol, TypeVar, runtime_checkable

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..shapes import Float, check_shape

CellType = TypeVar("CellType", bound="Cell")


@runtime_checkable
class State(Protocol):
    """A NamedTuple of a cell's state, `h` first, each `(B, H)`."""

    @property
    def h(self) -> Tensor:
        """The output."""

    def __iter__(self) -> Iterator[Tensor]: ...

    def __len__(self) -> int: ...


class Cell(nn.Module, abc.ABC):
    """One time step of a recurrent network. Weights are named and ordered as torch's.

    Attributes:
        num_gates: Blocks of H rows in a weight: 4 in an LSTM, 3 in a GRU, 1 in an RNN.
        state_fields: Names of the state's arrays, `h` first.
    """

    num_gates: int
    state_fields: tuple[str, ...]
    weight_ih: Tensor
    weight_hh: Tensor
    bias_ih: Tensor
    bias_hh: Tensor

    def __init__(self, input_size: int, hidden_size: int) -> None:
        """
        Args:
            input_size: I, the size of one input vector.
            hidden_size: H, the size of the state.
        """
        super().__init__()
        self.input_size, self.hidden_size = input_size, hidden_size
        bound = hidden_size**-0.5 if hidden_size else 0.0
        rows = self.num_gates * hidden_size
        for name, shape in (
            ("weight_ih", (rows, input_size)),
            ("weight_hh", (rows, hidden_size)),
            ("bias_ih", (rows,)),
            ("bias_hh", (rows,)),
        ):
            weight = torch.empty(shape)
            if not weight.is_meta:  # nothing to draw, and vmap refuses to
                weight.uniform_(-bound, bound)
            setattr(self, name, nn.Parameter(weight))

    @classmethod
    def of_weights(cls: type[CellType], weights: Sequence[Tensor], **options: Any) -> CellType:
        """A cell over weights that live elsewhere, say in a stacked layer; nothing is copied.

        Args:
            weights: weight_ih, weight_hh and, unless they are 0, bias_ih, bias_hh.
            **options: What the class's own `__init__` takes beside the sizes.
        """
        if len(weights) == 2:
            zeros = weights[0].new_zeros(weights[0].shape[0])
            weights = [*weights, zeros, zeros]
        with torch.device("meta"):  # sizes only: the weights that `__init__` makes are dropped
            cell = cls(weights[0].shape[1], weights[1].shape[1], **options)
        for name, weight in zip(
            ("weight_ih", "weight_hh", "bias_ih", "bias_hh"), weights, strict=True
        ):
            del cell._parameters[name]
            setattr(cell, name, weight)
        return cell

    def project(self, x: Float[Tensor, "*rest I"]) -> Float[Tensor, "*rest G"]:
        """What inputs add to the gates, with the input bias."""
        return F.linear(x, self.weight_ih, self.bias_ih)

    @abc.abstractmethod
    def initial_state(self, batch_size: int) -> Any:
        """The state before the first step: a NamedTuple of `(B, H)` zeros, `h` first."""

    @abc.abstractmethod
    def gates(self, projected: Float[Tensor, "B G"], state: Any) -> Any:
        """The gates of one step: a NamedTuple of `(B, H)`."""

    @abc.abstractmethod
    def combine(self, gates: Any, state: Any) -> Any:
        """The state after a step, from its gates and the state before it."""

    def advance(self, projected: Float[Tensor, "B G"], state: Any) -> Any:
        """The state after a step, from the projected input and the state before it."""
        return self.combine(self.gates(projected, state), state)

    def step(self, x: Float[Tensor, "B I"], state: Any) -> tuple[Float[Tensor, "B H"], Any]:
        """Read one input vector per sequence.

        Args:
            x: Inputs of this time step, `(B, I)`.
            state: State after the step before.
        Returns:
            The output `(B, H)`, which is the new `h`, and the new state.
        Raises:
            ShapeError: `x` is not `(B, I)`.
        """
        check_shape(type(self).__name__, "x", x, "B I", I=self.input_size)
        state = self.advance(self.project(x), state)
        return state.h, state


class HiddenState(NamedTuple):
    """What an RNN or a GRU carries from one step to the next."""

    h: Float[Tensor, "B H"]
