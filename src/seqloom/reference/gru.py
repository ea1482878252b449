"""Gated recurrent unit in NumPy: one step forward, one step back.

    x    input of this step  (B, I)        W_ih, b_ih   weight_ih (3H, I), bias_ih (3H)
    h'   state before it     (B, H)        W_hh, b_hh   weight_hh (3H, H), bias_hh (3H)
    h    state after it      (B, H)
    r z n  reset gate, update gate, candidate, stacked in this order in G = 3H

    1   u = x W_ih^T + b_ih,   v = h' W_hh^T + b_hh
    2   r = sigmoid(u_r + v_r),   z = sigmoid(u_z + v_z)
    3   n = tanh(u_n + r * v_n)
    4   h = (1 - z) * n + z * h'

Source: Cho et al., "Learning Phrase Representations using RNN Encoder-Decoder for Statistical
    Machine Translation", EMNLP 2014, eq. 5-8.
Differs: the reset gate acts after the matrix product, r * (W_hn h' + b_hn), as in torch and
    cuDNN; the paper has W_hn (r * h'), and no biases. The two variants do not share weights.
    A z of 1 keeps the old state, as in the paper; some later papers have it the other way round.

Checked against `torch.nn.GRU`. Oracle of `layers/gru.py`.
"""

from typing import NamedTuple

import numpy as np

from ..shapes import Float
from .functions import Array, sigmoid


class GRUState(NamedTuple):
    """What a GRU carries from one step to the next."""

    h: Float[Array, "B H"]


class GRUWeights(NamedTuple):
    """Weights of one layer, named as in `torch.nn.GRUCell`; G = 3H in the order r z n."""

    weight_ih: Float[Array, "G I"]
    weight_hh: Float[Array, "G H"]
    bias_ih: Float[Array, " G"]
    bias_hh: Float[Array, " G"]


class GRUSaved(NamedTuple):
    """What `step_backward` needs from `step`."""

    x_BI: Array
    before: GRUState
    r: Array
    z: Array
    n: Array
    v_n: Array


def initial_state(batch_size: int, w: GRUWeights) -> GRUState:
    """The state before the first step: zeros."""
    return GRUState(h=np.zeros((batch_size, w.weight_hh.shape[1]), w.weight_hh.dtype))


def step(x_BI: Float[Array, "B I"], state: GRUState, w: GRUWeights) -> tuple[GRUState, GRUSaved]:
    """One time step: the new state, and what `step_backward` needs."""
    u_r, u_z, u_n = np.split(x_BI @ w.weight_ih.T + w.bias_ih, 3, axis=-1)  # 1
    v_r, v_z, v_n = np.split(state.h @ w.weight_hh.T + w.bias_hh, 3, axis=-1)  # 1
    r, z = sigmoid(u_r + v_r), sigmoid(u_z + v_z)  # 2
    n = np.tanh(u_n + r * v_n)  # 3
    h = (1.0 - z) * n + z * state.h  # 4
    return GRUState(h=h), GRUSaved(x_BI, state, r, z, n, v_n)


def step_backward(
    d_state: GRUState, saved: GRUSaved, w: GRUWeights
) -> tuple[Float[Array, "B I"], GRUState, GRUWeights]:
    """Gradient of `step`: of the input, of the state before it, of the weights."""
    d_u_BG, d_v_BG = _gates_backward(d_state, saved)
    d_w = GRUWeights(
        weight_ih=d_u_BG.T @ saved.x_BI,
        weight_hh=d_v_BG.T @ saved.before.h,
        bias_ih=d_u_BG.sum(axis=0),
        bias_hh=d_v_BG.sum(axis=0),
    )  # 1
    d_h_before = d_state.h * saved.z + d_v_BG @ w.weight_hh  # 4 and 1
    return d_u_BG @ w.weight_ih, GRUState(h=d_h_before), d_w  # 1


def carry_back(
    d_state: GRUState, saved: GRUSaved, w: GRUWeights
) -> tuple[Float[Array, "B I"], GRUState]:
    """`step_backward` without the weights, whose gradient is most of its work."""
    d_u_BG, d_v_BG = _gates_backward(d_state, saved)
    d_h_before = d_state.h * saved.z + d_v_BG @ w.weight_hh  # 4 and 1
    return d_u_BG @ w.weight_ih, GRUState(h=d_h_before)  # 1


def _gates_backward(
    d_state: GRUState, saved: GRUSaved
) -> tuple[Float[Array, "B G"], Float[Array, "B G"]]:
    """Steps 4 to 2 back: the gradients of u and of v."""
    _, before, r, z, n, v_n = saved
    d_z, d_n = d_state.h * (before.h - n), d_state.h * (1.0 - z)  # 4
    d_a_n = d_n * (1.0 - n**2)  # 3
    d_a_r, d_a_z = d_a_n * v_n * r * (1.0 - r), d_z * z * (1.0 - z)  # 3, 2
    d_u_BG = np.concatenate([d_a_r, d_a_z, d_a_n], axis=-1)
    d_v_BG = np.concatenate([d_a_r, d_a_z, d_a_n * r], axis=-1)
    return d_u_BG, d_v_BG
