"""Torch's Transformer layers beside ours: their weights, gradients and masks."""

import numpy as np
import torch

from seqloom.reference.layer_norm import NormWeights
from seqloom.reference.linear import LinearWeights
from seqloom.reference.multi_head import MultiHeadWeights

from .compare import flatten, from_module


def linear_of(module):
    return from_module(LinearWeights, module)


def norm_of(module):
    return from_module(NormWeights, module)


def attention_of(module):
    return from_module(MultiHeadWeights, module, out_proj=linear_of)


def layer_of(layer_type, module):
    """Our weights of a torch layer: shared memory, torch's own names."""
    kinds = {"n": norm_of, "l": linear_of, "s": attention_of, "m": attention_of}
    return from_module(layer_type, module, **{n: kinds[n[0]] for n in layer_type._fields})


def grads_of(module):
    return {n: p.grad for n, p in module.named_parameters()}


def assert_same_as_module(d_w, module):
    got, want = flatten(d_w), grads_of(module)
    assert got.keys() == want.keys()
    for name, array in want.items():
        np.testing.assert_allclose(got[name], array, rtol=1e-8, atol=1e-10, err_msg=name)


def causal_mask(n):
    return torch.ones(n, n, dtype=torch.bool).triu(1)  # torch: True is forbidden
