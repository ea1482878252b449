"""The loop of an attention decoder under teacher forcing.

    for each t:  c_t = attend(s_{t-1}, memory)
                 s_t = cell([x_t; c_t], s_{t-1})

Source: Bahdanau, Cho & Bengio 2015, section 3.1, with any cell and any score of attention.py.

Two paths compute the same thing: the native core in one call, where layers/switch.py says so, and
the loop of loops.py. `tests/layers/test_native_operators.py` holds one to the other.
"""

from typing import Any

import torch
from torch import Tensor

from ..native.library import LSTM
from ..shapes import Float, check_shape
from . import native_operators  # noqa: F401  (registers seqloom::attention_decoder)
from .attention import AdditiveAttention, Attention, Memory
from .cell import Cell
from .codes import cell_code
from .loops import Decoded, run_decoder
from .switch import use_native


def attention_decoder(
    cell: Cell, attention: Attention, x: Float[Tensor, "B T E"], memory: Memory, state: Any
) -> Decoded:
    """Run a cell over its inputs while it attends.

    Args:
        cell: Reads `[x_t; context_t]`: its input size is E + M.
        attention: Scores the memory against the last `h`.
        x: Inputs, `(B, T, E)`.
        memory: What `attention.remember` made of the encoder's states.
        state: The cell's state before the first step.
    Returns:
        A `Decoded`.
    Raises:
        ShapeError: E and M do not add up to the cell's input size.
    """
    E = cell.input_size - attention.memory_size
    check_shape("attention_decoder", "x", x, "B T E", E=E)
    code = cell_code(type(cell), getattr(cell, "nonlinearity", "tanh"))
    weights = [cell.weight_ih, cell.weight_hh, cell.bias_ih, cell.bias_hh]
    if isinstance(attention, AdditiveAttention):
        weights += [attention.weight_query, attention.weight_score]
    if code is None or not use_native("attention_decoder", x, *memory[:2], *state, *weights):
        _, S, M = memory.values.shape
        return run_decoder(cell, lambda h: attention(h, memory), x, state, (S, M))
    inputs = [x, memory.values, memory.keys, *state, *weights]
    keep = torch.is_grad_enabled() and any(array.requires_grad for array in inputs)
    h, context, looked, c_n, _, _ = torch.ops.seqloom.attention_decoder(
        x,
        memory.values,
        memory.keys,
        memory.lengths,
        state[0],
        state[1] if len(state) > 1 else None,
        weights,
        code,
        True,
        keep,
    )
    last = h[:, -1] if x.shape[1] else state[0]
    kind = type(state)
    return Decoded(h, context, looked, kind(last, c_n) if code == LSTM else kind(last))
