"""Run a cell along a batch of sequences.

By the loop of loops.py or, where only outputs are wanted and switch.py says so, by the native core
in one call.
"""

from torch import Tensor

from ..shapes import Float, check_shape
from .cell import Cell, State
from .lengths import Lengths, as_lengths
from .loops import Unrolled, run_cell
from .native_layer import cell_layer


def unroll(
    cell: Cell,
    x: Float[Tensor, "B T I"],
    state: State | None = None,
    *,
    lengths: Lengths | None = None,
    reverse: bool = False,
    return_states: bool = False,
) -> Unrolled:
    """Run `cell` over time.

    Args:
        cell: The cell to run.
        x: Inputs, `(B, T, I)`; positions from `lengths` on are padding and may hold anything.
        state: State before the first step; the cell's own initial state if `None`.
        lengths: Real steps per sequence, `(B,)`, integers of any kind; all T if `None`.
        reverse: Run from each sequence's last real step to its first.
        return_states: Also return every state and every gate.
    Returns:
        An `Unrolled`. On padding a state stands still: the one before the first real step or
        after the last.
    Raises:
        ShapeError: `x` is not `(B, T, I)`, or `lengths` are no integers, not `(B,)` or not within
            T.
    """
    check_shape("unroll", "x", x, "B T I", I=cell.input_size)
    B, T, _ = x.shape
    if lengths is not None:
        lengths = as_lengths("unroll", lengths, B, T)
    state = cell.initial_state(B) if state is None else state
    if not reverse and not return_states:
        fast = cell_layer(cell, x, state, lengths)
        if fast is not None:
            return Unrolled(output=fast[0], last=type(state)(*fast[1]))
    return run_cell(cell, x, state, lengths, reverse=reverse, return_states=return_states)
