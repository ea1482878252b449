"""Three ways to run a stack of recurrent layers over a padded batch, with one result.

    native   the native core, a call per layer
    fused    torch's own operator for all layers; ragged batches go through packing
    traced   `unroll` over the cell, keeping every state and gate

`recurrent.py` chooses. `tests/layers/` holds all three to torch.nn and to each other.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pad_packed_sequence

from ..native.library import LSTM
from .cell import Cell, HiddenState
from .dropout import dropout
from .loops import Unrolled
from .lstm import LSTMState
from .native_layer import NativeLayer, recurrent_layer
from .native_operators.saved import opened
from .unroll import unroll


class LayerTrace:
    """What one layer did, with every state and gate: an `Unrolled` for each direction.

    The native core keeps them in its own order of memory; they are put in ours when they are first
    asked for, so that whoever looks at one layer does not pay for all.
    """

    def __init__(self, sides: Callable[[], list[Unrolled]]) -> None:
        """
        Args:
            sides: Makes what stands behind the two attributes.
        """
        self._make, self._made = sides, list[Unrolled]()

    @property
    def forward(self) -> Unrolled:
        """From the first step on."""
        return self._sides()[0]

    @property
    def backward(self) -> Unrolled | None:
        """From the last step on; `None` in a layer of one direction."""
        sides = self._sides()
        return sides[1] if len(sides) > 1 else None

    def __iter__(self) -> Iterator[Unrolled | None]:
        return iter((self.forward, self.backward))

    def _sides(self) -> list[Unrolled]:
        if not self._made:
            self._made = self._make()
        return self._made


class StackOutput(NamedTuple):
    """What a stack did.

    Attributes:
        output: Outputs of the top layer, `(B, T, directions * H)`, zero on padding.
        last: The last states, one array `(L * directions, B, H)` for each field.
        traces: What each layer did, if it was asked for.
    """

    output: Tensor
    last: tuple[Tensor, ...]
    traces: list[LayerTrace] | None


class Stack(NamedTuple):
    """Layers to run.

    Attributes:
        cell_class: Their cell.
        cell_options: What it takes beside its sizes.
        code: The native core's number for it, `None` if it has none.
        operator: torch's function for all layers at once, `None` if it has none.
        weights: Per layer, per direction: w_ih, w_hh and, with biases, b_ih, b_hh.
        bias: Whether there are biases.
        dropout: Share of units dropped between layers.
        training: Whether any are.
    """

    cell_class: type[Cell]
    cell_options: dict[str, Any]
    code: int | None
    operator: Any
    weights: list[list[list[Tensor]]]
    bias: bool
    dropout: float
    training: bool

    @property
    def directions(self) -> int:
        return len(self.weights[0])

    @property
    def hidden_size(self) -> int:
        return self.weights[0][0][1].shape[1]

    def flat_weights(self) -> list[Tensor]:
        return [w for layer in self.weights for direction in layer for w in direction]

    def operator_options(self) -> tuple[bool, int, float, bool, bool]:
        """What torch's function wants after the weights."""
        return (self.bias, len(self.weights), self.dropout, self.training, self.directions == 2)

    def drop(self, x: Tensor, layer: int) -> Tensor:
        """Dropout on a layer's outputs, on all but the top one's."""
        if layer + 1 == len(self.weights) or not self.dropout:
            return x
        return dropout(x, self.dropout, self.training)


def native(
    stack: Stack,
    x_BTI: Tensor,
    before: tuple[Tensor, ...],
    lengths: Tensor | None,
    return_states: bool,
) -> StackOutput:
    """In the native core. `before` has an array `(L * directions, B, H)` for each field."""
    assert stack.code is not None
    D = stack.directions
    last, traces = [], []
    for layer, weights in enumerate(stack.weights):
        own = tuple(field[layer * D : (layer + 1) * D] for field in before)
        run = recurrent_layer(
            stack.code,
            x_BTI,
            [w for direction in weights for w in direction],
            own,
            lengths,
            bias=stack.bias,
            open_to_look=return_states,
        )
        last.append(run.last)
        if return_states:
            traces.append(LayerTrace(partial(_sides, stack, run, own, lengths)))
        x_BTI = stack.drop(run.output, layer)
    if stack.code != LSTM and x_BTI.requires_grad:
        x_BTI = x_BTI.clone()  # the gradient needs its own: torch's may be changed in place
    ended = tuple(torch.cat(field) for field in zip(*last, strict=True))
    return StackOutput(x_BTI, ended, traces if return_states else None)


def _sides(
    stack: Stack, run: NativeLayer, before: tuple[Tensor, ...], lengths: Tensor | None
) -> list[Unrolled]:
    """States and gates of a layer that the core ran, direction by direction."""
    assert stack.code is not None
    H, T = stack.hidden_size, run.output.shape[1]
    state: Any = LSTMState if stack.code == LSTM else HiddenState
    live_BT1 = None
    if lengths is not None:
        live_BT1 = (torch.arange(T) < lengths[:, None])[:, :, None]
    sides = []
    sizes = (run.output.shape[0], T, H)
    directions = opened(run.saved, run.chunks, lengths, stack.code, sizes)
    for d, (others, gates) in enumerate(directions):
        output = run.output[:, :, d * H : (d + 1) * H]
        still = run.last if d == 0 else before  # what a state is on padding
        states = [
            s if live_BT1 is None else torch.where(live_BT1, s, rest[d][:, None])
            for s, rest in zip((output, *others), still, strict=True)
        ]
        ends = state(*(field[d] for field in run.last))
        sides.append(Unrolled(output, ends, state(*states), gates))
    return sides


def traced(
    stack: Stack, x_BTI: Tensor, before: tuple[Tensor, ...], lengths: Tensor | None
) -> StackOutput:
    """Layer by layer through `unroll`, keeping every state and gate."""
    D = stack.directions
    traces, last = [], []
    for layer, weights in enumerate(stack.weights):
        runs = []
        for d in range(D):
            cell = stack.cell_class.of_weights(weights[d], **stack.cell_options)
            state = type(cell.initial_state(0))(*(field[layer * D + d] for field in before))
            runs.append(
                unroll(cell, x_BTI, state, lengths=lengths, reverse=d == 1, return_states=True)
            )
        traces.append(LayerTrace(partial(list, runs)))
        last += [run.last for run in runs]
        x_BTI = stack.drop(torch.cat([run.output for run in runs], dim=-1), layer)
    return StackOutput(
        x_BTI, tuple(torch.stack(field) for field in zip(*last, strict=True)), traces
    )


def fused(
    stack: Stack, x_BTI: Tensor, before: tuple[Tensor, ...], lengths: Tensor | None
) -> StackOutput:
    """All layers in torch's own operator; there is at least one step."""
    if lengths is None:
        hx: Any = list(before) if len(before) > 1 else before[0]
        output, *ended = stack.operator(
            x_BTI, hx, stack.flat_weights(), *stack.operator_options(), True
        )
        return StackOutput(output, tuple(ended), None)
    # a packed sequence has at least one step; what an empty one computes is masked out below
    packed = pack_padded_sequence(
        torch.where((lengths > 0).to(x_BTI.device)[:, None, None], x_BTI, 0.0),
        lengths.clamp(min=1),
        batch_first=True,
        enforce_sorted=False,
    )
    order, back = packed.sorted_indices, packed.unsorted_indices
    packed, last = fused_packed(stack, packed, tuple(h[:, order] for h in before))
    output, _ = pad_packed_sequence(packed, batch_first=True, total_length=x_BTI.shape[1])
    last = tuple(h[:, back] for h in last)
    empty_B1 = (lengths == 0).to(x_BTI.device)[:, None]
    if bool(empty_B1.any()):
        output = torch.where(empty_B1[:, :, None], 0.0, output)
        last = tuple(torch.where(empty_B1, b, a) for a, b in zip(last, before, strict=True))
    return StackOutput(output, last, None)


def fused_packed(
    stack: Stack, packed: PackedSequence, before: tuple[Tensor, ...]
) -> tuple[PackedSequence, tuple[Tensor, ...]]:
    """The same for a packed sequence; the states in its order of the batch."""
    hx: Any = list(before) if len(before) > 1 else before[0]
    data, *last = stack.operator(
        packed.data, packed.batch_sizes, hx, stack.flat_weights(), *stack.operator_options()
    )
    return packed._replace(data=data), tuple(last)
