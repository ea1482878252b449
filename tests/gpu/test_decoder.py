"""The attention decoder on a GPU and its second derivatives: equal to float64 on the CPU."""

import copy

import pytest
import torch

from seqloom.layers import GRUCell, LSTMCell
from seqloom.layers.attention import AdditiveAttention, DotAttention
from seqloom.layers.decoder_loop import attention_decoder

if not torch.cuda.is_available():
    pytest.skip("no CUDA device", allow_module_level=True)


def close(got, want, tolerance):
    got, want = got.detach().double().cpu(), want.detach()
    assert (got - want).norm() <= tolerance * (want.norm() + 1e-3)


@pytest.mark.parametrize("score", ["additive", "dot"])
@pytest.mark.parametrize("make", [GRUCell, LSTMCell])
def test_values_and_derivatives(make, score):
    attention = AdditiveAttention(8, 8, 5) if score == "additive" else DotAttention(8, 8)
    exact = torch.nn.ModuleList([make(3 + 8, 8), attention]).double()
    x, values = (torch.randn(4, n, size, dtype=torch.float64) for n, size in ((5, 3), (6, 8)))
    lengths, results = torch.tensor([6, 0, 1, 4]), []
    for cell, attend in (exact, copy.deepcopy(exact).float().cuda()):
        leaf, memory = (a.detach().to(cell.weight_ih).requires_grad_() for a in (x, values))
        remembered = attend.remember(memory, lengths)
        run = attention_decoder(cell, attend, leaf, remembered, cell.initial_state(4))
        (slope,) = torch.autograd.grad(run.output.sin().sum(), leaf, create_graph=True)
        second = torch.autograd.grad(slope.square().sum(), memory)[0]
        results.append([run.output, run.context, run.weights, slope, second])
    for want, got in zip(*results, strict=True):
        close(got, want, 1e-4)
