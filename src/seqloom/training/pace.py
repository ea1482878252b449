"""How long a run is, where in it a step stands, and when it validates: a plan that may change.

A plan is a list of legs. Each says from which step on how many steps the run was to have, and how
many lie between two validations. The learning rate follows the share of the run that is over; it
grows evenly to 1 within a leg, so that a run whose length changes still ends with its cosine. A run
of so many steps has one leg; one of minutes gets another when the clock asks for it. Its text, say
`0:2400:24 41:730:73`, repeats the run.

A run that is lengthened gets a leg that begins anew, `+` in the text: from there on it stands where
it would stand had it been so long from the start, and the learning rate rises to that within the
warm-up's share of the leg. Rising and falling once more after a decayed rate is what Ibrahim et al.
2024 (arXiv:2403.08763) find to work for training that goes on. Checked by
`tests/training/test_pace.py`.
"""

from dataclasses import dataclass

from ..config import TrainingConfig
from ..errors import ConfigError
from .schedule import learning_rate


@dataclass(frozen=True)
class Leg:
    """What was planned from a step on.

    Attributes:
        start: Steps that were done then.
        steps: Steps of the whole run.
        every: Steps between two validations.
        share: Of the run that was over at its start.
        anew: True if the run was lengthened here.
    """

    start: int
    steps: int
    every: int
    share: float = 0.0
    anew: bool = False

    def __str__(self) -> str:
        return f"{self.start}:{self.steps}:{self.every}" + "+" * self.anew


class Pace:
    """The legs of a run."""

    def __init__(self, steps: int, every: int) -> None:
        """
        Args:
            steps: Of the whole run.
            every: Steps between two validations.
        """
        self.legs = [Leg(0, steps, every)]

    @property
    def steps(self) -> int:
        """Steps of the whole run, as planned last."""
        return self.legs[-1].steps

    def at(self, step: int) -> Leg:
        """The leg of the step after `step` steps."""
        return next(leg for leg in reversed(self.legs) if leg.start <= step)

    def share(self, step: int) -> float:
        """Share of the run that is over after so many steps."""
        leg = self.at(step)
        return leg.share + (1.0 - leg.share) * (step - leg.start) / max(1, leg.steps - leg.start)

    def position(self, step: int) -> float:
        """The same in steps of the leg: `step` itself while the plan has not changed."""
        leg = self.at(step)
        return self.share(step) * leg.steps if leg.start else float(step)

    def validates(self, step: int, last: int) -> bool:
        """Whether it validates after `step` steps, having done so after `last`."""
        leg = self.at(step)
        if leg.anew and leg.start == step:  # it was lengthened after this step
            return self.until(step).validates(step, last)
        return step - last >= leg.every or step == leg.steps

    def rate(self, step: int, training: TrainingConfig) -> float:
        """The learning rate of the step after `step` steps."""
        rate = learning_rate(self.position(step), self.at(step).steps, training)
        begun = [leg for leg in self.legs if leg.anew and leg.start <= step]
        if not begun:
            return rate
        start, steps = begun[-1].start, begun[-1].steps
        rising, done = training.warmup * (steps - start), step - start
        if done >= rising:
            return rate
        before = self.until(start).rate(start - 1, training)
        return before + (rate - before) * (done + 1) / (rising + 1)

    def until(self, step: int) -> "Pace":
        """The plan as it was before the leg that begins after `step` steps."""
        pace = Pace(self.steps, 1)
        pace.legs = [leg for leg in self.legs if leg.start < step]
        return pace

    def change(self, step: int, steps: int, every: int, *, anew: bool = False) -> None:
        """After `step` steps, plan `steps` in all, `every` between validations.

        Args:
            anew: The run is lengthened: it stands where it would in a run of so many steps.
        """
        share = step / steps if anew else self.share(step)
        self.legs = self.until(step).legs
        self.legs.append(Leg(step, steps, every, share, anew and step > 0))

    def __str__(self) -> str:
        return " ".join(map(str, self.legs))

    @classmethod
    def read(cls, text: str) -> "Pace":
        """The plan that a text says.

        Raises:
            ValueError: It says none.
        """
        first, *others = text.split()
        start, steps, every = map(int, first.split(":"))
        pace = cls(steps, every)
        before = start
        if start != 0 or min(steps, every) < 1:
            raise ValueError(text)
        for leg in others:
            start, steps, every = map(int, leg.removesuffix("+").split(":"))
            if start < before or steps < start or every < 1 or pace.steps < start:
                raise ValueError(text)
            pace.change(start, steps, every, anew=leg.endswith("+"))
            before = start
        return pace


def repeated(text: str, steps: int) -> Pace:
    """The plan of an earlier run, from its recipe.

    Raises:
        ConfigError: It is none, or not one of so many steps.
    """
    try:
        pace = Pace.read(text)
    except ValueError as error:
        raise ConfigError(
            f"config: `training.pace` must be written by a run, got {text!r}. Drop it."
        ) from error
    if pace.steps != steps:
        raise ConfigError(
            f"config: `training.pace` has {pace.steps} steps, `training.steps` {steps}. "
            "Drop training.pace."
        )
    return pace
