"""Attention: score every encoder state against a query, and read their weighted mean.

    1   keys    = project(memory)         once per source
    2   score_j = score(query, key_j)     one number per encoder state
    3   weights = softmax(scores)         the alignment; exactly zero on padding
    4   context = sum_j weights_j memory_j

Four scores, `reference/attention*.py` in torch: additive (Bahdanau et al. 2015, eq. in A.1.2), dot
and general (Luong et al. 2015, eq. 8), location-aware (Chorowski et al. 2015, eq. 8-9).
Differs: the dot and general scores are computed from the decoder state *before* the step, as
Bahdanau's are, so that the first three are interchangeable.
"""

import abc
from typing import NamedTuple, final

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..errors import ShapeError
from ..shapes import Float, check_shape
from .lengths import Lengths, as_lengths, live_steps


class Memory(NamedTuple):
    """Encoder states as attention reads them.

    Attributes:
        values: Encoder states, `(B, S, M)`, zero on padding.
        keys: What scores are computed from, the last size depends on the score.
        live: True on real steps, `(B, S)`; `None` if all are.
        lengths: Real steps per sequence, `(B,)`, on the CPU; `None` if all are real.
    """

    values: Float[Tensor, "B S M"]
    keys: Float[Tensor, "B S K"]
    live: Tensor | None
    lengths: Tensor | None


def additive_score(
    query: Float[Tensor, "B H"],
    keys: Float[Tensor, "B S A"],
    weight_query: Float[Tensor, "A H"],
    weight_score: Float[Tensor, " A"],
) -> Float[Tensor, "B S"]:
    """v . tanh(W_q s + k_j) for each key."""
    return (keys + F.linear(query, weight_query)[:, None]).tanh() @ weight_score


def dot_score(query: Float[Tensor, "B H"], keys: Float[Tensor, "B S H"]) -> Float[Tensor, "B S"]:
    """s . k_j for each key."""
    return torch.bmm(keys, query[:, :, None])[:, :, 0]


def read(
    scores_BS: Float[Tensor, "B S"], values: Float[Tensor, "B S M"], live: Tensor | None
) -> tuple[Float[Tensor, "B M"], Float[Tensor, "B S"]]:
    """Steps 3 and 4: the context and the weights; `live` as in `Memory`."""
    if live is None:
        weights_BS = scores_BS.softmax(dim=-1)
    else:
        lowest = torch.finfo(scores_BS.dtype).min
        weights_BS = torch.where(live, scores_BS, lowest).softmax(dim=-1)
        weights_BS = torch.where(live, weights_BS, 0.0)  # for an empty source
    context_BM = torch.bmm(weights_BS[:, None], values)[:, 0]
    return context_BM, weights_BS


class Attention(nn.Module, abc.ABC):
    """Scores a query against a memory. Laws in `tests/layers/test_attention.py`."""

    memory_size: int
    query_size: int

    def remember(self, values: Float[Tensor, "B S M"], lengths: Lengths | None = None) -> Memory:
        """Prepare encoder states for `forward`.

        Args:
            values: Encoder states, `(B, S, M)`.
            lengths: Real states per sequence, `(B,)`, integers; all S if `None`.
        Raises:
            ShapeError: `values` is not `(B, S, M)`, or `lengths` are no integers from 0 to S.
        """
        check_shape(type(self).__name__, "values", values, "B S M", M=self.memory_size)
        B, S, _ = values.shape
        if lengths is not None:
            lengths = as_lengths(type(self).__name__, lengths, B, S)
        if lengths is None or bool((lengths == S).all()):
            return Memory(values, self.project(values), live=None, lengths=None)
        live = live_steps(values, lengths)
        values = torch.where(live[:, :, None], values, 0.0)
        return Memory(values, self.project(values), live, lengths=lengths.cpu())

    def forward(
        self, query: Float[Tensor, "B H"], memory: Memory
    ) -> tuple[Float[Tensor, "B M"], Float[Tensor, "B S"]]:
        """Attend once.

        Args:
            query: The decoder's state, `(B, H)`.
            memory: What `remember` made of the encoder's states.
        Returns:
            The context `(B, M)` and the weights `(B, S)`; both zero for an empty source.
        """
        return read(self.score(query, memory.keys), memory.values, memory.live)

    @abc.abstractmethod
    def project(self, values: Float[Tensor, "B S M"]) -> Float[Tensor, "B S K"]:
        """The keys of a memory."""

    @abc.abstractmethod
    def score(
        self, query: Float[Tensor, "B H"], keys: Float[Tensor, "B S K"]
    ) -> Float[Tensor, "B S"]:
        """One score for each encoder state, unmasked."""


@final
class AdditiveAttention(Attention):
    """A small fully-connected layer that is learned with the rest: v . tanh(W_q s + W_m h + b).

    Source: Bahdanau, Cho & Bengio, "Neural Machine Translation by Jointly Learning to Align and
    Translate", ICLR 2015.
    """

    def __init__(self, memory_size: int, query_size: int, attention_size: int) -> None:
        """
        Args:
            memory_size: M, the size of an encoder state.
            query_size: H, the size of a decoder state.
            attention_size: A, the width of the layer.
        """
        super().__init__()
        self.memory_size, self.query_size = memory_size, query_size
        self.weight_query = nn.Parameter(_uniform(attention_size, query_size))
        self.weight_memory = nn.Parameter(_uniform(attention_size, memory_size))
        self.bias = nn.Parameter(torch.zeros(attention_size))
        self.weight_score = nn.Parameter(_uniform(1, attention_size)[0])

    def project(self, values: Float[Tensor, "B S M"]) -> Float[Tensor, "B S K"]:
        return F.linear(values, self.weight_memory, self.bias)

    def score(
        self, query: Float[Tensor, "B H"], keys: Float[Tensor, "B S K"]
    ) -> Float[Tensor, "B S"]:
        return additive_score(query, keys, self.weight_query, self.weight_score)


@final
class DotAttention(Attention):
    """The plain inner product, s . h; query and memory have one size.

    Source: Luong, Pham & Manning, "Effective Approaches to Attention-based Neural Machine
    Translation", EMNLP 2015.
    """

    def __init__(self, memory_size: int, query_size: int) -> None:
        """
        Args:
            memory_size: M, the size of an encoder state.
            query_size: H, the size of a decoder state; equal to M.
        Raises:
            ShapeError: The two differ.
        """
        super().__init__()
        self.memory_size, self.query_size = memory_size, query_size
        check_shape("DotAttention", "query", torch.empty(query_size), "M", M=memory_size)

    def project(self, values: Float[Tensor, "B S M"]) -> Float[Tensor, "B S K"]:
        return values

    def score(
        self, query: Float[Tensor, "B H"], keys: Float[Tensor, "B S K"]
    ) -> Float[Tensor, "B S"]:
        return dot_score(query, keys)


@final
class GeneralAttention(Attention):
    """A bilinear form, s W h, with one learned matrix.

    Source: Luong et al. 2015, as `DotAttention`.
    """

    def __init__(self, memory_size: int, query_size: int) -> None:
        """
        Args:
            memory_size: M, the size of an encoder state.
            query_size: H, the size of a decoder state.
        """
        super().__init__()
        self.memory_size, self.query_size = memory_size, query_size
        self.weight = nn.Parameter(_uniform(query_size, memory_size))

    def project(self, values: Float[Tensor, "B S M"]) -> Float[Tensor, "B S K"]:
        return F.linear(values, self.weight)

    def score(
        self, query: Float[Tensor, "B H"], keys: Float[Tensor, "B S K"]
    ) -> Float[Tensor, "B S"]:
        return dot_score(query, keys)


@final
class LocationAttention(Attention):
    """Additive attention that also sees where the step before looked, through small filters.

    Source: Chorowski et al., "Attention-Based Models for Speech Recognition", NeurIPS 2015.
    """

    def __init__(
        self, memory_size: int, query_size: int, attention_size: int, *, filters: int, width: int
    ) -> None:
        """
        Args:
            memory_size: M, the size of an encoder state.
            query_size: H, the size of a decoder state.
            attention_size: A, the width of the layer.
            filters: R, filters over the weights of the step before.
            width: K, positions that each of them sees, an odd number.
        Raises:
            ShapeError: `width` is even.
        """
        super().__init__()
        if width % 2 == 0:
            raise ShapeError(f"LocationAttention: `width` must be odd, got {width}.")
        self.memory_size, self.query_size = memory_size, query_size
        self.weight_query = nn.Parameter(_uniform(attention_size, query_size))
        self.weight_memory = nn.Parameter(_uniform(attention_size, memory_size))
        self.bias = nn.Parameter(torch.zeros(attention_size))
        self.weight_score = nn.Parameter(_uniform(1, attention_size)[0])
        self.weight_filter = nn.Parameter(_uniform(filters, width)[:, None])
        self.weight_location = nn.Parameter(_uniform(attention_size, filters))

    def forward(
        self,
        query: Float[Tensor, "B H"],
        memory: Memory,
        before: Float[Tensor, "B S"] | None = None,
    ) -> tuple[Float[Tensor, "B M"], Float[Tensor, "B S"]]:
        """Attend once.

        Args:
            query: The decoder's state, `(B, H)`.
            memory: What `remember` made of the encoder's states.
            before: The weights of the step before, `(B, S)`; zeros if `None`.
        Returns:
            The context `(B, M)` and the weights `(B, S)`; both zero for an empty source.
        """
        keys = memory.keys
        if before is not None and before.shape[1]:
            K = self.weight_filter.shape[2]
            seen_BRS = F.conv1d(before[:, None], self.weight_filter, padding=K // 2)
            keys = keys + seen_BRS.transpose(1, 2) @ self.weight_location.T
        return read(self.score(query, keys), memory.values, memory.live)

    def project(self, values: Float[Tensor, "B S M"]) -> Float[Tensor, "B S K"]:
        return F.linear(values, self.weight_memory, self.bias)

    def score(
        self, query: Float[Tensor, "B H"], keys: Float[Tensor, "B S K"]
    ) -> Float[Tensor, "B S"]:
        return additive_score(query, keys, self.weight_query, self.weight_score)


def _uniform(rows: int, columns: int) -> Tensor:
    bound = columns**-0.5
    return torch.empty(rows, columns).uniform_(-bound, bound)
