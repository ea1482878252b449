"""seqloom::dropout, its own backward pass on a gradient."""

from ctypes import byref
from typing import Any

import torch
from torch import Tensor

from ...native import core
from ...native.threads import threads
from .calls import DTYPES
from .gradients import register
from .private import batched, below_autograd, transform


def _cpu(x: Tensor, share: float, seed: Tensor) -> Tensor:
    x = x.contiguous()
    y, pool = torch.empty_like(x), threads(torch.get_num_threads())
    status = core().dropout(
        DTYPES[x.dtype], x.numel(), share, int(seed), x.data_ptr(), y.data_ptr(), byref(pool)
    )
    core().check("dropout", status)
    return y


def _meta(x: Tensor, share: float, seed: Tensor) -> Tensor:
    return torch.empty_like(x.contiguous())


class _DropoutFunction(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, share: float, seed: Tensor) -> Any:
        ctx.share = share
        ctx.save_for_backward(seed)
        with below_autograd():
            return torch.ops.seqloom.dropout(x, share, seed)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Any:
        if transform() is None and not batched(grad):
            return torch.ops.seqloom.dropout(grad, ctx.share, *ctx.saved_tensors), None, None
        ones = torch.ones(grad.shape, dtype=grad.dtype)  # of one gradient, where there is a batch
        return grad * torch.ops.seqloom.dropout(ones, ctx.share, *ctx.saved_tensors), None, None


register("dropout(Tensor x, float share, Tensor seed) -> Tensor", _cpu, _meta, _DropoutFunction)
