"""A test for each rule of the recommendation, on its sentence."""

import dataclasses

from seqloom.comparison.recommend import Candidate, Words, recommend
from seqloom.comparison.significance import Difference
from seqloom.comparison.statistics import Estimate

WORDS = Words(score=lambda v: f"{v:.1f} %", difference=lambda v: f"{v:.1f} points")


def behind(value, low, high, p=0.001):
    return Difference(Estimate(value, low, high), p_examples=p, p=p, p_holm=p)


SURE = behind(5.0, 4.0, 6.0)
UNSURE = behind(0.5, -0.2, 1.2, p=0.2)


def one(name, score, found=None, *, parameters=100_000, baseline=False):
    return Candidate(name, name.upper(), baseline, None if baseline else parameters, score, found)


def said(*candidates, seeds=3, rises=False, largest=None, examples=500):
    options = {"rises": rises, "largest": largest, "seeds": seeds, "examples": examples}
    return recommend(candidates, words=WORDS, **options)


def test_nothing():
    got = said()
    assert (got.rule, got.entry) == ("nothing", "")
    assert got.sentence == "Nothing can be recommended: no run has a score."


def test_alone():
    got = said(one("gru", 9.0))
    assert got.rule == "alone"
    assert got.sentence == "Only GRU was measured (9.0 %), with nothing beside it."


def test_untested():
    got = said(one("gru", 9.0), one("lstm", 8.0))
    assert (got.rule, got.entry) == ("untested", "lstm")
    assert "it is not known whether that is chance" in got.sentence


def test_clear():
    got = said(one("rnn", 15.0, SURE), one("gru", 9.0), one("lstm", 13.0, behind(4.0, 3.0, 5.0)))
    assert (got.rule, got.entry) == ("clear", "gru")
    assert got.sentence == (
        "Take GRU (9.0 %): all others are worse; the next, LSTM, is behind by "
        "4.0 points (3.0 to 5.0)."
    )


def test_what_is_much_worse_is_not_recommended_for_want_of_a_test():
    far = behind(10.5, 1.5, 19.6, p=0.08)
    got = said(
        one("rnn", 16.0, SURE, parameters=300_000),
        one("attention", 9.5, parameters=360_000),
        one("transformer", 20.0, far, parameters=270_000),
    )
    assert (got.rule, got.entry) == ("likely", "attention")
    assert got.sentence == (
        "Take ATTENTION (9.5 %): it has the best score, though others are not significantly "
        "worse: TRANSFORMER, by 10.5 points (1.5 to 19.6)."
    )


def test_simpler():
    got = said(
        one("rnn", 15.0, SURE, parameters=10_000),
        one("gru", 9.5, behind(0.5, -0.2, 0.8, p=0.2), parameters=50_000),
        one("transformer", 9.0, parameters=200_000),
    )
    assert (got.rule, got.entry) == ("simpler", "gru")
    assert got.sentence == (
        "Take GRU (9.5 %): TRANSFORMER (9.0 %) is ahead by 0.5 points (-0.2 to 0.8), which may be "
        "chance, and has 4.0 times the parameters."
    )


def test_simpler_says_how_much_worse_it_may_be():
    got = said(
        one("rnn", 15.0, SURE),
        one("gru", 9.5, UNSURE, parameters=50_000),
        one("lstm", 9.0, parameters=51_000),
    )
    assert "comes later in the order of architectures" in got.sentence
    assert got.cautions == (
        "GRU may be worse by up to 1.2 points: repeat with more test examples or seeds.",
    )


def test_simplest():
    got = said(
        one("rnn", 15.0, SURE),
        one("gru", 9.0, parameters=50_000),
        one("transformer", 9.5, UNSURE, parameters=200_000),
    )
    assert (got.rule, got.entry) == ("simplest", "gru")
    assert got.sentence.endswith("what may be as good, TRANSFORMER, is not simpler.")


def test_baseline_that_is_the_best():
    got = said(one("bayes", 9.0, baseline=True), one("rnn", 15.0, SURE), one("gru", 14.0, SURE))
    assert (got.rule, got.entry) == ("baseline", "bayes")
    assert got.sentence == (
        "A baseline wins: BAYES (9.0 %) is better than every network; the best of them, RNN, is "
        "behind by 5.0 points (4.0 to 6.0)."
    )


def test_a_baseline_is_not_better_than_a_network_that_may_be_as_good():
    """The nearest network is significantly worse; one that is further behind, and wild, is not."""
    wild = behind(6.0, -3.0, 15.0, p=0.3)
    got = said(one("bayes", 9.0, baseline=True), one("rnn", 14.0, SURE), one("gru", 15.0, wild))
    assert (got.rule, got.entry) == ("baseline", "bayes")
    assert got.sentence == (
        "A baseline wins: BAYES (9.0 %) is the simplest, and no network is significantly better; "
        "the best score is that of BAYES (9.0 %)."
    )


def test_baseline_that_may_be_as_good():
    got = said(one("bayes", 9.5, UNSURE, baseline=True), one("rnn", 15.0, SURE), one("gru", 9.0))
    assert (got.rule, got.entry) == ("baseline", "bayes")
    assert got.sentence == (
        "A baseline wins: BAYES (9.5 %) is the simplest, and no network is significantly better; "
        "the best score is that of GRU (9.0 %)."
    )
    assert got.cautions[0].startswith("BAYES may be worse by up to 1.2 points")


def test_baseline_among_baselines():
    got = said(one("naive", 14.0, SURE, baseline=True), one("theta", 9.0, baseline=True))
    assert got.sentence.startswith("Take THETA (9.0 %): the simplest, and no other")


def test_a_baseline_that_is_worse_is_not_recommended():
    got = said(one("bayes", 15.0, SURE, baseline=True), one("gru", 9.0))
    assert (got.rule, got.entry) == ("clear", "gru")


def test_too_few():
    got = said(one("bayes", 9.5, UNSURE, baseline=True), one("gru", 9.0), one("lstm", 9.6, UNSURE))
    assert (got.rule, got.entry) == ("too few", "")
    assert got.sentence == (
        "The data are too few: GRU (9.0 %) has the best score, but no other is significantly worse."
    )
    assert got.cautions == (
        "Nothing can be recommended yet: repeat with more test examples or seeds.",
    )


def test_alike():
    near = behind(0.2, -0.3, 0.7, p=0.6)
    got = said(one("rnn", 9.2, near, parameters=10_000), one("gru", 9.0))
    assert (got.rule, got.entry) == ("alike", "rnn")
    assert got.sentence == (
        "Take RNN (9.2 %), the simplest: all score alike, none is more than 0.7 points behind the "
        "best, GRU (9.0 %)."
    )
    got = said(one("bayes", 9.2, near, baseline=True), one("gru", 9.0))
    assert got.sentence.startswith("A baseline wins: take BAYES (9.2 %), the simplest")


def test_a_handful_of_examples_is_never_enough_to_be_alike():
    """Four examples that all got wrong leave no width to any interval."""
    same = behind(0.0, 0.0, 0.0, p=1.0)
    pair = (one("rnn", 100.0, parameters=10_000), one("gru", 100.0, same))
    assert said(*pair, examples=4).rule == "too few"
    assert said(*pair, examples=30).rule == "alike"


def test_much_is_of_the_errors_where_more_is_better():
    """95 % right leaves 5 errors: half a point is much, as it is not of 95."""
    near = behind(0.3, -0.2, 0.7, p=0.4)
    pair = (one("rnn", 94.7, near), one("gru", 95.0))
    assert said(*pair, rises=True, largest=100.0).rule == "too few"
    assert said(*pair, rises=True).rule == "alike"


def test_one_seed_is_said():
    got = said(one("rnn", 15.0, SURE), one("gru", 9.0), seeds=1)
    assert got.cautions == ("Each network was trained once: another seed may change the order.",)
    assert said(one("rnn", 15.0, SURE), one("gru", 9.0)).cautions == ()
    both = (one("a", 15.0, SURE, baseline=True), one("b", 9.0, baseline=True))
    assert said(*both, seeds=1).cautions == ()


def test_a_small_p_is_not_enough_where_the_interval_holds_zero():
    odd = behind(0.5, -0.2, 1.2, p=0.001)
    assert said(one("rnn", 9.5, odd), one("gru", 9.0)).rule == "too few"


def test_no_baseline_is_recommended_over_what_still_improves():
    """The same scores with and without a steep end."""
    ngram = one("6-gram", 2.0, baseline=True)
    gru = one("gru", 2.4, behind(0.4, 0.3, 0.5))
    assert said(ngram, gru).rule == "baseline"
    got = said(ngram, dataclasses.replace(gru, improving=True), one("rnn", 3.0, SURE))
    assert (got.rule, got.entry) == ("unfinished", "")
    assert got.sentence == (
        "No baseline is recommended: GRU (2.4 %) stopped while still improving. The best score so "
        "far is that of 6-GRAM (2.0 %)."
    )
    assert got.cautions == ("Nothing can be recommended yet: train with a larger --amount.",)
    level = said(
        ngram, dataclasses.replace(one("gru", 2.0, behind(0, -0.01, 0.01)), improving=True)
    )
    assert level.rule == "unfinished"  # all score alike, but this one would have gone on


def test_a_network_behind_that_still_improves_is_a_caution():
    lstm = dataclasses.replace(one("lstm", 13.0, behind(4.0, 3.0, 5.0)), improving=True)
    got = said(one("gru", 9.0), lstm)
    assert (got.rule, got.entry) == ("clear", "gru")
    assert got.cautions == (
        "LSTM stopped while still improving: a larger --amount may change the order.",
    )
    assert not said(
        dataclasses.replace(one("gru", 9.0), improving=True), one("rnn", 13, SURE)
    ).cautions
