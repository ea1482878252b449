"""What a layer keeps for its backward pass, `saved`, in the core's own order of memory.

seqloom::saved_rows    where the rows of `saved` lie
"""

from ctypes import c_void_p
from typing import Any, NamedTuple

import torch
from torch import Tensor

from ...native import core
from ...native.library import LSTM
from ..codes import gates_of
from .calls import address, whole
from .gradients import register


class Opened(NamedTuple):
    """One direction of a layer, `(B, T, H)` each, zero on padding.

    Attributes:
        states: The states beside `h`: `(c,)` or `()`.
        gates: A NamedTuple.
    """

    states: tuple[Tensor, ...]
    gates: Any


def opened(
    saved: Tensor, chunks: Tensor, lengths: Tensor | None, code: int, sizes: tuple[int, int, int]
) -> list[Opened]:
    """Every cell state and gate of each direction, as views or copies through which gradients flow.

    Args:
        saved: As the layer gave it, or a gradient of it.
        chunks: In how many parts the batch ran, as the layer gave it.
        lengths: As given to the layer.
        code: The cell's number.
        sizes: B, T, H.
    """
    B, T, H = sizes
    D, _, U, slots, W = saved.shape
    if lengths is None and B * T and int(chunks) == 1:  # rows are step by step: no gathering
        ordered = saved.reshape(D, T, B, U, slots, W).transpose(1, 2)
        blocks = [ordered[..., k, :] for k in range(slots)]
    else:
        rows = torch.ops.seqloom.saved_rows(lengths, chunks, B, T)
        blocks = [saved[..., k, :].index_select(1, rows) for k in range(slots)]
    parts = [block.reshape(D, B, T, U * W)[..., :H] for block in blocks]
    kind = gates_of(code)
    gates = len(kind._fields)
    states = parts[gates:] if code == LSTM else []
    return [
        Opened(tuple(state[d] for state in states), kind(*(part[d] for part in parts[:gates])))
        for d in range(D)
    ]


def _cpu(lengths: Tensor | None, chunks: Tensor, B: int, T: int) -> Tensor:
    rows = B * T if lengths is None else int(lengths.sum())
    place = torch.empty(rows, dtype=torch.int64)
    status = core().rows(B, T, address(whole(lengths)), int(chunks), c_void_p(place.data_ptr()))
    core().check("saved_rows", status)
    # padding reads the first row that no step used: it is zero
    where = torch.full((B * T,), min(rows, max(B * T - 1, 0)), dtype=torch.int64)
    where[place] = torch.arange(rows)
    return where


def _meta(lengths: Tensor | None, chunks: Tensor, B: int, T: int) -> Tensor:
    return chunks.new_empty(B * T)


register("saved_rows(Tensor? lengths, Tensor chunks, int B, int T) -> Tensor", _cpu, _meta)
