"""Scores of classifiers: scikit-learn is the oracle; intervals and the winner by known cases."""

import itertools
import json
import re

import numpy as np
import pytest

from seqloom.errors import DataError
from seqloom.evaluation.calibration import brier, calibration_error, log_loss, reliability
from seqloom.evaluation.classes import compare, evaluate_classes, f1, share

metrics = pytest.importorskip("sklearn.metrics", reason="the extra `baselines` is not installed")
NAMES = ("ape", "bee", "cat", "dog")


def answers(num_texts=300, num_classes=4, seed=0):
    """Labels, of which one is rare, and probabilities that lean to them."""
    rng = np.random.default_rng(seed)
    share_of = np.array([0.5, 0.3, 0.15, 0.05])[:num_classes]
    labels = rng.choice(num_classes, p=share_of / share_of.sum(), size=num_texts)
    logits = rng.normal(size=(num_texts, num_classes))
    logits[np.arange(num_texts), labels] += 1.2
    p = np.exp(1.5 * logits)
    return labels, p / p.sum(axis=1, keepdims=True)


@pytest.fixture(scope="module")
def found():
    return evaluate_classes(*answers(), NAMES, lengths=np.arange(300) % 37)


def test_scores_are_scikit_learns(found):
    labels, probabilities = answers()
    given = probabilities.argmax(axis=1)
    precision, recall, scores, support = metrics.precision_recall_fscore_support(labels, given)
    assert found.accuracy.value == pytest.approx(100 * metrics.accuracy_score(labels, given))
    macro = metrics.f1_score(labels, given, average="macro")
    assert found.macro_f1.value == pytest.approx(100 * macro)
    assert found.log_loss == pytest.approx(metrics.log_loss(labels, probabilities))
    for i, row in enumerate(found.classes):
        assert row.label == NAMES[i]
        assert row.texts == support[i]
        assert row.precision == pytest.approx(100 * precision[i])
        assert row.recall == pytest.approx(100 * recall[i])
        assert row.f1 == pytest.approx(100 * scores[i])
    np.testing.assert_array_equal(found.confusion, metrics.confusion_matrix(labels, given))


def test_brier_is_scikit_learns_for_two_classes_and_the_sum_over_classes_for_more():
    labels, probabilities = answers(num_classes=2)
    half = metrics.brier_score_loss(labels, probabilities[:, 1])
    assert brier(labels, probabilities) == pytest.approx(2 * half)
    labels, probabilities = answers()
    each = [
        metrics.brier_score_loss((labels == c).astype(int), probabilities[:, c]) for c in range(4)
    ]
    assert brier(labels, probabilities) == pytest.approx(sum(each))


def test_reliability_by_hand():
    labels = np.array([0, 0, 1, 1, 0])
    probabilities = np.array([[1.0, 0.0], [0.91, 0.09], [0.93, 0.07], [0.4, 0.6], [0.5, 0.5]])
    bins = reliability(labels, probabilities)
    assert [(b.low, b.high, b.texts) for b in bins] == [(0.4, 0.5, 1), (0.5, 0.6, 1), (0.9, 1.0, 3)]
    assert bins[2].confidence == pytest.approx((1 + 0.91 + 0.93) / 3)
    assert bins[2].accuracy == pytest.approx(2 / 3)
    want = (0.5 + 0.4 + 3 * abs(2 / 3 - 2.84 / 3)) / 5
    assert calibration_error(bins) == pytest.approx(want)


def test_probabilities_that_are_true_are_calibrated():
    rng = np.random.default_rng(1)
    p = rng.uniform(size=40_000)
    labels = (rng.uniform(size=p.size) < p).astype(np.int64)
    good = calibration_error(reliability(labels, np.stack([1 - p, p], axis=1)))
    sharper = p**2 / (p**2 + (1 - p) ** 2)
    bad = calibration_error(reliability(labels, np.stack([1 - sharper, sharper], axis=1)))
    assert good < 0.01 < 0.05 < bad


def test_sure_and_wrong_costs_much_but_not_infinity():
    assert log_loss(np.array([0]), np.array([[0.0, 1.0]])) == pytest.approx(27.63, abs=0.01)


def test_intervals_hold_the_value(found):
    for score in (found.accuracy, found.macro_f1):
        assert score.low < score.value < score.high
        assert 2 < score.high - score.low < 30


def test_accuracy_by_length_covers_all_texts(found):
    assert sum(row.texts for row in found.by_length) == 300
    spans = [(row.low, row.high) for row in found.by_length]
    assert all(a[1] < b[0] for a, b in itertools.pairwise(spans))
    mean = sum(row.texts * row.accuracy for row in found.by_length) / 300
    assert mean == pytest.approx(found.accuracy.value)


def test_one_length_is_one_row():
    labels, probabilities = answers(20)
    found = evaluate_classes(labels, probabilities, NAMES, lengths=np.full(20, 7))
    assert [(row.low, row.high, row.texts) for row in found.by_length] == [(7, 7, 20)]


def test_a_class_that_is_neither_there_nor_given_does_not_count():
    labels = np.array([0, 1, 0, 1])
    probabilities = np.eye(3)[[0, 1, 0, 0]]
    found = evaluate_classes(labels, probabilities, NAMES[:3])
    assert found.macro_f1.value == pytest.approx(100 * (0.8 + 2 / 3) / 2)
    np.testing.assert_allclose(f1(np.array(found.confusion)), [0.8, 2 / 3, 0.0])


def test_goes_through_json(found):
    again = json.loads(json.dumps(found.to_json()))
    assert again["accuracy"]["value"] == found.accuracy.value
    assert again["confusion"] == [list(row) for row in found.confusion]


def test_the_winner_is_named_only_where_the_interval_leaves_0_out():
    rng = np.random.default_rng(0)
    good, bad = ((rng.uniform(size=1000) < p).astype(np.int64) for p in (0.9, 0.8))
    assert compare("a", good, "b", bad).winner == "first"
    assert compare("a", bad, "b", good).winner == "second"
    found = compare("a", good, "b", good)
    assert found.winner == "neither"
    assert (found.difference.value, found.difference.low, found.difference.high) == (0, 0, 0)
    assert re.fullmatch(
        r"b wins: a - b = -\d+\.\d\d points, -\d+\.\d\d to -\d+\.\d\d",
        str(compare("a", bad, "b", good)),
    )
    assert str(found).startswith("a and b: no clear winner (+0.00 points")


def test_pairing_sees_what_two_intervals_do_not():
    """One is right wherever the other is, and a little more."""
    rng = np.random.default_rng(0)
    right = (rng.uniform(size=500) < 0.7).astype(np.int64)
    more = right.copy()
    more[np.flatnonzero(right == 0)[:15]] = 1
    assert share(more).low < share(right).high
    assert compare("more", more, "right", right).winner == "first"


def test_nothing_to_score_is_said():
    with pytest.raises(DataError, match=r"^evaluate_classes: `labels` must hold at least 1 text"):
        evaluate_classes(np.zeros(0, np.int64), np.zeros((0, 2)), NAMES[:2])
