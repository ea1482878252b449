"""Runs of minutes by a clock of their own: they end in time, however fast the machine is when."""

import pytest

from seqloom.training.deadline import AFTER, Deadline
from seqloom.training.pace import Pace


def run(
    seconds, cost, validation, *, epoch=100, guess=3.0, used=0.0, slower=lambda t: 1.0, after=AFTER
):
    """A run whose steps cost `cost(time)` and whose validations `validation(time)` seconds.

    A second of work takes `slower(time)` seconds; `after` seconds of work follow the last step.

    Returns:
        The time at its end, the plan, and the seconds that validations took.
    """
    now, worked = [0.0], [0.0]

    def spend(elapsed):
        worked[0] += elapsed / slower(now[0])
        now[0] += elapsed

    deadline = Deadline(
        seconds,
        used=used,
        epoch=epoch,
        validation=guess,
        now=lambda: now[0],
        work=lambda: worked[0],
    )
    pace, step, last, validating = Pace(1000, 1000), 0, 0, 0.0
    deadline.start(0, 0)
    while True:
        spend(cost(now[0]))
        step += 1
        steps, every = deadline.plan(pace, step)
        if (steps, every) != (pace.at(step).steps, pace.at(step).every):
            pace.change(step, steps, every)
        if pace.validates(step, last):
            begun = now[0]
            spend(validation(begun))
            last, validating = step, validating + now[0] - begun
            deadline.validated(step, now[0] - begun)
        if step >= pace.steps:
            spend(after * slower(now[0]))
            return now[0] + used, pace, validating


@pytest.mark.parametrize("seconds", [20.0, 60.0, 600.0])
@pytest.mark.parametrize(
    ("cost", "validation"),
    [
        pytest.param(lambda t: 0.02, lambda t: 0.1, id="steady"),
        pytest.param(lambda t: 0.02, lambda t: 2.0, id="slow validations"),
        pytest.param(lambda t: 0.3, lambda t: 0.5, id="slow steps"),
        pytest.param(lambda t: 0.05 if t < 8 else 0.1, lambda t: 0.3, id="becomes busy"),
        pytest.param(lambda t: 0.1 if t < 8 else 0.02, lambda t: 0.3, id="becomes free"),
        pytest.param(lambda t: 0.02 + 0.1 * (int(t) % 7 == 0), lambda t: 0.4, id="now and then"),
        pytest.param(lambda t: 2.0 if t == 0 else 0.01, lambda t: 0.1, id="slow first step"),
    ],
)
def test_a_run_ends_in_time(seconds, cost, validation):
    end, pace, validating = run(seconds, cost, validation)
    assert 0.9 * seconds < end < 1.02 * seconds
    assert validating <= max(0.2 * seconds, 2.0) + 0.5
    assert len(pace.legs) <= 102
    shares = [pace.share(step) for step in range(pace.steps + 1)]
    assert shares == sorted(shares)


@pytest.mark.parametrize("seconds", [60.0, 600.0])
@pytest.mark.parametrize(
    "slower",
    [
        pytest.param(lambda t: 1.0, id="alone"),
        pytest.param(lambda t: 2.0, id="one other process"),
        pytest.param(lambda t: 5.0, id="four others"),
        pytest.param(lambda t: 1.0 if t < 20 else 4.0, id="becomes busy"),
        pytest.param(lambda t: 4.0 if t < 20 else 1.0, id="becomes free"),
    ],
)
def test_what_follows_the_last_step_is_reserved_at_our_share_of_a_processor(seconds, slower):
    end, _, _ = run(seconds, lambda t: 0.2 * slower(t), lambda t: 0.2 * slower(t), slower=slower)
    assert 0.98 * seconds < end < 1.02 * seconds


def test_a_short_run_reserves_a_fifth_at_most():
    end, _, _ = run(10.0, lambda t: 0.1, lambda t: 0.0, slower=lambda t: 9.0, after=0.0)
    assert 7.5 < end < 8.1


def test_a_clock_of_work_that_stands_still_is_no_reason_to_end():
    """A device works while this thread sleeps: the reserve is then the largest."""
    end, _, _ = run(60.0, lambda t: 0.1, lambda t: 0.0, slower=lambda t: 1e9, after=0.0)
    assert 47 < end < 49


def test_the_schedule_follows_the_clock():
    """Half of the time is half of the schedule, though the second half has twice the steps."""
    _, pace, _ = run(100.0, lambda t: 0.1 if t < 50 else 0.05, lambda t: 0.0)
    assert pace.share(500) == pytest.approx(0.5, abs=0.02)
    assert pace.steps == pytest.approx(1460, rel=0.03)


def test_reading_counts():
    end, pace, _ = run(60.0, lambda t: 0.1, lambda t: 0.0, used=20.0)
    assert 54 < end < 61
    assert pace.steps == pytest.approx(384, rel=0.03)


def test_a_step_that_is_longer_than_the_run():
    _, pace, _ = run(3.0, lambda t: 10.0, lambda t: 1.0)
    assert pace.steps <= 2


@pytest.mark.parametrize(("guess", "share"), [(10.0, 1.0), (400.0, 0.06), (1e6, 0.01)])
def test_validation_data_that_cost_too_much_are_cut(guess, share):
    now = [0.0]
    deadline = Deadline(60.0, used=0.0, epoch=9, validation=guess, now=lambda: now[0])
    deadline.start(0, 0)
    now[0] = 1.0
    deadline.plan(Pace(99, 99), 10)  # 0.1 s a step
    assert deadline.validation_share() == share
    assert deadline.validation_seconds == pytest.approx(0.1 * guess)
    deadline.narrow(share)
    assert deadline.validation_seconds == pytest.approx(0.1 * guess * share)
