"""Functions against torch's, and where torch's give NaN, against what we promise."""

import numpy as np
import pytest
import torch

from seqloom.reference.functions import (
    log_softmax,
    real_steps,
    sigmoid,
    softmax,
    softmax_backward,
)

from .compare import assert_same, rng

ALLOWED = np.array([[True, False, True, True], [True] * 4, [False, True, False, False]])


def test_sigmoid_matches_torch_in_both_tails():
    x = np.array([-750.0, -40.0, -1.5, 0.0, 0.3, 40.0, 750.0])
    assert_same(sigmoid(x), torch.sigmoid(torch.tensor(x)), rtol=1e-14, atol=0)


def test_softmax_matches_torch():
    x = rng().normal(size=(2, 3, 4)) * 9
    assert_same(softmax(x), torch.softmax(torch.tensor(x), -1), atol=0)


def test_masked_softmax_matches_torch_on_what_is_allowed():
    x = rng().normal(size=(2, 3, 4))
    want = torch.tensor(x).masked_fill(~torch.tensor(ALLOWED), -torch.inf).softmax(-1)
    x[:, ~ALLOWED] = np.nan
    got = softmax(x, ALLOWED)
    assert_same(got, want)
    assert (got[:, ~ALLOWED] == 0).all()


@pytest.mark.parametrize("scale", [1e30, 1e-30])
def test_softmax_does_not_overflow(scale):
    got = softmax(np.array([[1.0, 2.0, -3.0]]) * scale)
    np.testing.assert_allclose(got, [[0, 1, 0]] if scale > 1 else [[1 / 3] * 3])


def test_row_with_nothing_allowed_is_zero():
    got = softmax(np.array([[np.nan, 1.0], [2.0, 2.0]]), np.array([[False] * 2, [True] * 2]))
    np.testing.assert_array_equal(got, [[0, 0], [0.5, 0.5]])
    assert softmax(np.zeros((3, 0))).shape == (3, 0)


def test_a_model_that_diverged_is_not_hidden():
    assert np.isnan(softmax(np.array([[np.nan, 1.0]]))).all()


def test_softmax_backward_matches_autograd():
    x, d_p = rng().normal(size=(2, 3, 4)), rng().normal(size=(4, 3, 2)).T.copy()
    leaf = torch.tensor(x, requires_grad=True)
    mask = ~torch.tensor(ALLOWED)
    (leaf.masked_fill(mask, -torch.inf).softmax(-1) * torch.tensor(d_p)).sum().backward()
    assert_same(softmax_backward(d_p, softmax(x, ALLOWED)), leaf.grad)


def test_log_softmax_matches_torch():
    x = rng().normal(size=(2, 3, 4)) * 300
    assert_same(log_softmax(x), torch.log_softmax(torch.tensor(x), -1))


def test_real_steps():
    got = real_steps(np.array([0, 3, 1]), 3, 3)
    np.testing.assert_array_equal(got, [[False] * 3, [True] * 3, [True, False, False]])
    assert real_steps(None, 2, 5).all()
    assert real_steps(None, 2, 5).shape == (2, 5)


def test_float32_stays():
    x = rng().normal(size=(3, 4)).astype(np.float32)
    for y in (sigmoid(x), softmax(x), softmax(x, ALLOWED), softmax_backward(x, x), log_softmax(x)):
        assert y.dtype == np.float32
