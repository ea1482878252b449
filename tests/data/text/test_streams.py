"""Streams: each reads on where it stopped, and foretells every symbol once."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqloom.data.text.streams import fit_streams, plan_streams, window
from seqloom.data.vocabulary import BOS

quick = settings(derandomize=True, deadline=None, max_examples=200)


@given(
    n=st.integers(1, 500),
    streams=st.integers(1, 20),
    chunk=st.integers(1, 40),
    epoch=st.integers(0, 5),
)
@quick
def test_a_plan_covers_the_text_without_overlap(n, streams, chunk, epoch):
    B, T = fit_streams(n, streams, chunk)
    assert 1 <= B <= streams
    assert 1 <= T <= chunk
    batches = plan_streams(n, streams=B, chunk=T, seed=3, epoch=epoch)
    assert batches
    assert all(rows.shape == (B,) for rows in batches)
    places = np.concatenate([rows[:, None] + np.arange(T) for rows in batches], axis=None)
    assert len(set(places.tolist())) == len(places)
    assert places.min() >= 0
    assert places.max() < n
    assert len(places) > n - (B + 1) * T - B * T  # what is left over is less than two batches
    for before, after in itertools.pairwise(batches):
        assert (after - before == T).all()


def test_epochs_begin_elsewhere_and_repeat_with_their_seed():
    def begin(seed, epoch):
        return int(plan_streams(5000, streams=4, chunk=50, seed=seed, epoch=epoch)[0][0])

    begins = [begin(1, epoch) for epoch in range(20)]
    assert begins == [begin(1, epoch) for epoch in range(20)]
    assert len(set(begins)) > 12
    assert begins != [begin(2, epoch) for epoch in range(20)]


@pytest.mark.parametrize("fresh", [True, False])
def test_what_is_read_is_what_was_foretold_a_step_before(fresh):
    ids = np.arange(100, 160, dtype=np.int32)
    read, write = window(ids, np.array([0, 30]), 5, fresh=fresh)
    assert write.tolist() == [[100, 101, 102, 103, 104], [130, 131, 132, 133, 134]]
    first = BOS if fresh else 129
    assert read.tolist() == [[BOS, 100, 101, 102, 103], [first, 130, 131, 132, 133]]
    assert read.dtype == write.dtype == np.int64
    assert ids[0] == 100  # the text is left alone


def test_short_texts():
    assert fit_streams(3, 64, 100) == (1, 3)
    assert fit_streams(250, 64, 100) == (2, 100)
    assert fit_streams(1, 8, 8) == (1, 1)
    assert [rows.tolist() for rows in plan_streams(1, streams=1, chunk=1, seed=0, epoch=9)] == [[0]]
