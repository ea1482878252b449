"""Multiplicative attention in NumPy: the `dot` and `general` scores.

    s   decoder state, the query      (B, H)       W  weight  (H, M), of `general` alone
    h_j encoder output, the memory    (B, S, M)
    p_j projected memory              (B, S, H)
    a   weights over the source       (B, S)
    c   context vector                (B, M)

    1   p_j = h_j (dot, which needs H = M)   or   W h_j (general)
    2   e_j = s . p_j
    3   a   = softmax_j(e_j)          over j < length; exactly 0 elsewhere
    4   c   = sum_j a_j h_j

The functions are those of `attention.py`, with the same arguments in the same order, and steps 3
and 4 are its own. `LuongWeights(weight=None)` means dot.

Source: Luong, Pham & Manning, "Effective Approaches to Attention-based Neural Machine
    Translation", EMNLP 2015, section 3.1 (global attention), eq. 7 and the scores below it.
Differs: multiplies W into the memory, once per sequence, and not into the query at every step;
    s^T (W h) is (s^T W) h. The paper's layer after the context is the decoder's business.

Checked against torch autograd of the same equations. Oracle of `layers/attention.py`.
"""

from typing import NamedTuple

import numpy as np

from ..shapes import Float, Int, check_shape
from .attention import ReadSaved, read, read_backward
from .functions import Array, real_steps


class LuongWeights(NamedTuple):
    """Weights of `general`; `None` for `dot`, which has none."""

    weight: Float[Array, "H M"] | None = None


class LuongSaved(NamedTuple):
    """What `attend_backward` needs from `attend`."""

    query_BH: Array
    projected_BSH: Array
    read: ReadSaved


def project_memory(memory_BSM: Float[Array, "B S M"], w: LuongWeights) -> Float[Array, "B S H"]:
    """The part of the score that no decoder step changes; for `dot`, the memory itself."""
    return memory_BSM if w.weight is None else memory_BSM @ w.weight.T  # 1


def project_memory_backward(
    d_projected: Float[Array, "B S H"],
    memory_BSM: Float[Array, "B S M"],
    lengths: Int[Array, " B"] | None,
    w: LuongWeights,
) -> tuple[Float[Array, "B S M"], LuongWeights]:
    """Gradient of `project_memory`: of the memory and of the weights.

    Give it the sum of `d_projected` over all decoder steps, once.
    """
    if w.weight is None:
        return d_projected, LuongWeights()  # 1
    B, S, _ = memory_BSM.shape
    memory_BSM = np.where(real_steps(lengths, B, S)[:, :, None], memory_BSM, 0.0)
    d_weight = np.tensordot(d_projected, memory_BSM, axes=((0, 1), (0, 1)))
    return d_projected @ w.weight, LuongWeights(weight=d_weight)  # 1


def attend(
    query_BH: Float[Array, "B H"],
    memory_BSM: Float[Array, "B S M"],
    projected_BSH: Float[Array, "B S P"],
    lengths: Int[Array, " B"] | None,
    w: LuongWeights,
) -> tuple[Float[Array, "B M"], Float[Array, "B S"], LuongSaved]:
    """Look at the memory once.

    Args:
        query_BH: What the decoder asks with.
        memory_BSM: Encoder outputs; positions from `lengths` on are padding.
        projected_BSH: The same after `project_memory`.
        lengths: Real positions per sequence, 0 allowed; all S if `None`.
        w: Not read, everything it says is in `projected_BSH`; here so that the two attentions
            are called alike.

    Returns:
        The context vector; the weights it was mixed with; what `attend_backward` needs.

    Raises:
        ShapeError: The projected memory is not H wide; with `dot`, H and M differ.
    """
    H = query_BH.shape[1]
    check_shape("attention_luong.attend", "projected_BSH", projected_BSH, "B S H", H=H)
    score_BS = (projected_BSH @ query_BH[:, :, None])[:, :, 0]  # 2
    context_BM, saved = read(score_BS, memory_BSM, lengths)
    return context_BM, saved.weights_BS, LuongSaved(query_BH, projected_BSH, saved)


def attend_backward(
    d_context: Float[Array, "B M"],
    saved: LuongSaved,
    w: LuongWeights,
    *,
    d_weights: Float[Array, "B S"] | None = None,
) -> tuple[Float[Array, "B H"], Float[Array, "B S M"], Float[Array, "B S H"], LuongWeights]:
    """Gradient of `attend`: of the query, the memory, the projected memory and the weights.

    The weights get theirs through the projected memory: here it is zero, add the result of
    `project_memory_backward`. `d_weights` is the gradient of the returned attention weights, where
    something reads them.
    """
    d_score_BS, d_memory = read_backward(d_context, saved.read, d_weights)
    projected_BSH = np.where(saved.read.real_BS[:, :, None], saved.projected_BSH, 0.0)
    d_query = (d_score_BS[:, None] @ projected_BSH)[:, 0]  # 2
    d_projected = d_score_BS[:, :, None] * saved.query_BH[:, None]  # 2
    d_weight = None if w.weight is None else np.zeros_like(w.weight)
    return d_query, d_memory, d_projected, LuongWeights(weight=d_weight)
