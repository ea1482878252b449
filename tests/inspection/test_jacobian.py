"""Jacobian norms against float64 autograd, and against the backward passes of `reference/`."""

import numpy as np
import pytest
import torch

from seqloom.inspection import jacobian
from seqloom.inspection.jacobian import FLOOR, jacobian_norms
from seqloom.layers.recurrent import CELLS
from seqloom.layers.unroll import unroll
from seqloom.reference import gru, lstm, rnn
from seqloom.reference.rnn import RNNCell

REFERENCE = {"rnn": (rnn, rnn.RNNWeights), "lstm": (lstm, lstm.LSTMWeights),
             "gru": (gru, gru.GRUWeights)}  # fmt: skip
CASES = [
    ("rnn", "tanh", 9, 3, 7),
    ("rnn", "relu", 6, 4, 11),
    ("lstm", "tanh", 8, 5, 9),
    ("lstm", "tanh", 1, 2, 1),
    ("gru", "tanh", 10, 3, 6),
    ("gru", "tanh", 5, 6, 101),
]


def a_layer(kind, nonlinearity, T, I, H, *, scale=1.0, dtype=torch.float64, seed=0):
    """A random cell, what it did with a random sequence, its weights for `reference/`."""
    torch.manual_seed(seed)
    options = {"nonlinearity": nonlinearity} if kind == "rnn" else {}
    cell = CELLS[kind](I, H, **options).to(dtype)
    for weight in cell.parameters():
        weight.data = scale * torch.randn_like(weight) * (2.0 / H) ** 0.5
    x = torch.randn(1, T, I, dtype=dtype)
    with torch.no_grad():
        ran = unroll(cell, x, return_states=True)
    arrays = {n: a[0].numpy() for n, a in ran.states._asdict().items()}
    if kind != "rnn":
        arrays |= {n: a[0].numpy() for n, a in ran.gates._asdict().items()}
    weights = REFERENCE[kind][1](
        *(getattr(cell, n).detach().numpy() for n in REFERENCE[kind][1]._fields)
    )
    return cell, x, ran, arrays, weights


def by_autograd(cell, x, ran, t):
    """d(last state)/d(state after step t), a matrix of blocks, by torch.autograd."""
    kind = type(ran.last)
    H = cell.hidden_size

    def run(flat):
        state = kind(*(flat[None, k * H : (k + 1) * H] for k in range(len(kind._fields))))
        for later in range(t + 1, x.shape[1]):
            _, state = cell.step(x[:, later], state)
        return torch.cat([field[0] for field in state])

    here = torch.cat([field[0, t] for field in ran.states])
    return torch.autograd.functional.jacobian(run, here).numpy()


@pytest.mark.parametrize("case", CASES)
def test_norms_are_those_of_autograd(case):
    kind, nonlinearity, T, _, H = case
    cell, x, ran, arrays, weights = a_layer(*case)
    found, computed = jacobian_norms(kind, weights, arrays, nonlinearity=nonlinearity)
    assert computed == T
    for t in range(T):
        whole = by_autograd(cell, x, ran, t)
        want = {"state": whole[:H]}
        if kind == "lstm":
            kept = np.diag(np.prod(arrays["f"][t + 1 :], axis=0))
            want |= {"h": whole[:H, :H], "c": whole[:H, H:]}
            want |= {"cell": kept, "gates": whole[H:, H:] - kept}
        if kind == "gru":
            kept = np.diag(np.prod(arrays["z"][t + 1 :], axis=0))
            want |= {"cell": kept, "gates": whole - kept}
        assert found.keys() == want.keys()
        for name, matrix in want.items():
            norm = np.linalg.norm(matrix, 2)
            assert found[name][t] == pytest.approx(norm, rel=1e-6, abs=1e-13), (name, t)


@pytest.mark.parametrize("case", CASES)
def test_a_product_with_a_vector_is_the_reference_backward_pass(case):
    """The bound holds for any vector that back-propagation sends back, and one step reaches it."""
    kind, nonlinearity, T, _, H = case
    _, x, _, arrays, weights = a_layer(*case)
    module = RNNCell(nonlinearity) if kind == "rnn" else REFERENCE[kind][0]
    state, saved = module.initial_state(1, weights), []
    for t in range(T):
        state, kept = module.step(x[:, t].numpy(), state, weights)
        saved.append(kept)
    found = jacobian_norms(kind, weights, arrays, nonlinearity=nonlinearity).values["state"]
    d_states = type(state)(*(np.eye(H) if n == "h" else np.zeros((H, H)) for n in state._fields))
    for t in reversed(range(T)):
        norm = np.linalg.norm(np.concatenate(d_states, axis=1), 2)
        assert found[t] == pytest.approx(norm, rel=1e-9)
        many = saved[t]._replace(
            **{n: np.repeat(getattr(saved[t], n), H, axis=0)
               for n in saved[t]._fields if n not in ("before", "nonlinearity")},
            before=type(state)(*(np.repeat(a, H, axis=0) for a in saved[t].before)),
        )  # fmt: skip
        _, d_states, _ = module.step_backward(d_states, many, weights)


@pytest.mark.parametrize("kind", ["rnn", "lstm", "gru"])
def test_a_float32_trace_gives_nearly_the_same(kind):
    _, _, _, arrays, weights = a_layer(kind, "tanh", 40, 3, 12)
    exact = jacobian_norms(kind, weights, arrays).values
    single = {name: array.astype(np.float32) for name, array in arrays.items()}
    for name, norms in jacobian_norms(kind, weights, single).values.items():
        np.testing.assert_allclose(norms, exact[name], rtol=3e-6)


@pytest.mark.parametrize("kind", ["rnn", "lstm", "gru"])
def test_large_layers_in_single_precision(kind, monkeypatch):
    _, _, _, arrays, weights = a_layer(kind, "tanh", 12, 3, jacobian.DOUBLE + 4)
    got = jacobian_norms(kind, weights, arrays).values
    monkeypatch.setattr(jacobian, "DOUBLE", 1000)
    exact = jacobian_norms(kind, weights, arrays).values
    for name, norms in exact.items():
        np.testing.assert_allclose(got[name], norms, rtol=1e-4, atol=1e-6)
    assert not np.array_equal(got["state"], exact["state"])


def test_what_explodes_and_what_vanishes_stays_a_number():
    for scale, sign in ((6.0, 1), (0.02, -1)):
        _, _, _, arrays, weights = a_layer("rnn", "relu", 400, 3, 8, scale=scale)
        norms = jacobian_norms("rnn", weights, arrays, nonlinearity="relu").values["state"]
        assert np.isfinite(norms).all() or sign > 0
        assert not np.isnan(norms).any()
        steps = np.arange(399, -1, -1)
        if sign > 0:
            assert norms[0] > 1e30
        else:
            assert norms[0] == 0.0
            assert norms[norms > 0].min() >= FLOOR
            assert (norms[steps < 3] > 0).all()


def test_steps_that_would_cost_too_much_are_left_out_and_counted():
    _, _, _, arrays, weights = a_layer("gru", "tanh", 9, 3, 4)
    whole = jacobian_norms("gru", weights, arrays)
    some = jacobian_norms("gru", weights, arrays, most_work=3 * 2 * 4**3)
    assert (whole.computed, some.computed) == (9, 3)
    for name, norms in some.values.items():
        np.testing.assert_array_equal(norms[:6], 0.0)
        np.testing.assert_array_equal(norms[6:], whole.values[name][6:])


def test_no_steps():
    _, _, _, arrays, weights = a_layer("lstm", "tanh", 3, 2, 4)
    none = {name: array[:0] for name, array in arrays.items()}
    assert jacobian_norms("lstm", weights, none) == ({}, 0)
