"""Laws every classifier keeps, and its equations. They run for all of `CONFIGS`."""

import pytest
import torch
from torch import nn

from seqloom.config.classify import FullyConnectedClassifierConfig
from seqloom.data.vocabulary import UNK
from seqloom.models.classifier import EMBEDDING_STD, build_classifier

from ..export.classifiers import CONFIGS
from ..reference.compare import randomise

B, T, V, C = 5, 7, 11, 3
LENGTHS = torch.tensor([7, 1, 4, 0, 6])


def make(name):
    return randomise(build_classifier(CONFIGS[name], V, C)).eval()


@pytest.fixture(params=CONFIGS)
def model(request):
    return make(request.param)


@pytest.fixture
def symbols():
    return torch.randint(V, (B, T))


def test_each_text_alone_is_as_in_the_batch(model, symbols):
    logits, weights = model.attend(symbols, LENGTHS)
    for b, n in enumerate(LENGTHS.tolist()):
        alone, alone_weights = model.attend(symbols[b : b + 1, :n], LENGTHS[b : b + 1])
        torch.testing.assert_close(alone[0], logits[b], rtol=1e-9, atol=1e-9)
        if weights is not None:
            torch.testing.assert_close(alone_weights[0], weights[b, :n], rtol=1e-9, atol=1e-9)


def test_padding_and_order_of_the_batch_change_nothing(model, symbols):
    logits = model(symbols, LENGTHS)
    padding = torch.arange(T) >= LENGTHS[:, None]
    other = torch.where(padding, torch.randint(V, (B, T)), symbols)
    wider = torch.cat([other, torch.randint(V, (B, 3))], dim=1)
    torch.testing.assert_close(model(wider, LENGTHS), logits, rtol=1e-9, atol=1e-9)
    order = torch.tensor([3, 0, 4, 1, 2])
    reordered = model(symbols[order], LENGTHS[order])
    torch.testing.assert_close(reordered, logits[order], rtol=1e-9, atol=1e-9)


def test_symbols_matter(model, symbols):
    lengths = torch.full((B,), T)
    assert not torch.allclose(model(symbols, lengths), model((symbols + 1) % V, lengths))


def test_the_fully_connected_rung_cannot_see_order(symbols):
    model = make("fully-connected")
    lengths = torch.full((B,), T)
    order = torch.randperm(T)
    torch.testing.assert_close(model(symbols[:, order], lengths), model(symbols, lengths))


@pytest.mark.parametrize("name", [n for n in CONFIGS if n != "fully-connected"])
def test_the_others_see_order(name, symbols):
    model, lengths = make(name), torch.full((B,), T)
    assert not torch.allclose(model(symbols.flip(1), lengths), model(symbols, lengths))


def test_weights_are_there_with_attention_alone_and_sum_to_one(model, symbols):
    _, weights = model.attend(symbols, LENGTHS)
    if not hasattr(model.pool, "weight_score"):
        assert weights is None
        return
    torch.testing.assert_close(weights.sum(1), (LENGTHS > 0).double())


def test_equations_of_the_recurrent_classifier():
    """With torch.nn.LSTM, one text at a time, the last state."""
    model = make("lstm, last, 2 layers, both ways")
    lstm = nn.LSTM(3, 4, 2, batch_first=True, bidirectional=True)
    lstm.load_state_dict(model.encoder.state_dict())
    symbols = torch.tensor([[5, 2, 9, 1]])
    _, (h, _) = lstm(model.embedding.weight[symbols])
    want = torch.cat([h[-2], h[-1]], dim=1) @ model.output.weight.T + model.output.bias
    torch.testing.assert_close(model(symbols, torch.tensor([4])), want)


def test_equations_of_the_fully_connected_classifier():
    model = make("fully-connected")
    mean = model.embedding.weight[[5, 2, 9]].mean(0)
    hidden = (model.hidden.weight @ mean + model.hidden.bias).relu()
    want = model.output.weight @ hidden + model.output.bias
    torch.testing.assert_close(model(torch.tensor([[5, 2, 9]]), torch.tensor([3]))[0], want)


def test_word_dropout_reads_symbols_as_unknown(symbols):
    """All dropped, the text is as many unknown symbols; without training, nothing is dropped."""
    config = FullyConnectedClassifierConfig(
        embedding_size=3, hidden_size=4, dropout=0.0, word_dropout=0.95
    )
    model = randomise(build_classifier(config, V, C)).train()
    model.word_dropout = 1.0
    lengths = torch.full((B,), T)
    unknown = torch.full((B, T), UNK)
    dropped = model(symbols, lengths)
    torch.testing.assert_close(dropped, model.eval()(unknown, lengths))
    assert not torch.allclose(dropped, model(symbols, lengths))


def test_dropout_is_at_work_while_training_alone(model, symbols):
    model.train()
    assert not torch.allclose(model(symbols, LENGTHS), model(symbols, LENGTHS))
    model.eval()
    assert torch.equal(model(symbols, LENGTHS), model(symbols, LENGTHS))


def test_embeddings_start_small():
    weight = build_classifier(CONFIGS["lstm, max"], 5000, C).embedding.weight
    assert float(weight.detach().std()) == pytest.approx(EMBEDDING_STD, rel=0.05)
