"""Recurrent layers once more, step by step, with every state a node of the autograd graph.

What ran before, in the native core or in torch's fused operators, left outputs only. Replaying it
from the same inputs and weights gives every state and gate, and what reaches each state on the way
back: `state_gradients`. The state after step t is (h_t, c_t), so what c_t gives to h_t of the same
step belongs to h_t: dL/dc_t is what comes back from step t + 1 along the cell, as in `reference/`.

Dropout between layers is not replayed: whoever replays compares outputs, or has switched it off.
Checked by `tests/training/test_watching.py`.
"""

from typing import NamedTuple

import torch
from torch import Tensor

from ..layers.cell import Cell, State
from ..reference.trees import build
from ..shapes import Float, Int


class Side(NamedTuple):
    """One direction of one layer, replayed.

    Attributes:
        cell: The cell that ran.
        reverse: True if it reads from the end.
        nodes: The state after each step, in the order of the text.
        gates: The gates of each step by name, `(B, H)` each.
        last: The state after the last real step, field by field.
    """

    cell: Cell
    reverse: bool
    nodes: list[State]
    gates: list[dict[str, Tensor]]
    last: tuple[Tensor, ...]


class Replayed(NamedTuple):
    """What a stack did.

    Attributes:
        input: The leaf of the graph, `(B, T, I)`, zero on padding.
        sides: Layer by layer, forward and then backward.
        output: Outputs of the top layer, zero on padding.
    """

    input: Tensor
    sides: list[list[Side]]
    output: Tensor


def replay(
    cells: list[list[Cell]],
    x: Float[Tensor, "B T I"],
    before: list[list[State]],
    lengths: Int[Tensor, " B"] | None = None,
) -> Replayed:
    """Run layers again.

    Args:
        cells: Of each layer, of each direction.
        x: Their input; positions from `lengths` on are padding.
        before: The states before the first step, likewise.
        lengths: Real steps per sequence; all T if `None`.
    """
    live_BT = None
    if lengths is not None:
        live_BT = torch.arange(x.shape[1], device=x.device) < lengths.to(x.device)[:, None]
        x = torch.where(live_BT[:, :, None], x, 0.0)
    with torch.enable_grad():
        leaf = x.detach().requires_grad_()
        here, sides = leaf, []
        for layer, states in zip(cells, before, strict=True):
            runs = [
                _side(cell, here, state, live_BT, reverse=d == 1)
                for d, (cell, state) in enumerate(zip(layer, states, strict=True))
            ]
            here = torch.cat([_output(run, here, live_BT) for run in runs], dim=-1)
            sides.append(runs)
    return Replayed(leaf, sides, here)


def _side(cell: Cell, x: Tensor, state: State, live_BT: Tensor | None, *, reverse: bool) -> Side:
    T = x.shape[1]
    projected_BTG = cell.project(x)
    nodes: list[State] = [state] * T
    gates: list[dict[str, Tensor]] = [{}] * T
    for t in reversed(range(T)) if reverse else range(T):
        opened = cell.gates(projected_BTG[:, t], state)
        h, *others = cell.combine(opened, state)
        gates[t] = opened._asdict()
        # a node of its own for what goes on along the cell: h has read the one before it
        nodes[t] = new = build(state, (h, *(field.view_as(field) for field in others)))
        if live_BT is not None:
            live_B1 = live_BT[:, t, None]
            fields = (torch.where(live_B1, a, b) for a, b in zip(new, state, strict=True))
            new = build(state, fields)
        state = new
    return Side(cell, reverse, nodes, gates, tuple(state))


def _output(side: Side, x: Tensor, live_BT: Tensor | None) -> Tensor:
    if not side.nodes:
        return x.new_zeros(*x.shape[:2], side.cell.hidden_size)
    h_BTH = torch.stack([node.h for node in side.nodes], dim=1)
    return h_BTH if live_BT is None else torch.where(live_BT[:, :, None], h_BTH, 0.0)


def state_gradients(value: Tensor, side: Side) -> list[Tensor]:
    """d(value)/d(state after each step), `(B, T, H)` for each field; zero on padding.

    Args:
        value: A number that depends on what was replayed; the graph is kept.
        side: Where to look.
    """
    flat = [field for node in side.nodes for field in node]
    found = torch.autograd.grad(
        value, flat, retain_graph=True, allow_unused=True, materialize_grads=True
    )
    fields = len(side.last)
    return [torch.stack(found[k::fields], dim=1) for k in range(fields)]
