"""Units that follow patterns: the statistics against SciPy, the search against planted units."""

import json

import numpy as np
import pytest

from seqloom.inspection.patterns import pattern_values
from seqloom.inspection.states import States
from seqloom.inspection.units import area_under_curve, correlations, find_patterns

stats = pytest.importorskip("scipy.stats", reason="SciPy is the oracle here")


def test_correlations_are_scipys():
    rng = np.random.default_rng(0)
    values = rng.normal([0, 1, 2, 3, 1000], size=(20_001, 5)).astype(np.float32)
    wanted = rng.normal(size=20_001) + values[:, 2]
    want = [stats.pearsonr(column.astype(float), wanted).statistic for column in values.T]
    np.testing.assert_allclose(correlations(values, wanted), want, atol=1e-6)


def test_what_is_constant_correlates_with_nothing():
    values = np.stack([np.ones(6), np.arange(6.0)], axis=1)
    assert correlations(values, np.arange(6.0)).tolist() == [0, pytest.approx(1)]
    assert correlations(values, np.ones(6)).tolist() == [0, 0]
    assert correlations(values[:0], np.ones(0)).tolist() == [0, 0]


def test_the_area_is_that_of_mann_and_whitney():
    rng = np.random.default_rng(1)
    truth = rng.random(300) < 0.3
    values = np.round(rng.normal(size=300) + truth, 1)  # with ties
    u = stats.mannwhitneyu(values[truth], values[~truth]).statistic
    assert area_under_curve(values, truth) == pytest.approx(u / (truth.sum() * (~truth).sum()))
    assert area_under_curve(values, np.zeros(300, bool)) == 0.5


def planted(texts, *, noise, complete=True):
    """States whose unit 3 is on inside quotes, whose unit 5 is off at vowels; the rest is noise."""
    rng = np.random.default_rng(2)
    lengths = [len(text) for text in texts]
    values = rng.normal(scale=0.3, size=(sum(lengths), 40))
    join = lambda name: np.concatenate([pattern_values(name, text) for text in texts])  # noqa: E731
    values[:, 3] = join("inside-quotes") + noise * values[:, 3]
    values[:, 5] = -join("vowel") + noise * values[:, 5]
    values[:, 7] = 0.01 * join("position") + noise * 0.1 * values[:, 7]
    starts = np.cumsum([0, *lengths])
    return States("l", "h", values.astype(np.float32), tuple(map(tuple, texts)), starts, complete)


TEXTS = ['and "so it was" then', "no quotes at all", '"yes" she said "no" it', 'an "end" is ok']


def test_planted_units_are_found():
    states = planted(TEXTS * 3, noise=0.1)
    quotes, vowels, position = find_patterns(states, ["inside-quotes", "vowel", "position"], top=3)
    assert quotes["units"][0]["unit"] == 3
    assert quotes["units"][0]["correlation"] > 0.9
    assert quotes["units"][0]["auc"] > 0.99
    assert vowels["units"][0]["unit"] == 5
    assert vowels["units"][0]["correlation"] < -0.9
    assert vowels["units"][0]["auc"] < 0.01
    assert position["units"][0]["unit"] == 7
    assert "auc" not in position["units"][0]
    assert len(position["units"]) == 3
    assert quotes["texts"] == 12
    assert quotes["steps"] == len(states.values)
    assert quotes["complete"]
    json.dumps([quotes, vowels, position], allow_nan=False)


def test_scores_come_from_texts_that_did_not_choose():
    """Noise alone: the best of 40 units looks good where it was chosen and not elsewhere."""
    rng = np.random.default_rng(3)
    texts = ['a "b" c', 'd "ef" g'] * 4
    states = planted(texts, noise=0.0)
    states.values[:] = rng.normal(size=states.values.shape)
    (found,) = find_patterns(states, ["inside-quotes"], top=40)
    odd = np.searchsorted(states.starts, np.arange(len(states.values)), side="right") % 2 == 0
    wanted = np.concatenate([pattern_values("inside-quotes", text) for text in texts])
    for unit in found["units"]:
        want = stats.pearsonr(states.values[odd, unit["unit"]], wanted[odd]).statistic
        assert unit["correlation"] == pytest.approx(want, abs=1e-6)
    (one,) = find_patterns(planted(TEXTS[:1], noise=0.1), ["inside-quotes"], top=1)
    assert one["texts"] == 1  # a single text is cut in two
