"""The plan of a run's steps: changed in the middle, it still ends with the whole cosine."""

import math

import pytest

from seqloom.config import config_from
from seqloom.errors import ConfigError
from seqloom.training.pace import Pace, repeated
from seqloom.training.schedule import learning_rate

TRAINING = config_from({"training": {"learning_rate": 1.0}}).training


def rates(pace):
    return [pace.rate(step, TRAINING) for step in range(pace.steps)]


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
        before = pace.rate(step, TRAINING)
        pace.change(step, steps, 10)
        after = pace.rate(step, TRAINING)
        if pace.share(step) > TRAINING.warmup:
            assert after == pytest.approx(before)
    shares = [pace.share(step) for step in range(pace.steps + 1)]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)
    assert rates(pace)[-1] < 0.05
    again = Pace.read(str(pace))
    assert rates(again) == rates(pace)  # to the bit
    assert again.legs == pace.legs


@pytest.mark.parametrize(("at", "steps"), [(100, 300), (100, 104), (40, 300), (40, 60), (5, 30)])
def test_a_lengthened_run_rises_to_the_schedule_of_its_new_length(at, steps):
    pace = Pace(100, 10)
    last = pace.rate(at - 1, TRAINING)
    pace.change(at, steps, 20, anew=True)
    found, rising = rates(pace), TRAINING.warmup * (steps - at)
    whole = math.ceil(rising)
    assert found[:at] == rates(Pace(100, 10))[:at]
    want = [learning_rate(step, steps, TRAINING) for step in range(steps)]
    assert found[at + whole :] == pytest.approx(want[at + whole :])
    for done, rate in enumerate(found[at : at + whole]):
        share = (done + 1) / (rising + 1)
        assert rate == pytest.approx((1 - share) * last + share * want[at + done])
    assert str(pace) == f"0:100:10 {at}:{steps}:20+"


def test_lengthened_again_and_changed_by_the_clock_it_repeats():
    pace = Pace(100, 10)
    pace.change(100, 300, 20, anew=True)
    pace.change(150, 260, 20)
    pace.change(260, 500, 30, anew=True)
    assert str(pace) == "0:100:10 100:300:20+ 150:260:20 260:500:30+"
    again = Pace.read(str(pace))
    assert again.legs == pace.legs
    assert rates(again) == rates(pace)  # to the bit
    before = pace.rate(255, TRAINING)
    pace.change(260, 280, 5, anew=True)  # thought better of
    assert str(pace) == "0:100:10 100:300:20+ 150:260:20 260:280:5+"
    assert pace.rate(255, TRAINING) == before


def test_lengthened_before_its_first_step_it_is_a_new_run():
    pace = Pace(100, 10)
    pace.change(0, 300, 20, anew=True)
    assert rates(pace) == rates(Pace(300, 20))
    assert str(pace) == "0:300:20"


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
        f"config: `training.pace` must be written by a run, got {text!r}. Drop it."
    )


def test_a_plan_of_other_steps():
    with pytest.raises(ConfigError) as caught:
        repeated("0:10:1 5:20:3", 10)
    assert str(caught.value) == (
        "config: `training.pace` has 20 steps, `training.steps` 10. Drop training.pace."
    )
