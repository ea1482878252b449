"""The one time loop: a recurrent cell over a batch of sequences, forward and back.

    x_t   input of step t   (B, I)        n   lengths   (B)
    s_t   state after step t, a NamedTuple whose first field is h_t  (B, H)

    1   s_t = step(x_t, s_{t-1})  where t < n,   s_{t-1}  elsewhere
    2   y_t = h_t                 where t < n,   0        elsewhere

Back-propagation through time is the same loop the other way. What reaches h_t is the sum of what
y_t is asked for and what step t+1 sends back; its size over t says how far the error travels.

Source: Werbos, "Backpropagation Through Time: What It Does and How to Do It", Proc. IEEE 78(10),
    1990.
Differs: ragged batches. Padding is set to zero on the way in, so that even NaN there reaches no
    output and no gradient.

Works for `rnn`, `lstm` and `gru` alike: each module is a `Cell`, and so is `rnn.RNNCell("relu")`.
Checked against `torch.nn.RNN`, `LSTM` and `GRU` on each sequence alone.
"""

from typing import Any, NamedTuple, Protocol, TypeVar, runtime_checkable

import numpy as np

from ..shapes import Float, Int, check_shape
from . import trees
from .functions import Array, real_steps


@runtime_checkable
class CellWeights(Protocol):
    """As much as the loop needs to know of a cell's weights."""

    @property
    def weight_ih(self) -> Array: ...


State = TypeVar("State", bound=tuple[Array, ...])
Weights = TypeVar("Weights", bound=CellWeights)


@runtime_checkable
class Cell(Protocol[State, Weights]):
    """What `rnn`, `lstm` and `gru` have in common."""

    def initial_state(self, batch_size: int, w: Weights, /) -> State:
        """The state before the first step."""

    def step(self, x_BI: Array, state: State, w: Weights, /) -> tuple[State, Any]:
        """New state, and what `step_backward` needs."""

    def step_backward(
        self, d_state: State, saved: Any, w: Weights, /
    ) -> tuple[Array, State, Weights]:
        """Gradient of the input, of the state before, of the weights."""

    def carry_back(self, d_state: State, saved: Any, w: Weights, /) -> tuple[Array, State]:
        """The same without the weights."""


class UnrollSaved(NamedTuple):
    """What `unroll_backward` needs from `unroll`."""

    x_BTI: Array
    steps: list[Any]
    real_BT: Array


class UnrollGradients(NamedTuple):
    """What `unroll_backward` found; `d_w` is `None` if it was not asked for."""

    d_x: Float[Array, "B T I"]
    d_initial_state: Any
    d_w: Any
    d_states: Any

    @property
    def d_h(self) -> Float[Array, "B T H"]:
        """For every step the gradient of h_t through all that came after it."""
        d_h: Array = self.d_states[0]
        return d_h


def unroll(
    cell: Cell[State, Weights],
    x_BTI: Float[Array, "B T I"],
    w: Weights,
    state: State | None = None,
    lengths: Int[Array, " B"] | None = None,
) -> tuple[Float[Array, "B T H"], State, UnrollSaved]:
    """Run `cell` over time.

    Args:
        cell: `rnn`, `lstm`, `gru` (the modules), or an `RNNCell`.
        x_BTI: Inputs; positions from `lengths` on are padding. T may be 0.
        w: The cell's weights.
        state: State before the first step; zeros if `None`.
        lengths: Real steps per sequence, 0 allowed; all T if `None`.

    Returns:
        Outputs, zero on padding; the state after each sequence's last real step; what
        `unroll_backward` needs.

    Raises:
        ShapeError: `x_BTI` is not I wide.
    """
    check_shape("unroll", "x_BTI", x_BTI, "B T I", I=w.weight_ih.shape[1])
    B, T, _ = x_BTI.shape
    state = cell.initial_state(B, w) if state is None else state
    real_BT = real_steps(lengths, B, T)
    x_BTI = np.where(real_BT[:, :, None], x_BTI, 0.0)
    outputs_BTH = np.zeros((B, T, state[0].shape[1]), state[0].dtype)
    steps = []
    for t in range(T):
        real_B1 = real_BT[:, t, None]
        new, saved = cell.step(x_BTI[:, t], state, w)
        state = new if real_B1.all() else _choose(real_B1, new, state)  # 1
        outputs_BTH[:, t] = np.where(real_B1, state[0], 0.0)  # 2
        steps.append(saved)
    return outputs_BTH, state, UnrollSaved(x_BTI, steps, real_BT)


def unroll_backward(
    cell: Cell[State, Weights],
    d_outputs: Float[Array, "B T H"],
    d_last_state: State,
    saved: UnrollSaved,
    w: Weights,
    *,
    weights: bool = True,
) -> UnrollGradients:
    """Back-propagation through time.

    Args:
        cell: The cell `unroll` was given.
        d_outputs: Gradient of the outputs; what stands on padding is not read.
        d_last_state: Gradient of the last state; zeros if nothing depends on it.
        saved: What `unroll` returned for this purpose.
        w: The weights `unroll` was given.
        weights: False leaves their gradient out, which is most of the work for a small batch.

    Returns:
        Gradients of the inputs (zero on padding), of the initial state and of the weights; and
        `d_states`, for every step the gradient of s_t, `(B, T, H)` each, through all that came
        after it. Of an LSTM, c_t's is what comes from later steps, not through h_t.
    """
    real_BT = saved.real_BT
    d_state, d_w = d_last_state, trees.zeros_like(w) if weights else None
    d_states = trees.map_arrays(lambda _: np.zeros_like(d_outputs), d_state)
    d_x_BTI = np.zeros_like(saved.x_BTI)
    for t in reversed(range(d_outputs.shape[1])):
        real_B1 = real_BT[:, t, None]
        d_h, *d_others = d_state
        d_new = trees.build(d_state, [d_h + d_outputs[:, t], *d_others])  # 2
        d_new = trees.map_arrays(lambda d, real=real_B1: np.where(real, d, 0.0), d_new)
        if weights:
            d_x_BTI[:, t], d_before, d_w_t = cell.step_backward(d_new, saved.steps[t], w)  # 1
            d_w = trees.add(d_w, d_w_t)
        else:
            d_x_BTI[:, t], d_before = cell.carry_back(d_new, saved.steps[t], w)  # 1
        d_state = _choose(real_B1, d_before, d_state)  # 1
        for d_s_BTH, d_s_BH in zip(d_states, d_new, strict=True):
            d_s_BTH[:, t] = d_s_BH
    return UnrollGradients(d_x_BTI, d_state, d_w, d_states)


def _choose(real_B1: Array, new: State, old: State) -> State:
    return trees.map_arrays(lambda a, b: np.where(real_B1, a, b), new, old)
