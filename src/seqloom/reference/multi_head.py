"""Multi-head scaled dot-product attention in NumPy, forward and back.

    x   what asks, the query       (B, T, D)        N   heads, each K = D / N wide
    m   what is asked, the memory  (B, S, D)        q, k, v   query, key, value of every head
    W_q W_k W_v   (D, D) each, stacked in `in_proj_weight` (3D, D);  biases likewise
    W_o           (D, D), `out_proj`

    1   k, v = heads(m W_k^T + b_k), heads(m W_v^T + b_v)     `project_memory`
    2   q    = heads(x W_q^T + b_q)                           the rest is `attend`
    3   a    = softmax_s(q . k_s / sqrt(K))
    4   z    = sum_s a_s v_s
    5   y    = concat(z over heads) W_o^T + b_o

Steps 1 and 2 are apart because decoding step by step keeps k and v: those of a source never
change, and those of earlier targets only grow. Self-attention is m = x.

Source: Vaswani et al., "Attention Is All You Need", NeurIPS 2017, section 3.2.
Differs: has biases, as in torch. A query that may look at nothing gets a zero z.

Checked against `torch.nn.MultiheadAttention`.
"""

from typing import NamedTuple

import numpy as np

from ..errors import ShapeError
from ..shapes import Bool, Float, Int
from . import linear
from .functions import Array, real_steps, softmax, softmax_backward
from .linear import LinearWeights


class MultiHeadWeights(NamedTuple):
    """Weights of one attention, named as in `torch.nn.MultiheadAttention`."""

    in_proj_weight: Float[Array, "3*D D"]
    in_proj_bias: Float[Array, " 3*D"]
    out_proj: LinearWeights


class KeyValue(NamedTuple):
    """A memory as the heads see it, and the gradient of one."""

    key: Float[Array, "B N S K"]
    value: Float[Array, "B N S K"]


class MultiHeadSaved(NamedTuple):
    """What `attend_backward` needs from `attend`."""

    x_BTD: Array
    q_BNTK: Array
    memory: KeyValue
    weights_BNTS: Array
    z_BTD: Array


def project_memory(
    memory_BSD: Float[Array, "B S D"], w: MultiHeadWeights, *, num_heads: int
) -> KeyValue:
    """Keys and values of a memory. Padding must be finite; `attend` then ignores it.

    Raises:
        ShapeError: `num_heads` does not divide D.
    """
    D = memory_BSD.shape[-1]
    kv = memory_BSD @ w.in_proj_weight[D:].T + w.in_proj_bias[D:]  # 1
    return KeyValue(_split(kv[..., :D], num_heads), _split(kv[..., D:], num_heads))


def project_memory_backward(
    d_memory: KeyValue, memory_BSD: Float[Array, "B S D"], w: MultiHeadWeights
) -> tuple[Float[Array, "B S D"], MultiHeadWeights]:
    """Gradient of `project_memory`: of the memory and of the weights."""
    D = memory_BSD.shape[-1]
    d_kv = np.concatenate([_merge(d_memory.key), _merge(d_memory.value)], axis=-1)
    rows = LinearWeights(w.in_proj_weight[D:], w.in_proj_bias[D:])
    d_x, d_rows = linear.backward(d_kv, memory_BSD, rows)  # 1
    return d_x, _in_proj(d_rows, w, first_row=D)


def attend(
    x_BTD: Float[Array, "B T D"],
    memory: KeyValue,
    w: MultiHeadWeights,
    *,
    lengths: Int[Array, " B"] | None = None,
    causal: bool = False,
    bias: Float[Array, "N T S"] | None = None,
) -> tuple[Float[Array, "B T D"], MultiHeadSaved]:
    """Look at the memory from T places at once.

    Args:
        x_BTD: What asks.
        memory: What is asked, from `project_memory`.
        w: Weights.
        lengths: Real positions of the memory, 0 allowed; all S if `None`.
        causal: The T queries are the last T of the S positions, and none may look past itself.
        bias: Added to the scores in step 3; minus infinity where nothing is seen, but in no row
            everywhere.

    Returns:
        Outputs, and what `attend_backward` needs; the weights of every head are in it.
    """
    D, (B, N, S, K) = x_BTD.shape[-1], memory.key.shape
    q_BNTK = _split(x_BTD @ w.in_proj_weight[:D].T + w.in_proj_bias[:D], N)  # 2
    score_BNTS = (q_BNTK * K**-0.5) @ memory.key.swapaxes(-1, -2)  # 3
    if bias is not None:
        score_BNTS = score_BNTS + bias
    allowed = real_steps(lengths, B, S)[:, None, None]
    if causal:
        allowed = allowed & _not_later(x_BTD.shape[1], S)
    weights_BNTS = softmax(score_BNTS, allowed)  # 3
    z_BTD = _merge(weights_BNTS @ memory.value)  # 4
    saved = MultiHeadSaved(x_BTD, q_BNTK, memory, weights_BNTS, z_BTD)
    return linear.forward(z_BTD, w.out_proj), saved  # 5


def attend_backward(
    d_y: Float[Array, "B T D"], saved: MultiHeadSaved, w: MultiHeadWeights
) -> tuple[Float[Array, "B T D"], KeyValue, MultiHeadWeights]:
    """Gradient of `attend`: of what asks, of the projected memory and of the weights.

    What the weights get through the memory is not in here; add the result of
    `project_memory_backward`.
    """
    x_BTD, q_BNTK, memory, weights_BNTS, z_BTD = saved
    D, (_, N, _, K) = d_y.shape[-1], q_BNTK.shape
    d_z_BTD, d_out_proj = linear.backward(d_y, z_BTD, w.out_proj)  # 5
    d_z = _split(d_z_BTD, N)
    d_weights = d_z @ memory.value.swapaxes(-1, -2)  # 4
    d_value = weights_BNTS.swapaxes(-1, -2) @ d_z  # 4
    d_score = softmax_backward(d_weights, weights_BNTS) * K**-0.5  # 3
    d_key = d_score.swapaxes(-1, -2) @ q_BNTK  # 3
    rows = LinearWeights(w.in_proj_weight[:D], w.in_proj_bias[:D])
    d_x, d_rows = linear.backward(_merge(d_score @ memory.key), x_BTD, rows)  # 3, 2
    d_w = _in_proj(d_rows, w, first_row=0)._replace(out_proj=d_out_proj)
    return d_x, KeyValue(d_key, d_value), d_w


def _not_later(num_queries: int, num_positions: int) -> Bool[Array, "T S"]:
    own_place = np.arange(num_positions - num_queries, num_positions)
    return np.arange(num_positions) <= own_place[:, None]


def _split(x: Float[Array, "B T D"], num_heads: int) -> Float[Array, "B N T K"]:
    B, T, D = x.shape
    if D % num_heads:
        raise ShapeError(
            f"multi_head: `num_heads` must divide the model size, got {num_heads} for D={D}. "
            f"Choose a divisor of {D}."
        )
    return x.reshape(B, T, num_heads, D // num_heads).swapaxes(1, 2)


def _merge(x: Float[Array, "B N T K"]) -> Float[Array, "B T D"]:
    B, N, T, K = x.shape
    return x.swapaxes(1, 2).reshape(B, T, N * K)


def _in_proj(d_rows: LinearWeights, w: MultiHeadWeights, *, first_row: int) -> MultiHeadWeights:
    """The gradient of all weights, where only some rows of the input projection have one."""
    d_weight, d_bias = np.zeros_like(w.in_proj_weight), np.zeros_like(w.in_proj_bias)
    rows = slice(first_row, first_row + len(d_rows.bias))
    d_weight[rows], d_bias[rows] = d_rows
    d_out_proj = LinearWeights(np.zeros_like(w.out_proj.weight), np.zeros_like(w.out_proj.bias))
    return MultiHeadWeights(d_weight, d_bias, d_out_proj)
