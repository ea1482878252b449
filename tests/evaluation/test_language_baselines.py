"""A model beside baselines: differences are paired, verdicts say what the interval allows."""

import math

import numpy as np
import pytest

from seqloom.evaluation.language_baselines import Baseline, language_baselines
from seqloom.evaluation.ngram import NGram

from ..running_text import some_text

TRAIN, TEST = some_text(5000), some_text(3000, seed=9)


def ngram_of(nats, characters):
    found = language_baselines(nats, characters, TEST, TRAIN, order=3)
    return next(b for b in found if b.name == "the 3-gram"), found


def test_the_difference_is_paired():
    """A model that is better by the same amount everywhere is better for sure."""
    costs = NGram(TRAIN, 3).costs(TEST)
    ngram, found = ngram_of(costs - 0.1 * math.log(2), np.ones(3000, np.int64))
    assert ngram.bits_per_character == pytest.approx(costs.mean() / math.log(2))
    assert (ngram.low, ngram.difference, ngram.high) == pytest.approx((-0.1, -0.1, -0.1))
    assert ngram.verdict() == (
        "the model beats the 3-gram by 0.100 bits per character (95 %: -0.100 to -0.100)"
    )
    bits = [b.bits_per_character for b in found]
    assert len(bits) == 4
    assert bits == sorted(bits)
    for b in found:
        want = (costs.mean() - 0.1 * math.log(2)) / math.log(2) - b.bits_per_character
        assert b.difference == pytest.approx(want)


def test_symbols_of_several_characters_are_charged_for_theirs():
    costs = NGram(TRAIN, 3).costs(TEST)
    pairs = costs.reshape(-1, 2).sum(axis=1)
    ngram, _ = ngram_of(pairs, np.full(1500, 2))
    assert ngram.difference == pytest.approx(0.0, abs=1e-12)
    assert (ngram.low, ngram.high) == pytest.approx((0.0, 0.0), abs=1e-12)


def test_verdicts():
    assert (
        Baseline("bz2", 2.5, -0.25).verdict() == "the model beats bz2 by 0.250 bits per character"
    )
    assert Baseline("the 6-gram", 2.0, 0.5, 0.4, 0.6).verdict() == (
        "the 6-gram beats the model by 0.500 bits per character (95 %: +0.400 to +0.600)"
    )
    assert Baseline("the 6-gram", 2.0, 0.01, -0.01, 0.03).verdict() == (
        "the model and the 6-gram are level: +0.010 (95 %: -0.010 to +0.030)"
    )
