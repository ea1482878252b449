"""Fully-connected layer in NumPy, forward and back.

    x   input        (..., I)        W   weight   (O, I), torch's orientation
    y   output       (..., O)        b   bias     (O)

    1   y = x W^T + b

The leading axes may be any number of any size: batch, time, both, none. What `backward` needs
from `forward` is the input itself.

Source: Rumelhart, Hinton & Williams, "Learning representations by back-propagating errors",
    Nature 323, 1986, eq. 1 forward, eq. 6-7 back.
Differs: the nonlinearity is left to whoever calls.

Checked against `torch.nn.Linear`.
"""

from typing import NamedTuple

from ..errors import ShapeError
from ..shapes import Float
from .functions import Array


class LinearWeights(NamedTuple):
    """Weights of one layer."""

    weight: Float[Array, "O I"]
    bias: Float[Array, " O"]


def forward(x: Float[Array, "*any I"], w: LinearWeights) -> Float[Array, "*any O"]:
    """Apply the layer to every vector on the last axis.

    Raises:
        ShapeError: The last axis of `x` is not I long.
    """
    input_size = w.weight.shape[1]
    if x.shape[-1] != input_size:
        raise ShapeError(
            f"linear.forward: `x` must have shape (..., I={input_size}), got {x.shape}."
        )
    y: Array = x @ w.weight.T + w.bias  # 1
    return y


def backward(
    d_y: Float[Array, "*any O"], x: Float[Array, "*any I"], w: LinearWeights
) -> tuple[Float[Array, "*any I"], LinearWeights]:
    """Gradient of `forward`: of its input and of the weights.

    Args:
        d_y: Gradient of the output.
        x: The input `forward` was given.
        w: The weights `forward` was given.
    """
    rows_d_y, rows_x = d_y.reshape(-1, d_y.shape[-1]), x.reshape(-1, x.shape[-1])
    return d_y @ w.weight, LinearWeights(rows_d_y.T @ rows_x, rows_d_y.sum(axis=0))  # 1
