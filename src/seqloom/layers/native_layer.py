"""A recurrent layer in the native core: `seqloom::recurrent_layer`, with names."""

from typing import NamedTuple

import torch
from torch import Tensor

from ..native.library import LSTM
from . import native_operators  # noqa: F401  (registers seqloom::recurrent_layer)
from .cell import Cell, State
from .codes import cell_code
from .switch import use_native


class NativeLayer(NamedTuple):
    """What a layer did.

    Attributes:
        output: `(B, T, D * H)`, zero on padding.
        last: The last states, `(D, B, H)` each.
        saved: What every step computed, for `native_operators.saved.opened`.
        chunks: In how many parts the batch ran.
    """

    output: Tensor
    last: tuple[Tensor, ...]
    saved: Tensor
    chunks: Tensor


def recurrent_layer(
    code: int,
    x_BTI: Tensor,
    weights: list[Tensor],
    before: tuple[Tensor, ...],
    lengths: Tensor | None,
    *,
    bias: bool = True,
    open_to_look: bool = False,
) -> NativeLayer:
    """Run one layer.

    Args:
        code: What `cell_code` gave.
        x_BTI: Inputs, `(B, T, I)`.
        weights: w_ih, w_hh, b_ih, b_hh of each direction, without the last two if not `bias`.
        before: The states before the first step, `(D, B, H)` each.
        lengths: Real steps per sequence, `(B,)`, on the CPU; all T if `None`.
        bias: Whether there are biases.
        open_to_look: Keep `saved` even where no gradient will want it.
    """
    inputs = [x_BTI, *weights, *before]
    wanted = torch.is_grad_enabled() and any(array.requires_grad for array in inputs)
    c0 = before[1] if code == LSTM else None
    output, h_n, c_n, saved, chunks = torch.ops.seqloom.recurrent_layer(
        x_BTI, lengths, weights, before[0], c0, code, bias, wanted or open_to_look
    )
    return NativeLayer(output, (h_n, c_n) if code == LSTM else (h_n,), saved, chunks)


def cell_layer(
    cell: Cell, x_BTI: Tensor, state: State, lengths: Tensor | None
) -> tuple[Tensor, tuple[Tensor, ...]] | None:
    """A cell over time: outputs and the last state; `None` where the core does not run."""
    code = cell_code(type(cell), getattr(cell, "nonlinearity", "tanh"))
    weights = [cell.weight_ih, cell.weight_hh, cell.bias_ih, cell.bias_hh]
    if code is None or not use_native("unroll", x_BTI, *state, *weights):
        return None
    before = tuple(field[None] for field in state)
    on_cpu = None if lengths is None else lengths.to("cpu", torch.int64)
    layer = recurrent_layer(code, x_BTI, weights, before, on_cpu)
    return layer.output, tuple(field[0] for field in layer.last)
