"""The training loop: one step after another, a validation now and then, the best model kept.

`TrainingRun.go` reads top to bottom; one step is `TrainingRun.step`. A run is repeatable: batches
are drawn from (seed, epoch), dropout from (seed, step, process), so the same seed gives the same
bits, and so does a run that was killed and resumed (same machine, same number of threads).
"""

import math
import time
from collections.abc import Iterator, Sequence

import numpy as np
import torch
from torch import Tensor

from ..errors import DivergedError
from ..layers.switch import describe
from ..stopping import asked
from .advice import advice
from .averaging import Average
from .callback import Callback, Callbacks, RunStart
from .checkpoint import Progress, save_checkpoint
from .clock import Clock
from .curve import draw_curve
from .deadline import Deadline
from .device import autocast, find_precision, say_device
from .memory_log import memory_event
from .pace import Pace
from .planned import Planned
from .result import Result
from .run_folder import RunFolder
from .sample import SampleOutput
from .schedule import dropout_seed, make_optimizer
from .shipping import ship, versions
from .team import Team
from .validation import Validation
from .work import Work

CHECKPOINT_SECONDS = 60.0  # longest time between two checkpoints


class TrainingRun(Planned):
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
        finished = self.done
        if self.done and self.team.leads:
            self._record_length()
            events = self.folder.events()
            draw_curve(events, self.folder.curve, self.work.measures, self.work.unit)
            epochs = state.epoch + state.batch / len(self.work.plan(state.epoch))
            for line in advice(events, self.work.measures[0], self.folder.path, epochs):
                self.say(line)
            finished = self._finish()
        result = Result(
            folder=self.folder.path,
            path=self.folder.best,
            finished=finished,
            step=state.step,
            steps=self.steps,
            score=state.best,
            measure=self.work.measures[0],
        )
        self.callbacks.end(result)
        return result

    def _finish(self) -> bool:
        """Let the task add to the best model; False if it was asked to stop meanwhile."""
        try:
            with asked():
                line = self.work.finish(self.folder.best)
        except KeyboardInterrupt:
            return False
        if line is not None:
            self.say(line)
        return True

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
