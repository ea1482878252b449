"""Plain recurrent network in NumPy: one step forward, one step back.

    x    input of this step  (B, I)        W_ih   weight_ih  (H, I)
    h'   state before it     (B, H)        W_hh   weight_hh  (H, H)
    h    state after it      (B, H)        b      bias_ih + bias_hh  (H)
    f    tanh, or relu(a) = max(a, 0)

    1   a = x W_ih^T + b_ih + h' W_hh^T + b_hh
    2   h = f(a)

Step 2 back multiplies by f'(a) and step 1 back by W_hh, once per time step: the whole story of
vanishing and exploding gradients is in these two lines.

Source: Elman, "Finding Structure in Time", Cognitive Science 14(2), 1990; relu from Le, Jaitly &
    Hinton, "A Simple Way to Initialize Recurrent Networks of Rectified Linear Units", 2015.
Differs: two biases where one would do, as in torch; the output layer lives elsewhere.

Checked against `torch.nn.RNN`. Oracle of `layers/rnn.py`.
"""

from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

from ..shapes import Float
from .functions import Array

Nonlinearity = Literal["tanh", "relu"]


class RNNState(NamedTuple):
    """What a plain recurrent network carries from one step to the next."""

    h: Float[Array, "B H"]


class RNNWeights(NamedTuple):
    """Weights of one layer, named as in `torch.nn.RNNCell`."""

    weight_ih: Float[Array, "H I"]
    weight_hh: Float[Array, "H H"]
    bias_ih: Float[Array, " H"]
    bias_hh: Float[Array, " H"]


class RNNSaved(NamedTuple):
    """What `step_backward` needs from `step`."""

    x_BI: Array
    before: RNNState
    h: Array
    nonlinearity: Nonlinearity


def initial_state(batch_size: int, w: RNNWeights) -> RNNState:
    """The state before the first step: zeros."""
    return RNNState(h=np.zeros((batch_size, w.weight_hh.shape[1]), w.weight_hh.dtype))


def step(
    x_BI: Float[Array, "B I"],
    state: RNNState,
    w: RNNWeights,
    *,
    nonlinearity: Nonlinearity = "tanh",
) -> tuple[RNNState, RNNSaved]:
    """One time step: the new state, and what `step_backward` needs."""
    a = x_BI @ w.weight_ih.T + w.bias_ih + state.h @ w.weight_hh.T + w.bias_hh  # 1
    h = np.tanh(a) if nonlinearity == "tanh" else np.maximum(a, 0.0)  # 2
    return RNNState(h=h), RNNSaved(x_BI, state, h, nonlinearity)


def step_backward(
    d_state: RNNState, saved: RNNSaved, w: RNNWeights
) -> tuple[Float[Array, "B I"], RNNState, RNNWeights]:
    """Gradient of `step`: of the input, of the state before it, of the weights."""
    d_a = _slope_backward(d_state, saved)  # 2
    d_b = d_a.sum(axis=0)  # 1
    d_w = RNNWeights(
        weight_ih=d_a.T @ saved.x_BI, weight_hh=d_a.T @ saved.before.h, bias_ih=d_b, bias_hh=d_b
    )  # 1
    return d_a @ w.weight_ih, RNNState(h=d_a @ w.weight_hh), d_w  # 1


def carry_back(
    d_state: RNNState, saved: RNNSaved, w: RNNWeights
) -> tuple[Float[Array, "B I"], RNNState]:
    """`step_backward` without the weights, whose gradient is most of its work."""
    d_a = _slope_backward(d_state, saved)  # 2
    return d_a @ w.weight_ih, RNNState(h=d_a @ w.weight_hh)  # 1


def _slope_backward(d_state: RNNState, saved: RNNSaved) -> Float[Array, "B H"]:
    h = saved.h
    slope = 1.0 - h**2 if saved.nonlinearity == "tanh" else (h > 0).astype(h.dtype)  # 2
    d_a: Array = d_state.h * slope  # 2
    return d_a


@dataclass(frozen=True)
class RNNCell:
    """This file's functions with the nonlinearity chosen, for `unroll`.

    `unroll(rnn, ...)` is tanh; `unroll(RNNCell("relu"), ...)` is relu.
    """

    nonlinearity: Nonlinearity = "tanh"

    initial_state = staticmethod(initial_state)
    step_backward = staticmethod(step_backward)
    carry_back = staticmethod(carry_back)

    def step(
        self, x_BI: Float[Array, "B I"], state: RNNState, w: RNNWeights
    ) -> tuple[RNNState, RNNSaved]:
        return step(x_BI, state, w, nonlinearity=self.nonlinearity)
