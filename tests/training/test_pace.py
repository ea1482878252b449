"""The plan of a run's steps: changed in the middle, it still ends with the whole cosine."""

import pytest

from seqloom.config import config_from
from seqloom.errors import ConfigError
from seqloom.training.pace import Pace, repeated
from seqloom.training.schedule import learning_rate

TRAINING = config_from({"training": {"learning_rate": 1.0}}).training


def rates(pace):
    return [
        learning_rate(pace.position(step), pace.at(step).steps, TRAINING)
        for step in range(pace.steps)
    ]


def test_a_plan_that_never_changes_has_the_schedule_of_its_steps():
    assert rates(Pace(97, 10)) == [learning_rate(step, 97, TRAINING) for step in range(97)]


@pytest.mark.parametrize(
    "changes",
    [
        [(40, 60)],  # shorter
        [(40, 300)],  # longer
        [(3, 50), (20, 400), (21, 90), (80, 95)],
    ],
)
def test_rates_go_on_without_a_jump_and_end_at_a_hundredth(changes):
    pace = Pace(100, 10)
    for step, steps in changes:
        before = learning_rate(pace.position(step), pace.at(step).steps, TRAINING)
        pace.change(step, steps, 10)
        after = learning_rate(pace.position(step), pace.at(step).steps, TRAINING)
        if pace.share(step) > TRAINING.warmup:
            assert after == pytest.approx(before)
    shares = [pace.share(step) for step in range(pace.steps + 1)]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)
    assert rates(pace)[-1] < 0.05
    again = Pace.read(str(pace))
    assert rates(again) == rates(pace)  # to the bit
    assert again.legs == pace.legs


def test_shares_by_hand():
    pace = Pace(100, 10)
    pace.change(50, 150, 5)  # half is over; the other half has 100 steps
    assert [pace.share(step) for step in (25, 50, 100, 150)] == [0.25, 0.5, 0.75, 1.0]
    assert pace.position(100) == 0.75 * 150


def test_validations_come_so_many_steps_after_the_last():
    pace = Pace(100, 10)
    done, last = [], 0
    for step in range(1, 101):
        if step == 25:
            pace.change(25, 70, 20)
        if pace.validates(step, last):
            done, last = [*done, step], step
        if step == pace.steps:
            break
    assert done == [10, 20, 40, 60, 70]


@pytest.mark.parametrize(
    "text", ["", "x", "1:2", "0:0:1", "5:10:1", "0:10:1 20:30:1", "0:9:1 5:4:1"]
)
def test_texts_that_are_no_plan(text):
    with pytest.raises(ConfigError) as caught:
        repeated(text, 10)
    assert str(caught.value) == (
        f"config: `training.pace` must be written by a run of minutes, got {text!r}. Drop it."
    )


def test_a_plan_of_other_steps():
    with pytest.raises(ConfigError) as caught:
        repeated("0:10:1 5:20:3", 10)
    assert str(caught.value) == (
        "config: `training.pace` has 20 steps, `training.steps` 10. Drop training.pace."
    )
