"""The loop of an attention decoder under teacher forcing.

    for each t:  c_t = attend(s_{t-1}, memory)
                 s_t = cell([x_t; c_t], s_{t-1})

Source: Bahdanau, Cho & Bengio 2015, section 3.1, with any cell and any score of attention.py.

Two paths compute the same thing: the native core in one call, where layers/switch.py says so, and a
loop of torch operators. `tests/layers/test_operators.py` holds one to the other.
"""

from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from ..native.library import LSTM
from ..shapes import Float, check_shape
from .attention import AdditiveAttention, Attention, Memory
from .cell import Cell
from .native_layer import cell_code
from .switch import use_native


class Decoded(NamedTuple):
    """What an attention decoder did over time.

    Attributes:
        output: `h` of each step.
        context: What each step read.
        weights: Where it looked.
        last: The state after the last step.
    """

    output: Float[Tensor, "B T H"]
    context: Float[Tensor, "B T M"]
    weights: Float[Tensor, "B T S"]
    last: Any


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
        return _loop(cell, attention, x, memory, state)
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


def _loop(cell: Cell, attention: Attention, x: Tensor, memory: Memory, state: Any) -> Decoded:
    """Step by step in torch."""
    E = x.shape[2]
    projected_BTG = F.linear(x, cell.weight_ih[:, :E], cell.bias_ih)
    outputs, contexts, weights = [], [], []
    for projected_BG in projected_BTG.unbind(1):
        context_BM, weights_BS = attention(state.h, memory)
        a_BG = projected_BG + F.linear(context_BM, cell.weight_ih[:, E:])
        state = cell.advance(a_BG, state)
        outputs.append(state.h)
        contexts.append(context_BM)
        weights.append(weights_BS)
    if not outputs:
        (B, _, _), (_, S, M) = x.shape, memory.values.shape
        empty = [x.new_empty(B, 0, size) for size in (cell.hidden_size, M, S)]
        return Decoded(empty[0], empty[1], empty[2], state)
    stacked = [torch.stack(steps, 1) for steps in (outputs, contexts, weights)]
    return Decoded(stacked[0], stacked[1], stacked[2], state)
