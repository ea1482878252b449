"""The one time loop: run a cell along a batch of sequences.

Where only outputs are wanted and switch.py says so, the native core runs all steps in one call.
"""

from typing import Any, NamedTuple

import torch
from torch import Tensor

from ..shapes import Float, Int, check_lengths, check_shape
from .cell import Cell
from .native_layer import cell_layer


class Unrolled(NamedTuple):
    """What a cell did over time.

    Attributes:
        output: `h` of each step, `(B, T, H)`, zero on padding.
        last: State after each sequence's last real step (the first one, when reversed).
        states: State after each step, each array `(B, T, H)`; `None` unless asked for.
        gates: Gates of each step, each array `(B, T, H)`, zero on padding; `None` unless asked for.
    """

    output: Float[Tensor, "B T H"]
    last: Any
    states: Any = None
    gates: Any = None


def unroll(
    cell: Cell,
    x: Float[Tensor, "B T I"],
    state: Any = None,
    *,
    lengths: Int[Tensor, " B"] | None = None,
    reverse: bool = False,
    return_states: bool = False,
) -> Unrolled:
    """Run `cell` over time.

    Args:
        cell: The cell to run.
        x: Inputs, `(B, T, I)`; positions from `lengths` on are padding and may hold anything.
        state: State before the first step; the cell's own initial state if `None`.
        lengths: Real steps per sequence, `(B,)`; all T if `None`.
        reverse: Run from each sequence's last real step to its first.
        return_states: Also return every state and every gate.
    Returns:
        An `Unrolled`. On padding a state stands still: the one before the first real step or
        after the last.
    Raises:
        ShapeError: `x` is not `(B, T, I)`, or `lengths` is not `(B,)` or not within T.
    """
    check_shape("unroll", "x", x, "B T I", I=cell.input_size)
    B, T, _ = x.shape
    live_BT = None
    if lengths is not None:
        check_lengths("unroll", lengths, B, T)
        live_BT = torch.arange(T, device=x.device) < lengths.to(x.device)[:, None]
        x = torch.where(live_BT[:, :, None], x, 0.0)  # NaN in padding would reach gradients
    state = cell.initial_state(B) if state is None else state
    kind = type(state)
    if not reverse and not return_states:
        fast = cell_layer(cell, x, state, lengths)
        if fast is not None:
            return Unrolled(output=fast[0], last=kind(*fast[1]))
    projected_BTG = cell.project(x)
    states, gates = [], []
    for t in reversed(range(T)) if reverse else range(T):
        gates_t = cell.gates(projected_BTG[:, t], state)
        new = cell.combine(gates_t, state)
        if live_BT is not None:
            live_B1 = live_BT[:, t, None]
            new = kind(*(torch.where(live_B1, a, b) for a, b in zip(new, state, strict=True)))
        state = new
        states.append(state)
        if return_states:
            gates.append(gates_t)
    if reverse:
        states.reverse()
        gates.reverse()
    empty_BTH = x.new_zeros(B, T, cell.hidden_size)
    h_BTH = torch.stack([s.h for s in states], dim=1) if states else empty_BTH
    output = h_BTH if live_BT is None else torch.where(live_BT[:, :, None], h_BTH, 0.0)
    if not return_states:
        return Unrolled(output=output, last=state)
    all_states = _stack(states, kind, empty_BTH)
    gate_kind = type(cell.gates(projected_BTG.new_zeros(B, projected_BTG.shape[2]), state))
    all_gates = _stack(gates, gate_kind, empty_BTH)
    if live_BT is not None:
        all_gates = gate_kind(*(torch.where(live_BT[:, :, None], g, 0.0) for g in all_gates))
    return Unrolled(output=output, last=state, states=all_states, gates=all_gates)


def _stack(steps: list[Any], kind: Any, empty_BTH: Tensor) -> Any:
    """A list of NamedTuples of `(B, H)` as one NamedTuple of `(B, T, H)`."""
    if not steps:
        return kind(*(empty_BTH for _ in kind._fields))
    return kind(*(torch.stack(column, dim=1) for column in zip(*steps, strict=True)))
