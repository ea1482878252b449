"""Layer normalisation in NumPy, forward and back.

    x   input                      (..., D)
    y   output                     (..., D)
    g   weight, b   bias           (D)
    m, v   mean and variance of one vector x over its D numbers; v divides by D

    1   n = (x - m) / sqrt(v + 1e-5)
    2   y = g * n + b

Source: Ba, Kiros & Hinton, "Layer Normalization", 2016, eq. 3-4.
Differs: the small number under the root, as in torch.

Checked against `torch.nn.LayerNorm`.
"""

from typing import NamedTuple

import numpy as np

from ..shapes import Float
from .functions import Array

EPSILON = 1e-5


class NormWeights(NamedTuple):
    """Scale and shift of one normalisation."""

    weight: Float[Array, " D"]
    bias: Float[Array, " D"]


class NormSaved(NamedTuple):
    """What `backward` needs from `forward`."""

    n: Array
    scale: Array  # 1 / sqrt(v + 1e-5)


def forward(x: Float[Array, "*any D"], w: NormWeights) -> tuple[Float[Array, "*any D"], NormSaved]:
    """Bring every vector to mean 0 and variance 1, then scale and shift it."""
    x = x - x.mean(axis=-1, keepdims=True)
    scale = 1.0 / np.sqrt((x * x).mean(axis=-1, keepdims=True) + EPSILON)
    n = x * scale  # 1
    return n * w.weight + w.bias, NormSaved(n, scale)  # 2


def backward(
    d_y: Float[Array, "*any D"], saved: NormSaved, w: NormWeights
) -> tuple[Float[Array, "*any D"], NormWeights]:
    """Gradient of `forward`: of its input and of the weights."""
    n, scale = saved
    every_row = tuple(range(d_y.ndim - 1))
    d_w = NormWeights(weight=(d_y * n).sum(axis=every_row), bias=d_y.sum(axis=every_row))  # 2
    d_n = d_y * w.weight  # 2
    along_n = (d_n * n).mean(axis=-1, keepdims=True)
    # 1: what would move the mean or the length of n is taken out
    return scale * (d_n - d_n.mean(axis=-1, keepdims=True) - n * along_n), d_w
