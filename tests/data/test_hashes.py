"""The hash that divides data: fixed numbers pin it on every platform."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqloom.data.hashes import source_fraction

quick = settings(derandomize=True, deadline=None, max_examples=60)


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
