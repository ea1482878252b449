"""Transformer layers against torch's, with norm first; a sequence at a time where it is ragged."""

import numpy as np
import pytest
import torch

from seqloom.errors import ShapeError
from seqloom.reference import layer_norm, multi_head, transformer
from seqloom.reference.transformer import DecoderLayerWeights, EncoderLayerWeights
from seqloom.reference.transformer_parts import positions, recency, self_attention
from seqloom.reference.transformer_parts import self_attention_backward as self_back

from .compare import (
    as_float32,
    assert_float32,
    assert_is_slope,
    assert_same,
    flatten,
    grads,
    leaves,
    randomise,
    rng,
)
from .torch_layers import assert_same_as_module, attention_of, causal_mask, layer_of, norm_of

B, T, S, D, N, F = 5, 6, 7, 8, 2, 10
LENGTHS = np.array([6, 1, 4, 0, 5])
SOURCE_LENGTHS = np.array([3, 7, 1, 6, 2])
REAL = np.arange(T) < LENGTHS[:, None]
SOURCE_REAL = np.arange(S) < SOURCE_LENGTHS[:, None]


@pytest.fixture
def encoder():
    options = {"dropout": 0.0, "batch_first": True, "norm_first": True}
    module = randomise(torch.nn.TransformerEncoderLayer(D, N, F, **options))
    return module, layer_of(EncoderLayerWeights, module)


@pytest.fixture
def decoder():
    options = {"dropout": 0.0, "batch_first": True, "norm_first": True}
    module = randomise(torch.nn.TransformerDecoderLayer(D, N, F, **options))
    return module, layer_of(DecoderLayerWeights, module)


def inputs(real, padding=np.nan, seed=1):
    """Random inputs with padding, and a gradient for outputs of the same shape."""
    random = np.random.default_rng(seed)
    x, d_y = random.normal(size=(2, *real.shape, D))
    x[~real], d_y[~real] = padding, padding
    return x, d_y


def run_torch(module, x, real, *others, causal):
    """Each sequence alone; `others` are (memory, real) pairs."""
    leaf = leaves(x)
    memories = [(leaves(m), m_real) for m, m_real in others]
    outputs = torch.zeros(*real.shape, D)
    mask = "tgt_mask" if others else "src_mask"
    for b, n in enumerate(real.sum(axis=1)):
        if n:
            sources = [m[b : b + 1, : r[b].sum()] for m, r in memories]
            options = {mask: causal_mask(n)} if causal else {}
            outputs[b, :n] = module(leaf[b : b + 1, :n], *sources, **options)[0]
    return outputs, leaf, [m for m, _ in memories]


@pytest.mark.parametrize("causal", [False, True])
def test_encoder_layer_matches_torch(encoder, causal):
    module, w = encoder
    x, d_y = inputs(REAL)
    want, leaf, _ = run_torch(module, x, REAL, causal=causal)
    (want * torch.tensor(np.nan_to_num(d_y))).sum().backward()

    got, saved = transformer.encoder_layer(x, w, num_heads=N, lengths=LENGTHS, causal=causal)
    assert_same(got, want)
    d_x, d_w = transformer.encoder_layer_backward(d_y, saved, w)
    assert_same(d_x, grads(leaf))
    assert_same_as_module(d_w, module)


def test_decoder_layer_matches_torch(decoder):
    module, w = decoder
    (x, d_y), (memory, _) = inputs(REAL), inputs(SOURCE_REAL, seed=2)
    want, leaf, (memory_leaf,) = run_torch(module, x, REAL, (memory, SOURCE_REAL), causal=True)
    (want * torch.tensor(np.nan_to_num(d_y))).sum().backward()

    lengths = {"lengths": LENGTHS, "memory_lengths": SOURCE_LENGTHS}
    got, saved = transformer.decoder_layer(x, memory, w, num_heads=N, **lengths)
    assert_same(got, want)
    d_x, d_memory, d_w = transformer.decoder_layer_backward(d_y, saved, w)
    assert_same(d_x, grads(leaf))
    assert_same(d_memory, grads(memory_leaf))
    assert_same_as_module(d_w, module)


@pytest.mark.parametrize("causal", [False, True])
def test_encoder_gradient_is_the_slope(encoder, causal):
    _, w = encoder
    x, d_y = inputs(REAL, padding=9.0)

    def run(x, w):
        return transformer.encoder_layer(x, w, num_heads=N, lengths=LENGTHS, causal=causal)

    got = transformer.encoder_layer_backward(d_y, run(x, w)[1], w)
    assert_is_slope(lambda x, w: (run(x, w)[0] * d_y).sum(), (x, w), got)


def test_decoder_gradient_is_the_slope_even_with_an_empty_source(decoder):
    _, w = decoder
    (x, d_y), (memory, _) = inputs(REAL, 9.0), inputs(SOURCE_REAL, 9.0, seed=2)
    lengths = {"lengths": LENGTHS, "memory_lengths": np.array([3, 0, 1, 6, 2])}

    def run(x, memory, w):
        return transformer.decoder_layer(x, memory, w, num_heads=N, **lengths)

    got = transformer.decoder_layer_backward(d_y, run(x, memory, w)[1], w)
    assert_is_slope(lambda *at: (run(*at)[0] * d_y).sum(), (x, memory, w), got)


def test_encoder_steps_equal_the_causal_pass(encoder):
    _, w = encoder
    x, _ = inputs(np.ones((B, T), bool))
    want, _ = transformer.encoder_layer(x, w, num_heads=N, causal=True)
    cache = transformer.initial_cache(B, w.self_attn, num_heads=N)
    for t in range(T):
        got, cache = transformer.encoder_layer_step(x[:, t], cache, w)
        assert_same(got, want[:, t])


def test_decoder_steps_equal_the_causal_pass(decoder):
    _, w = decoder
    (x, _), (memory, _) = inputs(np.ones((B, T), bool)), inputs(SOURCE_REAL, seed=2)
    options = {"num_heads": N, "memory_lengths": SOURCE_LENGTHS}
    want, saved = transformer.decoder_layer(x, memory, w, **options)
    memory_kv = transformer.project_memory(memory, w, num_heads=N, lengths=SOURCE_LENGTHS)
    cache = transformer.initial_cache(B, w.self_attn, num_heads=N)
    for t in range(T):
        got, cache, weights = transformer.decoder_layer_step(
            x[:, t], cache, memory_kv, w, memory_lengths=SOURCE_LENGTHS
        )
        assert_same(got, want[:, t])
        assert_same(weights, saved.cross_attention.attention.weights_BNTS[:, :, t])
        assert (weights.swapaxes(1, 2)[~SOURCE_REAL] == 0).all()
    assert_same(cache, saved.self_attention.attention.memory)


def test_padding_is_zero_on_the_way_out(encoder, decoder):
    (x, d_y), (memory, _) = inputs(REAL), inputs(SOURCE_REAL, seed=2)
    y, saved = transformer.encoder_layer(x, encoder[1], num_heads=N, lengths=LENGTHS)
    d_x, _ = transformer.encoder_layer_backward(d_y, saved, encoder[1])
    lengths = {"lengths": LENGTHS, "memory_lengths": SOURCE_LENGTHS}
    z, saved = transformer.decoder_layer(x, memory, decoder[1], num_heads=N, **lengths)
    d_z, d_memory, _ = transformer.decoder_layer_backward(d_y, saved, decoder[1])
    for array in (y, d_x, z, d_z):
        assert (array[~REAL] == 0).all()
    assert (d_memory[~SOURCE_REAL] == 0).all()


def test_no_steps_at_all(encoder, decoder):
    x, memory = np.zeros((B, 0, D)), np.ones((B, S, D))
    y, saved = transformer.encoder_layer(x, encoder[1], num_heads=N)
    d_x, d_w = transformer.encoder_layer_backward(y, saved, encoder[1])
    assert y.shape == d_x.shape == (B, 0, D)
    assert all((a == 0).all() for a in flatten(d_w).values())
    assert transformer.decoder_layer(x, memory, decoder[1], num_heads=N)[0].shape == (B, 0, D)


def test_float32_stays(encoder, decoder):
    e, d = as_float32((encoder[1], decoder[1]))
    (x, d_y), (memory, _) = as_float32((inputs(REAL), inputs(SOURCE_REAL)))
    y, saved = transformer.encoder_layer(x, e, num_heads=N, lengths=LENGTHS)
    assert_float32((y, transformer.encoder_layer_backward(d_y, saved, e)))
    z, saved = transformer.decoder_layer(x, memory, d, num_heads=N, memory_lengths=SOURCE_LENGTHS)
    assert_float32((z, transformer.decoder_layer_backward(d_y, saved, d)))
    cache = transformer.initial_cache(B, d.self_attn, num_heads=N)
    memory_kv = transformer.project_memory(memory, d, num_heads=N)
    assert_float32(transformer.decoder_layer_step(x[:, 0], cache, memory_kv, d))
    assert_float32(transformer.encoder_layer_step(x[:, 0], cache, e))
    assert positions(3, D, dtype=np.float32).dtype == np.float32


@pytest.mark.parametrize("causal", [False, True])
def test_multi_head_matches_torch(causal):
    module = randomise(torch.nn.MultiheadAttention(D, N, batch_first=True))
    w = attention_of(module)
    random = rng()
    x, memory, d_y = (random.normal(size=(B, n, D)) for n in (S, S, S))
    leaf, memory_leaf = leaves((x, memory))
    mask = causal_mask(S) if causal else None
    want, want_weights = module(
        leaf, memory_leaf, memory_leaf, attn_mask=mask, average_attn_weights=False
    )
    (want * torch.tensor(d_y)).sum().backward()

    kv = multi_head.project_memory(memory, w, num_heads=N)
    got, saved = multi_head.attend(x, kv, w, causal=causal)
    assert_same(got, want)
    assert_same(saved.weights_BNTS, want_weights)
    d_x, d_kv, _ = multi_head.attend_backward(d_y, saved, w)
    d_memory, _ = multi_head.project_memory_backward(d_kv, memory, w)
    assert_same((d_x, d_memory), grads((leaf, memory_leaf)))


def test_causal_queries_are_the_last_positions_of_the_memory():
    w = attention_of(randomise(torch.nn.MultiheadAttention(D, N)))
    x = rng().normal(size=(B, S, D))
    kv = multi_head.project_memory(x, w, num_heads=N)
    want, _ = multi_head.attend(x, kv, w, causal=True)
    got, _ = multi_head.attend(x[:, 4:], kv, w, causal=True)
    assert_same(got, want[:, 4:])


@pytest.mark.parametrize("leading", [(), (5,), (5, 7)])
def test_layer_norm_matches_torch(leading):
    module = randomise(torch.nn.LayerNorm(D))
    w = norm_of(module)
    x, d_y = rng().normal(size=(2, *leading, D))
    leaf = leaves(x)
    want = module(leaf)
    (want * torch.tensor(d_y)).sum().backward()

    got, saved = layer_norm.forward(x, w)
    assert_same(got, want)
    d_x, d_w = layer_norm.backward(d_y, saved, w)
    assert_same(d_x, leaf.grad)
    assert_same_as_module(d_w, module)


def test_positions_are_those_of_the_paper():
    got = positions(9, D)
    for t in range(9):
        for i in range(D // 2):
            angle = t / 10000 ** (2 * i / D)
            np.testing.assert_allclose(got[t, 2 * i], np.sin(angle), rtol=1e-12)
            np.testing.assert_allclose(got[t, 2 * i + 1], np.cos(angle), rtol=1e-12)
    np.testing.assert_array_equal(positions(2, D, start=7), got[7:])


def test_positions_of_an_odd_size_end_with_a_sine():
    got = positions(4, 3)
    angle = np.arange(4) / 10000 ** (2 / 3)
    np.testing.assert_allclose(got[:, 2], np.sin(angle), rtol=1e-12)


def test_wrong_number_of_heads_says_what_to_do(encoder):
    message = r"^multi_head: `num_heads` must divide .* got 3 for D=8\. Choose a divisor of 8\.$"
    with pytest.raises(ShapeError, match=message):
        transformer.encoder_layer(np.ones((B, T, D)), encoder[1], num_heads=3)


def test_recency_by_hand():
    want = -np.array([[2.0, 1.0, 0.0, np.inf], [np.inf, 2.0, 1.0, 0.0]])
    np.testing.assert_allclose(
        recency(2, 4, 2, context=3), [want * 2.0**-4, want * 2.0**-8], atol=1e-15
    )


@pytest.mark.parametrize("context", [1, 3, 99])
def test_a_bias_on_the_scores_matches_torch_at_once_and_in_pieces(encoder, context):
    module, w = encoder
    x, _ = inputs(np.ones((B, T), bool))
    bias = recency(T, T, N, context=context)
    want = module(torch.tensor(x), src_mask=torch.tensor(bias).repeat(B, 1, 1))
    cache = transformer.initial_cache(B, w.self_attn, num_heads=N)
    got, whole, _ = transformer.encoder_layer_advance(x, cache, w, bias)
    assert_same(got, want)
    pieces = []
    for first, last in ((0, 2), (2, 3), (3, T)):
        some, cache, _ = transformer.encoder_layer_advance(
            x[:, first:last], cache, w, recency(last - first, last, N, context=context)
        )
        pieces.append(some)
    assert_same(np.concatenate(pieces, axis=1), want)
    assert_same(cache, whole)


def test_gradient_of_a_layer_with_a_bias_matches_torch(encoder):
    module, w = encoder
    x, d_y = inputs(np.ones((B, T), bool))
    bias, x_leaf = recency(T, T, N, context=3), torch.tensor(x, requires_grad=True)
    y = module(x_leaf, src_mask=torch.tensor(bias).repeat(B, 1, 1))
    (y * torch.tensor(d_y)).sum().backward()
    cache = transformer.initial_cache(B, w.self_attn, num_heads=N)
    saved = transformer.encoder_layer_advance(x, cache, w, bias)[2]
    assert_same(transformer.encoder_layer_backward(d_y, saved, w)[0], x_leaf.grad)


def test_gradient_with_a_bias_is_the_slope(encoder):
    _, w = encoder
    x, d_y = inputs(np.ones((B, T), bool))
    bias = recency(T, T, N, context=4)
    past = transformer.initial_cache(B, w.self_attn, num_heads=N)

    def run(x, norm, attention):
        return self_attention(x, past, norm, attention, bias=bias)

    _, _, saved = run(x, w.norm1, w.self_attn)
    gradient = self_back(d_y, saved, w.norm1, w.self_attn)
    assert_is_slope(lambda *at: (run(*at)[0] * d_y).sum(), (x, w.norm1, w.self_attn), gradient)
