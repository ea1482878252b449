"""Transformer layers in NumPy: encoder and decoder, forward and back, whole or step by step.

    x   targets so far, or the source   (B, T, D)       A   attention, `multi_head.py`
    m   encoder output                  (B, S, D)       F   relu(x W_1^T + b_1) W_2^T + b_2
    n1 n2 n3   layer norms, `layer_norm.py`

    encoder   1   u = x + A_self(n1(x), n1(x))          decoder   1   causal, else the same
                                                                  2   c = u + A_cross(n2(u), m)
              3   y = u + F(n2(u))                                3   y = c + F(n3(c))

The norm stands before each part and the sum after it stays bare, so a path without any norm runs
from the last layer to the first; whoever stacks layers puts one more norm on top. Padding is set
to zero on the way in and on the way out, so that even NaN there reaches no result.

A step (`encoder_layer_step`, `decoder_layer_step`) is the same code with T = 1 and the keys and
values of earlier steps as a cache; it gives what the causal pass gives at that position.
`encoder_layer_advance` takes several steps at once.

Source: Vaswani et al., "Attention Is All You Need", NeurIPS 2017, section 3; norm first after
    Xiong et al., "On Layer Normalization in the Transformer Architecture", ICML 2020.
Differs: from 2017 by norm first; no dropout here.

Checked against `torch.nn.TransformerEncoderLayer` and `TransformerDecoderLayer` with
`norm_first=True`. Oracle of `layers/transformer.py`.
"""

from typing import NamedTuple

import numpy as np

from ..shapes import Bool, Float, Int
from . import multi_head, trees
from .functions import Array, real_steps
from .layer_norm import NormWeights
from .linear import LinearWeights
from .multi_head import KeyValue, MultiHeadWeights
from .transformer_parts import (
    AttentionSaved,
    FeedForwardSaved,
    cross_attention,
    cross_attention_backward,
    feed_forward,
    feed_forward_backward,
    self_attention,
    self_attention_backward,
)


class EncoderLayerWeights(NamedTuple):
    """Weights of one layer, named as in `torch.nn.TransformerEncoderLayer`."""

    self_attn: MultiHeadWeights
    linear1: LinearWeights
    linear2: LinearWeights
    norm1: NormWeights
    norm2: NormWeights


class DecoderLayerWeights(NamedTuple):
    """Weights of one layer, named as in `torch.nn.TransformerDecoderLayer`."""

    self_attn: MultiHeadWeights
    multihead_attn: MultiHeadWeights
    linear1: LinearWeights
    linear2: LinearWeights
    norm1: NormWeights
    norm2: NormWeights
    norm3: NormWeights


class EncoderLayerSaved(NamedTuple):
    """What `encoder_layer_backward` needs from `encoder_layer`."""

    real_BT: Array
    self_attention: AttentionSaved
    feed_forward: FeedForwardSaved


class DecoderLayerSaved(NamedTuple):
    """What `decoder_layer_backward` needs from `decoder_layer`."""

    real_BT: Array
    memory_BSD: Array
    self_attention: AttentionSaved
    cross_attention: AttentionSaved
    feed_forward: FeedForwardSaved


def initial_cache(batch_size: int, w: MultiHeadWeights, *, num_heads: int) -> KeyValue:
    """Keys and values of the steps before the first: none. `w` is the layer's `self_attn`."""
    D = w.in_proj_weight.shape[1]
    empty = np.zeros((batch_size, 0, D), w.in_proj_weight.dtype)
    return multi_head.project_memory(empty, w, num_heads=num_heads)


def project_memory(
    memory_BSD: Float[Array, "B S D"],
    w: DecoderLayerWeights,
    *,
    num_heads: int,
    lengths: Int[Array, " B"] | None = None,
) -> KeyValue:
    """Encoder output as `decoder_layer_step` wants it: once per source and layer."""
    memory_BSD = _blank(real_steps(lengths, *memory_BSD.shape[:2]), memory_BSD)
    return multi_head.project_memory(memory_BSD, w.multihead_attn, num_heads=num_heads)


def encoder_layer(
    x_BTD: Float[Array, "B T D"],
    w: EncoderLayerWeights,
    *,
    num_heads: int,
    lengths: Int[Array, " B"] | None = None,
    causal: bool = False,
) -> tuple[Float[Array, "B T D"], EncoderLayerSaved]:
    """One encoder layer; with `causal`, the layer of a language model.

    Args:
        x_BTD: Inputs; positions from `lengths` on are padding.
        w: Weights.
        num_heads: N, a divisor of D.
        lengths: Real steps per sequence, 0 allowed; all T if `None`.
        causal: No position may look at a later one.

    Returns:
        Outputs, zero on padding, and what `encoder_layer_backward` needs.
    """
    real_BT = real_steps(lengths, *x_BTD.shape[:2])
    past = initial_cache(len(x_BTD), w.self_attn, num_heads=num_heads)
    u, _, saved_1 = self_attention(
        _blank(real_BT, x_BTD), past, w.norm1, w.self_attn, lengths=lengths, causal=causal
    )  # 1
    y, saved_3 = feed_forward(u, w.norm2, w.linear1, w.linear2)  # 3
    return _blank(real_BT, y), EncoderLayerSaved(real_BT, saved_1, saved_3)


def encoder_layer_backward(
    d_y: Float[Array, "B T D"], saved: EncoderLayerSaved, w: EncoderLayerWeights
) -> tuple[Float[Array, "B T D"], EncoderLayerWeights]:
    """Gradient of `encoder_layer`: of its input (zero on padding) and of the weights."""
    d_u, d_norm2, d_linear1, d_linear2 = feed_forward_backward(
        _blank(saved.real_BT, d_y), saved.feed_forward, w.norm2, w.linear1, w.linear2
    )  # 3
    d_x, d_norm1, d_self = self_attention_backward(
        d_u, saved.self_attention, w.norm1, w.self_attn
    )  # 1
    d_w = EncoderLayerWeights(d_self, d_linear1, d_linear2, d_norm1, d_norm2)
    return d_x, d_w


def encoder_layer_step(
    x_BD: Float[Array, "B D"], cache: KeyValue, w: EncoderLayerWeights
) -> tuple[Float[Array, "B D"], KeyValue]:
    """One position of the causal `encoder_layer`: its output, and the cache for the next."""
    u, cache, _ = self_attention(x_BD[:, None], cache, w.norm1, w.self_attn)  # 1
    y, _ = feed_forward(u, w.norm2, w.linear1, w.linear2)  # 3
    return y[:, 0], cache


def encoder_layer_advance(
    x_BTD: Float[Array, "B T D"],
    cache: KeyValue,
    w: EncoderLayerWeights,
    bias: Float[Array, "N T S"],
) -> tuple[Float[Array, "B T D"], KeyValue, EncoderLayerSaved]:
    """Some positions after those in `cache`, with a bias on the scores such as `recency`.

    Returns:
        The outputs; the cache with the new positions in it; what `encoder_layer_backward` needs,
        if `cache` was empty.
    """
    u, cache, saved_1 = self_attention(x_BTD, cache, w.norm1, w.self_attn, bias=bias)  # 1
    y, saved_3 = feed_forward(u, w.norm2, w.linear1, w.linear2)  # 3
    return y, cache, EncoderLayerSaved(real_steps(None, *x_BTD.shape[:2]), saved_1, saved_3)


def decoder_layer(
    x_BTD: Float[Array, "B T D"],
    memory_BSD: Float[Array, "B S D"],
    w: DecoderLayerWeights,
    *,
    num_heads: int,
    lengths: Int[Array, " B"] | None = None,
    memory_lengths: Int[Array, " B"] | None = None,
) -> tuple[Float[Array, "B T D"], DecoderLayerSaved]:
    """One decoder layer over all target positions at once; none looks at a later one.

    Args:
        x_BTD: Targets so far; positions from `lengths` on are padding.
        memory_BSD: Encoder output; positions from `memory_lengths` on are padding.
        w: Weights.
        num_heads: N, a divisor of D.
        lengths: Real steps per target, 0 allowed; all T if `None`.
        memory_lengths: Real positions per source, 0 allowed; all S if `None`.

    Returns:
        Outputs, zero on padding, and what `decoder_layer_backward` needs.
    """
    real_BT = real_steps(lengths, *x_BTD.shape[:2])
    past = initial_cache(len(x_BTD), w.self_attn, num_heads=num_heads)
    memory_BSD = _blank(real_steps(memory_lengths, *memory_BSD.shape[:2]), memory_BSD)
    memory = multi_head.project_memory(memory_BSD, w.multihead_attn, num_heads=num_heads)
    u, _, saved_1 = self_attention(
        _blank(real_BT, x_BTD), past, w.norm1, w.self_attn, causal=True
    )  # 1
    c, saved_2 = cross_attention(u, memory, w.norm2, w.multihead_attn, lengths=memory_lengths)  # 2
    y, saved_3 = feed_forward(c, w.norm3, w.linear1, w.linear2)  # 3
    saved = DecoderLayerSaved(real_BT, memory_BSD, saved_1, saved_2, saved_3)
    return _blank(real_BT, y), saved


def decoder_layer_backward(
    d_y: Float[Array, "B T D"], saved: DecoderLayerSaved, w: DecoderLayerWeights
) -> tuple[Float[Array, "B T D"], Float[Array, "B S D"], DecoderLayerWeights]:
    """Gradient of `decoder_layer`: of the targets, of the encoder output, of the weights.

    The first two are zero on padding.
    """
    d_c, d_norm3, d_linear1, d_linear2 = feed_forward_backward(
        _blank(saved.real_BT, d_y), saved.feed_forward, w.norm3, w.linear1, w.linear2
    )  # 3
    d_u, d_memory, d_norm2, d_cross = cross_attention_backward(
        d_c, saved.cross_attention, w.norm2, w.multihead_attn
    )  # 2
    d_memory_BSD, d_cross_too = multi_head.project_memory_backward(
        d_memory, saved.memory_BSD, w.multihead_attn
    )  # 2
    d_x, d_norm1, d_self = self_attention_backward(
        d_u, saved.self_attention, w.norm1, w.self_attn
    )  # 1
    d_w = DecoderLayerWeights(
        self_attn=d_self,
        multihead_attn=trees.add(d_cross, d_cross_too),
        linear1=d_linear1,
        linear2=d_linear2,
        norm1=d_norm1,
        norm2=d_norm2,
        norm3=d_norm3,
    )
    return d_x, d_memory_BSD, d_w


def decoder_layer_step(
    x_BD: Float[Array, "B D"],
    cache: KeyValue,
    memory_kv: KeyValue,
    w: DecoderLayerWeights,
    *,
    memory_lengths: Int[Array, " B"] | None = None,
) -> tuple[Float[Array, "B D"], KeyValue, Float[Array, "B N S"]]:
    """One position of `decoder_layer`.

    Args:
        x_BD: The target symbol's vector.
        cache: From the step before, or `initial_cache`.
        memory_kv: From `project_memory`.
        w: Weights.
        memory_lengths: Real positions per source; all S if `None`.

    Returns:
        The output; the cache for the next step; how each head weighed the source.
    """
    u, cache, _ = self_attention(x_BD[:, None], cache, w.norm1, w.self_attn)  # 1
    c, saved = cross_attention(u, memory_kv, w.norm2, w.multihead_attn, lengths=memory_lengths)  # 2
    y, _ = feed_forward(c, w.norm3, w.linear1, w.linear2)  # 3
    return y[:, 0], cache, saved.attention.weights_BNTS[:, :, 0]


def _blank(real_BT: Bool[Array, "B T"], x_BTD: Float[Array, "B T D"]) -> Float[Array, "B T D"]:
    """Zeros in place of padding."""
    return np.where(real_BT[:, :, None], x_BTD, 0.0)
