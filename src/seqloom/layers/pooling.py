"""Pooling: from the states of a whole sequence to one vector; `reference/pooling.py` in torch.

Every pool gives the vector and its weights over the steps, `None` where it has none. An empty
sequence gives zeros, and padding is never looked at.

Source: attention after Yang et al., "Hierarchical Attention Networks for Document Classification",
NAACL 2016, eq. 5-7.
"""

import abc
from typing import final

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..shapes import Float
from .lengths import Lengths, as_lengths, live_steps


class Pool(nn.Module, abc.ABC):
    """Makes one vector of many. Laws in `tests/layers/test_pooling.py`."""

    @abc.abstractmethod
    def forward(
        self, states: Float[Tensor, "B T M"], lengths: Lengths
    ) -> tuple[Float[Tensor, "B M"], Float[Tensor, "B T"] | None]:
        """Pool.

        Args:
            states: States of every step; positions from `lengths` on are padding.
            lengths: Real steps per sequence, `(B,)`, integers, 0 allowed.
        Returns:
            One vector per sequence, and the weight of each step in it, or `None`.
        Raises:
            ShapeError: `lengths` are no integers from 0 to T.
        """


@final
class MeanPool(Pool):
    """The mean of the states."""

    def forward(
        self, states: Float[Tensor, "B T M"], lengths: Lengths
    ) -> tuple[Float[Tensor, "B M"], None]:
        live_BT, lengths_B = _live(self, states, lengths)
        total_BM = torch.where(live_BT[:, :, None], states, 0.0).sum(dim=1)
        counts_B1 = lengths_B.clamp(min=1)[:, None]
        return total_BM / counts_B1.to(states.dtype), None


@final
class MaxPool(Pool):
    """The largest of each number over the states."""

    def forward(
        self, states: Float[Tensor, "B T M"], lengths: Lengths
    ) -> tuple[Float[Tensor, "B M"], None]:
        live_BT, _ = _live(self, states, lengths)
        B, T, M = states.shape
        if T == 0:
            return states.new_zeros(B, M), None
        lowest = torch.finfo(states.dtype).min
        top_BM = torch.where(live_BT[:, :, None], states, lowest).amax(dim=1)
        return torch.where(live_BT[:, :1], top_BM, 0.0), None


@final
class AttentionPool(Pool):
    """The mean weighted by a small fully-connected layer that is learned with the rest."""

    def __init__(self, memory_size: int, attention_size: int) -> None:
        """
        Args:
            memory_size: M, the size of a state.
            attention_size: A, the width of the layer.
        """
        super().__init__()
        bound = memory_size**-0.5
        self.weight_memory = nn.Parameter(
            torch.empty(attention_size, memory_size).uniform_(-bound, bound)
        )
        self.bias = nn.Parameter(torch.zeros(attention_size))
        bound = attention_size**-0.5
        self.weight_score = nn.Parameter(torch.empty(attention_size).uniform_(-bound, bound))

    def forward(
        self, states: Float[Tensor, "B T M"], lengths: Lengths
    ) -> tuple[Float[Tensor, "B M"], Float[Tensor, "B T"]]:
        live_BT, _ = _live(self, states, lengths)
        states = torch.where(live_BT[:, :, None], states, 0.0)
        hidden_BTA = F.linear(states, self.weight_memory, self.bias).tanh()
        scores_BT = hidden_BTA @ self.weight_score
        lowest = torch.finfo(scores_BT.dtype).min
        weights_BT = torch.where(live_BT, scores_BT, lowest).softmax(dim=-1)
        weights_BT = torch.where(live_BT, weights_BT, 0.0)  # for an empty sequence
        return torch.bmm(weights_BT[:, None], states)[:, 0], weights_BT


def _live(pool: Pool, states: Tensor, lengths: Lengths) -> tuple[Tensor, Tensor]:
    """True on real steps, `(B, T)`; and the lengths."""
    B, T, _ = states.shape
    checked = as_lengths(type(pool).__name__, lengths, B, T).to(states.device)
    return live_steps(states, checked), checked
