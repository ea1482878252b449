"""The native core through torch: against torch.nn, the torch path, finite differences, torch's own
checks of operators, and torch.compile.
"""

import copy
import itertools
import os
import subprocess
import sys

import pytest
import torch

from seqloom import native
from seqloom.errors import ConfigError
from seqloom.layers import GRU, LSTM, RNN, GRUCell, LSTMCell, RNNCell, unroll
from seqloom.layers.attention import AdditiveAttention, DotAttention, GeneralAttention
from seqloom.layers.decoder_loop import attention_decoder

pytestmark = pytest.mark.skipif(not native.available(), reason="the native core was not built")

CELLS = {"rnn": RNNCell, "lstm": LSTMCell, "gru": GRUCell}
LAYERS = {"rnn": RNN, "lstm": LSTM, "gru": GRU}
ATTENTIONS = {
    "additive": lambda M, H: AdditiveAttention(M, H, 5),
    "dot": lambda M, H: DotAttention(H, H),
    "general": lambda M, H: GeneralAttention(M, H),
}


@pytest.fixture(autouse=True)
def kernels(monkeypatch):
    monkeypatch.setenv("SEQLOOM_KERNELS", "native")


def relative(got, want):
    got, want = got.detach(), want.detach()
    return float((got.double() - want.double()).norm() / (want.double().norm() + 1e-30))


def on(path, monkeypatch, run):
    with monkeypatch.context() as patched:
        patched.setenv("SEQLOOM_KERNELS", path)
        return run()


def results(module, inputs, options, arrays):
    """Outputs of a module, and gradients of a fixed random loss to inputs and weights."""
    inputs = [x.detach().clone().requires_grad_() for x in inputs]
    outputs = arrays(module, inputs, options)
    torch.manual_seed(3)
    loss = sum((y.double() * torch.randn(y.shape, dtype=torch.float64)).sum() for y in outputs)
    weights = [p for _, p in sorted(module.named_parameters())]
    grads = torch.autograd.grad(loss, [*inputs, *weights], allow_unused=True)
    return [*outputs, *(g for g in grads if g is not None)]


def layer_arrays(module, inputs, options):
    x, *state = inputs
    output, last, *traces = module(x, tuple(state) if len(state) > 1 else state[0], **options)
    arrays = [output, *(last if isinstance(last, tuple) else [last])]
    for trace in traces[0] if traces else []:
        for run in (trace.forward, trace.backward):
            arrays += [*run.states, *run.gates] if run is not None else []
    return arrays


# fmt: off
SIZES = [
    (3, 5, 7, 9), (1, 6, 3, 16), (13, 4, 17, 33), (20, 3, 16, 32), (33, 7, 5, 65), (9, 2, 1, 1),
]
# fmt: on


@pytest.mark.parametrize("return_states", [False, True])
@pytest.mark.parametrize("sizes", SIZES)
@pytest.mark.parametrize("cell", LAYERS)
def test_float32_is_within_1e5_of_float64_in_torch(cell, sizes, return_states, monkeypatch):
    B, T, I, H = sizes
    lengths = torch.tensor([(3 * b) % (T + 1) for b in range(B)])
    for both, ragged in itertools.product((False, True), repeat=2):
        exact = LAYERS[cell](I, H, 2, bidirectional=both, batch_first=True)
        state = [torch.randn(2 + 2 * both, B, H) for _ in range(2 if cell == "lstm" else 1)]
        inputs = [torch.randn(B, T, I), *state]
        options = {"lengths": lengths if ragged else None, "return_states": return_states}
        want = on(
            "torch",
            monkeypatch,
            lambda: results(exact, inputs, options, layer_arrays),  # noqa: B023
        )
        short = copy.deepcopy(exact).float()
        got = results(short, [x.float() for x in inputs], options, layer_arrays)
        assert len(got) == len(want)
        for a, b in zip(got, want, strict=True):
            assert a.shape == b.shape
            assert relative(a, b) < 1e-5


def decoder_case(cell, score, sizes):
    B, T, S, E, M, H = sizes
    M = H if score == "dot" else M
    torch.manual_seed(7)
    modules = torch.nn.ModuleList([CELLS[cell](E + M, H), ATTENTIONS[score](M, H)])
    fields = len(CELLS[cell].state_fields)
    inputs = [torch.randn(B, T, E), torch.randn(B, S, M), *torch.randn(fields, B, H)]
    return modules, inputs


def decoder_arrays(modules, inputs, options):
    cell, attention = modules
    x, values, *state = inputs
    memory = attention.remember(values, options["lengths"])
    run = attention_decoder(cell, attention, x, memory, type(cell.initial_state(0))(*state))
    return [run.output, run.context, run.weights, *run.last]


DECODERS = [(3, 4, 5, 6, 7, 9), (9, 3, 17, 16, 32, 16), (70, 2, 3, 5, 18, 33), (1, 3, 2, 4, 5, 6)]


@pytest.mark.parametrize("sizes", DECODERS)
@pytest.mark.parametrize("score", ATTENTIONS)
@pytest.mark.parametrize("cell", CELLS)
def test_decoder_is_within_1e5_of_float64_in_torch(cell, score, sizes, monkeypatch):
    exact, inputs = decoder_case(cell, score, sizes)
    B, S = sizes[0], sizes[2]
    for lengths in (None, torch.tensor([(2 * b) % (S + 1) for b in range(B)])):
        options = {"lengths": lengths}
        want = on(
            "torch",
            monkeypatch,
            lambda: results(exact, inputs, options, decoder_arrays),  # noqa: B023
        )
        for module, dtype, tolerance in (
            (exact, torch.float64, 1e-12),
            (copy.deepcopy(exact).float(), torch.float32, 1e-5),
        ):
            got = results(module, [x.to(dtype) for x in inputs], options, decoder_arrays)
            for a, b in zip(got, want, strict=True):
                assert a.shape == b.shape
                assert relative(a, b) < tolerance


@pytest.mark.parametrize("cell", CELLS)
def test_gradients_of_a_layer_are_slopes(cell):
    B, T, I, H = 3, 4, 2, 3
    layer = LAYERS[cell](I, H, 1, bidirectional=True)
    names = [name for name, _ in layer.named_parameters()]
    fields = 2 if cell == "lstm" else 1
    lengths = torch.tensor([4, 0, 2])

    def call(x, h, *rest):
        state = (h, rest[0]) if fields == 2 else h
        weights = dict(zip(names, rest[fields - 1 :], strict=True))
        options = {"lengths": lengths, "return_states": True}
        output, last, traces = torch.func.functional_call(layer, weights, (x, state), options)
        gates = [g for run in traces[0] for g in (*run.gates, *run.states)]
        return (output, *(last if fields == 2 else [last]), *gates)

    inputs = [torch.randn(T, B, I), *torch.randn(fields, 2, B, H), *layer.parameters()]
    assert torch.autograd.gradcheck(call, [x.detach().requires_grad_() for x in inputs])


@pytest.mark.parametrize("score", ATTENTIONS)
@pytest.mark.parametrize("cell", CELLS)
def test_gradients_of_the_decoder_are_slopes(cell, score):
    modules, inputs = decoder_case(cell, score, (3, 3, 4, 2, 3, 3))
    options = {"lengths": torch.tensor([4, 0, 2])}

    def call(*inputs):
        return tuple(decoder_arrays(modules, inputs, options))

    assert torch.autograd.gradcheck(call, [x.requires_grad_() for x in inputs])
    for weight in modules.parameters():
        assert torch.autograd.gradcheck(lambda _: call(*inputs), [weight])


def layer_operands(keep=True, lengths=None):
    weights = [torch.randn(12, 2), torch.randn(12, 3), torch.randn(12), torch.randn(12)]
    weights = [w.requires_grad_() for w in weights]
    x, h0, c0 = torch.randn(4, 5, 2), torch.randn(1, 4, 3), torch.randn(1, 4, 3)
    return (x.requires_grad_(), lengths, weights, h0, c0, 3, True, keep)


@pytest.mark.parametrize("lengths", [None, torch.tensor([5, 0, 1, 3])])
def test_torchs_own_checks_of_the_layer(lengths):
    torch.library.opcheck(torch.ops.seqloom.recurrent_layer.default, layer_operands(True, lengths))


def test_torchs_own_checks_of_the_decoder():
    weights = [torch.randn(9, 7), torch.randn(9, 3), torch.randn(9), torch.randn(9)]
    weights += [torch.randn(6, 3), torch.randn(6)]
    operands = (
        torch.randn(4, 5, 2).requires_grad_(),
        torch.randn(4, 3, 5).requires_grad_(),
        torch.randn(4, 3, 6).requires_grad_(),
        torch.tensor([3, 0, 1, 3]),
        torch.randn(4, 3),
        None,
        [w.requires_grad_() for w in weights],
        2,
        True,
        True,
    )
    torch.library.opcheck(torch.ops.seqloom.attention_decoder.default, operands)


def test_torchs_own_checks_of_dropout():
    operands = (torch.randn(4, 5).requires_grad_(), 0.4, torch.tensor(7))
    torch.library.opcheck(torch.ops.seqloom.dropout.default, operands)


# in a process of its own: the suite's checks of annotations are no code that torch can compile
COMPILED = """
import torch
from seqloom.layers import GRU, LSTM

graphs = []
def look(graph, _):
    graphs.append(graph)
    return graph

torch.manual_seed(0)
layer, head, x = GRU(3, 4, batch_first=True), torch.nn.Linear(4, 2), torch.randn(5, 6, 3)
model = lambda x: head(layer(x)[0])
got = torch.compile(model, backend=look, fullgraph=True)(x)
torch.testing.assert_close(got, model(x))
calls = [str(node.target) for node in graphs[0].graph.nodes if "seqloom" in str(node.target)]
assert calls == ["seqloom.recurrent_layer"], calls

for ragged in (None, torch.tensor([5, 2, 0, 5, 1, 3])):
    layer = LSTM(3, 4, 2, bidirectional=True)
    loss = lambda x: layer(x, lengths=ragged)[0].sin().sum()
    plain = torch.autograd.grad(loss(x), list(layer.parameters()))
    compiled = torch.compile(loss, backend="aot_eager", fullgraph=True, dynamic=True)
    torch.testing.assert_close(torch.autograd.grad(compiled(x), list(layer.parameters())), plain)
"""


@pytest.mark.skipif(torch.__version__ < "2.13", reason="torch 2.5 compiles no properties")
def test_compiled_models_have_one_node_for_a_layer():
    done = subprocess.run(
        [sys.executable, "-c", COMPILED],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_backward_runs_twice_and_needs_what_was_kept():
    layer, x = LSTM(3, 4), torch.randn(5, 6, 3)
    loss = layer(x)[0].sin().sum()
    one = torch.autograd.grad(loss, list(layer.parameters()), retain_graph=True)
    torch.testing.assert_close(torch.autograd.grad(loss, list(layer.parameters())), one)
    operands = layer_operands(keep=False)
    out = torch.ops.seqloom.recurrent_layer(*operands)[0]
    with pytest.raises(RuntimeError, match="gradients need `keep`"):
        out.sum().backward()


def test_transforms_of_torch_func_take_torchs_path(monkeypatch):
    layer, x = GRU(3, 4), torch.randn(2, 5, 6, 3)
    with pytest.raises(ConfigError, match="got a transform of torch"):
        torch.func.vmap(lambda x: layer(x)[0])(x)
    monkeypatch.delenv("SEQLOOM_KERNELS")
    short, x = copy.deepcopy(layer).float(), x.float()
    weights = dict(short.named_parameters())

    def loss(weights):
        return torch.func.functional_call(short, weights, (x[0],))[0].sin().sum()

    got = torch.func.grad(loss)(weights)
    want = torch.autograd.grad(loss(weights), list(weights.values()))
    torch.testing.assert_close(list(got.values()), list(want))


def test_frozen_weights_and_no_grad():
    layer, x = GRU(3, 4, bidirectional=True), torch.randn(5, 6, 3)
    layer.weight_hh_l0.requires_grad_(False)
    want = layer(x)[0]
    want.sum().backward()
    assert layer.weight_hh_l0.grad is None
    assert layer.weight_ih_l0.grad is not None
    for context in (torch.no_grad, torch.inference_mode):
        with context():
            torch.testing.assert_close(layer(x)[0], want.detach())


def test_inputs_of_any_layout():
    layer = LSTM(3, 4, batch_first=True, bidirectional=True)
    x = torch.randn(6, 5, 3)
    want = layer(x)[0]
    wide = torch.randn(6, 5, 9)
    wide[:, :, ::3] = x
    lying = x.transpose(0, 2).contiguous().transpose(0, 2)
    for view in (wide[:, :, ::3], lying, x.transpose(0, 1).contiguous().transpose(0, 1)):
        torch.testing.assert_close(layer(view)[0], want)
    one = x[:1].expand(6, 5, 3).clone().requires_grad_()
    grads = [
        torch.autograd.grad(layer(leaf.expand(6, 5, 3))[0].sin().sum(), leaf)[0]
        for leaf in (one, x[:1].clone().requires_grad_())
    ]
    torch.testing.assert_close(grads[0].sum(0, keepdim=True), grads[1])


@pytest.mark.parametrize("sizes", [(0, 3), (2, 0), (0, 0), (2, 3)])
@pytest.mark.parametrize("cell", LAYERS)
def test_nothing_to_do(cell, sizes):
    B, T = sizes
    layer = LAYERS[cell](3, 4, 2, bidirectional=True, batch_first=True)
    x = torch.randn(B, T, 3, requires_grad=True)
    output, last = layer(x, lengths=torch.zeros(B, dtype=torch.int64))
    assert output.shape == (B, T, 8)
    assert (output == 0).all()
    for state in last if cell == "lstm" else [last]:
        assert (state == 0).all()
    output.sum().backward()
    assert (x.grad == 0).all()
    assert all((p.grad == 0).all() for p in layer.parameters())


def test_wrong_lengths_reach_the_core_and_are_refused():
    operands = layer_operands(True, torch.tensor([5, 6, 1, 1]))
    with pytest.raises(ValueError, match=r"^recurrent_layer: a length is below 0 or above"):
        torch.ops.seqloom.recurrent_layer(*operands)


SCRIPT = """
import seqloom.native, sys
seqloom.native.core()  # where it cannot run, torch need not be loaded
import torch
from seqloom.layers import GRU, LSTM, RNN
found = []
for threads in (1, 2):
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    arrays = []
    for make, B in ((RNN, 1), (LSTM, 5), (GRU, 21)):
        layer = make(7, 33, 2, batch_first=True, bidirectional=B == 21)
        x = torch.randn(B, 9, 7, requires_grad=True)
        lengths = torch.arange(B) % 10
        output, _ = layer(x, lengths=lengths if B > 1 else None)
        output.sin().sum().backward()
        arrays += [output.detach(), x.grad, *(p.grad for p in layer.parameters())]
    found.append(arrays)
torch.save(found, sys.argv[1])
"""


def test_instruction_sets_and_threads_agree(tmp_path):
    def run(isa):
        path = tmp_path / f"{isa}.pt"
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT, str(path)],
            env={**os.environ, "SEQLOOM_ISA": isa},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        if "on this CPU" in done.stderr:
            return []
        assert done.returncode == 0, done.stderr
        return torch.load(path, weights_only=True)

    want, _ = run("scalar")
    ran = [arrays for isa in ("avx2", "avx512", "neon") for arrays in run(isa)]
    assert ran
    for got in ran:
        assert max(relative(a, b) for a, b in zip(got, want, strict=True)) < 2e-6


def test_unroll_takes_the_core_where_it_can(monkeypatch):
    cell = GRUCell(3, 4)
    x, lengths = torch.randn(5, 6, 3), torch.tensor([6, 0, 1, 4, 2])
    want = on("torch", monkeypatch, lambda: unroll(cell, x, lengths=lengths))
    calls = []
    original = torch.ops.seqloom.recurrent_layer
    monkeypatch.setattr(
        torch.ops.seqloom, "recurrent_layer", lambda *a: calls.append(1) or original(*a)
    )
    torch.testing.assert_close(unroll(cell, x, lengths=lengths), want)
    assert calls
