"""A finished or interrupted run gets another length.

Epochs and steps are those of the whole run, what was done included; minutes are further ones. The
run goes on by a new plan, which the log keeps (`pace.py`): the learning rate is that of a run that
was so long from the start. Checked by `tests/training/test_lengthen.py`.
"""

import dataclasses
from typing import Any

from ..config import TrainingConfig, to_toml
from ..config.rules import section
from ..errors import RunError
from .loop import TrainingRun
from .schedule import valid_every


@dataclasses.dataclass(frozen=True)
class Length:
    """A length in one unit, or none; see `TrainingConfig`.

    Raises:
        ConfigError: It is out of range, or there are two.
    """

    epochs: float | None = None
    minutes: float | None = None
    steps: int | None = None

    def __post_init__(self) -> None:
        section(TrainingConfig, vars(self), "training", "train")

    def __bool__(self) -> bool:
        return any(value is not None for value in vars(self).values())


def lengthen(run: TrainingRun, length: Length, since: float) -> None:
    """Plan the rest of a run anew, and write it down.

    Args:
        run: A run, as it stands after its last checkpoint.
        length: Of the whole run, or in minutes of what is to come.
        since: When the minutes begin, by `time.perf_counter`.
    Raises:
        RunError: The run has done as many steps already.
    """
    step, work = run.progress.step, run.work
    seconds, run.seconds_before = run.seconds_before, run.seconds_before + run.begun - since
    if length.minutes is not None:
        # a guess, by the run so far; the clock says more after some steps
        each = seconds / step if step else 0.0
        more = max(1, int(60 * length.minutes / each)) if each else work.default_steps()
        steps, every = step + more, more
    else:
        steps = length.steps or work.steps_of(length.epochs or 0.0)
        if steps <= step:
            raise RunError(
                f"train: `{run.folder.path}` has done {step:,} steps already, and the length that "
                f"is asked is {steps:,} in all. Give more than that."
            )
        every = valid_every(steps - step, len(work.plan(0)))
    run.pace.change(step, steps, every, anew=True)
    event: dict[str, Any] = {"event": "lengthen", "step": step, "pace": str(run.pace)}
    event |= {"minutes": length.minutes} if length.minutes else {}
    event["seconds"] = seconds
    if run.team.leads:
        run.folder.append(event)
    run.take_up(event)
    if length.minutes is None and run.team.leads:
        run.folder.write_config(to_toml(run.config))
    rates = [run.pace.rate(place, run.config.training) for place in range(step, steps)]
    given = f"{steps:,} steps in all" if length.minutes is None else f"{length.minutes:g} minutes"
    run.say(f"lengthened: {given}; the learning rate rises to {max(rates):.2g} and falls again")
