"""Both models against torch.nn's parts, put together as their docstrings say; one pair at a time.

The laws in `test_pair_models.py` would hold for many wrong networks; these tests hold for one.
"""

import pytest
import torch
from torch import nn

from seqloom.config.transduce import RecurrentPairsConfig, TransformerPairsConfig
from seqloom.models import build
from seqloom.reference.transformer_parts import positions

from ..reference.compare import randomise
from ..reference.torch_layers import causal_mask

B, S, T, SOURCE_SYMBOLS, V = 4, 7, 6, 11, 9
E, H, A = 3, 4, 2
LENGTHS = torch.tensor([7, 1, 4, 6])

CELLS = {"rnn": nn.RNNCell, "lstm": nn.LSTMCell, "gru": nn.GRUCell}
LAYERS = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}
RECURRENT = {
    "additive": {"encoder_cell": "lstm", "decoder_cell": "gru"},
    "general-deep": {"encoder_cell": "gru", "decoder_cell": "lstm", "attention": "general"},
    "dot": {
        "encoder_cell": "rnn",
        "decoder_cell": "lstm",
        "attention": "dot",
        "bidirectional": False,
    },
    "context": {"encoder_cell": "lstm", "decoder_cell": "rnn", "link": "context"},
}


def batch():
    return torch.randint(SOURCE_SYMBOLS, (B, S)), torch.randint(V, (B, T))


def score(model, query, memory):
    """A score for each state of one source, from the papers."""
    attention, kind = model.attention, model.config.attention
    if kind == "additive":
        inner = memory @ attention.weight_memory.T + attention.weight_query @ query
        return torch.tanh(inner + attention.bias) @ attention.weight_score
    return memory @ (query if kind == "dot" else attention.weight.T @ query)


def recurrent_logits(model, source, target):
    """Steps 1 to 6 of `models/encoder_decoder.py` for one source without padding."""
    config = model.config
    encoder = LAYERS[config.encoder_cell](
        E, H, config.encoder_layers, bidirectional=config.bidirectional
    )
    encoder.load_state_dict(model.encoder.state_dict())
    memory, last = encoder(model.source_embedding(source))
    last = last[0] if config.encoder_cell == "lstm" else last
    summary = torch.cat(list(last[-2:] if config.bidirectional else last[-1:]))

    cells = []
    for ours in model.cells:
        theirs = CELLS[config.decoder_cell](ours.input_size, H)
        theirs.load_state_dict(ours.state_dict())
        cells.append(theirs)
    start = torch.tanh(model.initial.weight @ summary + model.initial.bias)
    states = list(start.view(len(cells), -1, H))  # per layer h, and c of an LSTM
    logits = []
    for symbol in target:
        embedded, context = model.target_embedding.weight[symbol], summary
        if config.link == "attention":
            context = torch.softmax(score(model, states[-1][0], memory), 0) @ memory
        below = torch.cat([embedded, context])
        for layer, cell in enumerate(cells):
            before = tuple(states[layer]) if config.decoder_cell == "lstm" else states[layer][0]
            new = cell(below, before)
            states[layer] = new if config.decoder_cell == "lstm" else (new,)
            below = states[layer][0]
        read = torch.tanh(model.readout(torch.cat([below, context, embedded])))
        logits.append(model.output(read))
    return torch.stack(logits)


@pytest.mark.parametrize("decoder_layers", [1, 2])
@pytest.mark.parametrize("name", RECURRENT)
def test_encoder_decoder_is_what_its_docstring_says(name, decoder_layers):
    config = RecurrentPairsConfig(
        embedding_size=E,
        hidden_size=H,
        attention_size=A,
        decoder_layers=decoder_layers,
        **RECURRENT[name],
    )
    model = randomise(build(config, SOURCE_SYMBOLS, V)).eval()
    source, target = batch()
    got = model(source, LENGTHS, target)
    for b, n in enumerate(LENGTHS):
        torch.testing.assert_close(got[b], recurrent_logits(model, source[b, :n], target[b]))


def stack_of(kind, layer, weights, norm):
    """A stack of torch's layers, with a last norm, and the weights of ours."""
    options = {"dropout": 0.0, "batch_first": True, "norm_first": True}
    more = {"enable_nested_tensor": False} if kind is nn.TransformerEncoder else {}
    stack = kind(layer(8, 2, 10, **options), len(weights), nn.LayerNorm(8), **more)
    stack.layers.load_state_dict(weights.state_dict())
    stack.norm.load_state_dict(norm.state_dict())
    return stack.eval()


def test_transformer_is_torchs():
    config = TransformerPairsConfig(
        hidden_size=8, num_heads=2, feedforward_size=10, encoder_layers=2, decoder_layers=3
    )
    model = randomise(build(config, SOURCE_SYMBOLS, V)).eval()
    encoder = stack_of(
        nn.TransformerEncoder, nn.TransformerEncoderLayer, model.encoder, model.encoder_norm
    )
    decoder = stack_of(
        nn.TransformerDecoder, nn.TransformerDecoderLayer, model.decoder, model.decoder_norm
    )

    def embed(embedding, symbols):
        return embedding(symbols) * 8**0.5 + torch.tensor(positions(symbols.shape[1], 8))

    source, target = batch()
    got = model(source, LENGTHS, target)
    read = embed(model.target_embedding, target)
    for b, n in enumerate(LENGTHS):
        memory = encoder(embed(model.source_embedding, source[b : b + 1, :n]))
        states = decoder(read[b : b + 1], memory, tgt_mask=causal_mask(T))
        want = states @ model.target_embedding.weight.T + model.output_bias
        torch.testing.assert_close(got[b : b + 1], want)
