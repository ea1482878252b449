"""Derivatives of derivatives, batches of them and forward mode, where the native core ran forward.

Held to torch.nn and, for the decoder and for states and gates, to finite differences. Everything
forced onto the core is float64; what takes torch's path by itself is float32 against float64.
"""

import copy

import pytest
import torch
from torch.autograd import forward_ad, functional
from torch.func import functional_call, hessian, jacrev, jvp, vmap

from seqloom import native
from seqloom.layers import GRU, LSTM, RNN, GRUCell, LSTMCell, RNNCell
from seqloom.layers.attention import AdditiveAttention, DotAttention
from seqloom.layers.decoder_loop import attention_decoder
from seqloom.layers.dropout import dropout

pytestmark = pytest.mark.skipif(not native.available(), reason="the native core was not built")

LAYERS = {"RNN": RNN, "LSTM": LSTM, "GRU": GRU}
CELLS = {"RNN": RNNCell, "LSTM": LSTMCell, "GRU": GRUCell}
grad = torch.autograd.grad


@pytest.fixture
def forced(monkeypatch):
    monkeypatch.setenv("SEQLOOM_KERNELS", "native")


def twins(name, **options):
    torch.manual_seed(4)
    theirs = getattr(torch.nn, name)(2, 3, 2, batch_first=True, bidirectional=True, **options)
    ours = LAYERS[name](2, 3, 2, batch_first=True, bidirectional=True, **options)
    ours.load_state_dict(theirs.state_dict())
    return ours, theirs, torch.randn(2, 4, 2), torch.randn(2, 4, 2)


def output(layer, x):
    return layer(x)[0]


# -- reverse over reverse, the core forced ---------------------------------------------------------


def gradient_penalty(layer, x, _):
    x = x.clone().requires_grad_()
    y = output(layer, x)
    (slope,) = grad(y.sum(), x, create_graph=True)
    loss = y.mean() + (slope.flatten(1).norm(dim=1) - 1).square().mean()
    return torch.cat([g.flatten() for g in grad(loss, [x, *layer.parameters()])])


def learning_to_learn(layer, x, other):
    names, weights = zip(*layer.named_parameters(), strict=True)
    moved = weights
    for _ in range(2):
        loss = functional_call(layer, dict(zip(names, moved, strict=True)), (x,))[0].sum()
        slopes = grad(loss, moved, create_graph=True)
        moved = [w - 0.3 * g for w, g in zip(moved, slopes, strict=True)]
    loss = functional_call(layer, dict(zip(names, moved, strict=True)), (other,))[0].square().sum()
    return torch.cat([g.flatten() for g in grad(loss, weights)])


def third_derivative(layer, x, other):
    x = x.clone().requires_grad_()
    total = output(layer, x).sum()
    for _ in range(3):
        (slope,) = grad(total, x, create_graph=True)
        total = (slope * other).sum()
    return total


REVERSE = {
    "hessian": lambda layer, x, _: functional.hessian(lambda x: output(layer, x).sum(), x),
    "hvp": lambda layer, x, v: functional.hvp(lambda x: output(layer, x).sin().sum(), x, v)[1],
    "vhp": lambda layer, x, v: functional.vhp(lambda x: output(layer, x).sin().sum(), x, v)[1],
    "double backward jvp": lambda layer, x, v: functional.jvp(lambda x: output(layer, x), x, v)[1],
    "gradient penalty": gradient_penalty,
    "MAML": learning_to_learn,
    "third derivative": third_derivative,
}


@pytest.mark.parametrize("kind", REVERSE)
@pytest.mark.parametrize("name", LAYERS)
def test_derivatives_of_gradients_are_torchs(name, kind, forced):
    ours, theirs, x, other = twins(name)
    got, want = REVERSE[kind](ours, x, other), REVERSE[kind](theirs, x, other)
    assert want.abs().max() > 1e-6
    torch.testing.assert_close(got, want, rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("name", LAYERS)
def test_batches_of_gradients_are_jacobians(name, forced):
    ours, theirs, x, _ = twins(name)
    want = functional.jacobian(lambda x: output(theirs, x), x)
    got = functional.jacobian(lambda x: output(ours, x), x, vectorize=True)
    torch.testing.assert_close(got, want)
    sums = [
        functional.hessian(lambda x: output(layer, x).sin().sum(), x, vectorize=True)  # noqa: B023
        for layer in (ours, theirs)
    ]
    torch.testing.assert_close(*sums)


@pytest.mark.parametrize("name", LAYERS)
def test_states_gates_and_padding_have_second_slopes(name, forced):
    torch.manual_seed(5)
    layer = LAYERS[name](2, 2, bias=name != "RNN", batch_first=True, bidirectional=name == "RNN")
    lengths, D = torch.tensor([2, 0, 1]), layer.num_directions
    names = [key for key, _ in layer.named_parameters()]
    fields = 2 if name == "LSTM" else 1

    def call(x, *rest):
        hx = rest[0] if fields == 1 else rest[:2]
        weights = dict(zip(names, rest[fields:], strict=True))
        options = {"lengths": lengths, "return_states": True}
        out, last, traces = functional_call(layer, weights, (x, hx), options)
        inside = [a for side in traces[0] if side for a in (*side.states, *side.gates)]
        return (out, *(last if fields == 2 else [last]), *inside)

    inputs = [torch.randn(3, 2, 2), *torch.randn(fields, D, 3, 2), *layer.parameters()]
    inputs = [x.detach().requires_grad_() for x in inputs]
    assert torch.autograd.gradgradcheck(call, inputs, fast_mode=True)


@pytest.mark.parametrize("score", ["additive", "dot"])
@pytest.mark.parametrize("name", CELLS)
def test_the_decoder_has_second_slopes_and_batches_of_gradients(name, score, forced):
    torch.manual_seed(6)
    attention = AdditiveAttention(2, 2, 3) if score == "additive" else DotAttention(2, 2)
    modules = torch.nn.ModuleList([CELLS[name](3, 2), attention])
    cell, lengths = modules[0], torch.tensor([3, 0])

    def call(x, values, h, *_):
        memory = attention.remember(values, lengths)
        state = type(cell.initial_state(0))(*[h] * len(cell.state_fields))
        run = attention_decoder(cell, attention, x, memory, state)
        return (run.output, run.context, run.weights, *run.last)

    inputs = [torch.randn(2, 3, 1), torch.randn(2, 3, 2), torch.randn(2, 2)]
    inputs = [x.requires_grad_() for x in inputs] + list(modules.parameters())
    assert torch.autograd.gradgradcheck(call, inputs, fast_mode=True)
    jacobians = [
        functional.jacobian(lambda *x: call(*x)[0], tuple(inputs[:3]), vectorize=vectorize)
        for vectorize in (False, True)
    ]
    torch.testing.assert_close(*jacobians)


def test_a_weight_that_depends_on_the_input_is_counted_once(forced):
    ours, theirs, x, _ = twins("GRU")

    def second(layer):
        leaf = x.clone().requires_grad_()
        weights = {key: w * leaf.mean() for key, w in layer.named_parameters()}
        y = functional_call(layer, weights, (leaf,))[0].sum()
        (slope,) = grad(y, leaf, create_graph=True)
        return grad(slope.square().sum(), leaf)[0]

    torch.testing.assert_close(second(ours), second(theirs))


def test_dropout_has_all_derivatives(forced):
    torch.manual_seed(7)
    x = torch.randn(3, 4, requires_grad=True)
    y = dropout(x.square(), 0.4, True)
    kept = (y != 0) / 0.6
    (slope,) = grad(y.sum(), x, create_graph=True)
    torch.testing.assert_close(slope, 2 * x * kept)
    eye = torch.eye(12).view(12, 3, 4)
    (rows,) = grad(slope, x, eye, is_grads_batched=True, retain_graph=True)
    torch.testing.assert_close(rows, eye * (2 * kept))
    torch.testing.assert_close(grad(slope.sum(), x)[0], 2 * kept)


# -- what takes torch's path by itself -------------------------------------------------------------


def tangent(layer, x, v):
    with forward_ad.dual_level(), torch.no_grad():
        return forward_ad.unpack_dual(output(layer, forward_ad.make_dual(x, v))).tangent


def forward_over_reverse(layer, x, v):
    with forward_ad.dual_level():
        leaf = forward_ad.make_dual(x.clone().requires_grad_(), v)
        (slope,) = grad(output(layer, leaf).square().sum(), leaf, create_graph=True)
        return forward_ad.unpack_dual(slope).tangent


def by_reverse(layer, x, v):
    return functional.jvp(lambda x: output(layer, x), x, v)[1]


def loss(layer):
    return lambda x: output(layer, x).square().sum()


FORWARD = {
    "tangent under no_grad": (tangent, by_reverse),
    "func.jvp": (lambda n, x, v: jvp(lambda x: output(n, x), (x,), (v,))[1], by_reverse),
    "forward over reverse": (
        forward_over_reverse,
        lambda n, x, v: functional.hvp(loss(n), x, v)[1],
    ),
    "func.hessian": (
        lambda n, x, _: hessian(loss(n))(x),
        lambda n, x, _: functional.hessian(loss(n), x),
    ),
    "jacrev": (
        lambda n, x, _: jacrev(lambda x: output(n, x))(x),
        lambda n, x, _: functional.jacobian(lambda x: output(n, x), x),
    ),
    "vectorised forward mode": (
        lambda n, x, _: functional.jacobian(
            lambda x: output(n, x), x, vectorize=True, strategy="forward-mode"
        ),
        lambda n, x, _: functional.jacobian(lambda x: output(n, x), x),
    ),
    "vmap": (
        lambda n, x, v: vmap(lambda x: output(n, x))(torch.stack([x, v])),
        lambda n, x, v: torch.stack([output(n, x), output(n, v)]),
    ),
}


@pytest.mark.filterwarnings("ignore:`torch.jit.script` is deprecated")  # by torch's forward mode
@pytest.mark.parametrize("kind", FORWARD)
@pytest.mark.parametrize("name", LAYERS)
def test_forward_mode_and_transforms(name, kind):
    ours, theirs, x, v = twins(name)
    got = FORWARD[kind][0](copy.deepcopy(ours).float(), x.float(), v.float())
    want = FORWARD[kind][1](theirs, x, v)
    assert got is not None
    torch.testing.assert_close(got.double(), want, rtol=1e-4, atol=2e-6)
