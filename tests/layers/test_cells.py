"""One step of each cell: `torch.nn`'s cells are the outside oracle, `reference/` the inside one."""

from typing import NamedTuple

import pytest
import torch

from seqloom.layers import GRUCell, LSTMCell, RNNCell
from seqloom.reference import gru, lstm, rnn

from ..reference.compare import assert_same, from_module

B, I, H = 5, 3, 4
NAMES = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")


class Kind(NamedTuple):
    ours: object
    theirs: object  # torch's cell
    reference: object  # module, or object, with step and step_backward
    weights: type
    state: type  # of the reference


KINDS = {
    "rnn": Kind(
        lambda: RNNCell(I, H), lambda: torch.nn.RNNCell(I, H), rnn, rnn.RNNWeights, rnn.RNNState
    ),
    "rnn-relu": Kind(
        lambda: RNNCell(I, H, nonlinearity="relu"),
        lambda: torch.nn.RNNCell(I, H, nonlinearity="relu"),
        rnn.RNNCell("relu"),
        rnn.RNNWeights,
        rnn.RNNState,
    ),
    "lstm": Kind(
        lambda: LSTMCell(I, H),
        lambda: torch.nn.LSTMCell(I, H),
        lstm,
        lstm.LSTMWeights,
        lstm.LSTMState,
    ),
    "gru": Kind(
        lambda: GRUCell(I, H), lambda: torch.nn.GRUCell(I, H), gru, gru.GRUWeights, gru.GRUState
    ),
}


@pytest.fixture(params=KINDS)
def kind(request):
    return KINDS[request.param]


def run(cell, call, x, state, d_state):
    """New state and gradients of input, state before and weights."""
    x, *state = (a.clone().requires_grad_() for a in (x, *state))
    new = call(x, state)
    sum((a * d).sum() for a, d in zip(new, d_state, strict=True)).backward()
    return new, [a.grad for a in (x, *state)], [getattr(cell, n).grad for n in NAMES]


@pytest.fixture
def case(kind):
    """Our cell with random weights, and what it made of random numbers."""
    ours = kind.ours()
    zeros = ours.initial_state(B)
    x, state, d_state = torch.randn(B, I), torch.randn(len(zeros), B, H), torch.randn(2, B, H)
    arguments = x, state, d_state[: len(zeros)]
    got = run(ours, lambda x, s: ours.step(x, type(zeros)(*s))[1], *arguments)
    return ours, arguments, got


def test_matches_torch_forward_and_backward(kind, case):
    ours, arguments, got = case
    theirs = kind.theirs()
    theirs.load_state_dict(ours.state_dict())

    def step(x, state):
        new = theirs(x, tuple(state) if len(state) > 1 else state[0])
        return new if isinstance(new, tuple) else (new,)

    want = run(theirs, step, *arguments)
    torch.testing.assert_close(tuple(got[0]), want[0])
    torch.testing.assert_close(got[1:], want[1:])


def test_matches_the_reference_forward_and_backward(kind, case):
    ours, (x, state, d_state), (new, d_inputs, d_weights) = case
    w = from_module(kind.weights, ours)
    got, saved = kind.reference.step(x.numpy(), kind.state(*state.numpy()), w)
    assert_same(tuple(got), tuple(a.detach() for a in new))
    d_x, d_before, d_w = kind.reference.step_backward(kind.state(*d_state.numpy()), saved, w)
    assert_same((d_x, *d_before), tuple(d_inputs))
    assert_same(tuple(d_w), tuple(d_weights))


def test_output_is_the_new_h(kind):
    cell = kind.ours()
    output, state = cell.step(torch.randn(B, I), cell.initial_state(B))
    assert torch.equal(output, state.h)
    assert cell.weight_ih.shape == (cell.num_gates * H, I)


def test_forget_bias_moves_the_forget_gate_only():
    torch.manual_seed(1)
    plain = LSTMCell(I, H)
    torch.manual_seed(1)
    biased = LSTMCell(I, H, forget_bias=1.5)
    want = torch.zeros(4 * H)
    want[H : 2 * H] = 1.5
    torch.testing.assert_close(biased.bias_ih - plain.bias_ih, want)
    assert torch.equal(biased.bias_hh, plain.bias_hh)
