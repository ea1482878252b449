"""The largest singular value against LAPACK's, for easy, close, graded and degenerate matrices."""

import numpy as np
import pytest

from seqloom.inspection.singular import largest_singular_value


def with_values(rng, rows, columns, values):
    """A matrix of these singular values."""
    k = len(values)
    left = np.linalg.qr(rng.normal(size=(rows, k)))[0]
    right = np.linalg.qr(rng.normal(size=(columns, k)))[0]
    return left @ np.diag(values) @ right.T


MATRICES = {
    "small": lambda rng: rng.normal(size=(7, 12)),
    "random": lambda rng: rng.normal(size=(150, 301)),
    "tall": lambda rng: rng.normal(size=(301, 150)),
    "close": lambda rng: with_values(rng, 180, 200, [1.0, 1.0 - 1e-5, *np.linspace(0.9, 0, 170)]),
    "equal": lambda rng: with_values(rng, 180, 200, [2.0, 2.0, 2.0, *np.linspace(1.9, 0, 170)]),
    "identity": lambda rng: np.eye(130, 260),
    "one": lambda rng: np.outer(rng.normal(size=140), rng.normal(size=120)),
    "graded": lambda rng: with_values(rng, 170, 120, 10.0 ** -np.arange(120.0)),
    "tiny": lambda rng: 1e-200 * rng.normal(size=(120, 110)),
    "huge": lambda rng: 1e200 * rng.normal(size=(120, 110)),
}


@pytest.mark.parametrize("name", MATRICES)
def test_it_is_lapacks(name):
    rng = np.random.default_rng(3)
    matrix = MATRICES[name](rng)
    value, left = largest_singular_value(matrix)
    want = np.linalg.norm(matrix, 2)
    assert value == pytest.approx(want, rel=1e-9)
    assert np.linalg.norm(left) == pytest.approx(1)
    assert np.linalg.norm(left @ (matrix / want)) == pytest.approx(1, rel=1e-4)


def test_a_first_guess_that_is_blind_to_the_answer_does_no_harm():
    """The guess is the second singular vector, exactly: the first must be found all the same."""
    rng = np.random.default_rng(4)
    matrix = with_values(rng, 160, 140, [1.0, 0.999, *np.linspace(0.9, 0.1, 100)])
    left, values, _ = np.linalg.svd(matrix)
    value, _ = largest_singular_value(matrix, left[:, 1])
    assert value == pytest.approx(values[0], rel=1e-9)


def test_single_precision_stays_single():
    rng = np.random.default_rng(5)
    matrix = rng.normal(size=(200, 130)).astype(np.float32)
    value, left = largest_singular_value(matrix)
    assert left.dtype == np.float32
    assert value == pytest.approx(np.linalg.norm(matrix.astype(np.float64), 2), rel=3e-6)


@pytest.mark.parametrize("shape", [(3, 4), (120, 130), (0, 3), (0, 0)])
def test_zeros(shape):
    value, left = largest_singular_value(np.zeros(shape))
    assert value == 0.0
    np.testing.assert_array_equal(left, np.zeros(shape[0]))
