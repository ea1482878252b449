"""Attention against `reference/attention*.py`, forward and backward, and its laws."""

from typing import NamedTuple

import numpy as np
import pytest
import torch

from seqloom.decoding import select
from seqloom.errors import ShapeError
from seqloom.layers import AdditiveAttention, DotAttention, GeneralAttention
from seqloom.reference import attention, attention_luong, trees
from seqloom.reference.attention import AdditiveWeights
from seqloom.reference.attention_luong import LuongWeights

from ..reference.compare import assert_same, from_module, randomise

B, S, A, H, M = 5, 7, 2, 4, 3
LENGTHS = torch.tensor([7, 1, 4, 0, 6])
REAL = torch.arange(S) < LENGTHS[:, None]


class Kind(NamedTuple):
    make: object
    memory_size: int
    reference: object
    weights: object  # of the reference, from our module


KINDS = {
    "additive": Kind(
        lambda: AdditiveAttention(M, H, A),
        M,
        attention,
        lambda module: from_module(AdditiveWeights, module),
    ),
    "dot": Kind(lambda: DotAttention(H, H), H, attention_luong, lambda module: LuongWeights()),
    "general": Kind(
        lambda: GeneralAttention(M, H),
        M,
        attention_luong,
        lambda module: from_module(LuongWeights, module),
    ),
}


@pytest.fixture(params=KINDS)
def kind(request):
    return KINDS[request.param]


class Case(NamedTuple):
    module: torch.nn.Module
    query: torch.Tensor
    values: torch.Tensor


def make_case(kind, padding=torch.nan):
    values = torch.where(REAL[:, :, None], torch.randn(B, S, kind.memory_size), padding)
    return Case(randomise(kind.make()), torch.randn(B, H), values)


def test_matches_the_reference_forward_and_backward(kind):
    module, query, values = make_case(kind)
    query.requires_grad_()
    values.requires_grad_()
    d_context = torch.randn(B, kind.memory_size)
    context, weights = module(query, module.remember(values, LENGTHS))
    (context * d_context).sum().backward()

    w, lengths, memory = kind.weights(module), LENGTHS.numpy(), values.detach().numpy()
    projected = kind.reference.project_memory(memory, w)
    want, want_weights, saved = kind.reference.attend(
        query.detach().numpy(), memory, projected, lengths, w
    )
    assert_same((want, want_weights), (context, weights))
    d_query, d_values, d_projected, d_w = kind.reference.attend_backward(
        d_context.numpy(), saved, w
    )
    more, d_w_more = kind.reference.project_memory_backward(d_projected, memory, lengths, w)
    assert_same((d_query, d_values + more), (query.grad, values.grad))
    for name, gradient in trees.add(d_w, d_w_more)._asdict().items():
        if gradient is not None:
            assert_same(gradient, getattr(module, name).grad)


def test_padding_gets_nothing(kind):
    module, query, values = make_case(kind)
    context, weights = module(query, module.remember(values, LENGTHS))
    assert (weights[~REAL] == 0).all()
    torch.testing.assert_close(weights.sum(dim=1), (LENGTHS > 0).double())
    assert (context[LENGTHS == 0] == 0).all()
    for b, n in enumerate(LENGTHS):
        alone = module(query[b : b + 1], module.remember(values[b : b + 1, :n]))
        torch.testing.assert_close((context[b : b + 1], weights[b : b + 1, :n]), alone)


def test_no_lengths_means_all_positions(kind):
    module, query, values = make_case(kind, padding=1.5)
    got = module(query, module.remember(values))
    torch.testing.assert_close(got, module(query, module.remember(values, torch.full((B,), S))))
    torch.testing.assert_close(got[1].sum(dim=1), torch.ones(B))
    assert (got[1] > 0).all()


@pytest.mark.parametrize("lengths", [None, torch.zeros(B, dtype=torch.int64)])
def test_empty_source(kind, lengths):
    module, query, values = make_case(kind)
    context, weights = module(query, module.remember(values[:, :0], lengths))
    assert weights.shape == (B, 0)
    assert torch.equal(context, torch.zeros(B, kind.memory_size))


def test_huge_scores_do_not_overflow(kind):
    module, query, values = make_case(kind)
    with torch.no_grad():
        for p in module.parameters():
            p.mul_(1e30)
    context, weights = module(query * 1e30, module.remember(values, LENGTHS))
    assert torch.isfinite(context).all()
    torch.testing.assert_close(weights.sum(dim=1), (LENGTHS > 0).double())


@pytest.mark.parametrize("lengths", [LENGTHS, None])
def test_decoding_can_reorder_a_memory(kind, lengths):
    module, query, values = make_case(kind, padding=0.5)
    memory, rows = module.remember(values, lengths), torch.tensor([4, 1, 1, 3])
    whole = module(query, memory)
    some = module(query[rows], select(memory, rows.numpy()))
    torch.testing.assert_close(some, tuple(a[rows] for a in whole))


def test_wrong_shapes_say_what_was_wrong(kind):
    module, *_ = make_case(kind)
    size = kind.memory_size
    message = rf"^{type(module).__name__}: `values` must have shape \(B, S, M={size}\), got \(5, 7"
    with pytest.raises(ShapeError, match=message):
        module.remember(torch.randn(B, S, 9))


def test_dot_needs_equal_sizes():
    with pytest.raises(ShapeError, match=r"^DotAttention: `query` must have shape \(M=3\), got"):
        DotAttention(M, H)


def test_the_registry_of_weights_is_complete():
    """Every parameter stands under its name in the reference, so no gradient goes unchecked."""
    for kind in KINDS.values():
        module = kind.make()
        named = {n: a for n, a in kind.weights(module)._asdict().items() if a is not None}
        assert named.keys() == dict(module.named_parameters()).keys()
        for name, array in named.items():
            np.testing.assert_array_equal(array, module.get_parameter(name).detach().numpy())
