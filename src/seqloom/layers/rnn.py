"""The vanilla recurrent network: the last output is fed back in."""

from typing import Literal, NamedTuple, final

from torch import Tensor
from torch.nn import functional as F

from ..shapes import Float
from .cell import Cell, HiddenState

RNNState = HiddenState


class RNNGates(NamedTuple):
    """An RNN has no gate; its one activation stands here so that it can be traced too."""

    n: Float[Tensor, "B H"]


@final
class RNNCell(Cell):
    """One step of a vanilla (Elman) recurrent network, `reference/rnn.py` in torch.

    Source: Elman, "Finding Structure in Time", Cognitive Science 14(2), 1990.
    Differs: none; weights load from `torch.nn.RNNCell` unchanged.
    """

    num_gates = 1
    state_fields = ("h",)

    def __init__(
        self, input_size: int, hidden_size: int, *, nonlinearity: Literal["tanh", "relu"] = "tanh"
    ) -> None:
        """
        Args:
            input_size: I, the size of one input vector.
            hidden_size: H, the size of the state.
            nonlinearity: `tanh` or `relu`.
        """
        super().__init__(input_size, hidden_size)
        self.nonlinearity = nonlinearity

    def initial_state(self, batch_size: int) -> RNNState:
        return RNNState(h=self.weight_hh.new_zeros(batch_size, self.hidden_size))

    def gates(self, projected: Float[Tensor, "B G"], state: RNNState) -> RNNGates:
        a_BH = projected + F.linear(state.h, self.weight_hh, self.bias_hh)
        return RNNGates(n=a_BH.tanh() if self.nonlinearity == "tanh" else a_BH.relu())

    def combine(self, gates: RNNGates, state: RNNState) -> RNNState:
        return RNNState(h=gates.n)
