"""Location-aware attention against its NumPy reference, forward and backward, and its laws.

The reference is checked here too, against slopes: its oracle is its own equations.
"""

import numpy as np
import pytest
import torch

from seqloom.errors import ShapeError
from seqloom.layers import AdditiveAttention, LocationAttention
from seqloom.reference import attention_location, trees
from seqloom.reference.attention_location import LocationWeights

from ..reference.compare import assert_is_slope, assert_same, from_module, randomise, randoms, rng

B, S, A, H, M, R, K = 5, 7, 2, 4, 3, 6, 5
LENGTHS = torch.tensor([7, 1, 4, 0, 6])
REAL = torch.arange(S) < LENGTHS[:, None]


def make_case(padding=torch.nan):
    module = randomise(LocationAttention(M, H, A, filters=R, width=K))
    values = torch.where(REAL[:, :, None], torch.randn(B, S, M), padding)
    before = torch.where(REAL, torch.rand(B, S), 0.0)
    return module, torch.randn(B, H), values, before


def test_reference_gradients_are_slopes():
    random = rng()
    w = randoms(
        random,
        LocationWeights,
        weight_query=(A, H),
        weight_memory=(A, M),
        bias=(A,),
        weight_score=(A,),
        weight_filter=(R, 1, K),
        weight_location=(A, R),
    )
    query, memory = random.normal(size=(B, H)), random.normal(size=(B, S, M))
    before, d_context = random.random(size=(B, S)), random.normal(size=(B, M))
    d_weights, lengths = random.normal(size=(B, S)), LENGTHS.numpy()

    def forward(query, memory, before, w):
        projected = attention_location.project_memory(memory, w)
        return attention_location.attend(query, memory, projected, before, lengths, w)

    def loss(*at):
        context, weights, _ = forward(*at)
        return (context * d_context).sum() + (weights * d_weights).sum()

    _, _, saved = forward(query, memory, before, w)
    d_query, d_memory, d_projected, d_before, d_w = attention_location.attend_backward(
        d_context, d_weights, saved, w
    )
    more, d_w_more = attention_location.project_memory_backward(d_projected, memory, lengths, w)
    gradient = (d_query, d_memory + more, d_before, trees.add(d_w, d_w_more))
    assert_is_slope(loss, (query, memory, before, w), gradient)


def test_matches_the_reference_forward_and_backward():
    module, query, values, before = make_case()
    for leaf in (query, values, before):
        leaf.requires_grad_()
    d_context, d_weights = torch.randn(B, M), torch.randn(B, S)
    context, weights = module(query, module.remember(values, LENGTHS), before)
    ((context * d_context).sum() + (weights * d_weights).sum()).backward()

    w, lengths = from_module(LocationWeights, module), LENGTHS.numpy()
    memory = values.detach().numpy()
    projected = attention_location.project_memory(memory, w)
    want, want_weights, saved = attention_location.attend(
        query.detach().numpy(), memory, projected, before.detach().numpy(), lengths, w
    )
    assert_same((want, want_weights), (context, weights))
    d_query, d_values, d_projected, d_before, d_w = attention_location.attend_backward(
        d_context.numpy(), d_weights.numpy(), saved, w
    )
    more, d_w_more = attention_location.project_memory_backward(d_projected, memory, lengths, w)
    assert_same((d_query, d_values + more), (query.grad, values.grad))
    assert_same(d_before, before.grad)
    d_all = trees.add(d_w, d_w_more)._asdict()
    assert d_all.keys() == dict(module.named_parameters()).keys()
    for name, gradient in d_all.items():
        assert_same(gradient, getattr(module, name).grad)


def test_what_a_filter_sees():
    """A filter that looks one place back, and a memory in which all keys are equal."""
    module, query, _, _ = make_case()
    with torch.no_grad():
        module.weight_filter.zero_()
        module.weight_filter[:, 0, K // 2 - 1] = 1.0
        module.weight_location.fill_(5.0)
        module.weight_score.fill_(1.0)
        module.weight_query.zero_()
    memory = module.remember(torch.ones(B, S, M))
    before = torch.zeros(B, S)
    before[:, 3] = 1.0
    _, weights = module(query, memory, before)
    assert (weights.argmax(dim=1) == 4).all(), "it moves on by one"
    _, even = module(query, memory)
    torch.testing.assert_close(even, torch.full((B, S), 1 / S))


def test_without_a_step_before_it_is_additive():
    module, query, values, _ = make_case()
    plain = AdditiveAttention(M, H, A)
    plain.load_state_dict({n: module.state_dict()[n] for n in plain.state_dict()})
    want = plain(query, plain.remember(values, LENGTHS))
    memory = module.remember(values, LENGTHS)
    torch.testing.assert_close(module(query, memory), want)
    torch.testing.assert_close(module(query, memory, torch.zeros(B, S)), want)


def test_padding_changes_nothing():
    module, query, values, before = make_case()
    context, weights = module(query, module.remember(values, LENGTHS), before)
    assert (weights[~REAL] == 0).all()
    assert (context[LENGTHS == 0] == 0).all()
    for b, n in enumerate(LENGTHS):
        one = slice(b, b + 1)
        alone = module(query[one], module.remember(values[one, :n]), before[one, :n])
        torch.testing.assert_close((context[one], weights[one, :n]), alone)


def test_a_window_has_a_middle():
    with pytest.raises(ShapeError, match=r"^LocationAttention: `width` must be odd, got 4\.$"):
        LocationAttention(M, H, A, filters=R, width=4)


def test_reference_of_an_empty_memory():
    w = from_module(LocationWeights, make_case()[0])
    empty = np.zeros((B, 0, M))
    projected = attention_location.project_memory(empty, w)
    context, weights, _ = attention_location.attend(
        np.ones((B, H)), empty, projected, np.zeros((B, 0)), None, w
    )
    assert weights.shape == (B, 0)
    assert (context == 0).all()
