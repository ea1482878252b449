"""What comes next in a search, by what is over."""

import math

import pytest

from seqloom.tuning.budget import TuneBudget, trial_minutes


@pytest.mark.parametrize(
    ("minutes", "trials", "settled", "each"),
    [
        (60, None, False, 3.0),
        (60, 20, False, 1.5),
        (0.6, None, False, 0.05),
        (60, None, True, None),
        (None, 20, False, None),
    ],
)
def test_length_of_a_trial(minutes, trials, settled, each):
    assert trial_minutes(minutes, trials, settled=settled) == each


def test_half_of_the_minutes_is_for_trials_and_the_rest_for_a_long_run():
    budget = TuneBudget(60, None, 3.0)
    assert budget.seconds == 3597.0
    assert budget.next(trials=0, after_long=0, elapsed=20) == "trial"
    assert budget.next(trials=9, after_long=9, elapsed=1700) == "trial"  # most of it fits
    assert budget.next(trials=10, after_long=10, elapsed=1711) == "long"
    assert budget.left(1711) == pytest.approx(31.43, abs=0.01)
    assert budget.next(trials=10, after_long=0, elapsed=3590) == "nothing"
    assert budget.next(trials=10, after_long=10, elapsed=3500) == "nothing"


def test_no_more_trials_than_asked_for():
    budget = TuneBudget(60, 4, 3.0)
    assert budget.next(trials=3, after_long=3, elapsed=600) == "trial"
    assert budget.next(trials=4, after_long=4, elapsed=600) == "long"


def test_a_longer_search_goes_on_with_trials_and_another_long_run():
    longer = TuneBudget(120, None, 3.0)
    assert longer.next(trials=10, after_long=0, elapsed=3000) == "trial"
    assert longer.next(trials=10, after_long=0, elapsed=3600) == "nothing"
    assert longer.next(trials=12, after_long=2, elapsed=3600) == "long"


def test_a_length_of_ones_own_and_no_long_run():
    budget = TuneBudget(10, None, None)
    assert budget.next(trials=2, after_long=2, elapsed=590) == "trial"
    assert budget.next(trials=2, after_long=2, elapsed=598) == "nothing"


def test_trials_without_minutes():
    budget = TuneBudget(None, 3, None)
    assert budget.seconds == math.inf
    assert budget.next(trials=2, after_long=2, elapsed=1e9) == "trial"
    assert budget.next(trials=3, after_long=3, elapsed=0) == "nothing"
