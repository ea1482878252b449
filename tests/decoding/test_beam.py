"""Beam search against every output there is, and at its limits."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqloom.data.vocabulary import EOS
from seqloom.decoding import beam_search, greedy
from seqloom.decoding.beam import _top

from .table import FIRST, TableModel, every_output, log_probability, padded

SOURCES = [[4, 5, 6, 4], [], [5], [6, 6, 5], [4, 4], [9, 8, 7, 6, 5, 4]]
LIMITS = np.array([3, 2, 0, 3, 1, 2])


def search(model, sources=SOURCES, limits=LIMITS, **options):
    return beam_search(model, *padded(sources), np.array(limits), **options)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("length_penalty", [0.0, 0.7, 1.0, 2.0])
def test_wide_beam_finds_the_best_of_all_outputs_in_order(seed, length_penalty):
    model = TableModel(seed=seed)
    for source, limit, found in zip(
        SOURCES, LIMITS, search(model, beam=15, length_penalty=length_penalty), strict=True
    ):
        want = every_output(model, source, limit, length_penalty)
        assert [h.symbols for h in found] == [symbols for _, symbols in want]
        np.testing.assert_allclose([h.score for h in found], [score for score, _ in want])
        for h in found:
            np.testing.assert_allclose(h.log_probability, log_probability(model, source, h.symbols))


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 1000),
    num_symbols=st.integers(1, 3),
    beam=st.integers(1, 6),
    limit=st.integers(0, 5),
    length_penalty=st.sampled_from([0.0, 0.6, 1.0]),
    end_bonus=st.sampled_from([-4.0, 0.0, 2.0]),
)
def test_hypotheses_are_distinct_sorted_rightly_scored_and_allowed(
    seed, num_symbols, beam, limit, length_penalty, end_bonus
):
    model = TableModel(num_symbols, seed, end_bonus=end_bonus)
    options = {"beam": beam, "length_penalty": length_penalty}
    batch = search(model, limits=[limit] * len(SOURCES), **options)
    num_outputs = sum(num_symbols**n for n in range(limit + 1))
    for source, found in zip(SOURCES, batch, strict=True):
        assert len(found) == min(beam, num_outputs)
        assert len({h.symbols for h in found}) == len(found)
        assert [h.score for h in found] == sorted((h.score for h in found), reverse=True)
        for h in found:
            assert len(h.symbols) <= limit
            assert h.finished or len(h.symbols) == limit
            assert all(symbol >= FIRST for symbol in h.symbols)  # no PAD, BOS, EOS, UNK
            want = log_probability(model, source, h.symbols)
            np.testing.assert_allclose(h.log_probability, want)
            np.testing.assert_allclose(h.score, want / (len(h.symbols) + 1) ** length_penalty)
        assert found == search(model, [source], [limit], **options)[0]  # alone


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 1000), limit=st.integers(0, 6))
def test_never_worse_than_greedy_without_a_length_penalty(seed, limit):
    model, limits = TableModel(3, seed), np.full(len(SOURCES), limit)
    best = search(model, limits=limits, beam=1, length_penalty=0.0)
    first = greedy(model, *padded(SOURCES), limits, length_penalty=0.0)
    for (found,), one in zip(best, first, strict=True):
        assert found.score >= one.score - 1e-12


def test_length_penalty_prefers_longer_outputs():
    model = TableModel(2, end_bonus=-1.0)
    lengths = []
    for penalty in (0.0, 1.0, 3.0):
        best = [
            found[0] for found in search(model, limits=[3] * 6, beam=15, length_penalty=penalty)
        ]
        lengths.append(sum(len(h.symbols) for h in best))
    assert lengths == sorted(lengths)
    assert lengths[0] < lengths[-1]


class EndlessModel(TableModel):
    """Never wants to end, and would rather output a special than anything else."""

    def step(self, symbols, state, memory):
        log_probs, state = super().step(symbols, state, memory)
        log_probs = log_probs.copy()
        log_probs[:, EOS] -= 50.0
        log_probs[:, [0, 1, 3]] += 50.0
        return log_probs, state


@pytest.mark.parametrize("beam", [1, 2, 5])
def test_limit_cuts_off(beam):
    model = EndlessModel(3)
    for found, source, limit in zip(search(model, beam=beam), SOURCES, LIMITS, strict=True):
        num_outputs = sum(3**n for n in range(limit + 1))
        assert len(found) == min(beam, num_outputs)
        best = found[0]
        assert len(best.symbols) == limit
        assert not best.finished
        np.testing.assert_allclose(
            best.log_probability, log_probability(model, source, best.symbols)
        )


def test_output_that_ends_at_its_limit_is_finished():
    model = TableModel(2, end_bonus=50.0)
    found = search(model, [[4]], [0], beam=3)[0]
    assert [(h.symbols, h.finished) for h in found] == [((), True)]


class LevelModel(TableModel):
    """All symbols always have log-probability -1: every score is exactly -1."""

    def __init__(self):
        super().__init__(num_symbols=3)
        self.table = np.full_like(self.table, -1.0)


@pytest.mark.parametrize("beam", [1, 2, 3, 7])
def test_equal_scores_are_kept_in_the_order_they_came(beam):
    found = search(LevelModel(), [[4], [5, 6]], [4, 2], beam=beam, length_penalty=1.0)
    for hypotheses in found:
        assert len({h.symbols for h in hypotheses}) == beam
        assert hypotheses[0].symbols == ()  # all score alike, the shortest came first
        lengths = [len(h.symbols) for h in hypotheses]
        assert lengths == sorted(lengths)


class TwinModel(TableModel):
    """Both symbols are equally likely; the end is unlikely before step 2, and likely then."""

    def start(self, source, lengths):
        state, memory = super().start(source, lengths)
        return state._replace(place=np.zeros_like(state.place)), memory

    def step(self, symbols, state, memory):
        p = np.full((len(symbols), self.V), 1e-9)
        end = np.where(state.place < 2, 0.1, 0.9)
        p[:, EOS] = end
        p[:, FIRST:] = (1 - end[:, None]) / 2
        return np.log(p), state._replace(place=state.place + 1)


def test_equal_scores_push_out_worse_ones_and_not_each_other():
    """Four outputs tie for the places of three that were finished before."""
    found = search(TwinModel(), [[4]], [9], beam=4)[0]
    assert [h.symbols for h in found] == [(4, 4), (4, 5), (5, 4), (5, 5)]
    assert len({h.score for h in found}) == 1


class PeakedModel(TableModel):
    """Only one output is possible at all."""

    def step(self, symbols, state, memory):
        log_probs, state = super().step(symbols, state, memory)
        log_probs = np.full_like(log_probs, -np.inf)
        log_probs[:, FIRST] = np.where(symbols == FIRST, -np.inf, 0.0)
        log_probs[:, EOS] = np.where(symbols == FIRST, 0.0, -np.inf)
        return log_probs, state


def test_impossible_outputs_are_not_made_up():
    found = search(PeakedModel(), [[4], []], [5, 5], beam=4)
    assert [[h.symbols for h in hypotheses] for hypotheses in found] == [[(FIRST,)]] * 2
    assert found[0][0].score == 0.0


def test_sources_that_are_done_cost_nothing_more():
    model = TableModel(2, end_bonus=50.0)
    search(model, limits=[0, 0, 0, 0, 0, 1000], beam=3)
    assert model.rows_run < 100


@pytest.mark.parametrize("count", [1, 4, 10, 30, 99])
def test_of_equals_the_first_is_taken_first_at_the_border_too(count):
    values = np.round(np.random.default_rng(count).normal(size=(50, 30)))
    values[:, ::7] = -np.inf
    want = np.argsort(-values, axis=1, kind="stable")[:, :count]
    assert np.array_equal(_top(values, count), want)
