"""Pools in torch against the NumPy reference; empty sequences; padding is never looked at."""

import numpy as np
import pytest
import torch

from seqloom.layers.pooling import AttentionPool, MaxPool, MeanPool
from seqloom.reference import pooling
from seqloom.reference.pooling import PoolWeights

from ..reference.compare import from_module, randomise

B, T, M, A = 5, 7, 3, 4
LENGTHS = torch.tensor([7, 1, 4, 0, 6])
MAKE = {"mean": MeanPool, "maximum": MaxPool, "attention": lambda: AttentionPool(M, A)}


def reference(name, pool, x, lengths):
    if name == "attention":
        return pooling.attend(x, lengths, from_module(PoolWeights, pool))[:2]
    return getattr(pooling, name)(x, lengths), None


@pytest.mark.parametrize("name", MAKE)
def test_as_the_reference_with_nan_on_padding(name):
    pool = randomise(MAKE[name]())
    x = torch.randn(B, T, M)
    for row, n in zip(x, LENGTHS, strict=True):
        row[n:] = torch.nan
    x.requires_grad_()
    y, weights = pool(x, LENGTHS)
    want, want_weights = reference(name, pool, x.detach().numpy(), LENGTHS.numpy())
    np.testing.assert_allclose(y.detach().numpy(), want, rtol=1e-12, atol=1e-14)
    if want_weights is None:
        assert weights is None
    else:
        np.testing.assert_allclose(weights.detach().numpy(), want_weights, rtol=1e-12)
    y.square().sum().backward()
    assert bool(x.grad.isfinite().all())
    assert bool((x.grad[0] != 0).any())


@pytest.mark.parametrize("name", MAKE)
def test_no_steps_at_all(name):
    y, _ = MAKE[name]()(torch.zeros(2, 0, M), torch.tensor([0, 0]))
    assert torch.equal(y, torch.zeros(2, M))
