"""Attention with some weights set by hand, in NumPy, forward and back.

    a   weights over the source, as the attention has them   (B, S)
    g   weights that are given, for the places G             a number each
    a'  weights that are used                                (B, S)
    h   memory  (B, S, M)      c   context  (B, M)

    1   a'_j = g_j                                             for j in G
    2   a'_j = a_j (1 - sum of g) / (sum of a outside G)       elsewhere; evenly, if that sum is 0
    3   c    = sum_j a'_j h_j

Source: Strobelt et al., "Seq2Seq-Vis: A Visual Debugging Tool for Sequence-to-Sequence Models",
    IEEE VAST 2018: what would the output be, had the network looked there?
Differs: the others are scaled, so that the row sums to 1.

Checked against torch autograd of the same equations.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from ..shapes import Bool, Float
from .functions import Array


class EditSaved(NamedTuple):
    """What `reweigh_backward` needs from `reweigh`."""

    before_BS: Array
    weights_BS: Array
    memory_BSM: Array
    free_S: Array
    left: float


def reweigh(
    weights_BS: Float[Array, "B S"],
    memory_BSM: Float[Array, "B S M"],
    given: Mapping[int, float],
) -> tuple[Float[Array, "B M"], Float[Array, "B S"], EditSaved]:
    """The context and the weights, some of them given.

    Args:
        weights_BS: As the attention has them, without padding.
        memory_BSM: What is looked at.
        given: Weights by place, from 0 to 1, their sum at most 1.
    """
    free_S: Bool[Array, " S"] = np.ones(weights_BS.shape[1], bool)
    free_S[list(given)] = False
    left = max(0.0, 1.0 - sum(given.values()))
    rest_B1 = np.where(free_S, weights_BS, 0.0).sum(axis=1, keepdims=True)
    even = left / max(1, int(free_S.sum()))
    scaled_BS = np.where(rest_B1 > 0, weights_BS * (left / np.where(rest_B1 > 0, rest_B1, 1)), even)
    new_BS = np.where(free_S, scaled_BS, 0.0).astype(weights_BS.dtype)  # 2
    for place, weight in given.items():
        new_BS[:, place] = weight  # 1
    context_BM = (new_BS[:, None] @ memory_BSM)[:, 0]  # 3
    return context_BM, new_BS, EditSaved(weights_BS, new_BS, memory_BSM, free_S, left)


def reweigh_backward(
    d_context: Float[Array, "B M"], d_weights: Float[Array, "B S"], saved: EditSaved
) -> tuple[Float[Array, "B S"], Float[Array, "B S M"]]:
    """Gradient of `reweigh`: of the attention's own weights and of the memory."""
    before_BS, weights_BS, memory_BSM, free_S, left = saved
    d_new_BS = d_weights + (memory_BSM @ d_context[:, :, None])[:, :, 0]  # 3
    d_new_BS = np.where(free_S, d_new_BS, 0.0)  # 1
    rest_B1 = np.where(free_S, before_BS, 0.0).sum(axis=1, keepdims=True)
    whole_B1 = np.where(rest_B1 > 0, rest_B1, 1.0)
    mean_B1 = (d_new_BS * before_BS).sum(axis=1, keepdims=True) / whole_B1
    d_before = np.where(free_S & (rest_B1 > 0), (d_new_BS - mean_B1) * (left / whole_B1), 0.0)  # 2
    return d_before.astype(before_BS.dtype), weights_BS[:, :, None] * d_context[:, None]  # 3
