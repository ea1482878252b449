"""CTC's log-probability and its gradient against torch, and by hand."""

import numpy as np
import pytest
import torch

from seqloom.reference import ctc
from seqloom.reference.functions import log_softmax

B, T, V = 4, 9, 5
LENGTHS = np.array([9, 5, 8, 6])
TRANSCRIPTS = {"a repeat": [2, 3, 3, 1], "one": [4], "none": [], "just fits": [1, 1, 1]}


@pytest.mark.parametrize("name", TRANSCRIPTS)
def test_value_and_gradient_are_torchs(name):
    transcript = TRANSCRIPTS[name]
    y = log_softmax(np.random.default_rng(1).normal(size=(B, T, V)) * 2)
    leaf = torch.tensor(y, requires_grad=True)
    loss = torch.nn.functional.ctc_loss(
        leaf.transpose(0, 1),
        torch.tensor([transcript] * B, dtype=torch.long).reshape(B, -1),
        torch.tensor(LENGTHS),
        torch.full((B,), len(transcript)),
        reduction="none",
    )
    value, gradient = ctc.log_probability(y, LENGTHS, transcript)
    np.testing.assert_allclose(value, -loss.detach().numpy(), rtol=1e-12)
    # torch's gradient is meant for what stands before the softmax: p - share
    loss.sum().backward()
    real = (np.arange(T) < LENGTHS[:, None])[:, :, None]
    want = np.where(real, np.exp(y), 0) - leaf.grad.numpy()
    np.testing.assert_allclose(gradient, want, atol=1e-12)


def test_gradient_is_the_slope():
    y = np.random.default_rng(2).normal(size=(1, 6, V))
    lengths, transcript = np.array([5]), [2, 2, 1]
    _, gradient = ctc.log_probability(y, lengths, transcript)
    for t, v in ((0, 2), (3, 0), (4, 1), (5, 0)):
        step = np.zeros_like(y)
        step[0, t, v] = 1e-5
        up, down = (ctc.log_probability(y + s, lengths, transcript)[0][0] for s in (step, -step))
        assert gradient[0, t, v] == pytest.approx((up - down) / 2e-5, abs=1e-8)


def test_what_does_not_fit_has_no_path():
    y = log_softmax(np.zeros((2, 4, V)))
    value, gradient = ctc.log_probability(y, np.array([2, 4]), [1, 1])
    assert value[0] == -np.inf
    assert value[1] > -np.inf
    assert (gradient[0] == 0).all()
    np.testing.assert_allclose(gradient[1].sum(axis=1), 1)
