"""`lengths` as callers give them: whole numbers of steps, one for each sequence."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ..shapes import check_lengths

Lengths = Tensor | np.ndarray | Sequence[Any]  # looked at by `as_lengths`


def as_lengths(where: str, lengths: Any, batch_size: int, num_steps: int) -> Tensor:
    """Check lengths, and make a tensor of them.

    Args:
        where: The class or function the caller used.
        lengths: Integers, `(B,)`: a tensor, an array, or a list or tuple.
        batch_size: B.
        num_steps: T.
    Returns:
        A tensor of int64, on the device it was on; while torch compiles, numbers are not looked at.
    Raises:
        ShapeError: They are no integers, not `(B,)`, or not within T.
    """
    if not isinstance(lengths, Tensor):
        array = lengths if isinstance(lengths, np.ndarray) else _array(lengths)
        check_lengths(where, array, batch_size, num_steps)
        return torch.from_numpy(array.astype(np.int64))
    values = not torch.compiler.is_compiling()  # the core checks them again
    check_lengths(where, lengths, batch_size, num_steps, values=values)
    return lengths.to(torch.int64)


def live_steps(x: Tensor, lengths: Tensor) -> Tensor:
    """True on real steps of `x` `(B, T, ...)`, `(B, T)`."""
    return torch.arange(x.shape[1], device=x.device) < lengths.to(x.device)[:, None]


def _array(lengths: Any) -> np.ndarray:
    """An array of the type that all of a sequence's elements have."""
    numbers = list(lengths)
    if not numbers:
        return np.zeros(0, np.int64)
    return np.array(numbers, dtype=bool if any(isinstance(n, bool) for n in numbers) else None)
