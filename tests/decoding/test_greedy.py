"""Greedy search and sampling, one output at a time."""

import numpy as np
import pytest

from seqloom.data.vocabulary import BOS, EOS
from seqloom.decoding import LengthLimit, Search, decode, greedy
from seqloom.decoding.contract import NEVER

from .table import FIRST, TableModel, log_probability, padded

SOURCES = [[4, 5, 6, 4], [], [5], [6, 6, 5], [4, 4], [9, 8, 7, 6, 5, 4]]
LIMITS = np.array([3, 2, 0, 6, 1, 20])


def by_hand(model, source, limit):
    """Symbols and whether the model ended by itself."""
    state, memory = model.start(*padded([source]))
    symbols, last = [], BOS
    while True:
        log_probs, state = model.step(np.array([last]), state, memory)
        allowed = {s: p for s, p in enumerate(log_probs[0]) if s not in NEVER}
        last = max(allowed, key=allowed.get)
        if last == EOS or len(symbols) == limit:
            return tuple(symbols), last == EOS
        symbols.append(last)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("end_bonus", [-1.0, 2.0])
def test_takes_the_likeliest_symbol_until_it_ends(seed, end_bonus):
    model = TableModel(3, seed, end_bonus=end_bonus)
    found = greedy(model, *padded(SOURCES), LIMITS, length_penalty=0.5)
    for source, limit, got in zip(SOURCES, LIMITS, found, strict=True):
        assert (got.symbols, got.finished) == by_hand(model, source, limit)
        want = log_probability(model, source, got.symbols)
        np.testing.assert_allclose(got.log_probability, want)
        np.testing.assert_allclose(got.score, want / (len(got.symbols) + 1) ** 0.5)


def test_sources_that_are_done_cost_nothing_more():
    model = TableModel(3, end_bonus=50.0)
    greedy(model, *padded(SOURCES), LIMITS)
    assert model.rows_run == len(SOURCES)


def first_symbols(model, source, temperature, top_k, num_draws=4000):
    """How often each output of at most one symbol is drawn; EOS for none."""
    search = Search(temperature=temperature, top_k=top_k, nbest=num_draws, seed=3)
    (drawn,) = decode(model, [source], LengthLimit(ratio=0.0, extra=1), search)
    counts = np.zeros(model.V)
    for h in drawn:
        counts[h.symbols[0] if h.symbols else EOS] += 1
    return counts


@pytest.mark.parametrize(
    ("temperature", "top_k"), [(1.0, None), (0.5, None), (3.0, None), (1.0, 2), (2.0, 3), (1.0, 99)]
)
def test_draws_follow_the_probabilities(temperature, top_k):
    model, source = TableModel(num_symbols=4, seed=2, sharpness=0.8), [5, 4]
    state, memory = model.start(*padded([source]))
    log_probs = model.step(np.array([BOS]), state, memory)[0][0]
    p = np.exp(log_probs / temperature)
    p[list(NEVER)] = 0.0
    if top_k is not None:
        p[np.argsort(-p)[top_k:]] = 0.0
    p /= p.sum()

    counts = first_symbols(model, source, temperature, top_k)
    possible = p > 0
    assert possible.sum() == min(top_k or 99, 5)
    assert (counts[~possible] == 0).all()
    expected = p[possible] * counts.sum()
    chi_square = ((counts[possible] - expected) ** 2 / expected).sum()
    assert chi_square < 24  # four degrees of freedom: one seed in ten thousand is above


def test_temperature_near_zero_is_greedy():
    model, limit = TableModel(3), LengthLimit(ratio=1.0, extra=3)
    cold = decode(model, SOURCES, limit, Search(temperature=1e-4))
    assert cold == decode(model, SOURCES, limit, Search())
    assert decode(model, SOURCES, limit, Search(temperature=5.0, top_k=1)) == cold


def test_a_draw_is_scored_by_the_model_and_not_by_the_temperature():
    model, limit = TableModel(3), LengthLimit(ratio=1.0, extra=3)
    search = Search(temperature=2.0, nbest=5, length_penalty=0.5)
    for source, drawn in zip(SOURCES, decode(model, SOURCES, limit, search), strict=True):
        assert len(drawn) == 5
        assert [h.score for h in drawn] == sorted((h.score for h in drawn), reverse=True)
        for h in drawn:
            assert all(symbol >= FIRST for symbol in h.symbols)
            want = log_probability(model, source, h.symbols)
            np.testing.assert_allclose(h.log_probability, want)
            np.testing.assert_allclose(h.score, want / (len(h.symbols) + 1) ** 0.5)


def test_draws_differ_by_seed_by_draw_and_by_place():
    model, limit = TableModel(4), LengthLimit(ratio=0.0, extra=8)

    def draw(sources, **options):
        found = decode(model, sources, limit, Search(temperature=3.0, **options))
        return [[h.symbols for h in drawn] for drawn in found]

    twins = draw([[4, 5]] * 2, nbest=6)
    assert twins == draw([[4, 5]] * 2, nbest=6)
    assert twins[0] != twins[1]
    assert len(set(twins[0])) > 3
    assert draw([[4, 5]] * 2, nbest=6, seed=1) != twins
