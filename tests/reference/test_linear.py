"""Fully-connected layer against `torch.nn.Linear`."""

import numpy as np
import pytest
import torch

from seqloom.errors import ShapeError
from seqloom.reference import linear
from seqloom.reference.linear import LinearWeights

from .compare import as_float32, assert_float32, assert_is_slope, assert_same, randoms, rng

I, O = 3, 4


@pytest.mark.parametrize("leading", [(), (5,), (5, 7), (0,), (2, 0)])
def test_matches_torch_forward_and_backward(leading):
    random = rng()
    w = randoms(random, LinearWeights, weight=(O, I), bias=O)
    x, d_y = random.normal(size=(*leading, I)), random.normal(size=(*leading, O))

    theirs = torch.nn.Linear(I, O)
    theirs.load_state_dict({n: torch.tensor(a) for n, a in w._asdict().items()})
    leaf = torch.tensor(x, requires_grad=True)
    want = theirs(leaf)
    (want * torch.tensor(d_y)).sum().backward()

    assert_same(linear.forward(x, w), want)
    d_x, d_w = linear.backward(d_y, x, w)
    assert_same(d_x, leaf.grad)
    assert_same(d_w, LinearWeights(theirs.weight.grad, theirs.bias.grad))


def test_gradient_is_the_slope():
    random = rng()
    w = randoms(random, LinearWeights, weight=(O, I), bias=O)
    x, d_y = random.normal(size=(5, I)), random.normal(size=(5, O))
    assert_is_slope(
        lambda x, w: (linear.forward(x, w) * d_y).sum(), (x, w), linear.backward(d_y, x, w)
    )


def test_float32_stays():
    w = as_float32(randoms(rng(), LinearWeights, weight=(O, I), bias=O))
    x, d_y = np.ones((5, I), np.float32), np.ones((5, O), np.float32)
    assert_float32((linear.forward(x, w), *linear.backward(d_y, x, w)))


def test_wrong_input_size_says_what_was_wrong():
    w = randoms(rng(), LinearWeights, weight=(O, I), bias=O)
    message = r"^linear\.forward: `x` must have shape \(\.\.\., I=3\), got \(5, 8\)\.$"
    with pytest.raises(ShapeError, match=message):
        linear.forward(np.ones((5, 8)), w)
