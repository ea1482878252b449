"""The study: draws depend on seed, number and earlier trials; pruning on the curve."""

import optuna
from optuna.trial import TrialState

from seqloom.tuning.search import PRUNED_AFTER, RANDOM_TRIALS

from .small import a_search

DEFAULTS = {"model.dropout": 0.25, "model.cell": "gru"}


def cost(values):
    return abs(values["model.dropout"] - 0.4) + (values["model.cell"] != "gru")


def carry_out(search, number):
    """Trials until there are so many; each is opened again from its file in between."""
    while len(search.trials()) < number:
        trial = search.begin(DEFAULTS)
        search.end(trial.number, TrialState.COMPLETE, cost(trial.params))
    return [trial.params for trial in search.trials()]


def test_the_first_trial_has_the_defaults(tmp_path):
    first = a_search(tmp_path).begin(DEFAULTS)
    assert {**first.params, **DEFAULTS} == first.params
    assert {*first.params} - {*DEFAULTS} == {"training.learning_rate"}


def test_a_trial_depends_on_seed_number_and_earlier_trials_only(tmp_path):
    for name in ("whole", "parts", "other"):
        (tmp_path / name).mkdir()
    whole = carry_out(a_search(tmp_path / "whole"), RANDOM_TRIALS + 4)
    for number in range(1, RANDOM_TRIALS + 5):
        parts = carry_out(a_search(tmp_path / "parts"), number)
    assert parts == whole
    other = carry_out(a_search(tmp_path / "other", seed=4), RANDOM_TRIALS + 4)
    assert other[0]["model.dropout"] == whole[0]["model.dropout"]
    assert all(a != b for a, b in zip(other[1:], whole[1:], strict=True))


def test_later_trials_learn_from_earlier_ones(tmp_path):
    costs = [cost(values) for values in carry_out(a_search(tmp_path, seed=1), 25)]
    assert sum(costs[10:]) / 15 < 0.6 * sum(costs[1:6]) / 5


def test_an_open_trial_is_found_again_with_its_values(tmp_path):
    search = a_search(tmp_path)
    carry_out(search, 3)
    assert search.open_trial() is None
    begun = search.begin(DEFAULTS)
    again = a_search(tmp_path).open_trial()
    assert again is not None
    assert (again.number, again.params) == (3, begun.params)


def with_curves(search, curves):
    """Complete trials with these curves, by % of the run."""
    for curve in curves:
        trial = search.begin(DEFAULTS)
        for share, value in curve.items():
            assert not search.report(trial.number, share, value)
        search.end(trial.number, TrialState.COMPLETE, min(curve.values()))


def test_a_trial_worse_than_the_median_is_pruned(tmp_path):
    search = a_search(tmp_path)
    with_curves(search, [{30: 10.0 + k, 60: 5.0 + k, 100: 2.0 + k} for k in range(PRUNED_AFTER)])
    bad = search.begin(DEFAULTS).number
    assert not search.report(bad, 20, 99.0)  # before it has warmed up
    assert not search.report(bad, 34, 11.5)  # the median of those at 30 %
    assert search.report(bad, 61, 6.6)
    assert a_search(tmp_path).prunes(bad)  # also for who looks later
    search.end(bad, TrialState.PRUNED, None)
    good = search.begin(DEFAULTS).number
    assert not search.report(good, 60, 6.4)
    assert not search.report(good, 100, 99.0)  # it has ended


def test_more_is_better_for_a_measure_that_rises(tmp_path):
    search = a_search(tmp_path, rises=True)
    with_curves(search, [{30: 50.0 + k} for k in range(PRUNED_AFTER)])
    number = search.begin(DEFAULTS).number
    assert search.report(number, 30, 51.0)
    best = search.best()
    assert best is not None
    assert best.value == 53.0 - (4 - PRUNED_AFTER)


def test_the_first_trials_and_long_runs_are_not_pruned(tmp_path):
    search = a_search(tmp_path)
    with_curves(search, [{30: 1.0}] * (PRUNED_AFTER - 1))
    number = search.begin(DEFAULTS).number
    assert not search.report(number, 50, 99.0)
    search.end(number, TrialState.COMPLETE, 99.0)
    long = search.begin_long(search.trials()[1], 7.5)
    assert long.params == search.trials()[1].params
    assert not search.report(long.number, 50, 999.0)


def test_a_long_run_is_nothing_to_learn_from(tmp_path):
    drawn = []
    for name in ("with", "without"):
        (tmp_path / name).mkdir()
        search = a_search(tmp_path / name)
        carry_out(search, 8)
        if name == "with":
            long = search.begin_long(search.trials()[0], 1.0)
            search.end(long.number, TrialState.COMPLETE, -99.0)
        else:
            search.end(search.begin(DEFAULTS).number, TrialState.FAIL, None)
        drawn.append(search.begin(DEFAULTS).params)
    assert drawn[0] == drawn[1]


def test_optuna_says_as_much_as_before(tmp_path, capfd):
    level = optuna.logging.get_verbosity()
    carry_out(a_search(tmp_path), 2)
    assert optuna.logging.get_verbosity() == level
    assert capfd.readouterr().err == ""


def test_the_best_is_the_first_of_equals(tmp_path):
    search = a_search(tmp_path)
    assert search.best() is None
    for value in (3.0, 1.0, 1.0):
        search.end(search.begin(DEFAULTS).number, TrialState.COMPLETE, value)
    search.end(search.begin(DEFAULTS).number, TrialState.FAIL, None)
    best = search.best()
    assert best is not None
    assert best.number == 1
