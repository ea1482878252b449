"""Parts by length hold every example once, in order, and are tenths where they can be."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqloom.comparison.by_length import parts_by_length


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 40), max_size=400))
def test_every_example_is_in_one_part_and_lengths_stay_together(lengths):
    values = np.array(lengths, dtype=np.float64)
    parts = parts_by_length(values)
    assert len(parts) <= 10
    total = sum((part.chosen.astype(int) for part in parts), np.zeros(len(values), int))
    np.testing.assert_array_equal(total, np.ones(len(values), int))
    for part in parts:
        inside = values[part.chosen]
        assert (inside.min(), inside.max(), len(inside)) == (part.low, part.high, part.examples)
        assert part.examples >= min(20, len(values))
    for one, other in itertools.pairwise(parts):
        assert one.high < other.low


def test_lengths_that_all_differ_give_equal_tenths():
    lengths = np.random.default_rng(0).permutation(1000).astype(np.float64)
    parts = parts_by_length(lengths)
    assert [part.examples for part in parts] == [100] * 10
    assert parts[-1].low == 900.0
    assert all(part.is_tenth for part in parts)


def test_a_length_that_many_share_is_one_part():
    lengths = np.repeat([3.0, 5.0, 8.0], [50, 900, 50])
    parts = parts_by_length(lengths)
    assert [(p.low, p.high, p.examples) for p in parts] == [(3, 3, 50), (5, 5, 900), (8, 8, 50)]
    assert not parts[0].is_tenth


@pytest.mark.parametrize(("examples", "parts"), [(0, 0), (1, 1), (39, 1), (40, 2), (130, 6)])
def test_few_examples_give_few_parts(examples, parts):
    assert len(parts_by_length(np.arange(examples, dtype=np.float64))) == parts


def test_a_few_long_examples_join_the_part_before():
    lengths = np.repeat([4.0, 5.0, 30.0], [300, 95, 5])
    parts = parts_by_length(lengths)
    assert [(p.low, p.high, p.examples) for p in parts] == [(4, 4, 300), (5, 30, 100)]
