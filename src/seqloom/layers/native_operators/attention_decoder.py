"""seqloom::attention_decoder and its backward pass; the equations are those of layers/loops.py."""

from collections.abc import Sequence
from ctypes import byref
from typing import Any, NamedTuple

import torch
from torch import Tensor

from ...native import core
from ...native.library import ADDITIVE, DOT, LSTM, DecoderGradsStruct, DecoderStruct
from ..attention import additive_score, dot_score, read
from ..codes import cell_of
from ..lengths import live_steps
from ..loops import run_decoder
from .calls import DTYPES, Call, room, rows, saved_shape, whole
from .gradients import again, in_torch, register
from .private import below_autograd


class DecoderInputs(NamedTuple):
    """What both operators take of a decoder, in the order of their schemas.

    Attributes:
        x: `(B, T, E)`.
        memory: `(B, S, M)`.
        keys: `(B, S, A)`.
        lengths: Real rows of the memory, `(B,)`, int64; all S if `None`.
        h0: `(B, H)`, zeros if `None`.
        c0: The same of an LSTM.
        weights: w_ih, w_hh; with `bias` b_ih, b_hh; of an additive score w_query, w_score.
        cell: The core's number of the cell.
        bias: Whether there are biases.
    """

    x: Tensor
    memory: Tensor
    keys: Tensor
    lengths: Tensor | None
    h0: Tensor | None
    c0: Tensor | None
    weights: Sequence[Tensor]
    cell: int
    bias: bool

    @property
    def names(self) -> list[str]:
        """The weights' in the header."""
        names = ["w_ih", "w_hh", "b_ih", "b_hh"] if self.bias else ["w_ih", "w_hh"]
        return [*names, "w_query", "w_score"] if len(self.weights) > len(names) else names

    def call(self) -> Call:
        """The struct of a call, without its outputs."""
        x, memory, keys = rows(self.x), rows(self.memory), self.keys.contiguous()
        call = Call(DecoderStruct())
        s = call.struct
        s.dtype, s.cell, s.chunks = DTYPES[x.dtype], self.cell, 1
        s.score = ADDITIVE if "w_score" in self.names else DOT
        (s.B, s.T, s.E), (_, s.S, s.M) = x.shape, memory.shape
        s.H, s.A = self.weights[1].shape[1], keys.shape[2]
        s.x_stride_b, s.x_stride_t = x.stride(0), x.stride(1)
        s.memory_stride_b, s.memory_stride_s = memory.stride(0), memory.stride(1)
        call.put(x=x, memory=memory, keys=keys, lengths=whole(self.lengths))
        call.put(h0=whole(self.h0), c0=whole(self.c0))
        weights = [weight.contiguous() for weight in self.weights]
        call.put(**dict(zip(self.names, weights, strict=True)))
        return call


def _outputs(i: DecoderInputs, keep: bool) -> tuple[Tensor, ...]:
    """Room for h, context, attention, c_n, saved and chunks."""
    (B, T, _), (_, S, M), H = i.x.shape, i.memory.shape, i.weights[1].shape[1]
    return (
        i.x.new_empty(B, T, H),
        i.x.new_empty(B, T, M),
        i.x.new_empty(B, T, S),
        i.x.new_empty(B if i.cell == LSTM else 0, H),
        i.x.new_empty(B * T if keep else 0, *saved_shape(i.x.dtype, i.cell, H)),
        i.x.new_empty((), dtype=torch.int64),
    )


def _cpu(*arguments: Any) -> tuple[Tensor, ...]:
    i, keep = DecoderInputs(*arguments[:9]), arguments[9]
    call = i.call()
    s, threads = call.struct, call.pool.num_threads
    *outputs, _ = _outputs(i, keep)
    h, context, attention, c_n, saved = outputs
    call.put(h=h, context=context, weights=attention, c_n=c_n, saved=saved if keep else None)
    s.chunks = core().decoder_chunks(byref(s), threads)
    size = core().decoder_workspace(byref(s), threads, 0)
    call.run("attention_decoder", core().decoder_forward, size)
    return (*outputs, torch.tensor(s.chunks))


def _meta(*arguments: Any) -> tuple[Tensor, ...]:
    return _outputs(DecoderInputs(*arguments[:9]), arguments[9])


def _backward_results(i: DecoderInputs) -> list[Tensor]:
    """Room for the gradients of x, memory, keys, h0, c0 and the weights."""
    return room(i.x, i.x, i.memory, i.keys, i.h0, i.c0, *i.weights)


def _backward_cpu(*arguments: Any) -> list[Tensor]:
    grad_h, grad_context, grad_attention, grad_c_n = map(whole, arguments[:4])
    i = DecoderInputs(*arguments[4:13])
    h, context, attention, saved, chunks = arguments[13:]
    call = i.call()
    s = call.struct
    s.chunks = int(chunks)
    call.put(h=h, context=context, weights=attention, saved=saved)
    grads = Call(DecoderGradsStruct())
    grads.put(h=grad_h, context=grad_context, weights=grad_attention, c_n=grad_c_n)
    results = _backward_results(i)
    dx, d_memory, d_keys, dh0, dc0, *d_weights = results
    grads.put(x=dx, memory=d_memory, keys=d_keys)
    grads.put(h0=None if i.h0 is None else dh0, c0=None if i.c0 is None else dc0)
    grads.put(**dict(zip(i.names, d_weights, strict=True)))
    size = core().decoder_workspace(byref(s), call.pool.num_threads, 1)
    call.run("attention_decoder", core().decoder_backward, size, grads)
    return results


def _backward_meta(*arguments: Any) -> list[Tensor]:
    return _backward_results(DecoderInputs(*arguments[4:13]))


class _DecoderFunction(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, *inputs: Any) -> Any:
        *arrays, ctx.cell, ctx.bias, ctx.keep = inputs[:9]
        weights = inputs[9:]
        with below_autograd():
            output = torch.ops.seqloom.attention_decoder(*arrays, weights, *inputs[6:9])
        h, context, attention, _, saved, chunks = output
        ctx.set_materialize_grads(False)
        ctx.mark_non_differentiable(saved, chunks)
        ctx.save_for_backward(*arrays, h, context, attention, saved, chunks, *weights)
        return output

    @staticmethod
    def backward(ctx: Any, *grads: Tensor | None) -> Any:
        if not ctx.keep:
            raise RuntimeError("seqloom::attention_decoder: gradients need `keep`, got False.")
        x, memory, keys, lengths, h0, c0, *rest = ctx.saved_tensors
        h, context, attention, saved, chunks, *weights = rest
        i = DecoderInputs(x, memory, keys, lengths, h0, c0, weights, ctx.cell, ctx.bias)
        if in_torch(grads):
            need = ctx.needs_input_grad
            dx, d_memory, d_keys, dh0, dc0, *d_weights = again(
                lambda own: _in_torch(i, *own),
                [x, memory, keys, h0, c0, *weights],
                [*need[:3], *need[4:6], *need[9:]],
                grads[:4],
            )
        else:
            grad_c_n = grads[3] if ctx.cell == LSTM else None
            operator = torch.ops.seqloom.attention_decoder_backward
            dx, d_memory, d_keys, dh0, dc0, *d_weights = operator(
                *grads[:3], grad_c_n, *i, h, context, attention, saved, chunks
            )
        dh0, dc0 = None if h0 is None else dh0, None if c0 is None else dc0
        return dx, d_memory, d_keys, None, dh0, dc0, None, None, None, *d_weights


def _in_torch(
    i: DecoderInputs, x: Tensor, memory: Tensor, keys: Tensor, *arrays: Any
) -> list[Tensor]:
    """The decoder by layers/loops.py: h, context, attention, c_n."""
    h0, c0, *weights = arrays
    own = dict(zip(i.names, weights, strict=True))
    cell = cell_of(i.cell, weights[: 4 if i.bias else 2])
    zeros = x.new_zeros(x.shape[0], cell.hidden_size)
    first = [zeros if field is None else field for field in (h0, c0)]
    state = type(cell.initial_state(0))(*first[: len(cell.state_fields)])
    live = None if i.lengths is None else live_steps(memory, i.lengths)

    def attend(h: Tensor) -> tuple[Tensor, Tensor]:
        if "w_score" in own:
            scores = additive_score(h, keys, own["w_query"], own["w_score"])
        else:
            scores = dot_score(h, keys)
        return read(scores, memory, live)

    _, S, M = memory.shape
    ran = run_decoder(cell, attend, x, state, (S, M))
    return [ran.output, ran.context, ran.weights, ran.last[-1]]


register(
    "attention_decoder(Tensor x, Tensor memory, Tensor keys, Tensor? lengths, Tensor? h0,"
    " Tensor? c0, Tensor[] weights, int cell, bool bias, bool keep)"
    " -> (Tensor, Tensor, Tensor, Tensor, Tensor, Tensor)",
    _cpu,
    _meta,
    _DecoderFunction,
)
register(
    "attention_decoder_backward(Tensor? grad_h, Tensor? grad_context, Tensor? grad_attention,"
    " Tensor? grad_c_n, Tensor x, Tensor memory, Tensor keys, Tensor? lengths, Tensor? h0,"
    " Tensor? c0, Tensor[] weights, int cell, bool bias, Tensor h, Tensor context,"
    " Tensor attention, Tensor saved, Tensor chunks) -> Tensor[]",
    _backward_cpu,
    _backward_meta,
)
