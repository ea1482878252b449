"""How long a run is: settled before its first step, changed by the clock, or by patience.

The plan itself is a `Pace`; here is what asks for another one, says so and writes it down. Checked
by `tests/training/test_run.py`, `test_lengthen.py` and `test_deadline.py`.
"""

import dataclasses
import math
import time
from typing import Any

from ..config import Config, TrainingConfig, to_toml
from .callback import Callbacks
from .checkpoint import Progress
from .curve import prepare
from .deadline import Deadline
from .pace import Pace, repeated
from .run_folder import RunFolder
from .schedule import valid_every
from .shipping import record_settings
from .team import Team
from .work import Work

FLAT = 3  # validations with a level loss, after which a perfect one is the last
ENDING = 0.25  # steps of the end, as a share of those that were done, while the rate falls
KEPT = 0.1  # share of the minutes for training, however long reading the data took
TOLD = 0.05  # share of the minutes after which it is said how many steps they are


class Planned:
    """The part of a `TrainingRun` that plans its length; `TrainingRun.__init__` sets the fields.

    Attributes:
        work, config, folder, team, callbacks, progress: Of the run.
        pace: The plan.
        deadline: The clock of a run of minutes.
        begun: When this session began, by `time.perf_counter`.
        seconds_before: What the sessions before it took, and what came before it in this one.
        bounded: True once it is settled on how much of the data validations are.
        told: True once it was said how many steps the minutes are.
        lengthened: True if the run was given another length.
    """

    work: Work
    config: Config
    folder: RunFolder
    team: Team
    callbacks: Callbacks
    progress: Progress
    pace: Pace
    deadline: Deadline | None
    begun: float
    seconds_before: float
    bounded: bool
    told: bool
    lengthened: bool

    @property
    def steps(self) -> int:
        """Steps planned."""
        return self.pace.steps

    @property
    def done(self) -> bool:
        """True once all steps are done."""
        return self.progress.step >= self.steps

    @property
    def seconds(self) -> float:
        """Seconds since the run began, all sessions together."""
        return self.seconds_before + time.perf_counter() - self.begun

    def say(self, text: str) -> None:
        self.callbacks.message(text)

    def fix_length(self) -> None:
        """Settle how many steps the run has; minutes become steps while it runs."""
        training, epoch = self.config.training, len(self.work.plan(0))
        steps = training.steps
        if training.epochs is not None:
            steps = self.work.steps_of(training.epochs)
        elif steps is None:
            steps = self.work.default_steps()
        every = valid_every(steps, epoch) if training.minutes is None else steps
        self.pace = Pace(steps, every)
        if training.pace is not None:
            self.pace = repeated(training.pace, steps)
        if training.valid_share < 1.0:
            self.say(f"validation: on {self.work.keep_valid(training.valid_share)}")
        if training.minutes is None:
            self._settle(dataclasses.replace(training, epochs=None, steps=steps))
        else:
            self._watch_clock(training.minutes, self.seconds, fresh=not self.progress.step)

    def _watch_clock(self, minutes: float, used: float, *, fresh: bool) -> None:
        """Plan by the clock from now on.

        Args:
            minutes: Length.
            used: Seconds of it that are over.
            fresh: Whether they went to loading alone.
        """
        prepare()
        guess, seconds = self.work.validation_steps(), 60 * minutes
        if used > (1.0 - KEPT) * seconds and fresh:
            kept = f"{KEPT * seconds:.2g} s are left for training; give it more minutes"
            self.say(f"note: loading PyTorch and the data took {used:.0f} s; {kept}")
            used = (1.0 - KEPT) * seconds
        epoch = len(self.work.plan(0))
        self.deadline = Deadline(seconds, used=used, epoch=epoch, validation=guess)

    def go_on(self, events: list[dict[str, Any]]) -> None:
        """Take up the plan of the sessions before, from the log."""
        self.seconds_before = max((event.get("seconds", 0.0) for event in events), default=0.0)
        self.fix_length()
        repeats = self.config.training.pace is not None  # what was planned until it was lengthened
        for event in events:
            kind = event["event"]
            if kind == "lengthen":
                self.take_up(event)
            elif kind == "pace" and not (repeats and not self.lengthened):
                self.pace.change(event["step"], event["steps"], event["every"])
            elif kind == "valid" and self.config.training.valid_share == 1.0:
                self.keep_valid(event["share"])

    def take_up(self, event: dict[str, Any]) -> None:
        """Follow the plan of an event `lengthen` of the log; validations count anew for patience.

        The share of the validation data stays what it was: scores are to be compared.
        """
        self.pace, self.lengthened, self.bounded = Pace.read(event["pace"]), True, True
        state, minutes = self.progress, event.get("minutes")
        fresh = event["step"] == state.step
        if fresh:
            state.stale, state.flat, state.ending = 0, 0, False
        length: dict[str, Any] = {"minutes": minutes, "steps": None, "pace": None}
        if minutes is None:
            length |= {"steps": self.steps, "pace": str(self.pace)}
        self._settle(dataclasses.replace(self.config.training, epochs=None, **length))
        self.deadline = None
        if minutes is not None:
            self._watch_clock(minutes, self.seconds - event["seconds"], fresh=fresh)

    def _settle(self, training: TrainingConfig) -> None:
        self.config = dataclasses.replace(self.config, training=training)
        self.work.config = self.config

    def _follow_clock(self) -> tuple[int, int]:
        """The plan by the clock: steps, and steps between validations."""
        step, deadline = self.progress.step, self.deadline
        leg = self.pace.at(step)
        if deadline is None:
            return leg.steps, leg.every
        plan = deadline.plan(self.pace, step)
        if deadline.step_seconds and not self.bounded:
            self._bound_validation(deadline)
            plan = deadline.fit(step)  # `plan` would wait for its next look at the clock
        if deadline.step_seconds and deadline.used > TOLD * deadline.seconds and not self.told:
            self.told = True
            for line in self._forecast(plan[0]):
                self.say(line)
        return plan

    def _change(self, steps: int, every: int) -> None:
        """Plan the rest of the run anew, and write it down for a resumed run."""
        step = self.progress.step
        self.pace.change(step, steps, every)
        self.callbacks.plan(steps)
        if self.team.leads:
            event = {"event": "pace", "step": step, "steps": steps, "every": every}
            self.folder.append({**event, "seconds": self.seconds})

    def _bound_validation(self, deadline: Deadline) -> None:
        """Validate on less where a validation would take much of the time."""
        self.bounded = True
        share = deadline.validation_share()
        if share < 1.0 and self.config.training.valid_share == 1.0:
            self.keep_valid(share)
            self.folder.append({"event": "valid", "step": self.progress.step, "share": share})

    def keep_valid(self, share: float) -> None:
        """Validate on a share of the validation data from now on."""
        self.bounded = True
        self.say(f"validation: on {self.work.keep_valid(share)}, to leave time for training")
        if self.deadline:
            self.deadline.narrow(share)
        self._settle(dataclasses.replace(self.config.training, valid_share=share))

    def _end_early(self) -> None:
        """Let the rate fall and the run end, once validation says that no more is to be had."""
        state, training = self.progress, self.config.training
        left = self.steps - state.step
        repeats = training.pace is not None and not self.lengthened
        if self.deadline or repeats or state.ending or not left:
            return  # so many minutes are so many minutes
        if state.best == self.work.measures[0].perfect and state.flat >= FLAT:
            why = "validation is perfect and its loss level"
        elif state.stale >= training.patience:
            why = f"no better score in {state.stale} validations"
        else:
            return
        state.ending = True
        steps = state.step + min(left, max(1, round(ENDING * state.step)))
        self._change(steps, min(self.pace.at(state.step).every, max(1, steps - state.step)))
        self.say(f"{why}: the learning rate falls, and the run ends at step {steps}")

    def _length(self) -> str:
        minutes = self.config.training.minutes
        return f"{self.steps} steps" if minutes is None else f"{minutes:g} minutes of steps"

    def _forecast(self, steps: int) -> list[str]:
        """How many steps the minutes are, with a warning if they are few."""
        assert self.deadline is not None, "a run of minutes"
        usual, epoch = self.work.default_steps(), len(self.work.plan(0))
        minutes = self.config.training.minutes
        line = f"{minutes:g} minutes: about {steps:,} steps of {self.deadline.step_seconds:.3g} s"
        if steps < epoch:
            return [line, f"note: that is less than one epoch ({epoch:,} steps); give it more time"]
        if 3 * steps < usual:
            longer = math.ceil(usual * self.deadline.step_seconds / 60)
            few = "note: that is under a third of the usual"
            return [line, f"{few} {usual:,} steps, which take about {longer} minutes"]
        return [line]

    def _record_length(self) -> None:
        """Write what a run of minutes became into its recipe and its model."""
        training = self.config.training
        if training.minutes is None and not self.lengthened:
            return
        remark = {}
        if training.minutes is not None:
            more = "the last from" if self.lengthened else "from"
            remark = {"training.steps": f"{more} minutes = {training.minutes:g}"}
        settled = dataclasses.replace(training, minutes=None, steps=self.steps, pace=str(self.pace))
        self._settle(settled)
        record_settings(self.folder.best, self.config)
        self.folder.write_config(to_toml(self.config, remark))
