"""Batches: plain Python loops are the oracle for padding; laws hold for any lengths."""

import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from seqloom.data.pairs.batches import PairSet, plan_batches
from seqloom.data.pairs.pairs import read_pairs
from seqloom.data.vocabulary import EOS, PAD
from seqloom.errors import ConfigError

G2P = Path(__file__).parents[3] / "shared" / "data" / "g2p_en"
quick = settings(derandomize=True, deadline=None, max_examples=60)
symbols = st.lists(st.integers(3, 60), max_size=7)
lengths = st.lists(st.tuples(st.integers(0, 9), st.integers(1, 9)), min_size=1, max_size=80)


@given(rows=st.lists(st.tuples(symbols, symbols), min_size=1, max_size=9), data=st.data())
@example(rows=[([], []), ([], [])], data=None)
@quick
def test_collate_pads_as_a_plain_loop_does(rows, data):
    sources, targets = [s for s, _ in rows], [t for _, t in rows]
    pairs = PairSet(sources, targets)
    some = st.lists(st.integers(0, len(rows) - 1), min_size=1, max_size=12)
    chosen = np.array(data.draw(some) if data else [1, 0])
    batch = pairs.collate(chosen)

    S = max(len(sources[i]) for i in chosen)
    T = max(len(targets[i]) for i in chosen) + 1
    want_source = [sources[i] + [PAD] * (S - len(sources[i])) for i in chosen]
    want_target = [targets[i] + [EOS] + [PAD] * (T - 1 - len(targets[i])) for i in chosen]
    np.testing.assert_array_equal(batch.rows, chosen)
    np.testing.assert_array_equal(batch.source, np.array(want_source).reshape(len(chosen), S))
    np.testing.assert_array_equal(batch.target, want_target)
    np.testing.assert_array_equal(batch.source_lengths, [len(sources[i]) for i in chosen])
    np.testing.assert_array_equal(batch.target_lengths, [len(targets[i]) + 1 for i in chosen])
    assert {array.dtype for array in batch} == {np.dtype(np.int64)}


def test_set_knows_its_lengths():
    pairs = PairSet([[7, 8], [9], []], [[5], [], [6, 6, 6]])
    assert len(pairs) == 3
    np.testing.assert_array_equal(pairs.source_lengths, [2, 1, 0])
    np.testing.assert_array_equal(pairs.target_lengths, [2, 1, 4])


def test_a_set_without_rows():
    pairs = PairSet([], [])
    assert len(pairs) == 0
    assert pairs.collate(np.array([], dtype=np.int64)).source.shape == (0, 0)
    empty = pairs.source_lengths
    assert plan_batches(empty, empty, batch_symbols=9, seed=0, epoch=0) == []


def test_unlike_numbers_of_sources_and_targets_are_refused():
    with pytest.raises(AssertionError, match="a source for every target"):
        PairSet([[4]], [[4], [5]])


def plan(rows, *, batch_symbols=64, seed=3, epoch=0):
    source, target = np.array(rows, dtype=np.int64).reshape(-1, 2).T
    batches = plan_batches(source, target, batch_symbols=batch_symbols, seed=seed, epoch=epoch)
    return source, target, batches


@given(rows=lengths, batch_symbols=st.integers(1, 200), epoch=st.integers(0, 5))
@quick
def test_every_row_once_and_no_batch_too_large(rows, batch_symbols, epoch):
    source, target, batches = plan(rows, batch_symbols=batch_symbols, epoch=epoch)
    np.testing.assert_array_equal(np.sort(np.concatenate(batches)), np.arange(len(rows)))
    for batch in batches:
        padded = len(batch) * (source[batch].max() + target[batch].max())
        assert padded <= batch_symbols or len(batch) == 1


@given(rows=lengths, batch_symbols=st.integers(20, 200))
@quick
def test_a_mixed_batch_began_with_a_small_leftover(rows, batch_symbols):
    source, target, batches = plan(rows, batch_symbols=batch_symbols)
    for batch in batches:
        first = source[batch] == source[batch].min()
        if not first.all():
            # The leftover is less than a quarter of what would fit at its own, smallest width.
            width = source[batch].min() + target[batch][first].min()
            assert 4 * first.sum() < max(1, batch_symbols // max(1, width)) + 1


def test_a_full_batch_is_filled_to_the_last_symbol():
    _, _, batches = plan([(2, 2)] * 31, batch_symbols=12)
    assert max(map(len, batches)) == 3


MANY = [(s, t) for s in range(3, 9) for t in range(4, 12) for _ in range(5 * s)]


def as_sets(batches):
    return {frozenset(batch.tolist()) for batch in batches}


def test_the_plan_depends_on_seed_and_epoch_alone():
    plans = [plan(MANY, batch_symbols=400, seed=s, epoch=e)[2] for s, e in [(1, 2), (1, 2), (2, 1)]]
    for a, b in zip(plans[0], plans[1], strict=True):
        np.testing.assert_array_equal(a, b)
    assert as_sets(plans[0]).isdisjoint(as_sets(plans[2]))


@pytest.mark.parametrize(
    "rows", [MANY, [(7, t) for t in range(4, 90)], [(s, s + 2) for s in range(2, 42)]]
)
def test_other_rows_go_together_in_every_epoch(rows):
    """Even where every row has lengths of its own, so that a shuffle alone moves no cut."""
    epochs = [as_sets(plan(rows, batch_symbols=600, epoch=e)[2]) for e in range(3)]
    for a, b in [(0, 1), (0, 2), (1, 2)]:
        assert len(epochs[a] & epochs[b]) <= 0.25 * len(epochs[a])


def test_batches_come_in_mixed_order():
    source, _, batches = plan(MANY, batch_symbols=400)
    widths = [int(source[batch].max()) for batch in batches]
    assert widths != sorted(widths)
    assert widths != sorted(widths, reverse=True)


def test_nothing_fits_says_so():
    message = "plan_batches: `batch_symbols` must be at least 1, got 0. Try 4096."
    with pytest.raises(ConfigError, match=f"^{re.escape(message)}$"):
        plan(MANY, batch_symbols=0)


@pytest.mark.skipif(not G2P.is_dir(), reason="../shared/data/g2p_en is absent")
def test_real_spellings_are_nearly_free_of_padding():
    pairs = read_pairs(G2P / "test.tsv")
    rows = [(len(p.source), len(p.target.split()) + 1) for p in pairs]
    source, target, batches = plan(rows, batch_symbols=4096)
    padded_S = sum(len(b) * source[b].max() for b in batches)
    padded_T = sum(len(b) * target[b].max() for b in batches)
    assert source.sum() / padded_S > 0.99
    assert target.sum() / padded_T > 0.9
    dense = [len(set(source[b].tolist())) == 1 for b in batches]
    assert sum(dense) / len(dense) > 0.85
