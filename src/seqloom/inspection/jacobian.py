"""How much of a layer's early states is left in its last one: norms of dh_T/ds_t for each step t.

    s_t   state after step t: h_t, of an LSTM also c_t        T   the last step the layer takes
    J_t   ds_t/ds_{t-1}, what the layer reads held fixed      u_t = o (1 - tanh(c_t)^2)

    1   RNN    J = diag(f'(a)) W                     f' = 1 - h^2 for tanh, [h > 0] for relu
    2   GRU    J = diag(z) + diag((1 - z)(1 - n^2)) (diag(v_n r (1 - r)) W_r + diag(r) W_n)
                   + diag((h' - n) z (1 - z)) W_z,   v_n = h' W_n^T + b_n
    3   LSTM   dc/dh' = A = diag(g i (1 - i)) W_i + diag(c' f (1 - f)) W_f + diag(i (1 - g^2)) W_g
               dc/dc' = diag(f)
               dh/dh' = diag(u) A + diag(tanh(c) o (1 - o)) W_o
               dh/dc' = diag(u f)
    4   dh_T/ds_{t-1} = dh_T/ds_t J_t, from the identity at t = T

These are the products that back-propagation through time takes one vector at a time, taken for all
H unit vectors at once. Their largest singular value is the most that a small change of the state
at step t can change the last one; a gradient on its way back can grow or shrink by no more.

Source: Pascanu, Mikolov & Bengio, "On the difficulty of training recurrent neural networks", ICML
    2013, section 2; for the LSTM, Hochreiter & Schmidhuber 1997, whose error carousel is `cell`.
Differs: exact products of the whole state's Jacobians, not bounds and not finite differences.

Checked by `tests/inspection/test_jacobian.py` against float64 autograd and the backward passes of
`reference/`.
"""

import abc
from collections.abc import Mapping
from typing import Any, NamedTuple, final

import numpy as np

from ..progress import each
from .singular import largest_singular_value

Array = np.ndarray
DOUBLE = 256  # units up to which the products are taken in float64, above in float32
FLOOR = 1e-30  # a norm below it is written as 0, and so are all before it
MOST_WORK = 1.5e12  # multiplications and additions: some 20 seconds of one core


class Norms(NamedTuple):
    """Norms for each step, in the layer's own order; the last step is T.

    Attributes:
        values: By the names of docs/trace.md: `state`, and `h`, `c`, `cell`, `gates` where the
            cell has them; `(T,)` float64 each. Infinite where states or weights are no numbers.
        computed: Steps, counted back from T, whose norms were computed; the others are 0.
    """

    values: dict[str, Array]
    computed: int


class _Products(abc.ABC):
    """dh_T/ds_t on its way back."""

    @abc.abstractmethod
    def matrices(self) -> dict[str, Array]:
        """The matrices whose norms are asked for, by name; a vector is a diagonal one."""

    @abc.abstractmethod
    def back(self, t: int) -> None:
        """Go from step t to step t - 1."""

    @abc.abstractmethod
    def all(self) -> list[Array]:
        """What must be scaled together, to be changed in place."""


def jacobian_norms(
    kind: str,
    weights: Any,
    arrays: Mapping[str, Array],
    *,
    nonlinearity: str = "tanh",
    most_work: float = MOST_WORK,
) -> Norms:
    """Largest singular values of dh_T/ds_t and of its parts.

    Args:
        kind: `rnn`, `lstm` or `gru`.
        weights: The layer's weights, as `reference/` has them.
        arrays: States and gates of each step, `(T, H)` each, in the layer's own order; the names
            are those of docs/trace.md.
        nonlinearity: Of an RNN, `tanh` or `relu`.
        most_work: Multiplications and additions to spend; where all steps would cost more, only
            the last ones are computed.
    Returns:
        `Norms`; no values for a layer of no steps.
    """
    T, H = arrays["h"].shape
    if T == 0:
        return Norms({}, 0)
    dtype = np.float64 if H <= DOUBLE else np.float32
    own = {name: np.asarray(array, dtype) for name, array in arrays.items()}
    W = np.asarray(weights.weight_hh, dtype)
    products: _Products
    if kind == "lstm":
        products = _LSTM(W, own)
    elif kind == "gru":
        products = _GRU(W, np.asarray(weights.bias_hh, dtype), own)
    else:
        products = _RNN(W, own, nonlinearity)
    cost = (8 if kind == "lstm" else 2) * H**3
    computed = min(T, max(1, int(most_work // max(cost, 1))))
    return Norms(_walk(products, T, computed), computed)


def _walk(products: _Products, T: int, computed: int) -> dict[str, Array]:
    """Step 4, with a power of two taken out now and then, so that nothing over- or underflows."""
    found = {name: np.zeros(T) for name in products.matrices()}
    guesses: dict[str, Array | None] = dict.fromkeys(found)
    scale = 0
    first = T - computed
    for t in each(range(T - 1, first - 1, -1), "following states back", unit="steps"):
        top = max(float(np.abs(matrix).max(initial=0.0)) for matrix in products.all())
        if not np.isfinite(top):  # weights or states are no numbers
            for norms in found.values():
                norms[first : t + 1] = np.inf
            break
        for name, matrix in products.matrices().items():
            if matrix.ndim == 1:  # a diagonal
                value = float(matrix.max(initial=0.0))
            else:
                value, guesses[name] = largest_singular_value(matrix, guesses[name])
            with np.errstate(over="ignore"):
                found[name][t] = np.ldexp(value, scale)
        with np.errstate(over="ignore"):
            vanished = np.ldexp(top, scale) < FLOOR
        if vanished:
            for norms in found.values():
                norms[t] = 0.0
            break
        if t == first:
            break
        with np.errstate(over="ignore", invalid="ignore"):
            products.back(t)
        power = int(np.frexp(top)[1])
        if abs(power) > 8:
            for matrix in products.all():
                np.ldexp(matrix, -power, out=matrix)
            scale += power
    return found


@final
class _RNN(_Products):
    """Equation 1."""

    def __init__(self, W: Array, arrays: dict[str, Array], nonlinearity: str) -> None:
        h = arrays["h"]
        self.slopes = 1.0 - h**2 if nonlinearity == "tanh" else (h > 0).astype(h.dtype)
        self.W, self.P = W, np.eye(len(W), dtype=W.dtype)

    def matrices(self) -> dict[str, Array]:
        return {"state": self.P}

    def back(self, t: int) -> None:
        self.P = (self.P * self.slopes[t]) @ self.W

    def all(self) -> list[Array]:
        return [self.P]


@final
class _GRU(_Products):
    """Equation 2; `kept` is the product of the z, the path along which the state is copied."""

    def __init__(self, W: Array, b: Array, arrays: dict[str, Array]) -> None:
        H = W.shape[1]
        self.W_r, self.W_z, self.W_n = W[:H], W[H : 2 * H], W[2 * H :]
        self.b_n, self.arrays = b[2 * H :], arrays
        self.P, self.kept = np.eye(H, dtype=W.dtype), np.ones(H, W.dtype)

    def matrices(self) -> dict[str, Array]:
        rest = self.P.copy()
        rest.flat[:: len(rest) + 1] -= self.kept
        return {"state": self.P, "cell": self.kept, "gates": rest}

    def back(self, t: int) -> None:
        r, z, n = (self.arrays[name][t] for name in "rzn")
        before = self.arrays["h"][t - 1]
        v_n = self.W_n @ before + self.b_n
        d_n = (1.0 - z) * (1.0 - n**2)
        J = (d_n * v_n * r * (1.0 - r))[:, None] * self.W_r
        J += ((before - n) * z * (1.0 - z))[:, None] * self.W_z
        J += (d_n * r)[:, None] * self.W_n
        J.flat[:: len(J) + 1] += z
        self.P = self.P @ J
        self.kept = self.kept * z

    def all(self) -> list[Array]:
        return [self.P, self.kept]


@final
class _LSTM(_Products):
    """Equation 3, for h_T and for c_T at once: their rows stand one below the other.

    `kept` is the product of the forget gates, the path along which the cell is copied.
    """

    def __init__(self, W: Array, arrays: dict[str, Array]) -> None:
        H = self.H = W.shape[1]
        self.W = [W[k * H : (k + 1) * H] for k in range(4)]
        self.arrays = arrays
        eye, zero = np.eye(H, dtype=W.dtype), np.zeros((H, H), W.dtype)
        self.by_h, self.by_c = np.concatenate([eye, zero]), np.concatenate([zero, eye])
        self.kept = np.ones(H, W.dtype)

    def matrices(self) -> dict[str, Array]:
        h_by_h, h_by_c = self.by_h[: self.H], self.by_c[: self.H]
        rest = self.by_c[self.H :].copy()
        rest.flat[:: self.H + 1] -= self.kept
        both = np.concatenate([h_by_h, h_by_c], axis=1)
        return {"state": both, "h": h_by_h, "c": h_by_c, "cell": self.kept, "gates": rest}

    def back(self, t: int) -> None:
        i, f, g, o = (self.arrays[name][t] for name in "ifgo")
        before = self.arrays["c"][t - 1]
        tanh_c = np.tanh(self.arrays["c"][t])
        u = o * (1.0 - tanh_c**2)
        A = (g * i * (1.0 - i))[:, None] * self.W[0]
        A += (before * f * (1.0 - f))[:, None] * self.W[1]
        A += (i * (1.0 - g**2))[:, None] * self.W[2]
        B = (tanh_c * o * (1.0 - o))[:, None] * self.W[3]
        d_c = self.by_c + self.by_h * u
        self.by_h, self.by_c = d_c @ A + self.by_h @ B, d_c * f
        self.kept = self.kept * f

    def all(self) -> list[Array]:
        return [self.by_h, self.by_c, self.kept]
