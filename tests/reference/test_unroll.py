"""The cells and their time loop: `torch.nn.RNN`, `LSTM` and `GRU` are the outside oracle.

Torch gets every sequence alone, without its padding; ours gets the batch, with NaN as padding.
"""

from typing import NamedTuple

import numpy as np
import pytest
import torch

from seqloom.errors import ShapeError
from seqloom.reference import gru, lstm, rnn, trees
from seqloom.reference.unroll import unroll, unroll_backward

from .compare import (
    as_float32,
    assert_float32,
    assert_is_slope,
    assert_same,
    grads,
    leaves,
    random_like,
    randoms,
    rng,
)

B, T, I, H = 5, 7, 3, 4
LENGTHS = np.array([7, 1, 4, 0, 6])


class Kind(NamedTuple):
    cell: object
    weights: type
    num_gates: int
    sequence: object  # torch's module for whole sequences
    one_step: object  # and for one step


KINDS = {
    "rnn": Kind(
        rnn,
        rnn.RNNWeights,
        1,
        lambda: torch.nn.RNN(I, H, batch_first=True),
        lambda: torch.nn.RNNCell(I, H),
    ),
    "rnn-relu": Kind(
        rnn.RNNCell("relu"),
        rnn.RNNWeights,
        1,
        lambda: torch.nn.RNN(I, H, batch_first=True, nonlinearity="relu"),
        lambda: torch.nn.RNNCell(I, H, nonlinearity="relu"),
    ),
    "lstm": Kind(
        lstm,
        lstm.LSTMWeights,
        4,
        lambda: torch.nn.LSTM(I, H, batch_first=True),
        lambda: torch.nn.LSTMCell(I, H),
    ),
    "gru": Kind(
        gru,
        gru.GRUWeights,
        3,
        lambda: torch.nn.GRU(I, H, batch_first=True),
        lambda: torch.nn.GRUCell(I, H),
    ),
}


@pytest.fixture(params=KINDS)
def kind(request):
    return KINDS[request.param]


class Case(NamedTuple):
    x: np.ndarray
    w: tuple
    state: tuple
    d_outputs: np.ndarray
    d_last: tuple


def make_case(kind, lengths=LENGTHS, num_steps=T):
    """Random everything; NaN wherever nothing must be read."""
    random, G = rng(), kind.num_gates * H
    w = randoms(
        random, kind.weights, weight_ih=(G, I), weight_hh=(G, H), bias_ih=(G,), bias_hh=(G,)
    )
    w = trees.map_arrays(lambda a: 0.5 * a, w)
    state = random_like(random, kind.cell.initial_state(B, w))
    x, d_outputs = random.normal(size=(B, num_steps, I)), random.normal(size=(B, num_steps, H))
    for b, n in enumerate(lengths):
        x[b, n:], d_outputs[b, n:] = np.nan, np.nan
    return Case(x, w, state, d_outputs, random_like(random, state))


def run_torch(kind, case):
    """Outputs, last state and gradients of torch, each sequence alone."""
    theirs = kind.sequence()
    theirs.load_state_dict({f"{n}_l0": torch.tensor(a) for n, a in case.w._asdict().items()})
    x, state = leaves(case.x), leaves(case.state)
    outputs, last = torch.zeros(B, T, H), [torch.zeros(B, H) for _ in state]
    for b, n in enumerate(LENGTHS):
        before = tuple(s[None, b : b + 1] for s in state)
        after = before
        if n:
            y, after = theirs(x[b : b + 1, :n], before if len(before) > 1 else before[0])
            after = after if isinstance(after, tuple) else (after,)
            outputs[b, :n] = y[0]
        for field, s in zip(last, after, strict=True):
            field[b] = s[0, 0]
    loss = (outputs * torch.tensor(np.nan_to_num(case.d_outputs))).sum()
    loss += sum((s * torch.tensor(d)).sum() for s, d in zip(last, case.d_last, strict=True))
    loss.backward()
    d_w = kind.weights(*(getattr(theirs, f"{n}_l0").grad for n in kind.weights._fields))
    return outputs, trees.build(case.state, last), grads(x), grads(state), d_w


def test_outputs_and_gradients_match_torch(kind):
    case = make_case(kind)
    outputs, last, d_x, d_state, d_w = run_torch(kind, case)

    got, got_last, saved = unroll(kind.cell, case.x, case.w, case.state, LENGTHS)
    assert_same(got, outputs)
    assert_same(got_last, last)
    got = unroll_backward(kind.cell, case.d_outputs, case.d_last, saved, case.w)
    assert_same(got.d_x, d_x)
    assert_same(got.d_initial_state, d_state)
    assert_same(got.d_w, d_w)


def test_gradient_is_the_slope(kind):
    case = make_case(kind, lengths=[T] * B)
    case.x[~(np.arange(T) < LENGTHS[:, None])] = 9.0  # padding may be moved, to no effect

    def loss(x, state, w):
        outputs, last, _ = unroll(kind.cell, x, w, state, LENGTHS)
        return (outputs * case.d_outputs).sum() + sum(
            (s * d).sum() for s, d in zip(last, case.d_last, strict=True)
        )

    saved = unroll(kind.cell, case.x, case.w, case.state, LENGTHS)[2]
    d_x, d_state, d_w, _ = unroll_backward(kind.cell, case.d_outputs, case.d_last, saved, case.w)
    assert_is_slope(loss, (case.x, case.state, case.w), (d_x, d_state, d_w))


def test_gradient_of_every_state_matches_autograd(kind):
    """Of a state as the next step gets it: a copy of what the step before gave."""
    case = make_case(kind, lengths=[T] * B)
    saved = unroll(kind.cell, case.x, case.w, case.state)[2]
    got = unroll_backward(kind.cell, case.d_outputs, case.d_last, saved, case.w)

    theirs = kind.one_step()
    theirs.load_state_dict({n: torch.tensor(a) for n, a in case.w._asdict().items()})
    state, states = tuple(leaves(case.state)), []
    for t in range(T):
        new = theirs(torch.tensor(case.x[:, t]), state if len(state) > 1 else state[0])
        state = tuple(s.clone() for s in (new if isinstance(new, tuple) else (new,)))
        for field in state:
            field.retain_grad()
        states.append(state)
    loss = sum((s[0] * torch.tensor(case.d_outputs[:, t])).sum() for t, s in enumerate(states))
    loss += sum((s * torch.tensor(d)).sum() for s, d in zip(state, case.d_last, strict=True))
    loss.backward()
    for d, steps in zip(got.d_states, zip(*states, strict=True), strict=True):
        assert_same(d, torch.stack([s.grad for s in steps], dim=1))
    assert_same(got.d_h, got.d_states[0])


def test_gradients_are_the_same_without_those_of_the_weights(kind):
    case = make_case(kind)
    saved = unroll(kind.cell, case.x, case.w, case.state, LENGTHS)[2]
    want = unroll_backward(kind.cell, case.d_outputs, case.d_last, saved, case.w)
    got = unroll_backward(kind.cell, case.d_outputs, case.d_last, saved, case.w, weights=False)
    assert got.d_w is None
    for name in ("d_x", "d_initial_state", "d_states"):
        assert_same(getattr(got, name), getattr(want, name))


def test_padding_changes_nothing(kind):
    case = make_case(kind)
    got, last, saved = unroll(kind.cell, case.x, case.w, case.state, LENGTHS)
    back = unroll_backward(kind.cell, case.d_outputs, case.d_last, saved, case.w)
    for b, n in enumerate(LENGTHS):
        only = slice(b, b + 1)
        alone = trees.map_arrays(lambda s, only=only: s[only], case.state)
        want, want_last, _ = unroll(kind.cell, case.x[only, :n], case.w, alone)
        assert_same(got[only, :n], want)
        assert_same(trees.map_arrays(lambda s, only=only: s[only], last), want_last)
        assert (got[b, n:] == 0).all()
        assert (back.d_x[b, n:] == 0).all()
        assert (back.d_h[b, n:] == 0).all()


def test_unroll_equals_stepping_from_zeros(kind):
    case = make_case(kind, lengths=[T] * B)
    got, last, _ = unroll(kind.cell, case.x, case.w)
    state = trees.zeros_like(case.state)
    for t in range(T):
        state, _ = kind.cell.step(case.x[:, t], state, case.w)
        assert_same(got[:, t], state.h)
    assert_same(last, state)


def test_outputs_do_not_see_the_future(kind):
    case = make_case(kind, lengths=[T] * B)
    want = unroll(kind.cell, case.x, case.w, case.state)[0]
    changed = case.x.copy()
    changed[:, 4:] += 1
    got = unroll(kind.cell, changed, case.w, case.state)[0]
    np.testing.assert_array_equal(got[:, :4], want[:, :4])
    assert not np.allclose(got[:, 4:], want[:, 4:])


def test_no_steps_at_all(kind):
    case = make_case(kind, num_steps=0)
    got, last, saved = unroll(kind.cell, case.x, case.w, case.state)
    assert got.shape == (B, 0, H)
    assert_same(last, case.state)
    back = unroll_backward(kind.cell, case.d_outputs, case.d_last, saved, case.w)
    assert back.d_x.shape == (B, 0, I)
    assert_same(back.d_initial_state, case.d_last)
    assert_same(back.d_w, trees.zeros_like(case.w))


def test_float32_stays(kind):
    case = make_case(kind)
    x, w, d_outputs, d_last = (as_float32(a) for a in (case.x, case.w, case.d_outputs, case.d_last))
    outputs, last, saved = unroll(kind.cell, x, w, lengths=LENGTHS)
    assert_float32((outputs, last))
    assert_float32(tuple(unroll_backward(kind.cell, d_outputs, d_last, saved, w)))


def test_wrong_input_size_says_what_was_wrong(kind):
    case = make_case(kind)
    message = r"^unroll: `x_BTI` must have shape \(B, T, I=3\), got \(5, 7, 8\)\.$"
    with pytest.raises(ShapeError, match=message):
        unroll(kind.cell, np.ones((B, T, 8)), case.w)
