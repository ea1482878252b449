"""A run of minutes: how many steps still fit, asked again and again while it runs.

What a step costs is measured over the last steps, for the machine may become busy or free; what a
validation costs, at each of them. Everything counts from the start of the command: loading PyTorch,
reading data, steps, validations, checkpoints, and a reserve for what comes after the last step,
larger while other processes hold the processor. Validations take a fifth of the time at most:
there are fewer of them where they are slow. Checked by `tests/training/test_deadline.py` and
measured by `benchmarks/minutes.py`.
"""

import math
import time
from collections.abc import Callable

from .pace import Pace
from .schedule import valid_every

INTERVAL = 0.01  # share of the time between two plans
FIRST = 0.25  # share of the time that the first step takes, from which on it counts
FADE = 0.7  # weight of the steps before, from plan to plan
VALIDATING = 0.2  # largest share of the time for validations
ONE = 0.04  # share of the time that one validation may take
NOTICED = 0.02  # change of the steps to come that is worth a new plan
AFTER = 2.0  # processor seconds of the end: the curve, the recipe, leaving Python
MOST_AFTER = 0.2  # largest share of the time for it


class Deadline:
    """The clock of a run of minutes."""

    def __init__(
        self,
        seconds: float,
        *,
        used: float,
        epoch: int,
        validation: float,
        now: Callable[[], float] = time.perf_counter,
        work: Callable[[], float] = time.thread_time,
    ) -> None:
        """
        Args:
            seconds: Length of the run.
            used: Seconds of it that are over.
            epoch: Steps of an epoch.
            validation: What a validation is guessed to cost, in steps.
            now: A clock, seconds.
            work: Processor seconds of this thread.
        """
        self.seconds, self.epoch, self.guess, self._now = seconds, epoch, validation, now
        self.begun, self._work = now() - used, work
        self._elapsed = self._worked = (
            0.0  # seconds since the last plans, and those of work, fading
        )
        self.validating, self.validations, self._validated_at = 0.0, 0, 0
        self._spent = self._done = 0.0  # seconds and number of the last steps, fading
        self._looked, self._looked_at, self._first = used, 0, 0
        self._clocks = now(), work()

    @property
    def used(self) -> float:
        """Seconds that are over."""
        return self._now() - self.begun

    @property
    def reserve(self) -> float:
        """Seconds for what comes after the last step, at the share of a processor that we get."""
        slower = max(1.0, self._elapsed / self._worked) if self._worked else 1.0
        return min(AFTER * slower, MOST_AFTER * self.seconds)

    @property
    def step_seconds(self) -> float:
        """What a step costs now; 0 before the first plan."""
        return self._spent / self._done if self._done else 0.0

    @property
    def validation_seconds(self) -> float:
        """What a validation costs."""
        if self.validations:
            return self.validating / self.validations
        return self.guess * self.step_seconds

    def start(self, step: int, validated: int) -> None:
        """Steps begin, after `step` others and a validation after `validated` of them."""
        self._first, self._validated_at = step, validated
        self._looked, self._looked_at = self.used, step
        self._clocks = self._now(), self._work()

    def validation_share(self) -> float:
        """Share of the validation data that one validation can be spared, in whole per cent."""
        each = self.guess * self.step_seconds
        share = ONE * self.seconds / max(each, 1e-9)
        return 1.0 if share >= 1.0 else max(0.01, round(share, 2))

    def narrow(self, share: float) -> None:
        """A validation is of this share of the data."""
        self.guess *= share

    def validated(self, step: int, seconds: float) -> None:
        """A validation after `step` steps took so long, writing model and checkpoint included."""
        self._validated_at = step
        self.validating += seconds
        self.validations += 1
        self._looked += seconds

    def plan(self, pace: Pace, step: int) -> tuple[int, int]:
        """Steps of the whole run, and between validations, after `step` of them.

        The same as before while nothing has changed by much, and between two looks at the clock.
        """
        leg, used = pace.at(step), self.used
        left = self.seconds - used - self.reserve - self.validation_seconds
        if self._done and left < 0.5 * self.step_seconds:
            return step, leg.every  # time is up
        if step == self._first + 1 and used - self._looked < FIRST * self.seconds:
            self._looked, self._looked_at = used, step  # a first step is slow: memory is set up
        if step < leg.steps and used - self._looked < INTERVAL * self.seconds:
            return leg.steps, leg.every
        self._spent = FADE * self._spent + used - self._looked
        self._done = FADE * self._done + step - self._looked_at
        self._looked, self._looked_at = used, step
        clocks = self._now(), self._work()
        self._elapsed = FADE * self._elapsed + clocks[0] - self._clocks[0]
        self._worked = FADE * self._worked + clocks[1] - self._clocks[1]
        self._clocks = clocks
        steps, every = self.fit(step)
        slack = NOTICED * max(1, leg.steps - step)
        if abs(steps - leg.steps) <= slack and abs(every - leg.every) <= 0.1 * leg.every:
            return leg.steps, leg.every
        return steps, every

    def fit(self, step: int) -> tuple[int, int]:
        """Steps of the whole run, and between validations, at what both cost now."""
        cost, each = self.step_seconds, self.validation_seconds
        left = self.seconds - self.used - self.reserve - each  # the last validation is certain
        most = step + max(1, int(left / cost))
        affordable = int((VALIDATING * self.seconds - self.validating - each) / max(each, 1e-9))
        every = valid_every(most, self.epoch)
        every = max(every, math.ceil((most - self._validated_at) / (max(0, affordable) + 1)))
        others = max(0, math.ceil((most - self._validated_at) / every) - 1)
        return step + max(1, int((left - others * each) / cost)), every
