"""Additive attention in NumPy: which source positions does the decoder look at now?

    s   decoder state, the query      (B, H)       W_q  weight_query   (A, H)
    h_j encoder output, the memory    (B, S, M)    W_m  weight_memory  (A, M)
    p_j projected memory              (B, S, A)    b    bias           (A)
    a   weights over the source       (B, S)       v    weight_score   (A)
    c   context vector                (B, M)

    1   p_j = W_m h_j + b                 once per source sequence: `project_memory`
    2   e_j = tanh(W_q s + p_j)           the rest at every decoder step: `attend`
    3   a   = softmax_j(v . e_j)          over j < length; exactly 0 elsewhere
    4   c   = sum_j a_j h_j

Source: Bahdanau, Cho & Bengio, "Neural Machine Translation by Jointly Learning to Align and
    Translate", ICLR 2015, eq. 5-6 and appendix A.1.2.
Differs: has a bias. Which decoder state is s (before its step, in the paper) is the caller's
    choice. A source of length 0 gives a zero context.

`attention_luong.py` has the same functions for the scores of Luong et al. and shares steps 3
and 4. Checked against torch autograd of the same equations. Oracle of `layers/attention.py`.
"""

from typing import NamedTuple

import numpy as np

from ..shapes import Float, Int
from . import linear
from .functions import Array, real_steps, softmax, softmax_backward


class AdditiveWeights(NamedTuple):
    """Weights of additive attention."""

    weight_query: Float[Array, "A H"]
    weight_memory: Float[Array, "A M"]
    bias: Float[Array, " A"]
    weight_score: Float[Array, " A"]


class ReadSaved(NamedTuple):
    """What `read_backward` needs from `read`."""

    weights_BS: Array
    memory_BSM: Array
    real_BS: Array


class AdditiveSaved(NamedTuple):
    """What `attend_backward` needs from `attend`."""

    query_BH: Array
    e_BSA: Array
    read: ReadSaved


def project_memory(memory_BSM: Float[Array, "B S M"], w: AdditiveWeights) -> Float[Array, "B S A"]:
    """The part of the score that no decoder step changes; the bias is in it."""
    projected_BSA: Array = memory_BSM @ w.weight_memory.T + w.bias  # 1
    return projected_BSA


def project_memory_backward(
    d_projected: Float[Array, "B S A"],
    memory_BSM: Float[Array, "B S M"],
    lengths: Int[Array, " B"] | None,
    w: AdditiveWeights,
) -> tuple[Float[Array, "B S M"], AdditiveWeights]:
    """Gradient of `project_memory`: of the memory and of the weights.

    Give it the sum of `d_projected` over all decoder steps, once.
    """
    B, S, _ = memory_BSM.shape
    memory_BSM = np.where(real_steps(lengths, B, S)[:, :, None], memory_BSM, 0.0)
    d_memory, d_w = linear.backward(
        d_projected, memory_BSM, linear.LinearWeights(w.weight_memory, w.bias)
    )  # 1
    return d_memory, AdditiveWeights(
        weight_query=np.zeros_like(w.weight_query),
        weight_memory=d_w.weight,
        bias=d_w.bias,
        weight_score=np.zeros_like(w.weight_score),
    )


def attend(
    query_BH: Float[Array, "B H"],
    memory_BSM: Float[Array, "B S M"],
    projected_BSA: Float[Array, "B S A"],
    lengths: Int[Array, " B"] | None,
    w: AdditiveWeights,
) -> tuple[Float[Array, "B M"], Float[Array, "B S"], AdditiveSaved]:
    """Look at the memory once.

    Args:
        query_BH: What the decoder asks with.
        memory_BSM: Encoder outputs; positions from `lengths` on are padding.
        projected_BSA: The same after `project_memory`.
        lengths: Real positions per sequence, 0 allowed; all S if `None`.
        w: Weights.

    Returns:
        The context vector; the weights it was mixed with, each row summing to 1 (to 0 where the
        length is 0); what `attend_backward` needs.
    """
    e_BSA = np.tanh((query_BH @ w.weight_query.T)[:, None] + projected_BSA)  # 2
    context_BM, saved = read(e_BSA @ w.weight_score, memory_BSM, lengths)
    return context_BM, saved.weights_BS, AdditiveSaved(query_BH, e_BSA, saved)


def attend_backward(
    d_context: Float[Array, "B M"],
    saved: AdditiveSaved,
    w: AdditiveWeights,
    *,
    d_weights: Float[Array, "B S"] | None = None,
) -> tuple[Float[Array, "B H"], Float[Array, "B S M"], Float[Array, "B S A"], AdditiveWeights]:
    """Gradient of `attend`: of the query, the memory, the projected memory and the weights.

    What the weights get through the projected memory is not in here; add the result of
    `project_memory_backward`. `d_weights` is the gradient of the returned attention weights, where
    something reads them.
    """
    d_score_BS, d_memory = read_backward(d_context, saved.read, d_weights)
    e_BSA = np.where(saved.read.real_BS[:, :, None], saved.e_BSA, 0.0)
    d_projected = d_score_BS[:, :, None] * w.weight_score * (1.0 - e_BSA**2)  # 3, 2
    d_q_BA = d_projected.sum(axis=1)  # 2
    d_w = AdditiveWeights(
        weight_query=d_q_BA.T @ saved.query_BH,
        weight_memory=np.zeros_like(w.weight_memory),
        bias=np.zeros_like(w.bias),
        weight_score=np.tensordot(d_score_BS, e_BSA, axes=2),
    )  # 2, 3
    return d_q_BA @ w.weight_query, d_memory, d_projected, d_w


def read(
    score_BS: Float[Array, "B S"],
    memory_BSM: Float[Array, "B S M"],
    lengths: Int[Array, " B"] | None,
) -> tuple[Float[Array, "B M"], ReadSaved]:
    """Steps 3 and 4: from scores to a context vector. Scores on padding are not read."""
    real_BS = real_steps(lengths, *score_BS.shape)
    weights_BS = softmax(score_BS, real_BS)  # 3
    memory_BSM = np.where(real_BS[:, :, None], memory_BSM, 0.0)  # 0 * NaN would be NaN
    context_BM = (weights_BS[:, None] @ memory_BSM)[:, 0]  # 4
    return context_BM, ReadSaved(weights_BS, memory_BSM, real_BS)


def read_backward(
    d_context: Float[Array, "B M"],
    saved: ReadSaved,
    d_weights: Float[Array, "B S"] | None = None,
) -> tuple[Float[Array, "B S"], Float[Array, "B S M"]]:
    """Gradient of `read`: of the scores and of the memory, both zero on padding.

    Args:
        d_context: Gradient of the context.
        saved: What `read` returned for this purpose.
        d_weights: Gradient of the weights themselves, where something else reads them.
    """
    weights_BS, memory_BSM, _ = saved
    d_weights_BS = (memory_BSM @ d_context[:, :, None])[:, :, 0]  # 4
    if d_weights is not None:
        d_weights_BS = d_weights_BS + d_weights
    d_memory = weights_BS[:, :, None] * d_context[:, None]  # 4
    return softmax_backward(d_weights_BS, weights_BS), d_memory  # 3
