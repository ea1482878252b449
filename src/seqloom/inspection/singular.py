"""The largest singular value of a matrix: how much it can stretch a vector.

    1   v = A' u                      from a first guess u, e.g. the answer for a matrix near by
    2   p = A v - b u,   a = |p|,  u = p / a
        q = A' u - a v,  b = |q|,  v = q / b      orthogonal to all v (u) before: full
                                                  reorthogonalisation
    3   B with a on the diagonal and b beside it: its largest singular value s is a lower bound
        that grows to that of A; with w the last entry of its left singular vector, |b w| bounds
        the distance to some singular value of A, and its square over the gap the error of s

Source: Golub & Kahan, "Calculating the Singular Values and Pseudo-Inverse of a Matrix", SIAM J.
    Numerical Analysis B 2(2), 1965; Golub & Van Loan, Matrix Computations, section 10.4.
Differs: small matrices go to LAPACK's SVD, which is as fast there.

Checked by `tests/inspection/test_singular.py` against `np.linalg.norm(A, 2)`.
"""

import numpy as np

from ..shapes import Float

SMALL = 96  # the smaller side up to which LAPACK's SVD is used
TOLERANCE = 1e-10  # relative error of the value
_EVERY = 4  # steps between two looks at the bound
_STRAY = 0.05  # how much of a first guess is noise, so that no direction is missed


def largest_singular_value(
    matrix: Float[np.ndarray, "M N"], guess: Float[np.ndarray, " M"] | None = None
) -> tuple[float, Float[np.ndarray, " M"]]:
    """The largest singular value and its left singular vector.

    Args:
        matrix: A, finite; computed in its own dtype.
        guess: A vector close to the left singular vector; a random one if `None`.
    Returns:
        The value, to about 1e-9 of itself in float64 and 1e-6 in float32; and the vector (zeros
        for a matrix of zeros).
    """
    top = float(np.abs(matrix).max(initial=0.0))
    if top == 0.0:
        return 0.0, np.zeros(len(matrix), matrix.dtype)
    scaled = matrix / matrix.dtype.type(top)  # its squares neither overflow nor vanish
    if min(matrix.shape) <= SMALL:
        left, values, _ = np.linalg.svd(scaled, full_matrices=False)
        return top * float(values[0]), left[:, 0]
    value, vector = _golub_kahan(scaled, guess)
    return top * value, vector


def _golub_kahan(A: np.ndarray, guess: np.ndarray | None) -> tuple[float, np.ndarray]:
    """Steps 1 to 3 until the bound is met, at the latest when the space is used up."""
    rows, columns = A.shape
    most = min(rows, columns)
    u = _first(rows, guess).astype(A.dtype)
    tolerance = max(TOLERANCE, 10 * float(np.finfo(A.dtype).eps))
    U, V = np.zeros((most, rows), A.dtype), np.zeros((most, columns), A.dtype)
    alphas: list[float] = []
    betas: list[float] = []
    v = _unit(A.T @ u)  # 1
    for k in range(most):
        V[k] = v
        p = A @ v - (betas[-1] * U[k - 1] if k else 0.0)  # 2
        p -= U[:k].T @ (U[:k] @ p)
        alphas.append(float(np.linalg.norm(p)))
        U[k] = _unit(p)
        q = A.T @ U[k] - alphas[-1] * v
        q -= V[: k + 1].T @ (V[: k + 1] @ q)
        q -= V[: k + 1].T @ (V[: k + 1] @ q)
        betas.append(float(np.linalg.norm(q)))
        v = _unit(q)
        if k % _EVERY == _EVERY - 1 or betas[-1] <= tolerance or k == most - 1:
            left, values, _ = np.linalg.svd(np.diag(alphas) + np.diag(betas[:-1], 1))  # 3
            found = float(values[0]), left[:, 0].astype(A.dtype) @ U[: k + 1]
            away = betas[-1] * abs(float(left[-1, 0]))
            gap = float(values[0] - values[1]) if k else 0.0
            if away**2 <= tolerance * values[0] * gap or away <= tolerance * values[0]:
                break
    return found


def _first(size: int, guess: np.ndarray | None) -> np.ndarray:
    """Where to start; the same for the same arguments."""
    noise = _unit(np.random.default_rng(0).normal(size=size))
    return noise if guess is None else guess + _STRAY * noise


def _unit(vector: np.ndarray) -> np.ndarray:
    norm = np.linalg.norm(vector)
    return np.asarray(vector / norm) if norm else vector
