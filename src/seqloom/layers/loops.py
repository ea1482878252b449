"""The two loops over time, in torch's own operators: a cell over a sequence, and one that attends.

    1   a_t = W_ih x_t + b_ih                     for all steps at once
    2   s_t = advance(a_t, s_{t-1})               on padding: s_t = s_{t-1}

    and for a decoder, whose input [x_t; c_t] depends on its state:
        c_t = attend(s_{t-1}, memory)
        s_t = advance(W_x x_t + b_ih + W_c c_t, s_{t-1})

`unroll` and `attention_decoder` run them where the native core does not; native_operators/
differentiates them where gradients of gradients are wanted.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from ..shapes import Float
from .cell import Cell, State
from .lengths import live_steps


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


def run_cell(
    cell: Cell,
    x: Tensor,
    state: State,
    lengths: Tensor | None,
    *,
    reverse: bool = False,
    return_states: bool = False,
) -> Unrolled:
    """`unroll`, step by step: its arguments and its result, `state` and `lengths` checked."""
    live_BT = None if lengths is None else live_steps(x, lengths)
    if live_BT is not None:
        x = torch.where(live_BT[:, :, None], x, 0.0)  # NaN in padding would reach gradients
    (B, T, _), kind = x.shape, type(state)
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


def run_decoder(
    cell: Cell,
    attend: Callable[[Tensor], tuple[Tensor, Tensor]],
    x: Float[Tensor, "B T E"],
    state: State,
    sizes: tuple[int, int],
) -> Decoded:
    """`attention_decoder`, step by step.

    Args:
        cell: Reads `[x_t; context_t]`.
        attend: From `h` `(B, H)` to the context `(B, M)` and the weights `(B, S)`.
        x: Inputs.
        state: The cell's state before the first step.
        sizes: S and M.
    """
    E = x.shape[2]
    projected_BTG = F.linear(x, cell.weight_ih[:, :E], cell.bias_ih)
    outputs, contexts, weights = [], [], []
    for projected_BG in projected_BTG.unbind(1):
        context_BM, weights_BS = attend(state.h)
        a_BG = projected_BG + F.linear(context_BM, cell.weight_ih[:, E:])
        state = cell.advance(a_BG, state)
        outputs.append(state.h)
        contexts.append(context_BM)
        weights.append(weights_BS)
    if not outputs:
        S, M = sizes
        empty = [x.new_empty(x.shape[0], 0, size) for size in (cell.hidden_size, M, S)]
        return Decoded(empty[0], empty[1], empty[2], state)
    stacked = [torch.stack(steps, 1) for steps in (outputs, contexts, weights)]
    return Decoded(stacked[0], stacked[1], stacked[2], state)
