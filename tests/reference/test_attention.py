"""Both attentions against torch autograd of their papers' equations, one sequence at a time."""

from typing import NamedTuple

import numpy as np
import pytest
import torch

from seqloom.errors import ShapeError
from seqloom.reference import attention, attention_luong, trees
from seqloom.reference.attention import AdditiveWeights
from seqloom.reference.attention_luong import LuongWeights

from .compare import (
    as_float32,
    assert_float32,
    assert_is_slope,
    assert_same,
    flatten,
    grads,
    leaves,
    rng,
)

B, S, A, H, M = 5, 7, 2, 4, 3
LENGTHS = np.array([7, 1, 4, 0, 6])


def additive_score(s, h, w):
    return w.weight_score @ torch.tanh(w.weight_query @ s + w.weight_memory @ h + w.bias)


class Kind(NamedTuple):
    module: object
    shapes: dict
    weights: type
    memory_size: int
    score: object  # of one query with one memory vector, from the paper


ADDITIVE = {"weight_query": (A, H), "weight_memory": (A, M), "bias": A, "weight_score": A}
KINDS = {
    "additive": Kind(attention, ADDITIVE, AdditiveWeights, M, additive_score),
    "dot": Kind(attention_luong, {}, LuongWeights, H, lambda s, h, w: s @ h),
    "general": Kind(
        attention_luong, {"weight": (H, M)}, LuongWeights, M, lambda s, h, w: s @ w.weight @ h
    ),
}


@pytest.fixture(params=KINDS)
def kind(request):
    return KINDS[request.param]


class Case(NamedTuple):
    query: np.ndarray
    memory: np.ndarray
    w: tuple
    d_context: np.ndarray


def make_case(kind, padding=np.nan):
    random = rng()
    w = kind.weights(**{n: random.normal(size=shape) for n, shape in kind.shapes.items()})
    memory = random.normal(size=(B, S, kind.memory_size))
    memory[np.arange(S) >= LENGTHS[:, None]] = padding
    d_context = random.normal(size=(B, kind.memory_size))
    return Case(random.normal(size=(B, H)), memory, w, d_context)


def run(kind, query, memory, w):
    return kind.module.attend(query, memory, kind.module.project_memory(memory, w), LENGTHS, w)


def gradients(kind, case, d_weights=None):
    """Of query, memory and weights, through both functions."""
    saved = run(kind, case.query, case.memory, case.w)[2]
    d_query, d_memory, d_projected, d_w = kind.module.attend_backward(
        case.d_context, saved, case.w, d_weights=d_weights
    )
    d_memory_too, d_w_too = kind.module.project_memory_backward(
        d_projected, case.memory, LENGTHS, case.w
    )
    return d_query, d_memory + d_memory_too, trees.add(d_w, d_w_too)


@pytest.mark.parametrize("read", [False, True])
def test_context_weights_and_gradients_match_the_paper(kind, read):
    """The weights are `read` by something else, too, or not."""
    case = make_case(kind)
    d_weights = np.random.default_rng(8).normal(size=(B, S)) if read else None
    query, memory, w = leaves((case.query, case.memory, case.w))
    contexts, weights = torch.zeros(B, kind.memory_size), torch.zeros(B, S)
    for b, n in enumerate(LENGTHS):
        if n:
            scores = [kind.score(query[b], memory[b, j], w) for j in range(n)]
            a = torch.softmax(torch.stack(scores), 0)
            contexts[b], weights[b, :n] = a @ memory[b, :n], a
    loss = (contexts * torch.tensor(case.d_context)).sum()
    loss = loss + (weights * torch.tensor(d_weights)).sum() if read else loss
    loss.backward()

    got, got_weights, _ = run(kind, case.query, case.memory, case.w)
    assert_same(got, contexts)
    assert_same(got_weights, weights)
    assert_same(gradients(kind, case, d_weights), grads((query, memory, w)))


def test_gradient_is_the_slope(kind):
    case = make_case(kind, padding=9.0)
    assert_is_slope(
        lambda query, memory, w: (run(kind, query, memory, w)[0] * case.d_context).sum(),
        (case.query, case.memory, case.w),
        gradients(kind, case),
    )


def test_padding_gets_nothing(kind):
    case = make_case(kind)
    context, weights, _ = run(kind, case.query, case.memory, case.w)
    padding = np.arange(S) >= LENGTHS[:, None]
    assert (weights[padding] == 0).all()
    assert (gradients(kind, case)[1][padding] == 0).all()
    assert (context[LENGTHS == 0] == 0).all()
    np.testing.assert_allclose(weights.sum(axis=1), LENGTHS > 0)


def test_no_lengths_means_all_positions(kind):
    case = make_case(kind, padding=1.5)
    projected = kind.module.project_memory(case.memory, case.w)
    got = kind.module.attend(case.query, case.memory, projected, None, case.w)
    full = np.full(B, S)
    want = kind.module.attend(case.query, case.memory, projected, full, case.w)
    assert_same(got[:2], want[:2])
    assert (got[1] > 0).all()


def test_empty_source(kind):
    case = make_case(kind)
    memory = case.memory[:, :0]
    projected = kind.module.project_memory(memory, case.w)
    context, weights, _ = kind.module.attend(case.query, memory, projected, None, case.w)
    assert weights.shape == (B, 0)
    np.testing.assert_array_equal(context, np.zeros((B, kind.memory_size)))


def test_float32_stays(kind):
    case = as_float32(make_case(kind))
    assert_float32(run(kind, case.query, case.memory, case.w)[:2])
    got = gradients(kind, case)
    assert_float32(got)
    assert flatten(got)


def test_dot_needs_equal_sizes():
    query, memory, w = np.ones((B, H)), np.ones((B, S, M)), LuongWeights()
    message = r"^attention_luong\.attend: `projected_BSH` must have shape \(B, S, H=4\), got \(5, 7"
    with pytest.raises(ShapeError, match=message):
        attention_luong.attend(query, memory, attention_luong.project_memory(memory, w), None, w)
