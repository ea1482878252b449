"""Location-aware attention in NumPy: additive attention that knows where it looked last.

    s   decoder state, the query      (B, H)       W_q  weight_query     (A, H)
    h_j encoder output, the memory    (B, S, M)    W_m  weight_memory    (A, M)
    p_j projected memory              (B, S, A)    b    bias             (A)
    a'  weights of the step before    (B, S)       v    weight_score     (A)
    f_j what the filters see          (B, S, R)    F    weight_filter    (R, 1, K), K odd
    c   context vector                (B, M)       U    weight_location  (A, R)

    1   p_j = W_m h_j + b                            once per source: `project_memory`
    2   f_jr = sum_k F_rk a'_{j + k - (K-1)/2}       zeros beyond both ends
    3   e_j = tanh(W_q s + p_j + U f_j)
    4   a   = softmax_j(v . e_j)                     over j < length; exactly 0 elsewhere
    5   c   = sum_j a_j h_j

Speech repeats itself: two equal sounds have equal keys, and only their place tells them apart.

Source: Chorowski, Bahdanau, Serdyuk, Cho & Bengio, "Attention-Based Models for Speech
    Recognition", NeurIPS 2015, eq. 8-9.
Differs: the filters are cross-correlated, as torch's conv1d; no sharpening or smoothing of the
    softmax; before the first step a' is zero.

Checked against torch autograd of the same equations. Oracle of `layers.LocationAttention`.
"""

from typing import NamedTuple

import numpy as np

from ..shapes import Float, Int
from . import attention
from .attention import AdditiveWeights, ReadSaved, read, read_backward
from .functions import Array


class LocationWeights(NamedTuple):
    """Weights of location-aware attention."""

    weight_query: Float[Array, "A H"]
    weight_memory: Float[Array, "A M"]
    bias: Float[Array, " A"]
    weight_score: Float[Array, " A"]
    weight_filter: Float[Array, "R 1 K"]
    weight_location: Float[Array, "A R"]


class LocationSaved(NamedTuple):
    """What `attend_backward` needs from `attend`."""

    query_BH: Array
    windows_BSK: Array
    seen_BSR: Array
    e_BSA: Array
    read: ReadSaved


def project_memory(memory_BSM: Float[Array, "B S M"], w: LocationWeights) -> Float[Array, "B S A"]:
    """Step 1: the part of the score that no decoder step changes; the bias is in it."""
    return attention.project_memory(memory_BSM, AdditiveWeights(*w[:4]))


def project_memory_backward(
    d_projected: Float[Array, "B S A"],
    memory_BSM: Float[Array, "B S M"],
    lengths: Int[Array, " B"] | None,
    w: LocationWeights,
) -> tuple[Float[Array, "B S M"], LocationWeights]:
    """Gradient of `project_memory`: of the memory and of the weights.

    Give it the sum of `d_projected` over all decoder steps, once.
    """
    d_memory, d_w = attention.project_memory_backward(
        d_projected, memory_BSM, lengths, AdditiveWeights(*w[:4])
    )
    return d_memory, LocationWeights(
        *d_w,
        weight_filter=np.zeros_like(w.weight_filter),
        weight_location=np.zeros_like(w.weight_location),
    )


def attend(
    query_BH: Float[Array, "B H"],
    memory_BSM: Float[Array, "B S M"],
    projected_BSA: Float[Array, "B S A"],
    before_BS: Float[Array, "B S"],
    lengths: Int[Array, " B"] | None,
    w: LocationWeights,
) -> tuple[Float[Array, "B M"], Float[Array, "B S"], LocationSaved]:
    """Look at the memory once.

    Args:
        query_BH: What the decoder asks with.
        memory_BSM: Encoder outputs; positions from `lengths` on are padding.
        projected_BSA: The same after `project_memory`.
        before_BS: The weights that the step before returned; zeros at the first.
        lengths: Real positions per sequence, 0 allowed; all S if `None`.
        w: Weights.

    Returns:
        The context vector; the weights it was mixed with; what `attend_backward` needs.
    """
    windows_BSK = _windows(before_BS, w.weight_filter.shape[2])
    seen_BSR = windows_BSK @ w.weight_filter[:, 0].T  # 2
    located_BSA = projected_BSA + seen_BSR @ w.weight_location.T
    e_BSA = np.tanh((query_BH @ w.weight_query.T)[:, None] + located_BSA)  # 3
    context_BM, saved = read(e_BSA @ w.weight_score, memory_BSM, lengths)  # 4, 5
    return (
        context_BM,
        saved.weights_BS,
        LocationSaved(query_BH, windows_BSK, seen_BSR, e_BSA, saved),
    )


def attend_backward(
    d_context: Float[Array, "B M"],
    d_weights: Float[Array, "B S"],
    saved: LocationSaved,
    w: LocationWeights,
) -> tuple[
    Float[Array, "B H"],
    Float[Array, "B S M"],
    Float[Array, "B S A"],
    Float[Array, "B S"],
    LocationWeights,
]:
    """Gradient of `attend`: of the query, the memory, the projected memory, the weights before.

    Args:
        d_context: Gradient of the context.
        d_weights: Gradient of the returned weights, from the step after; zeros at the last.
        saved: What `attend` returned for this purpose.
        w: The weights `attend` was given.
    """
    d_score_BS, d_memory = read_backward(d_context, saved.read, d_weights)  # 5, 4
    e_BSA = np.where(saved.read.real_BS[:, :, None], saved.e_BSA, 0.0)
    d_located = d_score_BS[:, :, None] * w.weight_score * (1.0 - e_BSA**2)  # 4, 3
    d_q_BA = d_located.sum(axis=1)  # 3
    d_seen_BSR = d_located @ w.weight_location  # 3
    d_windows_BSK = d_seen_BSR @ w.weight_filter[:, 0]  # 2
    real_BSR = np.where(saved.read.real_BS[:, :, None], saved.seen_BSR, 0.0)
    d_w = LocationWeights(
        weight_query=d_q_BA.T @ saved.query_BH,
        weight_memory=np.zeros_like(w.weight_memory),
        bias=np.zeros_like(w.bias),
        weight_score=np.tensordot(d_score_BS, e_BSA, axes=2),
        weight_filter=np.tensordot(d_seen_BSR, saved.windows_BSK, axes=((0, 1), (0, 1)))[:, None],
        weight_location=np.tensordot(d_located, real_BSR, axes=((0, 1), (0, 1))),
    )
    return d_q_BA @ w.weight_query, d_memory, d_located, _windows_backward(d_windows_BSK), d_w


def _windows(before_BS: Array, width: int) -> Array:
    """The K weights around each position, `(B, S, K)`."""
    half = width // 2
    padded = np.pad(before_BS, ((0, 0), (half, half)))
    if not before_BS.shape[1]:
        return np.zeros((*before_BS.shape, width), before_BS.dtype)
    windows: Array = np.lib.stride_tricks.sliding_window_view(padded, width, axis=1)
    return windows


def _windows_backward(d_windows_BSK: Array) -> Array:
    B, S, K = d_windows_BSK.shape
    d_padded = np.zeros((B, S + K - 1), d_windows_BSK.dtype)
    for k in range(K):
        d_padded[:, k : k + S] += d_windows_BSK[:, :, k]
    return d_padded[:, K // 2 : K // 2 + S]
