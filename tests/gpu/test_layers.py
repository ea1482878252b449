"""Layers on a GPU: equal to float64 on the CPU, and the same refusals. Skipped without CUDA.

cuDNN's rounding to TF32 is off, so float32 agrees to 1e-4 of the largest value.
"""

import copy

import numpy as np
import pytest
import torch

from seqloom import layers
from seqloom.errors import ShapeError

if not torch.cuda.is_available():
    pytest.skip("no CUDA device", allow_module_level=True)

CELLS = ("RNN", "LSTM", "GRU")
GPU = torch.device("cuda")


@pytest.fixture(autouse=True)
def whole_float32():
    with torch.backends.cudnn.flags(enabled=True, allow_tf32=False):
        yield


def both(cell: str, **options):
    """A layer in float64 on the CPU and the same one in float32 on the GPU, and inputs for each."""
    exact = getattr(layers, cell)(3, 5, batch_first=True, **options).double()
    fast = copy.deepcopy(exact).float().to(GPU)
    x = torch.randn(4, 7, 3, dtype=torch.float64)
    return (exact, x.clone().requires_grad_()), (fast, x.float().to(GPU).requires_grad_())


def close(ours: torch.Tensor, exact: torch.Tensor, tolerance: float = 1e-4) -> None:
    scale = max(1.0, float(exact.detach().abs().max())) if exact.numel() else 1.0
    np.testing.assert_allclose(
        ours.detach().cpu().double().numpy(), exact.detach().numpy(), atol=tolerance * scale, rtol=0
    )


@pytest.mark.parametrize("lengths", [None, torch.tensor([7, 0, 1, 4])])
@pytest.mark.parametrize("both_ways", [False, True])
@pytest.mark.parametrize("cell", CELLS)
def test_outputs_and_gradients(cell, both_ways, lengths):
    results = []
    for layer, x in both(cell, num_layers=2, bidirectional=both_ways):
        out, last = layer(x, lengths=lengths)
        last = last[0] if isinstance(last, tuple) else last
        (out.square().sum() + last.sum()).backward()
        results.append([out, last, x.grad, *(p.grad for p in layer.parameters())])
    for exact, ours in zip(*results, strict=True):
        close(ours, exact)


@pytest.mark.parametrize("cell", CELLS)
def test_states(cell):
    results = []
    for layer, x in both(cell):
        out, _, traces = layer(x, return_states=True)
        results.append([out, *traces[0].forward.gates])
    for exact, ours in zip(*results, strict=True):
        close(ours, exact)


@pytest.mark.parametrize("cell", CELLS)
def test_second_derivatives(cell):
    """By torch's operators: cuDNN has none, and says so."""
    results = []
    for layer, x in both(cell):
        with torch.backends.cudnn.flags(enabled=False):
            (slope,) = torch.autograd.grad(layer(x)[0].sum(), x, create_graph=True)
            (slope.flatten(1).norm(dim=1) - 1).square().mean().backward()
        results.append([slope, layer.weight_hh_l0.grad, layer.weight_ih_l0.grad])
    for exact, ours in zip(*results, strict=True):
        close(ours, exact)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
@pytest.mark.parametrize("cell", CELLS)
def test_autocast(cell, dtype):
    (exact, x), (fast, x_gpu) = both(cell)
    with torch.autocast("cuda", dtype):
        plain = fast(x_gpu)[0]
        out, _, _ = fast(x_gpu, return_states=True)
        ragged = fast(x_gpu, lengths=[7, 0, 1, 4])[0]
    for found in (plain, out):
        close(found, exact(x)[0], 0.03)
    close(ragged, exact(x, lengths=[7, 0, 1, 4])[0], 0.03)
    out.float().sum().backward()
    assert fast.weight_hh_l0.grad.isfinite().all()


@pytest.mark.parametrize("cell", CELLS)
def test_lengths_are_integers(cell):
    _, (layer, x) = both(cell)
    for lengths in (torch.tensor([1.0, 0.5, 0.2, 1.0]), [1.0, 0.5, 0.2, 1.0]):
        with pytest.raises(ShapeError, match="lengths"):
            layer(x, lengths=lengths)
    here, there = torch.tensor([7, 0, 1, 4]), torch.tensor([7, 0, 1, 4], device=GPU)
    assert torch.equal(layer(x, lengths=here)[0], layer(x, lengths=there)[0])


@pytest.mark.parametrize("scale", [1e4, 1e9])
@pytest.mark.parametrize("cell", CELLS)
def test_saturation(cell, scale):
    results = []
    for layer, x in both(cell):
        wide = (scale * x.detach()).requires_grad_()
        layer(wide)[0].sum().backward()
        results.append([wide.grad, layer.weight_hh_l0.grad])
    for exact, ours in zip(*results, strict=True):
        close(ours, exact, 1e-3)
