"""Dropout: while training, zero a share of the units and scale up the others.

Source: Srivastava et al. 2014, "Dropout: A Simple Way to Prevent Neural Networks from Overfitting".
Differs: on the native path (layers/switch.py) the mask is a function of one seed, which torch's
generator draws, and of a unit's place; it takes a fraction of torch's time, and nothing is kept for
the backward pass. So the two paths drop different units.
"""

from typing import final

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from . import native_operators  # noqa: F401  (registers seqloom::dropout)
from .switch import use_native


def dropout(x: Tensor, share: float, training: bool) -> Tensor:
    """Drop a share of the units, if `training`.

    Args:
        x: Of any shape.
        share: From 0 to 1.
        training: Else `x` comes back as it is.
    """
    if not training or share == 0.0:
        return x
    if share >= 1.0 or not use_native("dropout", x):
        return F.dropout(x, share)
    seed = torch.randint(-(2**63), 2**63 - 1, ())
    dropped: Tensor = torch.ops.seqloom.dropout(x, share, seed)
    return dropped


@final
class Dropout(nn.Module):
    """`torch.nn.Dropout`, with `dropout` above."""

    def __init__(self, share: float) -> None:
        """
        Args:
            share: Share of the units to drop, from 0 to 1.
        """
        super().__init__()
        self.share = share

    def forward(self, x: Tensor) -> Tensor:
        return dropout(x, self.share, self.training)
