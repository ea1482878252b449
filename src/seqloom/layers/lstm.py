"""Long short-term memory: a cell state that gates write to, keep and read."""

from typing import NamedTuple, final

import torch
from torch import Tensor
from torch.nn import functional as F

from ..shapes import Float
from .cell import Cell


class LSTMState(NamedTuple):
    """What an LSTM carries from one step to the next."""

    h: Float[Tensor, "B H"]
    c: Float[Tensor, "B H"]


class LSTMGates(NamedTuple):
    """The gates of one LSTM step, after their squashing functions."""

    i: Float[Tensor, "B H"]
    f: Float[Tensor, "B H"]
    g: Float[Tensor, "B H"]
    o: Float[Tensor, "B H"]


@final
class LSTMCell(Cell):
    """One step of a long short-term memory network, `reference/lstm.py` in torch.

    Source: Hochreiter & Schmidhuber, "Long Short-Term Memory", Neural Computation 9(8), 1997.
    Differs: the forget gate of Gers et al., 2000, and no peepholes, as `torch.nn.LSTMCell`,
    whose weights load unchanged.
    """

    num_gates = 4
    state_fields = ("h", "c")

    def __init__(self, input_size: int, hidden_size: int, *, forget_bias: float = 0.0) -> None:
        """
        Args:
            input_size: I, the size of one input vector.
            hidden_size: H, the size of the state.
            forget_bias: Added once to the forget gate's `bias_ih`; 1.0 makes a new network
                remember (Jozefowicz et al., 2015).
        """
        super().__init__(input_size, hidden_size)
        with torch.no_grad():
            self.bias_ih[hidden_size : 2 * hidden_size] += forget_bias

    def initial_state(self, batch_size: int) -> LSTMState:
        zeros = self.weight_hh.new_zeros(batch_size, self.hidden_size)
        return LSTMState(h=zeros, c=zeros)

    def gates(self, projected: Float[Tensor, "B G"], state: LSTMState) -> LSTMGates:
        a_BG = projected + F.linear(state.h, self.weight_hh, self.bias_hh)
        i, f, g, o = a_BG.chunk(4, dim=-1)
        return LSTMGates(i=i.sigmoid(), f=f.sigmoid(), g=g.tanh(), o=o.sigmoid())

    def combine(self, gates: LSTMGates, state: LSTMState) -> LSTMState:
        c = torch.addcmul(gates.f * state.c, gates.i, gates.g)
        return LSTMState(h=gates.o * c.tanh(), c=c)
