"""Connectionist temporal classification in NumPy: log p of a transcript, forward and back.

    y     log-probabilities of the symbols       (B, T, V)    n   real steps    (B)
    l'    blank l_1 blank l_2 ... blank          (K), K = 2 U + 1
    a_t   log-probability of all paths that are in state k after step t         (B, K)
    b_t   the same of all that follow from there                                (B, K)

    1   a_t(k) = y_t(l'_k) + log sum of e^a_{t-1} over k, k - 1, and k - 2 if l'_k is a symbol
                 other than l'_{k-2};  before the first step a is 0 for no state but the first two
    2   b_t(k) = log sum of e^(b_{t+1}(j) + y_{t+1}(l'_j)) over the j that k leads to
    3   log p  = log(e^a_n(K) + e^a_n(K - 1))
    4   d log p / d y_t(v) = sum of e^(a_t(k) + b_t(k) - log p) over l'_k = v

The last is the share of the paths that say v at step t. All rows have one transcript.

Source: Graves, Fernandez, Gomez & Schmidhuber, "Connectionist Temporal Classification", ICML 2006,
    eq. 6-16.
Differs: in logarithms, and of log-probabilities, not of the network's outputs before the softmax.

Checked against `torch.nn.functional.ctc_loss`. Searches are in `decoding/ctc.py`.
"""

from collections.abc import Sequence

import numpy as np

from ..shapes import Float, Int
from .functions import Array


def log_probability(
    y_BTV: Float[Array, "B T V"],
    lengths: Int[Array, " B"],
    transcript: Sequence[int],
    *,
    blank: int = 0,
) -> tuple[Float[Array, " B"], Float[Array, "B T V"]]:
    """The log-probability of a transcript, and its gradient.

    Args:
        y_BTV: Log-probabilities at each step, in nats; positions from `lengths` on are padding.
        lengths: Real steps, at least 1.
        transcript: Symbols.
        blank: Number of the blank.

    Returns:
        In nats, minus infinity where no path of so few steps says that; the gradient by `y_BTV`,
        zero on padding and where the transcript is impossible.
    """
    states_K = np.full(2 * len(transcript) + 1, blank)
    states_K[1::2] = transcript
    y_BTK = y_BTV[:, :, states_K].astype(np.float64)
    over_K = np.zeros(len(states_K), bool)
    over_K[3::2] = states_K[3::2] != states_K[1:-2:2]
    with np.errstate(invalid="ignore"):
        a_BTK = _forward(y_BTK, over_K)
        b_BTK = _backward(y_BTK, over_K, lengths)
        rows = np.arange(len(lengths))
        total_B = np.logaddexp.reduce(a_BTK[rows, lengths - 1, -2:], axis=1)  # 3
        possible_B = total_B > -np.inf
        shares_BTK = np.exp(a_BTK + b_BTK - np.where(possible_B, total_B, 0.0)[:, None, None])
    real_BT = (np.arange(y_BTV.shape[1]) < lengths[:, None]) & possible_B[:, None]
    shares_BTK = np.where(real_BT[:, :, None], shares_BTK, 0.0)
    d_y = np.zeros(y_BTV.shape)
    for k, symbol in enumerate(states_K):  # 4
        d_y[:, :, symbol] += shares_BTK[:, :, k]
    return total_B, d_y.astype(y_BTV.dtype)


def _forward(y_BTK: Array, over_K: Array) -> Array:
    """Step 1."""
    B, T, K = y_BTK.shape
    a_BTK = np.full((B, T, K), -np.inf)
    a_BTK[:, 0, :2] = y_BTK[:, 0, :2]
    for t in range(1, T):
        a_BK = a_BTK[:, t - 1]
        a_BTK[:, t] = y_BTK[:, t] + _sum(
            a_BK, _up(a_BK, 1), np.where(over_K, _up(a_BK, 2), -np.inf)
        )
    return a_BTK


def _backward(y_BTK: Array, over_K: Array, lengths: Array) -> Array:
    """Step 2; every row begins at its own end."""
    B, T, K = y_BTK.shape
    b_BTK = np.full((B, T, K), -np.inf)
    for t in reversed(range(T)):
        if t + 1 < T:
            c_BK = b_BTK[:, t + 1] + y_BTK[:, t + 1]
            over = _down(np.where(over_K, c_BK, -np.inf), 2)
            b_BTK[:, t] = _sum(c_BK, _down(c_BK, 1), over)
        b_BTK[lengths == t + 1, t] = -np.inf
        b_BTK[lengths == t + 1, t, -2:] = 0.0
    return b_BTK


def _sum(a: Array, b: Array, c: Array) -> Array:
    found: Array = np.logaddexp(np.logaddexp(a, b), c)
    return found


def _up(a_BK: Array, places: int) -> Array:
    """What came from `places` states before."""
    moved = np.full_like(a_BK, -np.inf)
    moved[:, places:] = a_BK[:, :-places] if places < a_BK.shape[1] else a_BK[:, :0]
    return moved


def _down(a_BK: Array, places: int) -> Array:
    """What lies `places` states ahead."""
    return _up(a_BK[:, ::-1], places)[:, ::-1]
