"""Transformer layers: attention without recurrence.

`reference/transformer.py` in torch. Weights are named as in `torch.nn.TransformerEncoderLayer` and
`TransformerDecoderLayer` with `norm_first=True`, and load from them unchanged.

Source: Vaswani et al., "Attention Is All You Need", NeurIPS 2017.
Differs: each block normalises its input rather than its output (pre-norm, Xiong et al. 2020), which
trains without a long warm-up.
"""

from typing import NamedTuple, final

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..shapes import Bool, Float


class KeyValues(NamedTuple):
    """Keys and values of one attention block, `(B, N, S, K)` each."""

    keys: Float[Tensor, "B N S K"]
    values: Float[Tensor, "B N S K"]


@final
class MultiHeadAttention(nn.Module):
    """Scaled dot-product attention in several heads."""

    def __init__(self, size: int, num_heads: int) -> None:
        """
        Args:
            size: D, the size of queries, memory and result.
            num_heads: N; each head works on D / N numbers.
        """
        super().__init__()
        self.size, self.num_heads = size, num_heads
        self.in_proj_weight = nn.Parameter(torch.empty(3 * size, size))
        self.in_proj_bias = nn.Parameter(torch.zeros(3 * size))
        self.out_proj = nn.Linear(size, size)
        nn.init.xavier_uniform_(self.in_proj_weight)
        nn.init.zeros_(self.out_proj.bias)

    def remember(self, memory: Float[Tensor, "B S D"]) -> KeyValues:
        """Keys and values of a memory."""
        D = self.size
        both = F.linear(memory, self.in_proj_weight[D:], self.in_proj_bias[D:])
        keys, values = both.chunk(2, dim=-1)
        return KeyValues(keys=self._heads(keys), values=self._heads(values))

    def forward(
        self,
        x: Float[Tensor, "B T D"],
        memory: KeyValues,
        *,
        live: Bool[Tensor, "B S"] | None = None,
        causal: bool = False,
        bias: Float[Tensor, "N T S"] | None = None,
    ) -> Float[Tensor, "B T D"]:
        """Attend from each position of `x` to the memory.

        Args:
            x: Where queries come from.
            memory: Keys and values.
            live: True on real positions of the memory; all if `None`.
            causal: Position t sees memory positions up to t only.
            bias: Added to the scores, minus infinity where nothing is seen; instead of the two.
        """
        D = self.size
        query = self._heads(F.linear(x, self.in_proj_weight[:D], self.in_proj_bias[:D]))
        mask = None if bias is None else bias[None]
        if live is not None:
            # an empty memory has no real position; it sees its padding, which is masked later
            mask = (live | ~live.any(dim=1, keepdim=True))[:, None, None]
        y = F.scaled_dot_product_attention(
            query, memory.keys, memory.values, attn_mask=mask, is_causal=causal
        )
        if live is not None:
            y = torch.where(live.any(dim=1)[:, None, None, None], y, 0.0)
        projected: Tensor = self.out_proj(y.transpose(1, 2).flatten(2))
        return projected

    def _heads(self, x: Tensor) -> Tensor:
        B, T, D = x.shape
        return x.view(B, T, self.num_heads, D // self.num_heads).transpose(1, 2)


@final
class EncoderLayer(nn.Module):
    """Self-attention, then a feed-forward network, each added to its input."""

    def __init__(self, size: int, num_heads: int, feedforward_size: int, dropout: float) -> None:
        """
        Args:
            size: D.
            num_heads: N.
            feedforward_size: Width of the feed-forward network.
            dropout: Share of units dropped from each block's result while training.
        """
        super().__init__()
        self.self_attn = MultiHeadAttention(size, num_heads)
        self.linear1 = nn.Linear(size, feedforward_size)
        self.linear2 = nn.Linear(feedforward_size, size)
        self.norm1, self.norm2 = nn.LayerNorm(size), nn.LayerNorm(size)
        self.dropout = nn.Dropout(dropout)

    def forward(
        self, x: Float[Tensor, "B S D"], live: Bool[Tensor, "B S"] | None = None
    ) -> Float[Tensor, "B S D"]:
        """One layer; `live` is True on real positions, all if `None`."""
        normed = self.norm1(x)
        x = x + self.dropout(self.self_attn(normed, self.self_attn.remember(normed), live=live))
        x = x + self.dropout(self.linear2(self.dropout(self.linear1(self.norm2(x)).relu())))
        return x

    def advance(
        self, x: Float[Tensor, "B T D"], past: KeyValues, bias: Float[Tensor, "N T S"]
    ) -> tuple[Float[Tensor, "B T D"], KeyValues]:
        """The layer of a language model, over the next positions of a text.

        Args:
            x: The new positions.
            past: Keys and values of positions before them.
            bias: What a query's score for a key gets added, keys of `past` first; see `recency`.
        Returns:
            The result, and the keys and values of `past` and `x`.
        """
        normed = self.norm1(x)
        new = self.self_attn.remember(normed)
        seen = KeyValues(*(torch.cat(pair, dim=2) for pair in zip(past, new, strict=True)))
        x = x + self.dropout(self.self_attn(normed, seen, bias=bias))
        x = x + self.dropout(self.linear2(self.dropout(self.linear1(self.norm2(x)).relu())))
        return x, seen


@final
class DecoderLayer(nn.Module):
    """Causal self-attention, attention to the encoder, then a feed-forward network."""

    def __init__(self, size: int, num_heads: int, feedforward_size: int, dropout: float) -> None:
        """Takes what `EncoderLayer` takes."""
        super().__init__()
        self.self_attn = MultiHeadAttention(size, num_heads)
        self.multihead_attn = MultiHeadAttention(size, num_heads)
        self.linear1 = nn.Linear(size, feedforward_size)
        self.linear2 = nn.Linear(feedforward_size, size)
        self.norm1, self.norm2, self.norm3 = (nn.LayerNorm(size) for _ in range(3))
        self.dropout = nn.Dropout(dropout)

    def forward(
        self,
        x: Float[Tensor, "B T D"],
        memory: KeyValues,
        live: Bool[Tensor, "B S"] | None = None,
        past: KeyValues | None = None,
    ) -> tuple[Float[Tensor, "B T D"], KeyValues]:
        """One layer, over a whole target or over its next symbol.

        Args:
            x: All positions when `past` is `None`, else the one new position.
            memory: `multihead_attn.remember` of the encoder's output.
            live: True on real source positions; all if `None`.
            past: Keys and values of the positions before `x`.
        Returns:
            The result and the keys and values up to and with `x`, the next step's `past`.
        """
        normed = self.norm1(x)
        own = self.self_attn.remember(normed)
        if past is not None:
            own = KeyValues(*(torch.cat(pair, dim=2) for pair in zip(past, own, strict=True)))
        x = x + self.dropout(self.self_attn(normed, own, causal=past is None))
        x = x + self.dropout(self.multihead_attn(self.norm2(x), memory, live=live))
        x = x + self.dropout(self.linear2(self.dropout(self.linear1(self.norm3(x)).relu())))
        return x, own


def positions(length: int, size: int, *, start: int = 0) -> Float[Tensor, "T D"]:
    """Sinusoidal position vectors of steps `start` to `start + length - 1` (Vaswani, 3.5)."""
    t_T1 = torch.arange(start, start + length, dtype=torch.float64)[:, None]
    rates = 10000.0 ** (-torch.arange(0, size, 2, dtype=torch.float64) / size)
    angles = t_T1 * rates
    return torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(1)


def recency(
    num_queries: int, num_positions: int, num_heads: int, *, context: int
) -> Float[Tensor, "N T S"]:
    """What is added to scores so that near positions count more, and far ones not at all.

    Source: Press, Smith & Lewis, "Train Short, Test Long", ICLR 2022 (ALiBi): head n of N takes
    2^(-8n/N) per step of distance.
    Differs: from a distance of `context` on, and ahead, it is minus infinity.

    Args:
        num_queries: T, the last positions.
        num_positions: S, positions that are asked.
        num_heads: N.
        context: Positions that one looks at, itself counted.
    """
    own = torch.arange(num_positions - num_queries, num_positions)
    distance_TS = own[:, None] - torch.arange(num_positions)
    slope_N = 2.0 ** (-8.0 * torch.arange(1, num_heads + 1, dtype=torch.float64) / num_heads)
    seen_TS = (distance_TS >= 0) & (distance_TS < context)
    return torch.where(seen_TS, -slope_N[:, None, None] * distance_TS, -torch.inf)
