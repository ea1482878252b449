"""Intervals: scipy's bootstrap, Student's t and known truth are the oracles."""

import numpy as np
import pytest

from seqloom.comparison.statistics import Resampled, Sample, standard_errors
from seqloom.errors import ShapeError

stats = pytest.importorskip("scipy.stats", reason="the extra `baselines` is not installed")


def a_sample(rates=(0.2,), *, examples=300, seed=0, seeded=True):
    """Errors of texts of 2 to 30 symbols, a rate for each run."""
    rng = np.random.default_rng(seed)
    lengths = rng.integers(2, 31, size=examples)
    edits = np.array([rng.binomial(lengths, rate) for rate in rates], dtype=np.float64)
    return Sample(edits, np.tile(lengths.astype(np.float64), (len(rates), 1)), 100.0, seeded)


def flat(scores, *, examples=7):
    """Runs in which all examples are alike: only seeds can change the score."""
    numerators = np.repeat(np.array(scores, dtype=np.float64)[:, None], examples, axis=1)
    return Sample(numerators, np.ones_like(numerators))


def test_interval_of_one_run_is_scipys():
    sample = a_sample()
    got = Resampled([sample], seed=1).estimate(0)

    def score(above, below, axis):
        return 100 * above.sum(axis=axis) / below.sum(axis=axis)

    data = (sample.numerators[0], sample.denominators[0])
    found = stats.bootstrap(
        data, score, paired=True, method="percentile", n_resamples=10_000, rng=2, vectorized=True
    )
    assert got.value == pytest.approx(100 * data[0].sum() / data[1].sum())
    width = found.confidence_interval.high - found.confidence_interval.low
    assert got.low == pytest.approx(found.confidence_interval.low, abs=0.05 * width)
    assert got.high == pytest.approx(found.confidence_interval.high, abs=0.05 * width)


def test_runs_that_met_the_same_examples_are_no_further_test_sets():
    """Three equal runs say of examples what one says; drawn apart, the width would be 1/sqrt(3)."""
    one = a_sample()
    three = Sample(np.repeat(one.numerators, 3, 0), np.repeat(one.denominators, 3, 0), 100.0)
    assert Resampled([three]).estimate(0) == Resampled([one]).estimate(0)


def test_where_only_seeds_matter_the_interval_is_students():
    scores = [3.0, 3.4, 2.9]
    got = Resampled([flat(scores)]).estimate(0)
    low, high = stats.t.interval(
        0.95, df=2, loc=np.mean(scores), scale=np.std(scores, ddof=1) / np.sqrt(3)
    )
    assert got.value == pytest.approx(3.1)
    assert got.low == pytest.approx(low, abs=0.05)
    assert got.high == pytest.approx(high, abs=0.05)


def test_a_difference_of_two_has_the_spread_of_both():
    """Welch's interval is for two normal means; ours has the same centre and about its width."""
    first, second = [5.0, 5.6, 5.2, 5.1, 5.5], [4.1, 4.6, 4.0, 4.4, 4.7]
    estimate, tail = Resampled([flat(first), flat(second)]).difference(0, 1)
    want = stats.ttest_ind(first, second, equal_var=False)
    ends = want.confidence_interval()
    assert estimate.value == pytest.approx(np.mean(first) - np.mean(second))
    assert estimate.high - estimate.low == pytest.approx(ends.high - ends.low, rel=0.15)
    assert tail < 0.01
    assert want.pvalue < 0.01


def test_networks_share_the_median_spread_and_their_degrees_of_freedom():
    calm, middle, wild = [1.0, 1.02], [1.0, 1.2], [1.0, 3.0]
    errors, freedom = standard_errors([flat(calm), flat(middle), flat(wild)])
    factor = (1 - 2 / 9) ** 3  # median of chi-square with 1 degree of freedom
    assert stats.chi2.ppf(0.5, 1) == pytest.approx(factor, abs=0.02)
    shared = np.sqrt(np.var(middle, ddof=1) / factor / 2)
    assert freedom == 3
    np.testing.assert_allclose(errors, [shared, shared, np.std(wild, ddof=1) / np.sqrt(2)])


def test_a_run_alone_takes_the_spread_of_the_others_and_a_baseline_none():
    baseline = Sample(np.full((1, 4), 2.0), np.ones((1, 4)), seeded=False)
    errors, freedom = standard_errors([baseline, flat([1.0]), flat([1.0, 1.4])])
    assert errors[0] == 0
    assert errors[1] == pytest.approx(np.std([1.0, 1.4], ddof=1))
    assert freedom == 1
    errors, freedom = standard_errors([baseline, flat([1.0]), flat([2.0])])
    assert not errors.any()
    assert freedom == 0


def test_entries_meet_the_same_resamples():
    """An entry against itself differs by nothing, whatever is drawn."""
    sample = a_sample()
    estimate, tail = Resampled([sample, sample]).difference(0, 1)
    assert (estimate.value, estimate.low, estimate.high, tail) == (0.0, 0.0, 0.0, 1.0)


def test_ratio_of_errors_and_of_what_accuracy_lacks():
    """Rates of 0.2 and 0.1: two times the errors, whichever way they are counted."""
    worse, better = a_sample((0.2,), examples=4000), a_sample((0.1,), examples=4000, seed=1)
    better = Sample(better.numerators, worse.denominators, 100.0)
    ratio = Resampled([worse, better]).ratio(0, 1)
    assert ratio.value == pytest.approx(worse.score / better.score)
    assert ratio.low < 2 < ratio.high
    assert ratio.high - ratio.low < 0.2
    right = [Sample(s.denominators - s.numerators, s.denominators, 100.0) for s in (worse, better)]
    again = Resampled(right).ratio(0, 1, complement=True)
    assert again.value == pytest.approx(ratio.value)
    assert again.low == pytest.approx(ratio.low)


def test_ratio_widens_with_the_spread_of_seeds():
    calm = Resampled([flat([2.0, 2.02]), flat([1.0, 1.01])]).ratio(0, 1)
    wild = Resampled([flat([1.5, 2.52]), flat([0.9, 1.11])]).ratio(0, 1)
    assert wild.value == pytest.approx(calm.value)
    assert wild.low < calm.low < 2 < calm.high < wild.high


def test_no_ratio_where_there_may_be_no_errors():
    none, one = np.zeros((1, 50)), np.zeros((1, 50))
    one[0, 3] = 1.0
    some = np.ones((1, 50))
    samples = [Sample(n, np.full((1, 50), 10.0), 100.0) for n in (none, one, some)]
    resampled = Resampled(samples)
    assert resampled.ratio(2, 0) is None
    assert resampled.ratio(2, 1) is None  # a third of the resamples have no error


def test_intervals_stay_where_scores_can_be():
    accuracy = Sample(np.array([[1.0, 1, 1, 1, 0], [1, 1, 1, 1, 1]]), np.ones((2, 5)), 100.0)
    found = Resampled([accuracy]).estimate(0)
    assert found.low >= 0
    assert found.high == 100.0
    edits = np.array([[7.0, 6, 7, 5], [9, 8, 9, 7]])
    errors = Sample(edits, np.full((2, 4), 9.0), 100.0)
    assert Resampled([errors]).estimate(0).high > 100.0  # insertions of another seed
    nats = Sample(np.array([[1.0, 9.0]]), np.ones((1, 2)))
    assert Resampled([nats]).estimate(0).high == 9.0


def test_shapes_are_checked():
    with pytest.raises(ShapeError, match=r"^Sample: `denominators` must have shape \(runs, exam"):
        Sample(np.ones((2, 3)), np.ones((2, 4)))
    samples = [Sample(np.ones((1, n)), np.ones((1, n))) for n in (3, 4)]
    with pytest.raises(ShapeError, match=r"must have the same examples, got \[3, 4\] of them"):
        Resampled(samples)


@pytest.mark.slow
@pytest.mark.parametrize("runs", [2, 3])
def test_intervals_hold_the_truth_as_often_as_they_say(runs):
    """Six networks alike in spread; the truth is their rate over all seeds and examples."""
    truth, spread, examples, trials = 20.0, 1.0, 150, 300
    rng, hits = np.random.default_rng(5), 0
    for trial in range(trials):
        hard = rng.gamma(2.0, 0.5, size=examples)  # mean 1: an example is hard for all runs
        samples = []
        for _ in range(6):
            rates = truth + spread * rng.normal(size=(runs, 1))
            noise = rng.gamma(4.0, 0.25, size=(runs, examples))
            samples.append(Sample(rates * hard * noise, np.ones((runs, examples))))
        found = Resampled(samples, resamples=1000, seed=trial).estimate(0)
        hits += found.low <= truth <= found.high
    assert 0.91 < hits / trials < 0.99


@pytest.mark.slow
def test_one_wild_network_is_told_too_surely_and_steady_ones_are_not():
    """What docs/report.md admits: two runs each, one spreads four times as much as the median."""
    spreads, trials = np.array([1.0, 0.5, 2.0, 1.0, 1.0, 4.0]), 600
    rng, hits = np.random.default_rng(6), np.zeros(6)
    for trial in range(trials):
        scores = 20.0 + spreads[:, None] * rng.normal(size=(6, 2))
        resampled = Resampled([flat(s, examples=1) for s in scores], resamples=1000, seed=trial)
        found = [resampled.estimate(i) for i in range(6)]
        hits += [e.low <= 20.0 <= e.high for e in found]
    share = hits / trials
    assert 0.75 < share[5] < 0.85
    assert share[[0, 1, 3, 4]].min() > 0.94
