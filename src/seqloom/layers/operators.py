"""The native core as torch operators, with gradients and meta kernels.

    seqloom::recurrent_layer     one layer of one or two directions over a ragged batch
    seqloom::attention_decoder   the attention decoder under teacher forcing
    seqloom::dropout             dropout that draws its mask again instead of keeping it
    seqloom::saved_rows          where the rows of `saved` lie

and `..._backward` of the first two. Each is one node for autograd and for torch.compile. CPU only,
float32 and float64. `native/include/seqloom.h` says what the functions do; the equations are those
of layers/unroll.py and layers/attention.py, to which `tests/layers/test_operators.py` holds them.

Gradients of gradients of the first two are an error: set SEQLOOM_KERNELS=torch where you need them.
Under torch.func's transforms the layers take torch's path by themselves (switch.py).
"""

import threading
from collections.abc import Sequence
from ctypes import byref, c_void_p
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from ..native import core
from ..native.library import (
    ADDITIVE,
    DOT,
    F32,
    F64,
    LSTM,
    SLOTS,
    Decoder,
    DecoderGrads,
    Layer,
    LayerGrads,
    Threads,
)
from ..native.threads import threads

_DTYPES = {torch.float32: F32, torch.float64: F64}
_LARGEST_KEPT = 1 << 30  # bytes of workspace that a thread keeps between calls

_own = threading.local()


def _workspace(size: int) -> tuple[Tensor, int]:
    """At least `size` bytes and their address, on a cache line; the thread reuses them."""
    kept: Tensor | None = getattr(_own, "workspace", None)
    if kept is None or kept.numel() < size + 64:
        with torch.inference_mode(False):
            kept = torch.empty(size + size // 8 + 64, dtype=torch.uint8)
        _own.workspace = kept if kept.numel() <= _LARGEST_KEPT else None
    return kept, (kept.data_ptr() + 63) // 64 * 64


def _run(where: str, function: Any, size: int, arguments: tuple[Any, ...], pool: Threads) -> None:
    keep, address = _workspace(max(size, 0))
    status = function(*arguments, byref(pool), address, max(size, 0))
    core().check(where, status)
    del keep


def _address(tensor: Tensor | None) -> int | None:
    return None if tensor is None else tensor.data_ptr()


def _rows(tensor: Tensor) -> Tensor:
    """With its last axis contiguous, as the core wants it."""
    return tensor if tensor.stride(-1) == 1 or tensor.shape[-1] <= 1 else tensor.contiguous()


def _whole(tensor: Tensor | None) -> Tensor | None:
    return None if tensor is None else tensor.contiguous()


def _saved_shape(dtype: torch.dtype, cell: int, H: Any) -> tuple[Any, int, int]:
    lanes = core().lanes[_DTYPES[dtype]]
    return -(-H // lanes), SLOTS[cell], lanes


def _like_input(x: Tensor, size: Any) -> Tensor:
    """A new `(B, T, size)` in the order of memory in which `x` `(B, T, I)` lies."""
    B, T, _ = x.shape
    if x.stride(0) < x.stride(1):
        return x.new_empty(T, B, size).transpose(0, 1)
    return x.new_empty(B, T, size)


class _Call:
    """A struct being filled, and the tensors whose addresses are in it."""

    def __init__(self, struct: Any) -> None:
        self.struct, self.tensors = struct, []  # type: ignore[var-annotated]

    def put(self, **tensors: Tensor | None) -> None:
        for name, tensor in tensors.items():
            setattr(self.struct, name, _address(tensor))
            self.tensors.append(tensor)

    def put_pair(self, name: str, index: int, tensor: Tensor | None) -> None:
        getattr(self.struct, name)[index] = _address(tensor)
        self.tensors.append(tensor)


def _layer(
    x: Tensor,
    lengths: Tensor | None,
    weights: Sequence[Tensor],
    h0: Tensor | None,
    c0: Tensor | None,
    cell: int,
    bias: bool,
) -> _Call:
    call = _Call(Layer())
    s = call.struct
    each = 4 if bias else 2
    s.dtype, s.cell, s.D, s.chunks = _DTYPES[x.dtype], cell, len(weights) // each, 1
    (s.B, s.T, s.I), s.H = x.shape, weights[1].shape[1]
    s.x_stride_b, s.x_stride_t = x.stride(0), x.stride(1)
    call.put(lengths=_whole(lengths), x=x, h0=_whole(h0), c0=_whole(c0))
    for d in range(s.D):
        for name, weight in zip(
            ("w_ih", "w_hh", "b_ih", "b_hh"), weights[d * each : (d + 1) * each], strict=False
        ):
            call.put_pair(name, d, weight.contiguous())
    return call


def _layer_cpu(
    x: Tensor,
    lengths: Tensor | None,
    weights: list[Tensor],
    h0: Tensor | None,
    c0: Tensor | None,
    cell: int,
    bias: bool,
    keep: bool,
) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
    x = _rows(x)
    call = _layer(x, lengths, weights, h0, c0, cell, bias)
    s, pool = call.struct, threads(torch.get_num_threads())
    D, B, T, H = s.D, s.B, s.T, s.H
    out = _like_input(x, D * H)
    h_n = x.new_empty(D, B, H)
    c_n = x.new_empty(D if cell == LSTM else 0, B, H)
    rows = B * T if keep else 0
    saved = x.new_empty(D, rows, *_saved_shape(x.dtype, cell, H))
    s.out_stride_b, s.out_stride_t = out.stride(0), out.stride(1)
    call.put(out=out, h_n=h_n, c_n=c_n, saved=saved if keep else None)
    s.chunks = core().layer_chunks(byref(s), pool.num_threads)
    size = core().layer_workspace(byref(s), pool.num_threads, 0)
    _run("recurrent_layer", core().layer_forward, size, (byref(s),), pool)
    return out, h_n, c_n, saved, torch.tensor(s.chunks)


def _layer_meta(
    x: Tensor,
    lengths: Tensor | None,
    weights: list[Tensor],
    h0: Tensor | None,
    c0: Tensor | None,
    cell: int,
    bias: bool,
    keep: bool,
) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
    B, T, _ = x.shape
    D, H = len(weights) // (4 if bias else 2), weights[1].shape[1]
    rows = B * T if keep else 0
    return (
        _like_input(x, D * H),
        x.new_empty(D, B, H),
        x.new_empty(D if cell == LSTM else 0, B, H),
        x.new_empty(D, rows, *_saved_shape(x.dtype, cell, H)),
        x.new_empty((), dtype=torch.int64),
    )


def _layer_backward_cpu(
    grad_out: Tensor | None,
    grad_h_n: Tensor | None,
    grad_c_n: Tensor | None,
    grad_saved: Tensor | None,
    x: Tensor,
    lengths: Tensor | None,
    weights: list[Tensor],
    h0: Tensor | None,
    c0: Tensor | None,
    out: Tensor,
    saved: Tensor,
    chunks: Tensor,
    cell: int,
    bias: bool,
    need_x: bool,
) -> list[Tensor]:
    x = _rows(x)
    call = _layer(x, lengths, weights, h0, c0, cell, bias)
    s, pool = call.struct, threads(torch.get_num_threads())
    s.chunks, s.out_stride_b, s.out_stride_t = int(chunks), out.stride(0), out.stride(1)
    call.put(out=out, saved=saved)
    grads = _Call(LayerGrads())
    g = grads.struct
    if grad_out is not None:
        grad_out = _rows(grad_out)
        g.out_stride_b, g.out_stride_t = grad_out.stride(0), grad_out.stride(1)
    grads.put(out=grad_out, h_n=_whole(grad_h_n), c_n=_whole(grad_c_n), saved=_whole(grad_saved))
    results = _layer_backward_results(x, weights, h0, c0, s.D, need_x)
    dx, dh0, dc0, *d_weights = results
    grads.put(x=dx if need_x else None, h0=None if h0 is None else dh0)
    grads.put(c0=None if c0 is None else dc0)
    each = 4 if bias else 2
    for d in range(s.D):
        for name, grad in zip(
            ("w_ih", "w_hh", "b_ih", "b_hh"), d_weights[d * each : (d + 1) * each], strict=False
        ):
            grads.put_pair(name, d, grad)
    size = core().layer_workspace(byref(s), pool.num_threads, 1)
    _run("recurrent_layer", core().layer_backward, size, (byref(s), byref(g)), pool)
    return results


def _layer_backward_results(
    x: Tensor,
    weights: Sequence[Tensor],
    h0: Tensor | None,
    c0: Tensor | None,
    D: int,
    need_x: bool,
) -> list[Tensor]:
    """Room for the gradients of x, h0, c0 and the weights; empty where there is none."""
    nothing = (0,)
    return [
        x.new_empty(x.shape if need_x else nothing),
        x.new_empty(nothing if h0 is None else h0.shape),
        x.new_empty(nothing if c0 is None else c0.shape),
        *(weight.new_empty(weight.shape) for weight in weights),
    ]


def _layer_backward_meta(
    grad_out: Tensor | None,
    grad_h_n: Tensor | None,
    grad_c_n: Tensor | None,
    grad_saved: Tensor | None,
    x: Tensor,
    lengths: Tensor | None,
    weights: list[Tensor],
    h0: Tensor | None,
    c0: Tensor | None,
    out: Tensor,
    saved: Tensor,
    chunks: Tensor,
    cell: int,
    bias: bool,
    need_x: bool,
) -> list[Tensor]:
    return _layer_backward_results(x, weights, h0, c0, len(weights) // (4 if bias else 2), need_x)


class _LayerFunction(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, *inputs: Any) -> Any:
        x, lengths, h0, c0, ctx.cell, ctx.bias, ctx.keep, *weights = inputs
        with torch._C._AutoDispatchBelowAutograd():
            output = torch.ops.seqloom.recurrent_layer(x, lengths, weights, h0, c0, *inputs[4:7])
        out, _, _, saved, chunks = output
        ctx.set_materialize_grads(False)
        ctx.mark_non_differentiable(chunks)
        ctx.save_for_backward(x, lengths, h0, c0, out, saved, chunks, *weights)
        return output

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *grads: Tensor | None) -> Any:
        if not ctx.keep:
            raise RuntimeError("seqloom::recurrent_layer: gradients need `keep`, got False.")
        grad_out, grad_h_n, grad_c_n, grad_saved, _ = grads
        x, lengths, h0, c0, out, saved, chunks, *weights = ctx.saved_tensors
        dx, dh0, dc0, *d_weights = torch.ops.seqloom.recurrent_layer_backward(
            grad_out,
            grad_h_n,
            grad_c_n if ctx.cell == LSTM else None,
            grad_saved,
            x,
            lengths,
            weights,
            h0,
            c0,
            out,
            saved,
            chunks,
            ctx.cell,
            ctx.bias,
            ctx.needs_input_grad[0],
        )
        dx = dx if ctx.needs_input_grad[0] else None
        dh0, dc0 = None if h0 is None else dh0, None if c0 is None else dc0
        return dx, None, dh0, dc0, None, None, None, *d_weights


def _rows_cpu(lengths: Tensor | None, chunks: Tensor, B: int, T: int) -> Tensor:
    rows = B * T if lengths is None else int(lengths.sum())
    place = torch.empty(rows, dtype=torch.int64)
    status = core().rows(B, T, _address(_whole(lengths)), int(chunks), c_void_p(place.data_ptr()))
    core().check("saved_rows", status)
    # padding reads the first row that no step used: it is zero
    where = torch.full((B * T,), min(rows, max(B * T - 1, 0)), dtype=torch.int64)
    where[place] = torch.arange(rows)
    return where


def _rows_meta(lengths: Tensor | None, chunks: Tensor, B: int, T: int) -> Tensor:
    return chunks.new_empty(B * T)


def _dropout_cpu(x: Tensor, share: float, seed: Tensor) -> Tensor:
    x = x.contiguous()
    y, pool = torch.empty_like(x), threads(torch.get_num_threads())
    status = core().dropout(
        _DTYPES[x.dtype], x.numel(), share, int(seed), x.data_ptr(), y.data_ptr(), byref(pool)
    )
    core().check("dropout", status)
    return y


def _dropout_meta(x: Tensor, share: float, seed: Tensor) -> Tensor:
    return torch.empty_like(x.contiguous())


class _DropoutFunction(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, share: float, seed: Tensor) -> Any:
        ctx.share = share
        ctx.save_for_backward(seed)
        with torch._C._AutoDispatchBelowAutograd():
            return torch.ops.seqloom.dropout(x, share, seed)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Any:
        return torch.ops.seqloom.dropout(grad, ctx.share, *ctx.saved_tensors), None, None


def _decoder(
    x: Tensor,
    memory: Tensor,
    keys: Tensor,
    lengths: Tensor | None,
    h0: Tensor | None,
    c0: Tensor | None,
    weights: Sequence[Tensor],
    cell: int,
    bias: bool,
) -> _Call:
    call = _Call(Decoder())
    s = call.struct
    s.dtype, s.cell, s.chunks = _DTYPES[x.dtype], cell, 1
    s.score = ADDITIVE if len(weights) > (4 if bias else 2) else DOT
    (s.B, s.T, s.E), (_, s.S, s.M) = x.shape, memory.shape
    s.H, s.A = weights[1].shape[1], keys.shape[2]
    s.x_stride_b, s.x_stride_t = x.stride(0), x.stride(1)
    s.memory_stride_b, s.memory_stride_s = memory.stride(0), memory.stride(1)
    call.put(x=x, memory=memory, keys=keys.contiguous(), lengths=_whole(lengths))
    call.put(h0=_whole(h0), c0=_whole(c0))
    for name, weight in zip(_decoder_names(weights, bias), weights, strict=True):
        call.put(**{name: weight.contiguous()})
    return call


def _decoder_names(weights: Sequence[Tensor], bias: bool) -> list[str]:
    names = ["w_ih", "w_hh", "b_ih", "b_hh"] if bias else ["w_ih", "w_hh"]
    return [*names, "w_query", "w_score"] if len(weights) > len(names) else names


def _decoder_cpu(
    x: Tensor,
    memory: Tensor,
    keys: Tensor,
    lengths: Tensor | None,
    h0: Tensor | None,
    c0: Tensor | None,
    weights: list[Tensor],
    cell: int,
    bias: bool,
    keep: bool,
) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor, Tensor]:
    x, memory = _rows(x), _rows(memory)
    call = _decoder(x, memory, keys, lengths, h0, c0, weights, cell, bias)
    s, pool = call.struct, threads(torch.get_num_threads())
    h, context, attention, c_n, saved, _ = outputs = _decoder_meta(
        x, memory, keys, lengths, h0, c0, weights, cell, bias, keep
    )
    call.put(h=h, context=context, weights=attention, c_n=c_n, saved=saved if keep else None)
    s.chunks = core().decoder_chunks(byref(s), pool.num_threads)
    size = core().decoder_workspace(byref(s), pool.num_threads, 0)
    _run("attention_decoder", core().decoder_forward, size, (byref(s),), pool)
    return (*outputs[:-1], torch.tensor(s.chunks))


def _decoder_meta(
    x: Tensor,
    memory: Tensor,
    keys: Tensor,
    lengths: Tensor | None,
    h0: Tensor | None,
    c0: Tensor | None,
    weights: list[Tensor],
    cell: int,
    bias: bool,
    keep: bool,
) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor, Tensor]:
    (B, T, _), (_, S, M), H = x.shape, memory.shape, weights[1].shape[1]
    return (
        x.new_empty(B, T, H),
        x.new_empty(B, T, M),
        x.new_empty(B, T, S),
        x.new_empty(B if cell == LSTM else 0, H),
        x.new_empty(B * T if keep else 0, *_saved_shape(x.dtype, cell, H)),
        x.new_empty((), dtype=torch.int64),
    )


def _decoder_backward_cpu(
    grad_h: Tensor | None,
    grad_context: Tensor | None,
    grad_attention: Tensor | None,
    grad_c_n: Tensor | None,
    x: Tensor,
    memory: Tensor,
    keys: Tensor,
    lengths: Tensor | None,
    h0: Tensor | None,
    c0: Tensor | None,
    weights: list[Tensor],
    h: Tensor,
    context: Tensor,
    attention: Tensor,
    saved: Tensor,
    chunks: Tensor,
    cell: int,
    bias: bool,
) -> list[Tensor]:
    x, memory = _rows(x), _rows(memory)
    call = _decoder(x, memory, keys, lengths, h0, c0, weights, cell, bias)
    s, pool = call.struct, threads(torch.get_num_threads())
    s.chunks = int(chunks)
    call.put(h=h, context=context, weights=attention, saved=saved)
    grads = _Call(DecoderGrads())
    grads.put(h=_whole(grad_h), context=_whole(grad_context), weights=_whole(grad_attention))
    grads.put(c_n=_whole(grad_c_n))
    results = _decoder_backward_results(x, memory, keys, h0, c0, weights)
    dx, d_memory, d_keys, dh0, dc0, *d_weights = results
    grads.put(x=dx, memory=d_memory, keys=d_keys)
    grads.put(h0=None if h0 is None else dh0, c0=None if c0 is None else dc0)
    for name, grad in zip(_decoder_names(weights, bias), d_weights, strict=True):
        grads.put(**{name: grad})
    size = core().decoder_workspace(byref(s), pool.num_threads, 1)
    arguments = (byref(s), byref(grads.struct))
    _run("attention_decoder", core().decoder_backward, size, arguments, pool)
    return results


def _decoder_backward_results(
    x: Tensor,
    memory: Tensor,
    keys: Tensor,
    h0: Tensor | None,
    c0: Tensor | None,
    weights: Sequence[Tensor],
) -> list[Tensor]:
    return [
        *(array.new_empty(array.shape) for array in (x, memory, keys)),
        *(x.new_empty((0,) if array is None else array.shape) for array in (h0, c0)),
        *(weight.new_empty(weight.shape) for weight in weights),
    ]


def _decoder_backward_meta(
    grad_h: Tensor | None,
    grad_context: Tensor | None,
    grad_attention: Tensor | None,
    grad_c_n: Tensor | None,
    x: Tensor,
    memory: Tensor,
    keys: Tensor,
    lengths: Tensor | None,
    h0: Tensor | None,
    c0: Tensor | None,
    weights: list[Tensor],
    h: Tensor,
    context: Tensor,
    attention: Tensor,
    saved: Tensor,
    chunks: Tensor,
    cell: int,
    bias: bool,
) -> list[Tensor]:
    return _decoder_backward_results(x, memory, keys, h0, c0, weights)


class _DecoderFunction(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, *inputs: Any) -> Any:
        *arrays, ctx.cell, ctx.bias, ctx.keep = inputs[:9]
        weights = inputs[9:]
        with torch._C._AutoDispatchBelowAutograd():
            output = torch.ops.seqloom.attention_decoder(*arrays, weights, *inputs[6:9])
        h, context, attention, _, saved, chunks = output
        ctx.set_materialize_grads(False)
        ctx.mark_non_differentiable(saved, chunks)
        ctx.save_for_backward(*arrays, h, context, attention, saved, chunks, *weights)
        return output

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *grads: Tensor | None) -> Any:
        if not ctx.keep:
            raise RuntimeError("seqloom::attention_decoder: gradients need `keep`, got False.")
        grad_h, grad_context, grad_attention, grad_c_n, *_ = grads
        x, memory, keys, lengths, h0, c0, *rest = ctx.saved_tensors
        h, context, attention, saved, chunks, *weights = rest
        dx, d_memory, d_keys, dh0, dc0, *d_weights = torch.ops.seqloom.attention_decoder_backward(
            grad_h,
            grad_context,
            grad_attention,
            grad_c_n if ctx.cell == LSTM else None,
            x,
            memory,
            keys,
            lengths,
            h0,
            c0,
            weights,
            h,
            context,
            attention,
            saved,
            chunks,
            ctx.cell,
            ctx.bias,
        )
        dh0, dc0 = None if h0 is None else dh0, None if c0 is None else dc0
        return dx, d_memory, d_keys, None, dh0, dc0, None, None, None, *d_weights


_library: Any = torch.library.Library("seqloom", "DEF")  # type: ignore[no-untyped-call]


def _register(schema: str, cpu: Any, meta: Any, function: Any = None) -> None:
    """Define an operator. `function`, which has its gradients, is given a list of tensors last.

    It is a kernel of its own because torch.library.register_autograd costs 40 to 100 us a call.
    """
    name = schema.partition("(")[0]
    _library.define(schema)
    _library.impl(name, cpu, "CPU")
    torch.library.register_fake(f"seqloom::{name}", meta, lib=_library)
    if function is None:
        return
    operator = getattr(torch.ops.seqloom, name).default
    kinds = [str(argument.type) for argument in operator._schema.arguments]
    place = kinds.index("List[Tensor]") if "List[Tensor]" in kinds else None

    def autograd(*inputs: Any) -> Any:
        if not torch.is_grad_enabled():
            with torch._C._AutoDispatchBelowAutograd():
                return operator(*inputs)
        if place is not None:
            inputs = (*inputs[:place], *inputs[place + 1 :], *inputs[place])
        return function.apply(*inputs)

    _library.impl(name, autograd, "Autograd")


_register(
    "recurrent_layer(Tensor x, Tensor? lengths, Tensor[] weights, Tensor? h0, Tensor? c0, int cell,"
    " bool bias, bool keep) -> (Tensor, Tensor, Tensor, Tensor, Tensor)",
    _layer_cpu,
    _layer_meta,
    _LayerFunction,
)
_register(
    "recurrent_layer_backward(Tensor? grad_out, Tensor? grad_h_n, Tensor? grad_c_n,"
    " Tensor? grad_saved, Tensor x, Tensor? lengths, Tensor[] weights, Tensor? h0, Tensor? c0,"
    " Tensor out, Tensor saved, Tensor chunks, int cell, bool bias, bool need_x) -> Tensor[]",
    _layer_backward_cpu,
    _layer_backward_meta,
)
_register(
    "saved_rows(Tensor? lengths, Tensor chunks, int B, int T) -> Tensor", _rows_cpu, _rows_meta
)
_register(
    "dropout(Tensor x, float share, Tensor seed) -> Tensor",
    _dropout_cpu,
    _dropout_meta,
    _DropoutFunction,
)
_register(
    "attention_decoder(Tensor x, Tensor memory, Tensor keys, Tensor? lengths, Tensor? h0,"
    " Tensor? c0, Tensor[] weights, int cell, bool bias, bool keep)"
    " -> (Tensor, Tensor, Tensor, Tensor, Tensor, Tensor)",
    _decoder_cpu,
    _decoder_meta,
    _DecoderFunction,
)
_register(
    "attention_decoder_backward(Tensor? grad_h, Tensor? grad_context, Tensor? grad_attention,"
    " Tensor? grad_c_n, Tensor x, Tensor memory, Tensor keys, Tensor? lengths, Tensor? h0,"
    " Tensor? c0, Tensor[] weights, Tensor h, Tensor context, Tensor attention, Tensor saved,"
    " Tensor chunks, int cell, bool bias) -> Tensor[]",
    _decoder_backward_cpu,
    _decoder_backward_meta,
)
