"""The few functions every other file of this room is built from.

    sigmoid        1 / (1 + e^-x)
    real_steps     lengths -> True where a step is real, False where it is padding
    softmax        e^x_j / sum_k e^x_k over the positions that are allowed
    log_softmax    x_j - log sum_k e^x_k, in nats

Nothing here overflows, and every result has the dtype of its input: the deployment runtime
calls these functions in float32, the tests in float64. Constants are therefore Python floats;
a NumPy float64 scalar would turn a float32 array into a float64 one.

Checked against `torch.sigmoid`, `torch.softmax` and `torch.log_softmax`.
"""

import numpy as np

from ..shapes import Bool, Float, check_lengths

Array = np.ndarray


def sigmoid(x: Float[Array, "*any"]) -> Float[Array, "*any"]:
    """Logistic function, exact in both tails."""
    e = np.exp(-np.abs(x))  # never above 1, whatever the sign of x
    y: Array = np.where(x >= 0, 1.0, e) / (1.0 + e)
    return y


def real_steps(lengths: Array | None, batch_size: int, num_steps: int) -> Bool[Array, "B T"]:
    """Which positions hold data.

    Args:
        lengths: Real steps per sequence; every position is real if `None`.
        batch_size: B.
        num_steps: T, real steps and padding together.
    Raises:
        ShapeError: `lengths` are no integers, not `(B,)`, or not within T.
    """
    if lengths is None:
        return np.ones((batch_size, num_steps), dtype=bool)
    check_lengths("real_steps", lengths, batch_size, num_steps)
    return np.arange(num_steps) < lengths[:, None]


def softmax(
    x: Float[Array, "*any S"], allowed: Bool[Array, "*mask S"] | None = None
) -> Float[Array, "*any S"]:
    """Softmax along the last axis.

    Args:
        x: Scores.
        allowed: Positions that take part, broadcast against `x`; all of them if `None`.

    Returns:
        Probabilities: exactly 0 where not allowed, even if `x` is NaN there. A row with nothing
        allowed, or with no positions at all, is a row of zeros.
    """
    if allowed is not None:
        x = np.where(allowed, x, -np.inf)
    top = x.max(axis=-1, keepdims=True, initial=-np.inf)
    e = np.exp(x - np.where(top == -np.inf, 0.0, top))
    total = e.sum(axis=-1, keepdims=True)
    p: Array = e / np.where(total == 0, 1.0, total)
    return p


def softmax_backward(
    d_p: Float[Array, "*any S"], p: Float[Array, "*any S"]
) -> Float[Array, "*any S"]:
    """Gradient of the scores, from that of the probabilities `p` that `softmax` returned."""
    d_x: Array = p * (d_p - (d_p * p).sum(axis=-1, keepdims=True))
    return d_x


def log_softmax(x: Float[Array, "*any V"]) -> Float[Array, "*any V"]:
    """Log-probabilities along the last axis, in nats."""
    x = x - x.max(axis=-1, keepdims=True)  # the largest is 0 now: no overflow below
    log_p: Array = x - np.log(np.exp(x).sum(axis=-1, keepdims=True))
    return log_p
