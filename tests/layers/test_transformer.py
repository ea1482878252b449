"""Transformer layers: torch's, with norm first, are the outside oracle, each sequence alone."""

import numpy as np
import pytest
import torch

from seqloom.layers.transformer import DecoderLayer, EncoderLayer, KeyValues, positions
from seqloom.reference import transformer
from seqloom.reference.transformer import DecoderLayerWeights, EncoderLayerWeights
from seqloom.reference.transformer_parts import positions as reference_positions

from ..reference.compare import assert_same, randomise
from ..reference.torch_layers import assert_same_as_module, causal_mask, layer_of

B, T, S, D, N, F = 5, 6, 7, 8, 2, 10
LENGTHS = torch.tensor([3, 7, 1, 0, 6])
REAL = torch.arange(S) < LENGTHS[:, None]
OPTIONS = {"dropout": 0.0, "batch_first": True, "norm_first": True}


def pair(ours, theirs):
    """Both with the same random weights, torch's state_dict loaded unchanged."""
    theirs = randomise(theirs(D, N, F, **OPTIONS))
    ours = ours(D, N, F, 0.0)
    ours.load_state_dict(theirs.state_dict())
    return ours, theirs


@pytest.fixture
def encoder():
    return pair(EncoderLayer, torch.nn.TransformerEncoderLayer)


@pytest.fixture
def decoder():
    return pair(DecoderLayer, torch.nn.TransformerDecoderLayer)


def backward(module, outputs, d_outputs, *inputs):
    """Gradients of the inputs and, by name, of the weights."""
    named = dict(module.named_parameters())
    loss = (outputs * d_outputs).sum()
    got = torch.autograd.grad(loss, [*inputs, *named.values()])
    return got[: len(inputs)], dict(zip(named, got[len(inputs) :], strict=True))


def test_encoder_layer_matches_torch(encoder):
    ours, theirs = encoder
    x, d_y = torch.randn(B, S, D, requires_grad=True), torch.randn(B, S, D) * REAL[:, :, None]
    got = ours(x, REAL)
    rows = [theirs(x[b : b + 1, :n])[0] for b, n in enumerate(LENGTHS) if n]
    torch.testing.assert_close(got[REAL], torch.cat(rows))
    want = torch.zeros(B, S, D).masked_scatter(REAL[:, :, None], torch.cat(rows))
    torch.testing.assert_close(backward(ours, got, d_y, x), backward(theirs, want, d_y, x))


def test_encoder_layer_without_mask_reads_everything(encoder):
    ours, theirs = encoder
    x = torch.randn(B, S, D)
    torch.testing.assert_close(ours(x), theirs(x))
    torch.testing.assert_close(ours(x), ours(x, torch.ones(B, S, dtype=torch.bool)))


def test_encoder_layer_matches_the_reference(encoder):
    ours, theirs = encoder
    x, d_y = torch.randn(B, S, D, requires_grad=True), torch.randn(B, S, D) * REAL[:, :, None]
    got = ours(x, REAL)
    (got * d_y).sum().backward()
    w = layer_of(EncoderLayerWeights, theirs)
    want, saved = transformer.encoder_layer(
        x.detach().numpy(), w, num_heads=N, lengths=LENGTHS.numpy()
    )
    assert_same(want[REAL.numpy()], got[REAL])
    d_x, d_w = transformer.encoder_layer_backward(d_y.numpy(), saved, w)
    assert_same(d_x, x.grad)
    assert_same_as_module(d_w, ours)


def run_decoder(ours, x, memory):
    return ours(x, ours.multihead_attn.remember(memory), REAL)[0]


def test_decoder_layer_matches_torch(decoder):
    """Torch has no answer for an empty source; the reference has, below."""
    ours, theirs = decoder
    x, memory = torch.randn(B, T, D, requires_grad=True), torch.randn(B, S, D, requires_grad=True)
    d_y = torch.randn(B, T, D) * (LENGTHS > 0)[:, None, None]
    got = run_decoder(ours, x, memory)
    want = torch.zeros(B, T, D)
    for b, n in enumerate(LENGTHS):
        if n:
            alone = x[b : b + 1], memory[b : b + 1, :n]
            want[b] = theirs(*alone, tgt_mask=causal_mask(T))[0]
    torch.testing.assert_close(got[LENGTHS > 0], want[LENGTHS > 0])
    torch.testing.assert_close(
        backward(ours, got, d_y, x, memory), backward(theirs, want, d_y, x, memory)
    )


def test_decoder_layer_matches_the_reference(decoder):
    ours, theirs = decoder
    x, memory = torch.randn(B, T, D, requires_grad=True), torch.randn(B, S, D, requires_grad=True)
    d_y = torch.randn(B, T, D)
    got = run_decoder(ours, x, memory)
    (got * d_y).sum().backward()
    w = layer_of(DecoderLayerWeights, theirs)
    want, saved = transformer.decoder_layer(
        x.detach().numpy(),
        memory.detach().numpy(),
        w,
        num_heads=N,
        memory_lengths=LENGTHS.numpy(),
    )
    assert_same(want, got)
    d_x, d_memory, d_w = transformer.decoder_layer_backward(d_y.numpy(), saved, w)
    assert_same((d_x, d_memory), (x.grad, memory.grad))
    assert_same_as_module(d_w, ours)


def test_decoder_layer_steps_with_a_cache(decoder):
    ours, _ = decoder
    x, memory = torch.randn(B, T, D), ours.multihead_attn.remember(torch.randn(B, S, D))
    want, everything = ours(x, memory, REAL)
    past = KeyValues(*torch.empty(2, B, N, 0, D // N))
    for t in range(T):
        y, past = ours(x[:, t : t + 1], memory, REAL, past)
        torch.testing.assert_close(y[:, 0], want[:, t])
    torch.testing.assert_close(past, everything)


@pytest.mark.parametrize("kind", [EncoderLayer, DecoderLayer])
def test_dropout_only_while_training(kind):
    layer, x = kind(D, N, F, 0.5), torch.randn(B, S, D)
    more = (layer.multihead_attn.remember(x),) if kind is DecoderLayer else ()
    first = layer(x, *more)
    assert not torch.allclose(first[0], layer(x, *more)[0])
    layer.eval()
    torch.testing.assert_close(layer(x, *more), layer(x, *more))


def test_positions_are_the_references():
    got = positions(9, D)
    np.testing.assert_allclose(got.numpy(), reference_positions(9, D), rtol=1e-12, atol=1e-15)
    assert torch.equal(positions(2, D, start=7), got[7:])
    assert positions(0, D).shape == (0, D)
    angle = 5 / 10000 ** (2 / D)  # the paper: position 5, second frequency
    torch.testing.assert_close(got[5, 2:4], torch.tensor([np.sin(angle), np.cos(angle)]))
