"""seqloom::recurrent_layer and its backward pass; the equations are those of layers/loops.py."""

from collections.abc import Sequence
from ctypes import byref
from typing import Any, NamedTuple

import torch
from torch import Tensor

from ...native import core
from ...native.library import LSTM, LayerGradsStruct, LayerStruct
from ..codes import cell_of, gates_of
from ..lengths import live_steps
from ..loops import run_cell
from .calls import DTYPES, Call, room, rows, saved_shape, whole
from .gradients import again, in_torch, register
from .private import below_autograd
from .saved import opened


class LayerInputs(NamedTuple):
    """What both operators take of a layer, in the order of their schemas.

    Attributes:
        x: `(B, T, I)`.
        lengths: `(B,)`, int64; all T if `None`.
        weights: w_ih, w_hh and, with `bias`, b_ih, b_hh of each direction.
        h0: `(D, B, H)`, zeros if `None`.
        c0: The same of an LSTM.
        cell: The core's number of the cell.
        bias: Whether there are biases.
    """

    x: Tensor
    lengths: Tensor | None
    weights: Sequence[Tensor]
    h0: Tensor | None
    c0: Tensor | None
    cell: int
    bias: bool

    @property
    def sizes(self) -> tuple[Any, Any, Any, Any]:
        """D, B, T, H; while torch traces, its own integers."""
        D = len(self.weights) // (4 if self.bias else 2)
        return D, self.x.shape[0], self.x.shape[1], self.weights[1].shape[1]

    def direction(self, d: int) -> Sequence[Tensor]:
        """The weights of one direction."""
        each = 4 if self.bias else 2
        return self.weights[d * each : (d + 1) * each]

    def call(self) -> Call:
        """The struct of a call, without its outputs."""
        x = rows(self.x)
        call = Call(LayerStruct())
        s = call.struct
        s.dtype, s.cell, s.chunks = DTYPES[x.dtype], self.cell, 1
        (s.D, s.B, s.T, s.H), s.I = self.sizes, x.shape[2]
        s.x_stride_b, s.x_stride_t = x.stride(0), x.stride(1)
        call.put(lengths=whole(self.lengths), x=x, h0=whole(self.h0), c0=whole(self.c0))
        call.put_weights([weight.contiguous() for weight in self.weights], self.bias)
        return call


def _outputs(i: LayerInputs, keep: bool) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
    """Room for out, h_n, c_n, saved and chunks; out in the order of memory in which x lies."""
    (D, B, T, H), x = i.sizes, i.x
    time_first = x.stride(0) < x.stride(1)
    return (
        x.new_empty(T, B, D * H).transpose(0, 1) if time_first else x.new_empty(B, T, D * H),
        x.new_empty(D, B, H),
        x.new_empty(D if i.cell == LSTM else 0, B, H),
        x.new_empty(D, B * T if keep else 0, *saved_shape(x.dtype, i.cell, H)),
        x.new_empty((), dtype=torch.int64),
    )


def _cpu(*arguments: Any) -> tuple[Tensor, ...]:
    i, keep = LayerInputs(*arguments[:7]), arguments[7]
    call = i.call()
    s, threads = call.struct, call.pool.num_threads
    *outputs, _ = _outputs(i, keep)
    out, h_n, c_n, saved = outputs
    s.out_stride_b, s.out_stride_t = out.stride(0), out.stride(1)
    call.put(out=out, h_n=h_n, c_n=c_n, saved=saved if keep else None)
    s.chunks = core().layer_chunks(byref(s), threads)
    size = core().layer_workspace(byref(s), threads, 0)
    call.run("recurrent_layer", core().layer_forward, size)
    return (*outputs, torch.tensor(s.chunks))


def _meta(*arguments: Any) -> tuple[Tensor, ...]:
    return _outputs(LayerInputs(*arguments[:7]), arguments[7])


def _backward_results(i: LayerInputs, need_x: bool) -> list[Tensor]:
    """Room for the gradients of x, h0, c0 and the weights; empty where there is none."""
    return room(i.x, i.x if need_x else None, i.h0, i.c0, *i.weights)


def _backward_cpu(*arguments: Any) -> list[Tensor]:
    grad_out, grad_h_n, grad_c_n, grad_saved = arguments[:4]
    i = LayerInputs(*arguments[4:11])
    out, saved, chunks, need_x = arguments[11:]
    call = i.call()
    s = call.struct
    s.chunks, s.out_stride_b, s.out_stride_t = int(chunks), out.stride(0), out.stride(1)
    call.put(out=out, saved=saved)
    grads = Call(LayerGradsStruct())
    if grad_out is not None:
        grad_out = rows(grad_out)
        grads.struct.out_stride_b, grads.struct.out_stride_t = grad_out.stride()[:2]
    grads.put(out=grad_out, h_n=whole(grad_h_n), c_n=whole(grad_c_n), saved=whole(grad_saved))
    results = _backward_results(i, need_x)
    dx, dh0, dc0, *d_weights = results
    grads.put(x=dx if need_x else None, h0=None if i.h0 is None else dh0)
    grads.put(c0=None if i.c0 is None else dc0)
    grads.put_weights(d_weights, i.bias)
    size = core().layer_workspace(byref(s), call.pool.num_threads, 1)
    call.run("recurrent_layer", core().layer_backward, size, grads)
    return results


def _backward_meta(*arguments: Any) -> list[Tensor]:
    return _backward_results(LayerInputs(*arguments[4:11]), arguments[-1])


class _LayerFunction(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, *inputs: Any) -> Any:
        x, lengths, h0, c0, ctx.cell, ctx.bias, ctx.keep, *weights = inputs
        with below_autograd():
            output = torch.ops.seqloom.recurrent_layer(x, lengths, weights, h0, c0, *inputs[4:7])
        out, _, _, saved, chunks = output
        ctx.set_materialize_grads(False)
        ctx.mark_non_differentiable(chunks)
        ctx.save_for_backward(x, lengths, h0, c0, out, saved, chunks, *weights)
        return output

    @staticmethod
    def backward(ctx: Any, *grads: Tensor | None) -> Any:
        if not ctx.keep:
            raise RuntimeError("seqloom::recurrent_layer: gradients need `keep`, got False.")
        x, lengths, h0, c0, out, saved, chunks, *weights = ctx.saved_tensors
        need_x, _, need_h0, need_c0, _, _, _, *need_weights = ctx.needs_input_grad
        i = LayerInputs(x, lengths, weights, h0, c0, ctx.cell, ctx.bias)
        grad_out, grad_h_n, grad_c_n, grad_saved, _ = grads
        if in_torch(grads):
            given = [grad_out, grad_h_n, grad_c_n, *_inside(i, grad_saved, chunks)]
            needed = [need_x, need_h0, need_c0, *need_weights]
            dx, dh0, dc0, *found = again(
                lambda own: _in_torch(i, *own), [x, h0, c0, *weights], needed, given
            )
            return dx, None, dh0, dc0, None, None, None, *found
        grad_c_n = grad_c_n if ctx.cell == LSTM else None
        dx, dh0, dc0, *d_weights = torch.ops.seqloom.recurrent_layer_backward(
            grad_out, grad_h_n, grad_c_n, grad_saved, *i, out, saved, chunks, need_x
        )
        dx = dx if need_x else None
        dh0, dc0 = None if h0 is None else dh0, None if c0 is None else dc0
        return dx, None, dh0, dc0, None, None, None, *d_weights


def _in_torch(i: LayerInputs, x: Tensor, *arrays: Any) -> list[Tensor]:
    """The layer by layers/loops.py: out, h_n, c_n, then what `opened` gives of each direction."""
    h0, c0, *weights = arrays
    i = i._replace(x=x, weights=weights)
    D, B, _, H = i.sizes
    runs = []
    for d in range(D):
        cell = cell_of(i.cell, i.direction(d))
        zeros = x.new_zeros(B, H)
        first = [zeros if field is None else field[d] for field in (h0, c0)]
        state = type(cell.initial_state(0))(*first[: len(cell.state_fields)])
        runs.append(run_cell(cell, x, state, i.lengths, reverse=d == 1, return_states=True))
    last = [torch.stack(field) for field in zip(*(run.last for run in runs), strict=True)]
    inside = [part for run in runs for part in (*run.states[1:], *run.gates)]
    return [torch.cat([run.output for run in runs], dim=-1), last[0], last[-1], *inside]


def _inside(i: LayerInputs, grad_saved: Tensor | None, chunks: Tensor) -> Sequence[Tensor | None]:
    """The gradient of `saved` as those of the last arrays that `_in_torch` gives.

    Nothing reads the recurrent part of a GRU's n, nor a row that no step used.
    """
    D, B, T, H = i.sizes
    if grad_saved is None:
        per_direction = len(gates_of(i.cell)._fields) + (i.cell == LSTM)
        return [None] * D * per_direction
    live = None if i.lengths is None else live_steps(i.x, i.lengths)
    sides = opened(grad_saved, chunks, i.lengths, i.cell, (B, T, H))
    grads = [grad for side in sides for grad in (*side.states, *side.gates)]
    return [grad if live is None else torch.where(live[:, :, None], grad, 0.0) for grad in grads]


register(
    "recurrent_layer(Tensor x, Tensor? lengths, Tensor[] weights, Tensor? h0, Tensor? c0, int cell,"
    " bool bias, bool keep) -> (Tensor, Tensor, Tensor, Tensor, Tensor)",
    _cpu,
    _meta,
    _LayerFunction,
)
register(
    "recurrent_layer_backward(Tensor? grad_out, Tensor? grad_h_n, Tensor? grad_c_n,"
    " Tensor? grad_saved, Tensor x, Tensor? lengths, Tensor[] weights, Tensor? h0, Tensor? c0,"
    " int cell, bool bias, Tensor out, Tensor saved, Tensor chunks, bool need_x) -> Tensor[]",
    _backward_cpu,
    _backward_meta,
)
