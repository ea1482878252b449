"""What Transformer layers are made of: three parts that add to their input, and positions.

    x   what goes in and is added to   (B, T, D)     F   inner size of the feed-forward part

    self_attention    x + A(n, n)       with n = norm(x)
    cross_attention   x + A(n, m)       m is the encoder's output, as keys and values
    feed_forward      x + relu(n W_1^T + b_1) W_2^T + b_2
    recency           b[n, t, s] = -2^(-8n/N) (t - s) for 0 <= t - s < context, else -inf
    positions         P[t, 2i] = sin(t / 10000^(2i/D)),   P[t, 2i+1] = cos(t / 10000^(2i/D))

Because x itself is passed on, the gradient of each part is `d_y` plus what comes back through
the norm.

Source: Vaswani et al., "Attention Is All You Need", NeurIPS 2017, sections 3.2-3.5.
Differs: the norm comes before the part, not after the sum. `recency` is from Press, Smith & Lewis,
    "Train Short, Test Long", ICLR 2022 (ALiBi), with an end to how far one looks back.

Checked through `transformer.py`, whose docstring has the whole layer.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import DTypeLike

from ..shapes import Float, Int
from . import layer_norm, linear, multi_head, trees
from .functions import Array
from .layer_norm import NormSaved, NormWeights
from .linear import LinearWeights
from .multi_head import KeyValue, MultiHeadSaved, MultiHeadWeights


class AttentionSaved(NamedTuple):
    """What the backward of the two attention parts needs."""

    n_BTD: Array
    norm: NormSaved
    attention: MultiHeadSaved


class FeedForwardSaved(NamedTuple):
    """What `feed_forward_backward` needs."""

    n_BTD: Array
    norm: NormSaved
    inner_BTF: Array


def self_attention(
    x_BTD: Float[Array, "B T D"],
    past: KeyValue,
    norm: NormWeights,
    w: MultiHeadWeights,
    *,
    lengths: Int[Array, " B"] | None = None,
    causal: bool = False,
    bias: Float[Array, "N T S"] | None = None,
) -> tuple[Float[Array, "B T D"], KeyValue, AttentionSaved]:
    """Look at `past` and at the sequence itself; also returns the two joined, the next `past`."""
    n_BTD, norm_saved = layer_norm.forward(x_BTD, norm)
    new = multi_head.project_memory(n_BTD, w, num_heads=past.key.shape[1])
    memory = trees.map_arrays(lambda a, b: np.concatenate([a, b], axis=2), past, new)
    y_BTD, saved = multi_head.attend(n_BTD, memory, w, lengths=lengths, causal=causal, bias=bias)
    return x_BTD + y_BTD, memory, AttentionSaved(n_BTD, norm_saved, saved)


def self_attention_backward(
    d_y: Float[Array, "B T D"], saved: AttentionSaved, norm: NormWeights, w: MultiHeadWeights
) -> tuple[Float[Array, "B T D"], NormWeights, MultiHeadWeights]:
    """Gradient of `self_attention` with an empty past: of x, of the norm, of the weights."""
    d_n, d_memory, d_w = multi_head.attend_backward(d_y, saved.attention, w)
    d_n_too, d_w_too = multi_head.project_memory_backward(d_memory, saved.n_BTD, w)
    d_x, d_norm = layer_norm.backward(d_n + d_n_too, saved.norm, norm)
    return d_y + d_x, d_norm, trees.add(d_w, d_w_too)


def cross_attention(
    x_BTD: Float[Array, "B T D"],
    memory: KeyValue,
    norm: NormWeights,
    w: MultiHeadWeights,
    *,
    lengths: Int[Array, " B"] | None = None,
) -> tuple[Float[Array, "B T D"], AttentionSaved]:
    """Look at the encoder's output, `lengths` of it."""
    n_BTD, norm_saved = layer_norm.forward(x_BTD, norm)
    y_BTD, saved = multi_head.attend(n_BTD, memory, w, lengths=lengths)
    return x_BTD + y_BTD, AttentionSaved(n_BTD, norm_saved, saved)


def cross_attention_backward(
    d_y: Float[Array, "B T D"], saved: AttentionSaved, norm: NormWeights, w: MultiHeadWeights
) -> tuple[Float[Array, "B T D"], KeyValue, NormWeights, MultiHeadWeights]:
    """Gradient of `cross_attention`: of x, of the memory, of the norm, of the weights."""
    d_n, d_memory, d_w = multi_head.attend_backward(d_y, saved.attention, w)
    d_x, d_norm = layer_norm.backward(d_n, saved.norm, norm)
    return d_y + d_x, d_memory, d_norm, d_w


def feed_forward(
    x_BTD: Float[Array, "B T D"], norm: NormWeights, w_1: LinearWeights, w_2: LinearWeights
) -> tuple[Float[Array, "B T D"], FeedForwardSaved]:
    """Two layers with relu between, at every position alone."""
    n_BTD, norm_saved = layer_norm.forward(x_BTD, norm)
    inner_BTF = np.maximum(linear.forward(n_BTD, w_1), 0.0)
    saved = FeedForwardSaved(n_BTD, norm_saved, inner_BTF)
    return x_BTD + linear.forward(inner_BTF, w_2), saved


def feed_forward_backward(
    d_y: Float[Array, "B T D"],
    saved: FeedForwardSaved,
    norm: NormWeights,
    w_1: LinearWeights,
    w_2: LinearWeights,
) -> tuple[Float[Array, "B T D"], NormWeights, LinearWeights, LinearWeights]:
    """Gradient of `feed_forward`: of x, of the norm, of both layers."""
    d_inner, d_w_2 = linear.backward(d_y, saved.inner_BTF, w_2)
    d_n, d_w_1 = linear.backward(d_inner * (saved.inner_BTF > 0), saved.n_BTD, w_1)
    d_x, d_norm = layer_norm.backward(d_n, saved.norm, norm)
    return d_y + d_x, d_norm, d_w_1, d_w_2


def positions(
    num_steps: int, model_size: int, *, start: int = 0, dtype: DTypeLike = np.float64
) -> Float[Array, "T D"]:
    """Sinusoids that tell a Transformer where it is; added to its inputs.

    Args:
        num_steps: T.
        model_size: D; if odd, the last frequency has a sine and no cosine.
        start: Position of the first row, for decoding step by step.
        dtype: Of the result; it is computed in float64 whatever it is.
    """
    rate = 10000.0 ** (-np.arange(0, model_size, 2) / model_size)
    angle = np.arange(start, start + num_steps)[:, None] * rate
    table = np.empty((num_steps, model_size))
    table[:, 0::2] = np.sin(angle)
    table[:, 1::2] = np.cos(angle[:, : model_size // 2])
    return table.astype(dtype)


def recency(
    num_queries: int,
    num_positions: int,
    num_heads: int,
    *,
    context: int,
    dtype: DTypeLike = np.float64,
) -> Float[Array, "N T S"]:
    """What is added to scores so that near positions count more, and far ones not at all.

    Args:
        num_queries: T, the last positions.
        num_positions: S, positions that are asked.
        num_heads: N; the n-th, from 1, takes 2^(-8n/N) per step of distance.
        context: Positions that one looks at, itself counted.
        dtype: Of the result.
    """
    own = np.arange(num_positions - num_queries, num_positions)
    distance_TS = own[:, None] - np.arange(num_positions)
    slope_N = 2.0 ** (-8.0 * np.arange(1, num_heads + 1) / num_heads)
    seen_TS = (distance_TS >= 0) & (distance_TS < context)
    return np.where(seen_TS, -slope_N[:, None, None] * distance_TS, -np.inf).astype(dtype)
