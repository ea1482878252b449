"""Exports, autocast and views: what stands on torch.nn's layers stands on ours."""

import subprocess
import sys

import pytest
import torch

from seqloom.layers import GRU, LSTM, RNN

LAYERS = {"RNN": RNN, "LSTM": LSTM, "GRU": GRU}


@pytest.fixture(params=LAYERS)
def layer(request):
    torch.manual_seed(2)
    return LAYERS[request.param](3, 4, 2, batch_first=True, dtype=torch.float32)


@pytest.fixture
def x():
    return torch.randn(2, 5, 3, dtype=torch.float32)


@pytest.mark.filterwarnings("ignore")  # of the tracer
def test_a_traced_layer_has_outputs_and_gradients(layer, x):
    weights = list(layer.parameters())
    traced = torch.jit.trace(layer, x)
    other = torch.randn(2, 5, 3, dtype=torch.float32)
    got, want = traced(other)[0], layer(other)[0]
    torch.testing.assert_close(got, want)
    grads = [torch.autograd.grad(y.sin().sum(), weights) for y in (got, want)]
    torch.testing.assert_close(*grads)


# in a process of its own: tracers replace sizes by tensors, which the suite's checks refuse
ONNX = """
import io, sys, warnings, torch, onnxruntime
from seqloom import layers
warnings.simplefilter("ignore")
layer, x = getattr(layers, sys.argv[1])(3, 4, 2, batch_first=True).eval(), torch.randn(2, 5, 3)
buffer = io.BytesIO()
exported = torch.onnx.export(layer, (x,), buffer, dynamo=sys.argv[2] == "dynamo", verbose=False)
data = exported.model_proto.SerializeToString() if exported else buffer.getvalue()
session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
got = session.run(None, {session.get_inputs()[0].name: x.numpy()})[0]
torch.testing.assert_close(torch.from_numpy(got), layer(x)[0].detach(), rtol=1e-5, atol=1e-6)
"""


@pytest.mark.slow
@pytest.mark.parametrize("exporter", ["torchscript", "dynamo"])
@pytest.mark.parametrize("name", LAYERS)
def test_both_onnx_exporters(name, exporter):
    for package in ("onnx", "onnxruntime", "onnxscript"):
        pytest.importorskip(package)
    done = subprocess.run(
        [sys.executable, "-c", ONNX, name, exporter],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_states_under_autocast(layer, x, dtype):
    want = layer(x, return_states=True)
    with torch.autocast("cpu", dtype):
        output, _, traces = layer(x, return_states=True)
        ragged, _ = layer(x, lengths=[5, 2], return_states=True)[:2]
    (output.float().sum() + ragged.float().sum()).backward()
    torch.testing.assert_close(output.float(), want[0], rtol=0.05, atol=0.02)
    torch.testing.assert_close(ragged[0].float(), want[0][0], rtol=0.05, atol=0.02)
    assert traces[0].forward.output.shape == (2, 5, 4)
    assert all(p.grad.isfinite().all() for p in layer.parameters())


@pytest.mark.parametrize("name", LAYERS)
def test_time_first_outputs_can_be_viewed_whatever_the_input(name):
    layer = LAYERS[name](3, 4, dtype=torch.float32)
    for x in (torch.randn(5, 2, 3), torch.randn(2, 5, 3).transpose(0, 1)):
        y = layer(x.float())[0]
        assert y.view(-1, 4).shape == (10, 4)


@pytest.mark.parametrize("batch_first", [False, True])
@pytest.mark.parametrize("name", ["RNN", "GRU"])
def test_outputs_may_be_changed_in_place(name, batch_first):
    layer = LAYERS[name](3, 4, batch_first=batch_first, dtype=torch.float32)
    x = torch.randn(5, 2, 3).float()
    grads = []
    for change in (lambda y: y.mul_(2).add_(1), lambda y: y * 2 + 1):
        loss = change(layer(x)[0]).square().sum()
        grads.append(torch.autograd.grad(loss, list(layer.parameters())))
    torch.testing.assert_close(*grads)
