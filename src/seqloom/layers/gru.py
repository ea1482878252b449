"""Gated recurrent unit: the LSTM's memory with two gates and no cell state."""

from typing import NamedTuple, final

import torch
from torch import Tensor
from torch.nn import functional as F

from ..shapes import Float
from .cell import Cell, HiddenState

GRUState = HiddenState


class GRUGates(NamedTuple):
    """The gates of one GRU step: reset, update, candidate."""

    r: Float[Tensor, "B H"]
    z: Float[Tensor, "B H"]
    n: Float[Tensor, "B H"]


@final
class GRUCell(Cell):
    """One step of a gated recurrent unit, `reference/gru.py` in torch.

    Source: Cho et al., "Learning Phrase Representations using RNN Encoder-Decoder", 2014.
    Differs: the reset gate acts after the recurrent matrix product, not before it, and z keeps
    the old state where the paper's z takes it; both as `torch.nn.GRUCell`, whose weights load
    unchanged.
    """

    num_gates = 3
    state_fields = ("h",)

    def initial_state(self, batch_size: int) -> GRUState:
        return GRUState(h=self.weight_hh.new_zeros(batch_size, self.hidden_size))

    def gates(self, projected: Float[Tensor, "B G"], state: GRUState) -> GRUGates:
        H = self.hidden_size
        recurrent_BG = F.linear(state.h, self.weight_hh, self.bias_hh)
        rz = (projected[:, : 2 * H] + recurrent_BG[:, : 2 * H]).sigmoid()
        r, z = rz.chunk(2, dim=-1)
        n = torch.addcmul(projected[:, 2 * H :], r, recurrent_BG[:, 2 * H :]).tanh()
        return GRUGates(r=r, z=z, n=n)

    def combine(self, gates: GRUGates, state: GRUState) -> GRUState:
        n, z = (gate.to(state.h.dtype) for gate in (gates.n, gates.z))  # autocast's are shorter
        return GRUState(h=torch.lerp(n, state.h, z))
