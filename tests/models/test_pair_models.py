"""Laws every pair model keeps. Add a configuration to CONFIGS and they all run for it."""

import numpy as np
import pytest
import torch

from seqloom.config.transduce import RecurrentPairsConfig, TransformerPairsConfig
from seqloom.decoding import select
from seqloom.models import EncoderDecoder, TorchStepper, Transformer, build

from ..reference.compare import randomise

B, S, T, SOURCE_SYMBOLS, V = 5, 7, 6, 11, 9
LENGTHS = torch.tensor([7, 1, 4, 0, 6])
REAL = torch.arange(S) < LENGTHS[:, None]


def recurrent(encoder, decoder, **options):
    sizes = {"embedding_size": 3, "hidden_size": 4, "attention_size": 2, "encoder_layers": 1}
    return RecurrentPairsConfig(encoder_cell=encoder, decoder_cell=decoder, **{**sizes, **options})


CONFIGS = {
    "lstm-lstm": recurrent("lstm", "lstm", encoder_layers=2),
    "lstm-lstm-deep": recurrent("lstm", "lstm", decoder_layers=2, attention="general"),
    "gru-gru-dot": recurrent("gru", "gru", bidirectional=False, attention="dot", decoder_layers=2),
    "rnn-rnn-one-way": recurrent("rnn", "rnn", bidirectional=False),
    "gru-lstm-general": recurrent("gru", "lstm", attention="general"),
    "lstm-rnn": recurrent("lstm", "rnn", encoder_layers=2, decoder_layers=2),
    "gru-gru-context": recurrent("gru", "gru", link="context"),
    "rnn-lstm-context": recurrent("rnn", "lstm", link="context", decoder_layers=3),
    "lstm-gru-context": recurrent("lstm", "gru", link="context", bidirectional=False),
    "transformer": TransformerPairsConfig(
        hidden_size=8, num_heads=2, feedforward_size=10, encoder_layers=2, decoder_layers=3
    ),
}
WITH_ATTENTION = [n for n, c in CONFIGS.items() if getattr(c, "link", None) == "attention"]


def make_model(name):
    """In evaluation mode, with biases and norms that are not what they start with."""
    return randomise(build(CONFIGS[name], SOURCE_SYMBOLS, V)).eval()


@pytest.fixture(params=CONFIGS)
def model(request):
    return make_model(request.param)


@pytest.fixture
def source():
    return torch.randint(SOURCE_SYMBOLS, (B, S))


@pytest.fixture
def target():
    return torch.randint(V, (B, T))


def stepped(model, source, lengths, target):
    """Logits of each step, and the state after the last."""
    memory = model.encode(source, lengths)
    state, logits = model.initial_state(memory), []
    for symbols in target.unbind(1):
        row, state = model.step(symbols, state, memory)
        logits.append(row)
    return torch.stack(logits, dim=1), state


def test_stepping_gives_the_logits_of_the_full_pass(model, source, target):
    want = model(source, LENGTHS, target)
    assert want.shape == (B, T, V)
    torch.testing.assert_close(stepped(model, source, LENGTHS, target)[0], want)
    full = torch.full((B,), S)
    want = model(source, full, target)
    torch.testing.assert_close(stepped(model, source, full, target)[0], want)


def test_padding_and_batch_change_nothing(model, source, target):
    want = model(source, LENGTHS, target)
    for b, n in enumerate(LENGTHS):
        alone = model(source[b : b + 1, :n], LENGTHS[b : b + 1], target[b : b + 1])
        torch.testing.assert_close(want[b : b + 1], alone)
    other = torch.where(REAL, source, (source + 1) % SOURCE_SYMBOLS)
    torch.testing.assert_close(model(other, LENGTHS, target), want)
    order = torch.tensor([3, 0, 4, 1, 2])
    shuffled = model(source[order], LENGTHS[order], target[order])
    torch.testing.assert_close(shuffled, want[order])


def test_every_real_source_symbol_counts(model, source, target):
    want = model(source, LENGTHS, target)
    for s in range(S):
        other = source.clone()
        other[:, s] = (other[:, s] + 1) % SOURCE_SYMBOLS
        moved = (model(other, LENGTHS, target) != want).flatten(1).any(dim=1)
        assert torch.equal(moved, REAL[:, s])


def test_logits_see_the_past_and_not_the_future(model, source, target):
    want = model(source, LENGTHS, target)
    for t in range(T):
        other = target.clone()
        other[:, t] = (other[:, t] + 1) % V
        got = model(source, LENGTHS, other)
        torch.testing.assert_close(got[:, :t], want[:, :t], rtol=1e-12, atol=1e-13)
        moved = (got - want).abs().amax(dim=2)[:, t:] > 1e-9
        assert moved.all(), f"logits from step {t} on must depend on its symbol"


def test_gradient_is_the_slope_for_every_weight(model, source, target):
    d_logits = torch.randn(B, T, V)

    def loss():
        return (model(source, LENGTHS, target) * d_logits).sum()

    loss().backward()
    with torch.no_grad():
        for name, p in model.named_parameters():
            direction, step = torch.randn_like(p), 1e-6
            assert (p.grad != 0).any(), name
            p.add_(direction, alpha=step)
            up = loss()
            p.sub_(direction, alpha=2 * step)
            down = loss()
            p.add_(direction, alpha=step)
            slope, want = (p.grad * direction).sum(), (up - down) / (2 * step)
            torch.testing.assert_close(slope, want, rtol=1e-5, atol=1e-6, msg=name)


def test_selected_rows_go_on_as_they_would_have(model, source, target):
    """What beam search does: rows of a state and a memory repeat, move and are left out."""
    rows = np.array([4, 4, 0, 3, 1])
    memory = model.encode(source, LENGTHS)
    _, state = stepped(model, source, LENGTHS, target)
    symbols = torch.randint(V, (B,))
    want, _ = model.step(symbols, state, memory)
    got, _ = model.step(symbols[rows], select(state, rows), select(memory, rows))
    torch.testing.assert_close(got, want[rows])


def test_stepper_speaks_numpy(model, source, target):
    stepper = TorchStepper(model)
    state, memory = stepper.start(source.numpy(), LENGTHS.numpy())
    logits = model(source, LENGTHS, target)
    for t in range(T):
        log_probs, state = stepper.step(target[:, t].numpy(), state, memory)
        want = torch.log_softmax(logits[:, t], dim=-1).detach().numpy()
        np.testing.assert_allclose(log_probs, want, rtol=1e-9)
        assert isinstance(log_probs, np.ndarray)


def test_dropout_only_while_training(model, source, target):
    assert torch.equal(model(source, LENGTHS, target), model(source, LENGTHS, target))
    model.train()
    first = model(source, LENGTHS, target)
    assert not torch.allclose(first, model(source, LENGTHS, target))


def test_float32_stays(model, source, target):
    assert model.float()(source, LENGTHS, target).dtype == torch.float32
    assert stepped(model, source, LENGTHS, target)[0].dtype == torch.float32


@pytest.mark.parametrize("name", WITH_ATTENTION)
def test_state_carries_the_alignment(name, source, target):
    model = make_model(name)
    memory = model.encode(source, LENGTHS)
    state = model.initial_state(memory)
    assert torch.equal(state.weights, torch.zeros(B, S))
    for symbols in target.unbind(1):
        want = model.attention(state.layers[-1].h, memory.memory)[1]
        _, state = model.step(symbols, state, memory)
        torch.testing.assert_close(state.weights, want)
        torch.testing.assert_close(state.weights.sum(dim=1), (LENGTHS > 0).double())
        assert (state.weights[~REAL] == 0).all()


def test_one_vector_has_no_alignment(source, target):
    model = make_model("gru-gru-context")
    assert model.attention is None
    assert model.encode(source, LENGTHS).memory is None
    assert stepped(model, source, LENGTHS, target)[1].weights is None


def test_build_picks_the_class_and_the_sizes():
    for config in CONFIGS.values():
        model = build(config, SOURCE_SYMBOLS, V)
        kind = EncoderDecoder if isinstance(config, RecurrentPairsConfig) else Transformer
        assert type(model) is kind
        assert model.config is config
        assert model.source_embedding.num_embeddings == SOURCE_SYMBOLS
        assert model.target_embedding.num_embeddings == V
