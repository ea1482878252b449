"""Pools against torch autograd of their equations, one sequence at a time."""

import numpy as np
import pytest
import torch

from seqloom.reference import pooling
from seqloom.reference.pooling import PoolWeights

from .compare import (
    as_float32,
    assert_float32,
    assert_is_slope,
    assert_same,
    grads,
    leaves,
    randoms,
    rng,
)

B, T, M, A = 5, 7, 3, 4
LENGTHS = np.array([7, 1, 4, 0, 6])


def attended(h_TM, w):
    scores_T = torch.stack(
        [w.weight_score @ torch.tanh(w.weight_memory @ h + w.bias) for h in h_TM]
    )
    return scores_T.softmax(0) @ h_TM


EQUATIONS = {
    "mean": lambda h_TM, w: h_TM.mean(0),
    "maximum": lambda h_TM, w: h_TM.max(0).values,
    "attention": attended,
}


@pytest.fixture
def w():
    return randoms(rng(), PoolWeights, weight_memory=(A, M), bias=(A,), weight_score=(A,))


@pytest.fixture
def x():
    """NaN on padding: nothing may look there."""
    states = rng().normal(size=(B, T, M))
    for row, n in zip(states, LENGTHS, strict=True):
        row[n:] = np.nan
    return states


def forward(name, x, w, lengths=LENGTHS):
    if name == "attention":
        return pooling.attend(x, lengths, w)[0]
    return getattr(pooling, name)(x, lengths)


def backward(name, d_y, x, w):
    if name == "attention":
        return pooling.attend_backward(d_y, pooling.attend(x, LENGTHS, w)[2], w)
    zeros = PoolWeights(*(np.zeros_like(a) for a in w))
    return getattr(pooling, f"{name}_backward")(d_y, x, LENGTHS), zeros


@pytest.mark.parametrize("name", EQUATIONS)
def test_forward_and_backward_are_autograd_s(name, x, w):
    y, d_y = forward(name, x, w), rng().normal(size=(B, M))
    d_x, d_w = backward(name, d_y, x, w)
    torch_w = leaves(w)
    for b, n in enumerate(LENGTHS):
        if n == 0:
            np.testing.assert_array_equal(y[b], 0.0)
            np.testing.assert_array_equal(d_x[b], 0.0)
            continue
        h_TM = torch.tensor(x[b, :n], requires_grad=True)
        want = EQUATIONS[name](h_TM, torch_w)
        np.testing.assert_allclose(y[b], want.detach().numpy(), rtol=1e-10)
        want.backward(torch.tensor(d_y[b]))
        np.testing.assert_allclose(d_x[b, :n], h_TM.grad.numpy(), rtol=1e-9, atol=1e-12)
        np.testing.assert_array_equal(d_x[b, n:], 0.0)
    assert_same(d_w, grads(torch_w))


@pytest.mark.parametrize("name", EQUATIONS)
def test_gradient_is_the_slope(name, w):
    x, d_y = rng().normal(size=(B, T, M)), rng().normal(size=(B, M))
    d_x, d_w = backward(name, d_y, x, w)
    assert_is_slope(lambda x, w: (forward(name, x, w) * d_y).sum(), (x, w), (d_x, d_w))


def test_weights_sum_to_one_over_real_steps(x, w):
    _, weights_BT, _ = pooling.attend(x, LENGTHS, w)
    np.testing.assert_allclose(weights_BT.sum(axis=1), LENGTHS > 0, atol=1e-12)
    assert all((row[n:] == 0).all() for row, n in zip(weights_BT, LENGTHS, strict=True))
    assert weights_BT[0].std() > 0.01


@pytest.mark.parametrize("name", EQUATIONS)
def test_no_steps_and_float32(name, w):
    empty = forward(name, np.zeros((2, 0, M)), w, np.array([0, 0]))
    np.testing.assert_array_equal(empty, np.zeros((2, M)))
    x32 = rng().normal(size=(B, T, M)).astype(np.float32)
    assert_float32(forward(name, x32, as_float32(w)))
