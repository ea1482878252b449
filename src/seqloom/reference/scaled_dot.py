"""Scaled dot-product attention in NumPy that has no weights of its own.

    q   queries          (B, T, H)        a   weights    (B, T, S)
    m   memory           (B, S, H)        c   contexts   (B, T, H)

    1   a_t = softmax_j(q_t . m_j / sqrt(H))      over j < length; exactly 0 elsewhere
    2   c_t = sum_j a_tj m_j

Source: Vaswani et al., "Attention Is All You Need", NeurIPS 2017, section 3.2.1.
Differs: keys and values are the memory itself. A memory of length 0 gives a zero context.

Checked against `torch.nn.functional.scaled_dot_product_attention`. The forecasters' attention.
"""

import math
from typing import NamedTuple

from ..shapes import Float, Int
from .functions import Array, real_steps, softmax, softmax_backward


class ScaledDotSaved(NamedTuple):
    """What `attend_backward` needs from `attend`."""

    query_BTH: Array
    memory_BSH: Array
    weights_BTS: Array


def attend(
    query_BTH: Float[Array, "B T H"],
    memory_BSH: Float[Array, "B S H"],
    lengths: Int[Array, " B"] | None,
) -> tuple[Float[Array, "B T H"], ScaledDotSaved]:
    """Look at the memory from T places at once.

    Args:
        query_BTH: What asks.
        memory_BSH: What is asked; positions from `lengths` on are padding and must be finite.
        lengths: Real positions per memory, 0 allowed; all S if `None`.

    Returns:
        The contexts, and what `attend_backward` needs; the weights are in it.
    """
    B, S, H = memory_BSH.shape
    score_BTS = query_BTH @ memory_BSH.transpose(0, 2, 1)
    real_B1S = real_steps(lengths, B, S)[:, None]
    weights_BTS = softmax(score_BTS / math.sqrt(H), real_B1S)  # 1
    saved = ScaledDotSaved(query_BTH, memory_BSH, weights_BTS)
    return weights_BTS @ memory_BSH, saved  # 2


def attend_backward(
    d_context: Float[Array, "B T H"], saved: ScaledDotSaved
) -> tuple[Float[Array, "B T H"], Float[Array, "B S H"]]:
    """Gradient of `attend`: of the queries and of the memory (zero on padding)."""
    query_BTH, memory_BSH, weights_BTS = saved
    d_weights = d_context @ memory_BSH.transpose(0, 2, 1)  # 2
    d_score = softmax_backward(d_weights, weights_BTS) / math.sqrt(memory_BSH.shape[2])  # 1
    d_memory = weights_BTS.transpose(0, 2, 1) @ d_context  # 2
    return d_score @ memory_BSH, d_memory + d_score.transpose(0, 2, 1) @ query_BTH  # 1
