"""Calls of the core: structs to fill, tensors as it wants them, and its workspace."""

import threading
from collections.abc import Sequence
from ctypes import byref
from typing import Any

import torch
from torch import Tensor

from ...native import core
from ...native.library import F32, F64, SLOTS
from ...native.threads import threads

DTYPES = {torch.float32: F32, torch.float64: F64}
_LARGEST_KEPT = 1 << 30  # bytes of workspace that a thread keeps between calls

_own = threading.local()


class Call:
    """A struct being filled, and the tensors whose addresses are in it."""

    def __init__(self, struct: Any) -> None:
        self.struct, self.tensors = struct, list[Tensor | None]()
        self.pool = threads(torch.get_num_threads())

    def put(self, **tensors: Tensor | None) -> None:
        """Arrays by their names in the header."""
        for name, tensor in tensors.items():
            setattr(self.struct, name, address(tensor))
            self.tensors.append(tensor)

    def put_weights(self, weights: Sequence[Tensor], bias: bool) -> None:
        """Of each direction: w_ih, w_hh and, with `bias`, b_ih, b_hh."""
        names = ("w_ih", "w_hh", "b_ih", "b_hh") if bias else ("w_ih", "w_hh")
        for k, weight in enumerate(weights):
            getattr(self.struct, names[k % len(names)])[k // len(names)] = address(weight)
            self.tensors.append(weight)

    def run(self, where: str, function: Any, size: int, *others: "Call") -> None:
        """Call a function of the core on this struct and others, with `size` bytes of workspace."""
        keep, start = _workspace(max(size, 0))
        structs = [byref(call.struct) for call in (self, *others)]
        status = function(*structs, byref(self.pool), start, max(size, 0))
        core().check(where, status)
        del keep


def _workspace(size: int) -> tuple[Tensor, int]:
    """At least `size` bytes and their address, on a cache line; the thread reuses them."""
    kept: Tensor | None = getattr(_own, "workspace", None)
    if kept is None or kept.numel() < size + 64:
        with torch.inference_mode(False):
            kept = torch.empty(size + size // 8 + 64, dtype=torch.uint8)
        _own.workspace = kept if kept.numel() <= _LARGEST_KEPT else None
    return kept, (kept.data_ptr() + 63) // 64 * 64


def address(tensor: Tensor | None) -> int | None:
    """Where a tensor lies; NULL if there is none."""
    return None if tensor is None else tensor.data_ptr()


def rows(tensor: Tensor) -> Tensor:
    """With its last axis contiguous, as the core wants it."""
    return tensor if tensor.stride(-1) == 1 or tensor.shape[-1] <= 1 else tensor.contiguous()


def whole(tensor: Tensor | None) -> Tensor | None:
    """Contiguous."""
    return None if tensor is None else tensor.contiguous()


def saved_shape(dtype: torch.dtype, cell: int, H: Any) -> tuple[Any, int, int]:
    """U, K, W: the shape of a row of `saved`."""
    lanes = core().lanes[DTYPES[dtype]]
    return -(-H // lanes), SLOTS[cell], lanes


def room(like: Tensor, *arrays: Tensor | None) -> list[Tensor]:
    """A new tensor for the gradient of each; an empty one where there is none."""
    return [like.new_empty((0,) if array is None else array.shape) for array in arrays]
