"""The cells of `reference/` by name, their weights from a model file, layers of two directions.

Shared by the networks of every task; each is held against torch by its own tests.
"""

from typing import Any

import numpy as np

from ..reference import gru, lstm, rnn
from ..shapes import Float, Int
from .steps import Steps
from .tensors import Tensors

CELLS: dict[str, tuple[Any, Any, int]] = {
    "rnn": (rnn, rnn.RNNWeights, 1),
    "lstm": (lstm, lstm.LSTMWeights, 4),
    "gru": (gru, gru.GRUWeights, 3),
}
STATES: dict[str, Any] = {"rnn": rnn.RNNState, "lstm": lstm.LSTMState, "gru": gru.GRUState}


def cell_weights(
    name: str, tensors: Tensors, prefix: str, suffix: str, input_size: int, hidden_size: int
) -> Any:
    """Weights of a cell named as torch's layers name them, e.g. `encoder.weight_ih_l0`."""
    _, kind, num_gates = CELLS[name]
    rows = num_gates * hidden_size
    return kind(
        weight_ih=tensors.take(f"{prefix}weight_ih{suffix}", rows, input_size),
        weight_hh=tensors.take(f"{prefix}weight_hh{suffix}", rows, hidden_size),
        bias_ih=tensors.take(f"{prefix}bias_ih{suffix}", rows),
        bias_hh=tensors.take(f"{prefix}bias_hh{suffix}", rows),
    )


def both_ways(
    ops: Steps,
    name: str,
    cell: Any,
    x: Float[np.ndarray, "B T I"],
    directions: list[Any],
    lengths: Int[np.ndarray, " B"],
) -> tuple[Float[np.ndarray, "B T M"], list[Any]]:
    """One layer over time, in as many directions as it has weights for.

    Args:
        ops: The steps it is made of.
        name: Of the layer in a trace; the way back has `.reverse` behind it.
        cell: A module of `reference/`.
        x: Inputs; positions from `lengths` on are padding.
        directions: Weights forward, and backward if the layer has them.
        lengths: Real steps per sequence.
    Returns:
        Outputs of the directions side by side, and the last state of each.
    """
    forward, last = ops.unroll(name, cell, x, directions[0], lengths=lengths)
    if len(directions) == 1:
        return forward, [last]
    backward, other = ops.unroll(
        f"{name}.reverse", cell, x, directions[1], lengths=lengths, reverse=True
    )
    return ops.join(forward, backward), [last, other]
