"""Long short-term memory in NumPy: one step forward, one step back.

    x       input of this step       (B, I)       W_ih   weight_ih  (4H, I)
    h' c'   state before it          (B, H) each  W_hh   weight_hh  (4H, H)
    h  c    state after it           (B, H) each  b      bias_ih + bias_hh  (4H)
    i f g o input gate, forget gate, candidate, output gate, stacked in this order in G = 4H

    1   a       = x W_ih^T + b_ih + h' W_hh^T + b_hh
    2   i f g o = sigmoid(a_i), sigmoid(a_f), tanh(a_g), sigmoid(a_o)
    3   c       = f * c' + i * g
    4   h       = o * tanh(c)

Step 3 back multiplies the gradient of c by f alone, with no matrix and no slope: where f is near
1 an error survives many steps. That is the invention.

Source: Hochreiter & Schmidhuber, "Long Short-Term Memory", Neural Computation 9(8), 1997.
Differs: has the forget gate of Gers, Schmidhuber & Cummins, "Learning to Forget", 2000; the
    candidate and the cell are squashed by tanh, where 1997 has scaled sigmoids; no peepholes;
    two biases, as in torch; the gradient is full, where 1997 cut it at the gates.

Checked against `torch.nn.LSTM`. Oracle of `layers/lstm.py`.
"""

from typing import NamedTuple

import numpy as np

from ..shapes import Float
from .functions import Array, sigmoid


class LSTMState(NamedTuple):
    """What an LSTM carries from one step to the next: its output and its cell."""

    h: Float[Array, "B H"]
    c: Float[Array, "B H"]


class LSTMWeights(NamedTuple):
    """Weights of one layer, named as in `torch.nn.LSTMCell`; G = 4H in the order i f g o."""

    weight_ih: Float[Array, "G I"]
    weight_hh: Float[Array, "G H"]
    bias_ih: Float[Array, " G"]
    bias_hh: Float[Array, " G"]


class LSTMSaved(NamedTuple):
    """What `step_backward` needs from `step`."""

    x_BI: Array
    before: LSTMState
    i: Array
    f: Array
    g: Array
    o: Array
    tanh_c: Array


def initial_state(batch_size: int, w: LSTMWeights) -> LSTMState:
    """The state before the first step: zeros."""
    zeros = np.zeros((batch_size, w.weight_hh.shape[1]), w.weight_hh.dtype)
    return LSTMState(h=zeros, c=zeros)


def step(
    x_BI: Float[Array, "B I"], state: LSTMState, w: LSTMWeights
) -> tuple[LSTMState, LSTMSaved]:
    """One time step: the new state, and what `step_backward` needs."""
    a_BG = x_BI @ w.weight_ih.T + w.bias_ih + state.h @ w.weight_hh.T + w.bias_hh  # 1
    a_i, a_f, a_g, a_o = np.split(a_BG, 4, axis=-1)
    i, f, g, o = sigmoid(a_i), sigmoid(a_f), np.tanh(a_g), sigmoid(a_o)  # 2
    c = f * state.c + i * g  # 3
    tanh_c = np.tanh(c)
    h = o * tanh_c  # 4
    return LSTMState(h=h, c=c), LSTMSaved(x_BI, state, i, f, g, o, tanh_c)


def step_backward(
    d_state: LSTMState, saved: LSTMSaved, w: LSTMWeights
) -> tuple[Float[Array, "B I"], LSTMState, LSTMWeights]:
    """Gradient of `step`: of the input, of the state before it, of the weights."""
    d_a_BG, d_c_before = _gates_backward(d_state, saved)
    d_b = d_a_BG.sum(axis=0)  # 1
    d_w = LSTMWeights(
        weight_ih=d_a_BG.T @ saved.x_BI,
        weight_hh=d_a_BG.T @ saved.before.h,
        bias_ih=d_b,
        bias_hh=d_b,
    )  # 1
    return d_a_BG @ w.weight_ih, LSTMState(h=d_a_BG @ w.weight_hh, c=d_c_before), d_w  # 1


def carry_back(
    d_state: LSTMState, saved: LSTMSaved, w: LSTMWeights
) -> tuple[Float[Array, "B I"], LSTMState]:
    """`step_backward` without the weights, whose gradient is most of its work."""
    d_a_BG, d_c_before = _gates_backward(d_state, saved)
    return d_a_BG @ w.weight_ih, LSTMState(h=d_a_BG @ w.weight_hh, c=d_c_before)  # 1


def _gates_backward(
    d_state: LSTMState, saved: LSTMSaved
) -> tuple[Float[Array, "B G"], Float[Array, "B H"]]:
    """Steps 4 to 2 back: the gradient of a, and of c'."""
    _, before, i, f, g, o, tanh_c = saved
    d_o = d_state.h * tanh_c  # 4
    d_c = d_state.c + d_state.h * o * (1.0 - tanh_c**2)  # 4, and what came in from later steps
    d_i, d_f, d_g, d_c_before = d_c * g, d_c * before.c, d_c * i, d_c * f  # 3
    d_a_BG = np.concatenate(
        [
            d_i * i * (1.0 - i),
            d_f * f * (1.0 - f),
            d_g * (1.0 - g**2),
            d_o * o * (1.0 - o),
        ],
        axis=-1,
    )  # 2
    return d_a_BG, d_c_before
