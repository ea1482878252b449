"""Laws every language model keeps. They run for all of `CONFIGS`."""

import numpy as np
import pytest
import torch
from torch import nn

from seqloom import native
from seqloom.config.generate import RecurrentTextConfig, TransformerTextConfig, WindowConfig
from seqloom.decoding import select
from seqloom.layers.transformer import recency
from seqloom.models.language import build_language
from seqloom.models.language_model import TorchTextModel
from seqloom.reference import transformer_parts, trees

from ..export.language_models import CONFIGS, recurrent
from ..reference.compare import flatten, randomise

B, T, V = 4, 11, 9
# how many symbols back a change can be felt, itself counted
REACH = {
    "transformer, short context": 3 * 3 + 1,
    "transformer that sees one position": 1,
    "window of 4": 4,
    "window of 1": 1,
}


@pytest.fixture(params=["torch", "native"])
def kernels(request, monkeypatch):
    """What runs the recurrent layers."""
    if request.param == "native" and not native.available():
        pytest.skip("the native core is not built")
    monkeypatch.setenv("SEQLOOM_KERNELS", request.param)


@pytest.fixture(params=CONFIGS)
def name(request, kernels):
    return request.param


@pytest.fixture
def model(name):
    """In evaluation mode, with biases and norms that are not what they start with."""
    return randomise(build_language(CONFIGS[name], V)).eval()


@pytest.fixture
def symbols():
    return torch.randint(V, (B, T))


def assert_same_state(got, want):
    got, want = flatten(got), flatten(want)
    assert got.keys() == want.keys()
    for key in want:
        torch.testing.assert_close(got[key], want[key])


def read(model, symbols, pieces, state=None):
    state = model.initial_state(len(symbols)) if state is None else state
    logits = []
    for piece in symbols.split(pieces, dim=1):
        some, state = model(piece, state)
        logits.append(some)
    return torch.cat(logits, dim=1), state


def test_stepping_and_pieces_give_the_logits_of_the_full_pass(model, symbols):
    want, last = model(symbols, model.initial_state(B))
    assert want.shape == (B, T, V)
    state, stepped = model.initial_state(B), []
    for column in symbols.unbind(1):
        logits, state = model.step(column, state)
        stepped.append(logits)
    torch.testing.assert_close(torch.stack(stepped, dim=1), want)
    assert_same_state(state, last)
    for pieces in (1, 3, [5, 0, 6], [2, 9]):
        got, state = read(model, symbols, pieces)
        torch.testing.assert_close(got, want)
        assert_same_state(state, last)


def test_each_symbol_is_felt_later_and_never_before(name, model, symbols):
    want, _ = model(symbols, model.initial_state(B))
    reach = REACH.get(name, T)
    for t in range(T):
        other = symbols.clone()
        other[:, t] = (other[:, t] + 1) % V
        moved = (model(other, model.initial_state(B))[0] != want).any(dim=-1).all(dim=0)
        assert moved.tolist() == [t <= s < t + reach for s in range(T)]


def test_batch_changes_nothing_and_states_can_be_reordered(model, symbols):
    want, last = model(symbols, model.initial_state(B))
    for b in range(B):
        alone, state = model(symbols[b : b + 1], model.initial_state(1))
        torch.testing.assert_close(alone[0], want[b])
        assert_same_state(state, select(last, np.array([b])))
    order = np.array([2, 0, 3, 1, 1])
    more = torch.randint(V, (B, 3))
    want, _ = model(more, last)
    got, _ = model(more[order], select(last, order))
    torch.testing.assert_close(got, want[order])


def test_the_state_does_not_grow(model):
    state, sizes = model.initial_state(2), []
    for _ in range(4):
        _, state = model(torch.randint(V, (2, 70)), state)
        sizes.append({name: tuple(a.shape) for name, a in flatten(state).items()})
    assert sizes[0] == sizes[1] == sizes[3]


def test_gradients_reach_every_weight_and_stop_where_states_are_cut(model, symbols):
    logits, state = model(symbols, model.initial_state(B))
    logits.square().sum().backward()
    for name, weight in model.named_parameters():
        assert weight.grad.abs().max() > 0, name
    model.zero_grad()
    floats = [a for a in flatten(state).values() if a.is_floating_point()]
    cut = trees.map_arrays(lambda a: a.detach(), state)
    for part in flatten(cut).values():
        if part.is_floating_point():
            part.requires_grad_()
    model(symbols, cut)[0].square().sum().backward()
    grads = [a.grad for a in flatten(cut).values() if a.is_floating_point()]
    assert len(grads) == len(floats)
    sizes = [g.numel() for g in grads]
    assert all(g.abs().max() > 0 for g, n in zip(grads, sizes, strict=True) if n)


def test_an_empty_text(model):
    logits, state = model(torch.zeros(2, 0, dtype=torch.long), model.initial_state(2))
    assert logits.shape == (2, 0, V)
    assert_same_state(state, model.initial_state(2))


def test_numpy_in_numpy_out(model, symbols):
    adapter = TorchTextModel(model)
    want = model(symbols, model.initial_state(B))[0].log_softmax(-1)
    got, state = adapter.forward(symbols[:, :-1].numpy(), adapter.initial_state(B))
    last, _ = adapter.step(symbols[:, -1].numpy(), state)
    torch.testing.assert_close(torch.from_numpy(got), want[:, :-1])
    torch.testing.assert_close(torch.from_numpy(last), want[:, -1])
    assert isinstance(got, np.ndarray)


def test_the_recurrent_model_is_torch_nn_put_together(symbols):
    """Two LSTM layers, each normalised, and a tied output: written out with torch.nn."""
    model = randomise(build_language(CONFIGS["lstm, two layers, tied"], V)).eval()
    weights = model.state_dict()
    x = nn.functional.embedding(symbols, weights["embedding.weight"])
    for k in range(2):
        layer = nn.LSTM(x.shape[-1], 5, batch_first=True)
        layer.load_state_dict({n: weights[f"layers.{k}.{n}"] for n, _ in layer.named_parameters()})
        x = nn.functional.layer_norm(
            layer(x)[0], (5,), weights[f"norms.{k}.weight"], weights[f"norms.{k}.bias"]
        )
    want = x @ weights["tied.weight"].T @ weights["embedding.weight"].T + weights["output_bias"]
    torch.testing.assert_close(model(symbols, model.initial_state(B))[0], want)


def test_the_transformer_is_torch_nn_with_distances(symbols):
    model = randomise(build_language(CONFIGS["transformer, long context"], V)).eval()
    x = model.embedding(symbols) * 8**0.5
    bias = torch.empty(2, T, T)
    for n in range(2):
        for t in range(T):
            for s in range(T):
                bias[n, t, s] = -(2.0 ** (-4 * (n + 1))) * (t - s) if s <= t else -torch.inf
    for layer in model.layers:
        twin = nn.TransformerEncoderLayer(8, 2, 10, 0.0, batch_first=True, norm_first=True)
        twin.load_state_dict(layer.state_dict())
        x = twin(x, src_mask=bias.repeat(B, 1, 1))
    want = model.norm(x) @ model.embedding.weight.T + model.output_bias
    torch.testing.assert_close(model(symbols, model.initial_state(B))[0], want)


def test_the_window_model_is_that_of_bengio(symbols):
    model = randomise(build_language(CONFIGS["window of 4"], V)).eval()
    row = [0, 0, 0, *symbols[1].tolist()]
    got = model(symbols, model.initial_state(B))[0][1]
    for t in range(T):
        x = torch.cat([model.embedding.weight[s] for s in row[t : t + 4]])
        torch.testing.assert_close(model.output((model.hidden(x)).tanh()), got[t])


@pytest.mark.parametrize(("queries", "positions", "context"), [(3, 7, 4), (1, 5, 99), (6, 6, 1)])
def test_recency_is_that_of_the_reference(queries, positions, context):
    want = transformer_parts.recency(queries, positions, 3, context=context)
    got = recency(queries, positions, 3, context=context)
    np.testing.assert_allclose(got.numpy(), want)
    assert np.isfinite(want).any(axis=-1).all()
    if context == 4:  # the second head of three: 2^(-16/3) a step
        np.testing.assert_allclose(
            want[1, 0, :5], [-np.inf, *(-(2 ** (-16 / 3)) * np.array([3, 2, 1, 0]))]
        )


@pytest.mark.parametrize("kind", ["dropout", "input_dropout", "recurrent_dropout"])
def test_dropout_is_drawn_only_while_training(kind, kernels):
    off = {"dropout": 0.0, "input_dropout": 0.0, "recurrent_dropout": 0.0}
    model = build_language(recurrent("lstm", **{**off, kind: 0.5}), V)
    symbols = torch.randint(V, (B, T))
    model.train()
    one, two = (model(symbols)[0] for _ in range(2))
    assert not torch.equal(one, two)
    one.square().sum().backward()
    assert all(weight.grad is not None for weight in model.parameters())
    model.eval()
    one, two = (model(symbols)[0] for _ in range(2))
    assert torch.equal(one, two)


def test_recurrent_dropout_drops_weights_and_not_states():
    """A state of zeros meets no recurrent weight: the first step is the same whatever is drawn."""
    model = build_language(recurrent("gru", dropout=0.0, recurrent_dropout=0.5), V).train()
    symbols = torch.randint(V, (B, T))
    one, two = (model(symbols)[0] for _ in range(2))
    torch.testing.assert_close(one[:, 0], two[:, 0])
    assert not torch.isclose(one[:, 1:], two[:, 1:]).all()


@pytest.mark.parametrize("kind", [RecurrentTextConfig, TransformerTextConfig, WindowConfig])
def test_a_new_network_holds_all_symbols_nearly_alike(kind):
    """At the default sizes, which begin no worse than guessing by more than a little."""
    model, symbols = build_language(kind(), 70).eval(), torch.randint(70, (B, 30))
    logits, _ = model(symbols[:, :-1])
    loss = nn.functional.cross_entropy(logits.flatten(0, 1), symbols[:, 1:].flatten())
    assert loss < np.log(70) + 0.5
