"""The training loop: one step after another, a validation now and then, the best model kept.

`Run.go` reads top to bottom; one step is `Run.step`. A run is repeatable: batches are drawn from
(seed, epoch), dropout from (seed, step, process), so the same seed gives the same bits, and so
does a run that was killed and resumed (same machine, same number of threads).
"""

import dataclasses
import math
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ..errors import DivergedError
from ..layers.switch import describe
from .averaging import Average
from .checkpoint import Progress, save_checkpoint
from .curve import draw_curve
from .measures import Measure, Validation
from .memory_log import memory_event
from .reporter import Clock, Quiet, Reporter
from .run_folder import RunFolder
from .schedule import (
    dropout_seed,
    learning_rate,
    make_optimizer,
    steps_within,
    valid_every,
)
from .shipping import ship, versions
from .team import Team
from .work import Work

CHECKPOINT_SECONDS = 60.0  # longest time between two checkpoints


@dataclasses.dataclass(frozen=True)
class Result:
    """How a run ended.

    Attributes:
        folder: The run's folder.
        model: Its best model, `best.safetensors`; absent only if it stopped before a validation.
        finished: False if it was interrupted and can be resumed.
        step: Steps done.
        steps: Steps planned.
        score: The best value of the measure that decides; `None` before a validation.
        measure: That measure.
    """

    folder: Path
    model: Path
    finished: bool
    step: int
    steps: int
    score: float | None
    measure: Measure


class Run:
    """A run in motion: what `train` and `resume` share."""

    def __init__(
        self, work: Work, folder: RunFolder, team: Team, reporter: Reporter | None
    ) -> None:
        self.work, self.config = work, work.config
        self.folder, self.team = folder, team
        self.reporter = (reporter or Quiet()) if team.leads else Quiet()
        training = self.config.training
        torch.manual_seed(training.seed)
        self.model = work.build()
        self.model.to(team.device)
        self.average = Average(self.model, training.averaging)
        self.optimizer = make_optimizer(self.model, training)
        self.wrapped = team.wrap(self.model)
        self.progress = Progress()
        self.clock = Clock(work.volume_unit)
        self.begun = time.perf_counter()
        self.seconds_before = 0.0
        self.interrupted = False

    @property
    def steps(self) -> int:
        """Steps planned."""
        assert self.config.training.steps is not None, "fixed by fix_length"
        return self.config.training.steps

    def say(self, text: str) -> None:
        self.reporter.message(text)

    # -- before the first step -------------------------------------------------------------------

    def fix_length(self) -> dict[str, str]:
        """Settle how many steps the run has; return a remark for the recipe.

        Minutes become steps by a short timing.
        """
        training, remark = self.config.training, {}
        steps = training.steps
        if training.minutes is not None:
            step, validation = self.team.agree(*self._time())
            steps = steps_within(60 * training.minutes, step, validation, len(self.work.plan(0)))
            self.say(
                f"timing: {step:.3f} s a step, about {validation:.0f} s a validation: {steps} steps"
            )
            remark = {"training.steps": f"from minutes = {training.minutes:g}"}
        elif training.epochs is not None:
            steps = self.work.steps_of(training.epochs)
        elif steps is None:
            steps = self.work.default_steps()
        training = dataclasses.replace(training, epochs=None, minutes=None, steps=steps)
        self.config = dataclasses.replace(self.config, training=training)
        self.work.config = self.config
        return remark

    def _time(self) -> tuple[float, float]:
        """Seconds of a step and of a validation; all is put back after it."""
        keep = {name: w.detach().clone() for name, w in self.model.named_parameters()}
        carried = {name: state.clone() for name, state in self.work.carried().items()}
        times = []
        for i, rows in enumerate(self.work.plan(0)[:14]):
            begun = time.perf_counter()
            self._gradients(rows, step=i)
            self.optimizer.step()
            times.append(time.perf_counter() - begun)
        # without the slowest quarter: the first steps set memory up
        step = float(np.mean(np.sort(times)[: len(times) - len(times) // 4]))
        with torch.no_grad():
            for name, weight in self.model.named_parameters():
                weight.copy_(keep[name])
        self.optimizer = make_optimizer(self.model, self.config.training)
        self.work.restore(carried)
        return step, step * self.work.validation_steps()

    def facts(self) -> dict[str, Any]:
        """What the log says of a run before its first step."""
        return {
            "steps": self.steps,
            "parameters": sum(p.numel() for p in self.model.parameters()),
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
        every = valid_every(self.steps, len(batches))
        volume = sum(map(self.work.volume, batches)) / len(batches)
        self.say(
            f"{self.facts()['parameters']:,} parameters, kernels {self._kernels()}; "
            f"{self.steps} steps of about {volume:,.0f} {self.work.volume_unit}, "
            f"{len(batches)} an epoch"
        )
        saved = time.perf_counter()
        self.model.train()
        self.reporter.start(state.step, self.steps)
        with self._catching_interrupts():
            try:
                for rows, epoch in self._batches():
                    self.step(rows)
                    self._note_memory(rows)
                    validates = state.step % every == 0 or state.step == self.steps
                    if validates:
                        self.validate(epoch)
                    stops, due = self._agreed(time.perf_counter() - saved > CHECKPOINT_SECONDS)
                    if validates or stops or due:
                        self._save()
                        saved = time.perf_counter()
                    if stops:
                        break
            finally:
                self.reporter.stop()
        if state.stale >= self.config.training.patience:
            self.say(f"stopped early: no better score in {state.stale} validations")
        if self.done and self.team.leads:
            draw_curve(self.folder.events(), self.folder.curve, self.work.measures, self.work.unit)
        return Result(
            folder=self.folder.path,
            model=self.folder.best,
            finished=self.done,
            step=state.step,
            steps=self.steps,
            score=state.best,
            measure=self.work.measures[0],
        )

    @property
    def done(self) -> bool:
        """True once all steps are done, or validation has stopped getting better."""
        state = self.progress
        return state.step >= self.steps or state.stale >= self.config.training.patience

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
            group["lr"] = learning_rate(state.step, self.steps, training)
        self.optimizer.step()
        state.step += 1
        self.average.update(state.step)
        state.loss, state.units = state.loss + loss, state.units + size
        self.clock.add(self.work.volume(rows))
        self.reporter.step(state.step, loss / size, self.clock)

    def _gradients(self, rows: np.ndarray, *, step: int) -> float:
        """Put the gradients of a batch in place; return its loss, summed over its units."""
        torch.manual_seed(dropout_seed(self.config.training.seed, step, self.team.rank))
        own = self.team.share(rows)
        idle = own.size == 0  # fewer rows than processes: join in with a weight of nothing
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
        value = 0.0
        if self.team.leads:
            with self.average.applied():
                values = self.work.validate(self.model, self.team.device)
                value = values[measures[0].key]
                found = Validation(
                    step=state.step,
                    epoch=round(epoch, 3),
                    loss=state.loss / max(1, state.units),
                    values=tuple(values[measure.key] for measure in measures),
                    measures=measures,
                    best=measures[0].better(value, state.best),
                    rate=self.clock.rate,
                    rate_unit=self.work.volume_unit,
                    seconds=self.seconds_before + time.perf_counter() - self.begun,
                )
                if found.best:
                    ship(self.folder.best, self.work, self.model, found)
            self.folder.append(found.to_event())
            self.reporter.validation(found)
        value = self.team.agree(value)[0]
        if measures[0].better(value, state.best):
            state.best, state.best_step, state.stale = value, state.step, 0
        else:
            state.stale += 1
        state.loss, state.units = 0.0, 0

    def _save(self) -> None:
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
        """Whether to stop, and whether to save: the same in every process.

        All stop once any of them was interrupted; the first says when it is time to save.
        """
        stop, save = self.team.sum(float(self.interrupted), float(due and self.team.leads))
        return stop > 0, save > 0

    @contextmanager
    def _catching_interrupts(self) -> Iterator[None]:
        """The first Ctrl-C asks the loop to stop after its step; the second stops at once."""

        def ask(number: int, frame: FrameType | None) -> None:
            self.interrupted = True
            signal.signal(signal.SIGINT, signal.default_int_handler)
            self.say("stopping after this step; once more to stop at once")

        try:
            before = signal.signal(signal.SIGINT, ask)
        except ValueError:  # not in the main thread, where no signal arrives
            yield
            return
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)
