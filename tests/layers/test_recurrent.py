"""Stacked layers: `torch.nn.RNN`, `LSTM` and `GRU` are the outside oracle.

Torch gets every sequence alone, without its padding; ours gets the batch, with NaN as padding.
"""

import itertools
from typing import NamedTuple

import pytest
import torch

from seqloom import native
from seqloom.errors import ConfigError, ShapeError
from seqloom.layers import GRU, LSTM, RNN, paths, unroll
from seqloom.layers.dropout import dropout
from seqloom.layers.recurrent import LAYERS

B, T, I, H = 5, 7, 3, 4
LENGTHS = torch.tensor([7, 1, 4, 0, 6])
REAL = torch.arange(T) < LENGTHS[:, None]

KINDS = {
    "rnn": (RNN, torch.nn.RNN, {}),
    "rnn-relu": (RNN, torch.nn.RNN, {"nonlinearity": "relu"}),
    "lstm": (LSTM, torch.nn.LSTM, {}),
    "gru": (GRU, torch.nn.GRU, {}),
}
BUILDS = {
    f"{kind}-{layers}-{'both' if both else 'one'}-way": (kind, layers, both)
    for kind, layers, both in itertools.product(KINDS, (1, 2, 3), (False, True))
}


class Pair(NamedTuple):
    """Our layers and torch's, with the same weights."""

    ours: torch.nn.Module
    theirs: torch.nn.Module
    rows: int  # layers times directions
    fields: int  # arrays of a state

    def random_state(self):
        state = torch.randn(self.fields, self.rows, B, H)
        return tuple(state) if self.fields > 1 else state[0]


def make_pair(name, batch_first=True):
    kind, num_layers, bidirectional = BUILDS[name]
    ours, theirs, options = KINDS[kind]
    options = {**options, "bidirectional": bidirectional, "batch_first": batch_first}
    pair = [make(I, H, num_layers, **options) for make in (ours, theirs)]
    pair[1].load_state_dict(pair[0].state_dict())
    return Pair(*pair, num_layers * (1 + bidirectional), 2 if kind == "lstm" else 1)


def options_of(layers):
    return {"nonlinearity": layers.nonlinearity} if isinstance(layers, RNN) else {}


@pytest.fixture(autouse=True, params=["torch", "native"])
def kernels(request, monkeypatch):
    """Every test here runs on both."""
    if request.param == "native" and not native.available():
        pytest.skip("the native core was not built")
    monkeypatch.setenv("SEQLOOM_KERNELS", request.param)
    return request.param


@pytest.fixture(params=BUILDS)
def pair(request):
    return make_pair(request.param)


def padded(value):
    return torch.where(REAL[:, :, None], torch.randn(B, T, I), value)


def tensors(state):
    return state if isinstance(state, tuple) else (state,)


def leaves(x, state):
    x = x.clone().requires_grad_()
    state = tuple(s.clone().requires_grad_() for s in tensors(state))
    return x, state if len(state) > 1 else state[0]


def gradients(module, output, last, x, state):
    """Of a random but fixed loss; weights in the order of the state_dict."""
    torch.manual_seed(1)
    parts = [output, *tensors(last)]
    loss = sum((part * torch.randn(part.shape)).sum() for part in parts)
    named = sorted(module.named_parameters())
    return torch.autograd.grad(loss, [x, *tensors(state), *(p for _, p in named)])


@pytest.mark.parametrize("batch_first", [False, True])
@pytest.mark.parametrize("name", BUILDS)
def test_matches_torch_on_full_batches(name, batch_first):
    ours, theirs, *_ = pair = make_pair(name, batch_first)
    x = torch.randn(*((B, T) if batch_first else (T, B)), I)
    state = pair.random_state()
    results = []
    for module in (ours, theirs):
        leaf, before = leaves(x, state)
        output, last = module(leaf, before)
        results.append((output, last, gradients(module, output, last, leaf, before)))
    torch.testing.assert_close(*results)
    torch.testing.assert_close(ours(x), theirs(x))  # no state: zeros
    assert ours.output_size == results[0][0].shape[2]


def test_weights_load_in_both_directions(pair):
    ours, theirs, *_ = pair
    assert list(ours.state_dict()) == list(theirs.state_dict())
    for p in theirs.parameters():
        torch.nn.init.normal_(p)
    x = torch.randn(B, T, I)
    assert not torch.allclose(ours(x)[0], theirs(x)[0])
    ours.load_state_dict(theirs.state_dict())
    torch.testing.assert_close(ours(x), theirs(x))


def one_at_a_time(theirs, x, state):
    """Outputs, zero on padding, and last states of torch, each sequence alone."""
    single = not isinstance(state, tuple)
    outputs, lasts = [], []
    for b, n in enumerate(LENGTHS.tolist()):
        before = tuple(s[:, b : b + 1] for s in tensors(state))
        output, last = x.new_zeros(1, 0, H * (2 if theirs.bidirectional else 1)), before
        if n:
            output, last = theirs(x[b : b + 1, :n], before[0] if single else before)
        outputs.append(torch.nn.functional.pad(output, (0, 0, 0, T - n)))
        lasts.append(tensors(last))
    last = tuple(torch.cat(field, dim=1) for field in zip(*lasts, strict=True))
    return torch.cat(outputs), last[0] if single else last


@pytest.mark.parametrize("return_states", [False, True])
def test_ragged_batch_matches_torch_on_each_sequence_alone(pair, return_states):
    ours, theirs, *_ = pair
    x, state = padded(torch.nan), pair.random_state()
    leaf, before = leaves(x, state)
    output, last, *_ = ours(leaf, before, lengths=LENGTHS, return_states=return_states)
    got = output, last, gradients(ours, output, last, leaf, before)
    leaf, before = leaves(x, state)
    output, last = one_at_a_time(theirs, leaf, before)
    want = output, last, gradients(theirs, output, last, leaf, before)
    torch.testing.assert_close(got, want)
    assert (got[0][~REAL] == 0).all()
    assert (got[2][0][~REAL] == 0).all()


def test_time_first_takes_lengths_too(pair):
    x, state = padded(torch.nan), pair.random_state()
    want, want_last = pair.ours(x, state, lengths=LENGTHS)
    pair.ours.batch_first = False
    got, last = pair.ours(x.transpose(0, 1), state, lengths=LENGTHS)
    torch.testing.assert_close((got.transpose(0, 1), last), (want, want_last))


def test_trace_has_every_state_and_gate_of_each_layer_and_direction(pair):
    ours = pair.ours
    x, state = padded(torch.nan), pair.random_state()
    output, last, traces = ours(x, state, lengths=LENGTHS, return_states=True)
    assert len(traces) == ours.num_layers
    below, row = x, 0
    for layer, trace in enumerate(traces):
        runs = [trace.forward, trace.backward] if ours.bidirectional else [trace.forward]
        assert (trace.backward is None) is not ours.bidirectional
        for run, suffix in zip(runs, ("", "_reverse"), strict=False):
            names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
            weights = [getattr(ours, f"{n}_l{layer}{suffix}") for n in names]
            cell = ours.cell_class.of_weights(weights, **options_of(ours))
            before = type(run.last)(*(s[row] for s in tensors(state)))
            options = {"lengths": LENGTHS, "reverse": suffix != "", "return_states": True}
            torch.testing.assert_close(run, unroll(cell, below, before, **options))
            torch.testing.assert_close(tuple(run.last), tuple(s[row] for s in tensors(last)))
            row += 1
        below = torch.cat([run.output for run in runs], dim=-1)
    torch.testing.assert_close(output, below)


def test_a_trace_is_opened_once_when_it_is_read(pair, monkeypatch):
    opened = []
    original = paths.opened
    monkeypatch.setattr(paths, "opened", lambda *a: opened.append(a) or original(*a))
    _, _, traces = pair.ours(torch.randn(B, T, I), lengths=LENGTHS, return_states=True)
    assert opened == []
    for trace in traces:
        assert trace.forward is trace.forward
        assert trace.backward is trace.backward
    assert len(opened) in (0, len(traces))  # none where the core did not run


@pytest.mark.parametrize("return_states", [False, True])
def test_no_steps_at_all(pair, return_states):
    state = pair.random_state()
    output, last, *_ = pair.ours(torch.randn(B, 0, I), state, return_states=return_states)
    assert output.shape == (B, 0, pair.ours.output_size)
    torch.testing.assert_close(last, state)


@pytest.fixture(params=KINDS)
def kind(request):
    return KINDS[request.param]


@pytest.mark.parametrize("return_states", [False, True])
def test_dropout_falls_between_layers_while_training(kind, return_states):
    ours, _, options = kind
    layers = ours(I, H, 2, batch_first=True, dropout=0.5, **options)
    plain = ours(I, H, 2, batch_first=True, **options)
    plain.load_state_dict(layers.state_dict())
    x, run = torch.randn(B, T, I), {"return_states": return_states}
    want = plain(x, **run)[0]
    assert not torch.allclose(layers(x, **run)[0], want)
    torch.testing.assert_close(layers.eval()(x, **run)[0], want)
    with pytest.warns(UserWarning, match="dropout"):  # torch's own: there is no layer below the top
        one = ours(I, H, 1, batch_first=True, dropout=0.5, **options)
    torch.testing.assert_close(one(x, **run)[0], one.eval()(x, **run)[0])


def test_dropout_is_torchs(kind, monkeypatch):
    """Which layers it falls between and how it scales, drawn from the same seed. The native path
    draws other units: tests/layers/test_dropout.py."""
    monkeypatch.setenv("SEQLOOM_KERNELS", "torch")
    ours, theirs, options = kind
    pair = [make(I, H, 3, dropout=0.4, **options) for make in (ours, theirs)]
    pair[1].load_state_dict(pair[0].state_dict())
    x, results = torch.randn(B, T, I), []
    for module in pair:
        torch.manual_seed(3)
        results.append(module(x)[0])
    torch.testing.assert_close(*results)


def test_traced_dropout_scales_what_is_left(kind):
    ours, _, options = kind
    layers = ours(I, H, 2, batch_first=True, dropout=0.4, **options)
    torch.manual_seed(3)
    output, _, traces = layers(torch.randn(B, T, I), return_states=True)
    torch.manual_seed(3)
    torch.randn(B, T, I)
    below = dropout(traces[0].forward.output, 0.4, True)
    names = ("weight_ih_l1", "weight_hh_l1", "bias_ih_l1", "bias_hh_l1")
    cell = ours.cell_class.of_weights([getattr(layers, n) for n in names], **options)
    torch.testing.assert_close(output, unroll(cell, below).output)


def test_registry_names_the_layers():
    assert LAYERS == {"rnn": RNN, "lstm": LSTM, "gru": GRU}


def test_wrong_lengths_say_what_was_wrong():
    layers, x = LSTM(I, H, 2), torch.randn(T, B, I)
    for lengths, message in (
        (LENGTHS[:4], "`lengths` must have shape (B=5), got (4,)."),
        (LENGTHS + 2, "`lengths` must be from 0 to T=7, got 9."),
        (LENGTHS - 1, "`lengths` must be from 0 to T=7, got -1."),
    ):
        with pytest.raises(ShapeError) as caught:
            layers(x, lengths=lengths)
        assert str(caught.value) == f"LSTM: {message}"
    with pytest.raises(ConfigError, match=r"^LSTM: `hx` must have 2 arrays \(h, c\), got 1\.$"):
        layers(x, torch.randn(2, B, H))
    with pytest.raises(ConfigError, match=r"^LSTM: `lengths` must be None for an input without a"):
        layers(x[:, 0], lengths=LENGTHS)
    with pytest.raises(ConfigError, match=r"^LSTM: `lengths` must be None for a PackedSequence"):
        layers(torch.nn.utils.rnn.pack_sequence([x[:, 0]]), lengths=LENGTHS)
    with pytest.raises(ConfigError, match=r"^LSTM: `return_states` must be False with `proj_size`"):
        LSTM(I, H, proj_size=2)(x, return_states=True)
