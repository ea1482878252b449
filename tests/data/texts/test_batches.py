"""Batches of texts: every row once, like lengths together, a function of seed and epoch."""

import numpy as np

from seqloom.data.texts.batches import TextSet, by_length, plan_texts
from seqloom.data.vocabulary import PAD

LENGTHS = np.random.default_rng(0).integers(0, 40, size=1003)


def test_every_row_is_in_one_batch():
    for plan in (plan_texts(LENGTHS, batch_size=8, seed=1, epoch=0), by_length(LENGTHS, 8)):
        assert sorted(np.concatenate(plan).tolist()) == list(range(1003))
        assert max(map(len, plan)) == 8


def test_seed_and_epoch_decide_and_nothing_else():
    def plan(seed, epoch):
        return [rows.tolist() for rows in plan_texts(LENGTHS, batch_size=8, seed=seed, epoch=epoch)]

    assert plan(1, 2) == plan(1, 2)
    assert plan(1, 2) != plan(1, 3)
    assert plan(1, 2) != plan(2, 2)


def test_little_of_a_batch_is_padding():
    plan = plan_texts(LENGTHS, batch_size=8, seed=1, epoch=0)
    padded = sum(LENGTHS[rows].max() * len(rows) for rows in plan)
    assert LENGTHS.sum() / padded > 0.85


def test_order_within_an_epoch_is_not_by_length():
    plan = plan_texts(LENGTHS, batch_size=8, seed=1, epoch=0)
    means = np.array([LENGTHS[rows].mean() for rows in plan])
    assert abs(np.corrcoef(means[:-1], means[1:])[0, 1]) < 0.3


def test_collate_pads_and_keeps_labels():
    data = TextSet([[5, 6, 7], [], [8]], [2, 0, 1])
    batch = data.collate(np.array([2, 1, 0]))
    np.testing.assert_array_equal(batch.symbols, [[8, PAD, PAD], [PAD] * 3, [5, 6, 7]])
    np.testing.assert_array_equal(batch.lengths, [1, 0, 3])
    np.testing.assert_array_equal(batch.labels, [1, 0, 2])
    assert len(data) == 3
