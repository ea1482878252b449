"""Tests of pairs: scipy's permutation test and statsmodels' correction are the oracles."""

import numpy as np
import pytest

from seqloom.comparison.significance import compare_pairs, holm, sign_flip
from seqloom.comparison.statistics import Resampled, Sample

stats = pytest.importorskip("scipy.stats", reason="the extra `baselines` is not installed")


def pair(first, second):
    """Two entries of a run each, by their errors of ones."""
    return [
        Sample(np.array([values], float), np.ones((1, len(values)))) for values in (first, second)
    ]


def test_few_examples_give_scipys_exact_p_value():
    first = np.array([2.1, 0.4, 1.9, 3.0, 0.2, 1.1, 2.2, 0.7, 1.6])
    second = np.array([1.2, 0.9, 0.3, 2.1, 0.8, 0.2, 2.5, 0.1, 1.0])

    def gap(a, b, axis):
        return a.mean(axis=axis) - b.mean(axis=axis)

    exact = stats.permutation_test(
        (first, second), gap, permutation_type="samples", n_resamples=np.inf, vectorized=True
    )
    (got,) = sign_flip(pair(first, second), [(0, 1)], resamples=40_000)
    assert 0.02 < exact.pvalue < 0.5
    assert got == pytest.approx(exact.pvalue, abs=0.01)


def test_outputs_change_places_with_their_denominators():
    """A ratio of sums: each flip moves errors and symbols together; all 2**4 ways by hand."""
    above = np.array([[3.0, 0.0, 5.0, 2.0], [1.0, 1.0, 2.0, 2.0]])
    below = np.array([[10.0, 4.0, 9.0, 3.0], [8.0, 5.0, 9.0, 6.0]])
    samples = [Sample(above[i : i + 1], below[i : i + 1]) for i in (0, 1)]
    ways = []
    for bits in np.ndindex(2, 2, 2, 2):
        a, b = np.array(bits), 1 - np.array(bits)
        each = np.arange(4)
        one = above[a, each].sum() / below[a, each].sum()
        other = above[b, each].sum() / below[b, each].sum()
        ways.append(abs(one - other))
    want = np.mean(np.array(ways) >= ways[0] - 1e-12)
    (got,) = sign_flip(samples, [(0, 1)], resamples=40_000)
    assert got == pytest.approx(want, abs=0.01)


def test_no_example_differs_and_nothing_is_found():
    same = np.arange(12.0)
    assert sign_flip(pair(same, same), [(0, 1)]) == [1.0]


def test_runs_are_averaged_not_counted_as_examples():
    first, second = pair([1.0, 1, 1, 0, 1, 1, 0, 1], [0.0, 1, 0, 0, 1, 0, 0, 1])
    several = [
        Sample(np.repeat(s.numerators, 5, 0), np.repeat(s.denominators, 5, 0))
        for s in (first, second)
    ]
    assert sign_flip(several, [(0, 1)]) == sign_flip([first, second], [(0, 1)])


def test_holm_is_statsmodels():
    multitest = pytest.importorskip("statsmodels.stats.multitest")
    for p in ([0.01, 0.04, 0.03, 0.005], [0.5, 0.6], [0.02], [0.2, 0.001, 0.2, 0.9, 0.012]):
        np.testing.assert_allclose(holm(p), multitest.multipletests(p, method="holm")[1])
    assert holm([]) == []


def test_holm_by_hand():
    assert holm([0.04, 0.01, 0.03]) == [pytest.approx(p) for p in (0.06, 0.03, 0.06)]


def test_what_examples_show_is_not_significant_where_seeds_disagree():
    """Every example is worse, but runs differ by more: other seeds might turn it round."""
    calm = [Sample(np.tile([[m], [m + 0.01]], 60), np.ones((2, 60))) for m in (1.2, 1.0)]
    wild = [Sample(np.tile([[m], [m + 0.6]], 60), np.ones((2, 60))) for m in (1.2, 1.0)]
    (sure,) = compare_pairs(Resampled(calm), [(0, 1)])
    (unsure,) = compare_pairs(Resampled(wild), [(0, 1)])
    assert sure.significant
    assert unsure.p_examples < 0.001
    assert unsure.p > 0.05
    assert not unsure.significant
    assert unsure.estimate.low < 0 < unsure.estimate.high


def test_a_difference_must_survive_the_number_of_comparisons():
    rng = np.random.default_rng(3)
    base = rng.normal(size=60)
    first, second = pair(base + 0.36 + rng.normal(size=60), base)
    alone = compare_pairs(Resampled([first, second]), [(0, 1)])[0]
    many = compare_pairs(
        Resampled([first, second, second, second, second]), [(0, k) for k in (1, 2, 3, 4)]
    )
    assert 0.0125 < alone.p < 0.05
    assert alone.significant
    assert many[0].p == alone.p
    assert many[0].p_holm == pytest.approx(4 * alone.p)
    assert not many[0].significant


@pytest.mark.slow
def test_equal_entries_are_rarely_called_different():
    rng, false, trials = np.random.default_rng(1), 0, 400
    for trial in range(trials):
        hard = rng.gamma(2.0, 1.0, size=80)
        samples = []
        for _ in range(4):
            runs = hard * rng.gamma(4.0, 0.25, size=(3, 80)) + 0.1 * rng.normal(size=(3, 1))
            samples.append(Sample(runs, np.ones((3, 80))))
        pairs = [(0, 1), (1, 2), (2, 3)]
        found = compare_pairs(Resampled(samples, resamples=1000, seed=trial), pairs, seed=trial)
        false += any(difference.significant for difference in found)
    assert false / trials < 0.08
