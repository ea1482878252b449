"""The training loop: one step after another, a validation now and then, the best model kept.

`TrainingRun.go` reads top to bottom; one step is `TrainingRun.step`. A run is repeatable: batches
are drawn from (seed, epoch), dropout from (seed, step, process), so the same seed gives the same
bits, and so does a run that was killed and resumed (same machine, same number of threads).
"""

import dataclasses
import math
import time
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ..config import TrainingConfig, to_toml
from ..errors import DivergedError
from ..layers.switch import describe
from ..stopping import asked
from .advice import advice
from .averaging import Average
from .callback import Callback, Callbacks, RunStart
from .checkpoint import Progress, save_checkpoint
from .clock import Clock
from .curve import draw_curve, prepare
from .deadline import Deadline
from .device import autocast, find_precision, say_device
from .memory_log import memory_event
from .pace import Pace, repeated
from .result import Result
from .run_folder import RunFolder
from .sample import SampleOutput
from .schedule import dropout_seed, make_optimizer, valid_every
from .shipping import record_settings, ship, versions
from .team import Team
from .validation import Validation
from .work import Work

CHECKPOINT_SECONDS = 60.0  # longest time between two checkpoints
FLAT = 3  # validations with a level loss, after which a perfect one is the last
ENDING = 0.25  # steps of the end, as a share of those that were done, while the rate falls
KEPT = 0.1  # share of the minutes for training, however long reading the data took
TOLD = 0.05  # share of the minutes after which it is said how many steps they are


class TrainingRun:
    """A run in motion: what `train` and `resume` share."""

    def __init__(
        self, work: Work, folder: RunFolder, team: Team, callbacks: Sequence[Callback] = ()
    ) -> None:
        self.work, self.config = work, work.config
        self.folder, self.team = folder, team
        self.callbacks = Callbacks(callbacks if team.leads else ())
        training = self.config.training
        torch.manual_seed(training.seed)
        self.model = work.build()
        work.begin(self.model)
        self.model.to(team.device)
        self.precision = find_precision(training.precision, team.device)
        self.average = Average(self.model, training.averaging)
        self.optimizer = make_optimizer(self.model, training)
        self.wrapped = team.wrap(self.model)
        self.progress = Progress()
        self.pace = Pace(1, 1)
        self.deadline: Deadline | None = None
        self.clock = Clock(work.volume_unit)
        self.begun = time.perf_counter()
        self.seconds_before = 0.0
        self.interrupted = self.bounded = self.told = self.lengthened = False

    @property
    def steps(self) -> int:
        """Steps planned."""
        return self.pace.steps

    def say(self, text: str) -> None:
        self.callbacks.message(text)

    # -- before the first step -------------------------------------------------------------------

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

    def facts(self) -> dict[str, object]:
        """What the log says of a run before its first step."""
        return {
            "steps": self.steps,
            "parameters": self._parameters(),
            "device": self.team.device.type,
            "threads": torch.get_num_threads(),
            "processes": self.team.world,
            "kernels": self._kernels(),
            "versions": versions(),
        }

    def _kernels(self) -> str:
        """What computes: a device, or on a CPU the path that the recurrent layers take."""
        device = str(self.team.device)
        return describe() if device == "cpu" else device

    # -- the steps -------------------------------------------------------------------------------

    def go(self) -> Result:
        """Train from where the run stands to its end."""
        state = self.progress
        batches = self.work.plan(0)
        volume = sum(map(self.work.volume, batches)) / len(batches)
        self.callbacks.begin(self._begun())
        kernels = f", kernels {self._kernels()}" if self.team.device.type == "cpu" else ""
        self.say(f"device: {say_device(self.team.device, self.precision)}{kernels}")
        self.say(
            f"{self._parameters():,} parameters; {self._length()} of about {volume:,.0f} "
            f"{self.work.volume_unit}, {len(batches)} an epoch"
        )
        saved = time.perf_counter()
        self.model.train()
        self.callbacks.start(state.step, self.steps)
        if self.deadline:
            self.deadline.start(state.step, state.validated)
        with self.callbacks.told_of_errors(), asked(self._ask):
            try:
                for rows, epoch in self._batches():
                    self.step(rows)
                    self._note_memory(rows)
                    due = time.perf_counter() - saved > CHECKPOINT_SECONDS
                    stops, due = self._agreed(due)
                    validates = self.pace.validates(state.step, state.validated)
                    begun = time.perf_counter()
                    if validates:
                        self.validate(epoch)
                    if validates or stops or due:
                        self._save()
                        saved = time.perf_counter()
                    if validates and self.deadline:
                        self.deadline.validated(state.step, saved - begun)
                    if stops:
                        break
            finally:
                self.callbacks.stop()
        if self.done and self.team.leads:
            self._record_length()
            events = self.folder.events()
            draw_curve(events, self.folder.curve, self.work.measures, self.work.unit)
            epochs = state.epoch + state.batch / len(self.work.plan(state.epoch))
            for line in advice(events, self.work.measures[0], self.folder.path, epochs):
                self.say(line)
        result = Result(
            folder=self.folder.path,
            path=self.folder.best,
            finished=self.done,
            step=state.step,
            steps=self.steps,
            score=state.best,
            measure=self.work.measures[0],
        )
        self.callbacks.end(result)
        return result

    def _begun(self) -> RunStart:
        """What callbacks are told before the first step."""
        return RunStart(
            folder=self.folder.path,
            config=self.config,
            report=tuple(self.work.report),
            parameters=self._parameters(),
            step=self.progress.step,
            steps=self.steps,
        )

    def _parameters(self) -> int:
        return sum(p.numel() for p in self.model.parameters())

    @property
    def done(self) -> bool:
        """True once all steps are done."""
        return self.progress.step >= self.steps

    def _batches(self) -> Iterator[tuple[np.ndarray, float]]:
        """Rows of each batch that is left, and the epochs that are over with it."""
        state = self.progress
        while not self.done:
            batches = self.work.plan(state.epoch)
            for rows in batches[state.batch :]:
                state.batch += 1
                self.clock.start()
                yield rows, state.epoch + state.batch / len(batches)
                if self.done:
                    return
            state.epoch, state.batch = state.epoch + 1, 0

    def step(self, rows: np.ndarray) -> None:
        """One optimiser step over one batch."""
        state, training = self.progress, self.config.training
        size = self.work.size(rows)
        loss = self._gradients(rows, step=state.step)
        norm = torch.nn.utils.clip_grad_norm_(self.model.parameters(), training.clip_norm)
        if not math.isfinite(float(norm)):
            there = self.folder.checkpoint.exists()
            kept = f"; the last good checkpoint is {self.folder.checkpoint}." if there else "."
            raise DivergedError(
                f"train: the loss must stay a number, got {loss:.4g} (gradient norm {norm:.4g}) "
                f"at step {state.step + 1}. Lower training.learning_rate (now "
                f"{training.learning_rate:g}) or training.clip_norm (now {training.clip_norm:g})"
                + kept
            )
        for group in self.optimizer.param_groups:
            group["lr"] = self.pace.rate(state.step, training)
        self.optimizer.step()
        state.step += 1
        self.average.update(state.step)
        state.loss, state.units = state.loss + loss, state.units + size
        self.clock.add(self.work.volume(rows))
        self.callbacks.step(state.step, loss / size, self.clock)

    def _gradients(self, rows: np.ndarray, *, step: int) -> float:
        """Put the gradients of a batch in place; return its loss, summed over its units."""
        torch.manual_seed(dropout_seed(self.config.training.seed, step, self.team.rank))
        own = self.team.share(rows)
        idle = own.size == 0  # fewer rows than processes: join in with a weight of nothing
        with autocast(self.team.device, self.precision):
            loss = self.work.loss(self.wrapped, rows[:1] if idle else own, self.team.device)
        loss = loss * 0.0 if idle else loss
        self.optimizer.zero_grad(set_to_none=True)
        # processes' gradients are averaged, so each is scaled to make the whole batch's mean
        (loss * (self.team.world / self.work.size(rows))).backward()  # type: ignore[no-untyped-call]
        return self.team.sum(float(loss.detach()))[0]

    # -- now and then ----------------------------------------------------------------------------

    def _note_memory(self, rows: np.ndarray) -> None:
        """Write how far back the recurrent layers remember, every `memory_every` steps."""
        step, every = self.progress.step, self.config.training.memory_every
        if not self.team.leads or every == 0 or step % every:
            return
        event = memory_event(self.work, self.model, rows, self.team.device, step)
        if event is not None:
            self.folder.append(event)

    def validate(self, epoch: float) -> None:
        """Measure the averaged weights on the validation data; keep the model if it is best."""
        state, measures = self.progress, self.work.measures
        value = loss = 0.0
        if self.team.leads:
            with self.average.applied():
                values = self.work.validate(self.model, self.team.device)
                value, loss = values[measures[0].key], values["valid_loss"]
                found = Validation(
                    step=state.step,
                    epoch=round(epoch, 3),
                    loss=state.loss / max(1, state.units),
                    values=tuple(values[measure.key] for measure in measures),
                    measures=measures,
                    valid_loss=loss,
                    best=state.is_best(measures[0], value, loss),
                    rate=self.clock.rate,
                    rate_unit=self.work.volume_unit,
                    seconds=self.seconds,
                    samples=self._samples(),
                )
                if found.best:
                    ship(self.folder.best, self.work, self.model, found)
            self.folder.append(found.to_event())
            self.callbacks.validation(found)
        state.take(measures[0], *self.team.agree(value, loss))
        self._end_early()

    def _samples(self) -> tuple[SampleOutput, ...]:
        number = self.config.training.samples
        return self.work.samples(self.model, self.team.device, number) if number else ()

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

    # -- how long it is --------------------------------------------------------------------------

    @property
    def seconds(self) -> float:
        """Seconds since the run began, all sessions together."""
        return self.seconds_before + time.perf_counter() - self.begun

    def _length(self) -> str:
        minutes = self.config.training.minutes
        return f"{self.steps} steps" if minutes is None else f"{minutes:g} minutes of steps"

    def _change(self, steps: int, every: int) -> None:
        """Plan the rest of the run anew, and write it down for a resumed run."""
        step = self.progress.step
        self.pace.change(step, steps, every)
        self.callbacks.plan(steps)
        if self.team.leads:
            event = {"event": "pace", "step": step, "steps": steps, "every": every}
            self.folder.append({**event, "seconds": self.seconds})

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

    def _save(self) -> None:
        if self.deadline and self.team.leads:
            step, seconds = self.progress.step, self.seconds
            self.folder.append({"event": "clock", "step": step, "seconds": seconds})
        carried = self._carried()
        if self.team.leads:
            save_checkpoint(
                self.folder.checkpoint,
                self.model,
                self.average,
                self.optimizer,
                self.progress,
                carried,
            )

    def _carried(self) -> dict[str, Tensor]:
        """What the work carries from batch to batch, all processes' rows together."""
        return {name: self.team.add(state) for name, state in self.work.carried().items()}

    def _agreed(self, due: bool) -> tuple[bool, bool]:
        """Whether to stop, and whether to save: the same in every process, as is the plan.

        All stop once any of them was interrupted, or a callback failed; the first has the clock.
        """
        leg, leads = self.pace.at(self.progress.step), self.team.leads
        plan = self._follow_clock() if leads else (0, 0)
        ends = self.interrupted or self.callbacks.error is not None
        stop, save, steps, every = self.team.sum(
            float(ends), float(due and leads), *map(float, plan)
        )
        if (int(steps), int(every)) != (leg.steps, leg.every):
            self._change(int(steps), int(every))
        return stop > 0, save > 0

    def _ask(self) -> None:
        """The first signal asks the loop to stop after its step; the second stops at once."""
        if self.interrupted:
            raise KeyboardInterrupt
        self.interrupted = True
        self.say("stopping after this step; once more to stop at once")
