"""Scaled dot-product attention without weights of its own against torch."""

import numpy as np
import torch
from torch.nn.functional import scaled_dot_product_attention

from seqloom.reference import scaled_dot

from .compare import assert_same, leaves

B, T, S, H = 3, 4, 6, 5
LENGTHS = np.array([6, 2, 0])


def test_values_and_gradients_match_torch():
    random = np.random.default_rng(0)
    query, memory = random.normal(size=(B, T, H)), random.normal(size=(B, S, H))
    d_context = random.normal(size=(B, T, H))
    q, m = leaves((query, memory))
    live = torch.tensor(np.arange(S) < LENGTHS[:, None])[:, None]
    some = torch.tensor(LENGTHS > 0)
    want = scaled_dot_product_attention(q[some], m[some], m[some], attn_mask=live[some])
    (want * torch.tensor(d_context)[some]).sum().backward()
    got, saved = scaled_dot.attend(query, memory, LENGTHS)
    assert_same(got[:2], want)
    assert (got[2] == 0).all()  # nothing to look at
    d_query, d_memory = scaled_dot.attend_backward(d_context, saved)
    assert_same((d_query, d_memory), (q.grad, m.grad))
    assert (d_memory[1, 2:] == 0).all()


def test_without_lengths_all_is_real():
    random = np.random.default_rng(1)
    query, memory = random.normal(size=(B, T, H)), random.normal(size=(B, S, H))
    got, _ = scaled_dot.attend(query, memory, None)
    assert_same(got, scaled_dot.attend(query, memory, np.full(B, S))[0])
