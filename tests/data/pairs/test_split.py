"""Splits by source: laws that hold for any data."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqloom.data.hashes import source_fraction
from seqloom.data.pairs.pairs import Pair
from seqloom.data.pairs.split import split_by_source
from seqloom.errors import ConfigError, DataError

quick = settings(derandomize=True, deadline=None, max_examples=60)


def make(sources):
    return [Pair(source=s, target=f"t{i}", line=i) for i, s in enumerate(sources, start=1)]


@given(
    sources=st.lists(st.text(max_size=2), min_size=2).filter(lambda s: len(set(s)) > 1),
    valid_fraction=st.floats(0.001, 0.999),
)
@quick
def test_every_pair_on_one_side_and_no_source_on_both(sources, valid_fraction):
    pairs = make(sources)
    train, valid = split_by_source(pairs, valid_fraction)
    assert sorted(train + valid, key=lambda p: p.line) == pairs
    assert train == sorted(train, key=lambda p: p.line)
    assert valid == sorted(valid, key=lambda p: p.line)
    assert train
    assert valid
    assert {p.source for p in train}.isdisjoint(p.source for p in valid)
    assert split_by_source(pairs[::-1], valid_fraction) == (train[::-1], valid[::-1])


def test_sizes_count_different_sources():
    pairs = make([f"s{i}" for i in range(300)] + ["s7"] * 500)
    assert len({p.source for p in split_by_source(pairs, 0.1)[1]}) == 30
    few = split_by_source(pairs, 0.1, max_sources=12)[1]
    assert {p.source for p in few} == set(
        sorted({p.source for p in pairs}, key=source_fraction)[:12]
    )


def test_one_source_says_what_to_do():
    message = (
        "split_by_source: `pairs` must have at least 2 different sources to set some aside for "
        "validation, got 1. Give --valid FILE or more data."
    )
    with pytest.raises(DataError, match=f"^{re.escape(message)}$"):
        split_by_source(make(["a", "a"]), 0.5)


@pytest.mark.parametrize("fraction", [0.0, 1.0, -0.1, float("nan")])
def test_fraction_out_of_range_says_the_range(fraction):
    message = (
        f"split_by_source: `valid_fraction` must be above 0 and below 1, got {fraction}. Try 0.05."
    )
    with pytest.raises(ConfigError, match=f"^{re.escape(message)}$"):
        split_by_source(make(["a", "b"]), fraction)


def test_max_sources_out_of_range_says_the_range():
    message = "split_by_source: `max_sources` must be at least 1, got 0. Try 5000."
    with pytest.raises(ConfigError, match=f"^{re.escape(message)}$"):
        split_by_source(make(["a", "b"]), 0.5, max_sources=0)
