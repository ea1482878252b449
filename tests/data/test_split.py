"""Splits: fixed numbers pin the hash on every platform; laws hold for any data."""

import hashlib
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqloom.data.pairs import Pair
from seqloom.data.split import source_fraction, split_by_source
from seqloom.errors import ConfigError, DataError

quick = settings(derandomize=True, deadline=None, max_examples=60)


def make(sources):
    return [Pair(source=s, target=f"t{i}", line=i) for i, s in enumerate(sources, start=1)]


@pytest.mark.parametrize(
    ("source", "seed_text", "digest"),
    # From the coreutils: printf 'cmudict\0tomato' | b2sum -l 64
    [("tomato", "cmudict", "942fc145d69dc94f"), ("naïve", "", "7e593063ffd36087")],
)
def test_fraction_is_pinned(source, seed_text, digest):
    assert source_fraction(source, seed_text) == pytest.approx(int(digest, 16) / 2**64, abs=2**-53)


@given(source=st.text(), seed_text=st.text())
@quick
def test_fraction_is_in_the_half_open_interval(source, seed_text):
    assert 0 <= source_fraction(source, seed_text) < 1


def test_largest_hash_stays_below_1(monkeypatch):
    class Full:
        def digest(self):
            return b"\xff" * 8

    monkeypatch.setattr(hashlib, "blake2b", lambda *_, **__: Full())
    assert source_fraction("any") == 1 - 2**-53


def test_fractions_are_even_and_independent_of_the_seed_text():
    words = [f"word{i}" for i in range(4000)]
    mine = [source_fraction(w) for w in words]
    other = [source_fraction(w, "cmudict") for w in words]
    for tenth in range(10):
        share = sum(tenth / 10 <= f < (tenth + 1) / 10 for f in mine) / len(words)
        assert share == pytest.approx(0.1, abs=0.02)
    both = sum(a < 0.5 and b < 0.5 for a, b in zip(mine, other, strict=True)) / len(words)
    assert both == pytest.approx(0.25, abs=0.03)


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
