"""From the states of a whole sequence to one vector, in NumPy, forward and back.

    x_j   state of step j   (B, T, M)       W  weight_memory  (A, M)    b  bias  (A)
    n     real steps        (B)             v  weight_score   (A)

    mean        y = sum_j x_j / n                      over j < n, as everything here
    maximum     y_m = max_j x_jm                       each number of the vector by itself
    attention   1  e_j = tanh(W x_j + b)
                2  a   = softmax_j(v . e_j)
                3  y   = sum_j a_j x_j                 the weights a say what was read

An empty sequence has y = 0. Padding is never looked at, not even NaN.

Source: attention: Yang et al., "Hierarchical Attention Networks for Document Classification", NAACL
    2016, eq. 5-7; mean and maximum: Collobert & Weston 2008 and many since.
Differs: steps 2 and 3 are those of `attention.py`, a learned v in place of v tanh's query.

Checked against torch autograd of the same equations. Oracle of `layers/pooling.py`.
"""

from typing import NamedTuple

import numpy as np

from ..shapes import Float, Int
from . import attention, linear
from .attention import ReadSaved
from .functions import Array, real_steps


class PoolWeights(NamedTuple):
    """Weights of attention over the states themselves."""

    weight_memory: Float[Array, "A M"]
    bias: Float[Array, " A"]
    weight_score: Float[Array, " A"]


class PoolSaved(NamedTuple):
    """What `attend_backward` needs from `attend`."""

    x_BTM: Array
    e_BTA: Array
    read: ReadSaved


def mean(x_BTM: Float[Array, "B T M"], lengths: Int[Array, " B"]) -> Float[Array, "B M"]:
    """The mean of the real states."""
    y_BM: Array = _real(x_BTM, lengths).sum(axis=1) / _counts(lengths, x_BTM)
    return y_BM


def mean_backward(
    d_y: Float[Array, "B M"], x_BTM: Float[Array, "B T M"], lengths: Int[Array, " B"]
) -> Float[Array, "B T M"]:
    """Gradient of `mean`: of the states, zero on padding."""
    real_BT = real_steps(lengths, *x_BTM.shape[:2])
    d_x: Array = np.where(real_BT[:, :, None], (d_y / _counts(lengths, x_BTM))[:, None], 0.0)
    return d_x


def maximum(x_BTM: Float[Array, "B T M"], lengths: Int[Array, " B"]) -> Float[Array, "B M"]:
    """The largest of each number over the real states."""
    real_BT = real_steps(lengths, *x_BTM.shape[:2])
    top_BM = np.where(real_BT[:, :, None], x_BTM, -np.inf).max(axis=1, initial=-np.inf)
    y_BM: Array = np.where(lengths[:, None] > 0, top_BM, 0.0).astype(x_BTM.dtype)
    return y_BM


def maximum_backward(
    d_y: Float[Array, "B M"], x_BTM: Float[Array, "B T M"], lengths: Int[Array, " B"]
) -> Float[Array, "B T M"]:
    """Gradient of `maximum`: it goes to the first of the largest, zero elsewhere."""
    d_x = np.zeros_like(x_BTM)
    if x_BTM.shape[1] == 0:
        return d_x
    real_BT = real_steps(lengths, *x_BTM.shape[:2])
    place_BM = np.where(real_BT[:, :, None], x_BTM, -np.inf).argmax(axis=1)
    some_BM = np.where(lengths[:, None] > 0, d_y, 0.0)
    np.put_along_axis(d_x, place_BM[:, None], some_BM[:, None], axis=1)
    return d_x


def attend(
    x_BTM: Float[Array, "B T M"], lengths: Int[Array, " B"], w: PoolWeights
) -> tuple[Float[Array, "B M"], Float[Array, "B T"], PoolSaved]:
    """The states' weighted mean.

    Returns:
        The vector; its weights, each row summing to 1 (to 0 where the length is 0); what
        `attend_backward` needs.
    """
    x_BTM = _real(x_BTM, lengths)
    e_BTA = np.tanh(x_BTM @ w.weight_memory.T + w.bias)  # 1
    y_BM, read = attention.read(e_BTA @ w.weight_score, x_BTM, lengths)  # 2, 3
    return y_BM, read.weights_BS, PoolSaved(x_BTM, e_BTA, read)


def attend_backward(
    d_y: Float[Array, "B M"], saved: PoolSaved, w: PoolWeights
) -> tuple[Float[Array, "B T M"], PoolWeights]:
    """Gradient of `attend`: of the states (zero on padding) and of the weights."""
    d_score_BT, d_x = attention.read_backward(d_y, saved.read)  # 3, 2
    d_a_BTA = d_score_BT[:, :, None] * w.weight_score * (1.0 - saved.e_BTA**2)  # 2, 1
    d_x_too, d_w = linear.backward(
        d_a_BTA, saved.x_BTM, linear.LinearWeights(w.weight_memory, w.bias)
    )  # 1
    d_score_A = np.tensordot(d_score_BT, saved.e_BTA, axes=2)
    return d_x + d_x_too, PoolWeights(d_w.weight, d_w.bias, d_score_A)


def _real(x_BTM: Array, lengths: Array) -> Array:
    """The states with zeros on padding: 0 * NaN would be NaN."""
    real: Array = np.where(real_steps(lengths, *x_BTM.shape[:2])[:, :, None], x_BTM, 0.0)
    return real


def _counts(lengths: Array, like: Array) -> Array:
    counts: Array = np.maximum(lengths, 1)[:, None].astype(like.dtype)
    return counts
