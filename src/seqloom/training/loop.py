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
from torch.nn import functional as F

from ..config import Config
from ..data.vocabulary import BOS, PAD
from ..errors import DivergedError
from ..layers.switch import describe
from ..models import PairModel, TorchStepper, build
from .averaging import Average
from .checkpoint import Progress, save_checkpoint
from .curve import draw_curve
from .prepare import Prepared, plan
from .reporter import Clock, Quiet, Reporter, Validation
from .run_folder import RunFolder
from .schedule import (
    dropout_seed,
    learning_rate,
    make_optimizer,
    steps_within,
    valid_every,
)
from .shipping import count_errors, ship, versions
from .team import Team

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
        symbol_error: Best validation error, edits per reference symbol, %.
    """

    folder: Path
    model: Path
    finished: bool
    step: int
    steps: int
    symbol_error: float | None


class Run:
    """A run in motion: what `train` and `resume` share."""

    def __init__(
        self,
        config: Config,
        data: Prepared,
        folder: RunFolder,
        team: Team,
        reporter: Reporter | None,
    ) -> None:
        self.config, self.data, self.folder, self.team = config, data, folder, team
        self.reporter = (reporter or Quiet()) if team.leads else Quiet()
        torch.manual_seed(config.training.seed)
        self.model: PairModel = build(config.model, len(data.source), len(data.target))
        self.model.to(team.device)
        self.average = Average(self.model, config.training.averaging)
        self.optimizer = make_optimizer(self.model, config.training)
        self.wrapped = team.wrap(self.model)
        self.stepper = TorchStepper(self.model, team.device)
        self.progress = Progress()
        self.clock = Clock()
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
        """Turn minutes into steps by a short timing; return a remark for the recipe."""
        minutes = self.config.training.minutes
        if minutes is None:
            return {}
        step, validation = self.team.agree(*self._time())
        steps = steps_within(60 * minutes, step, validation, len(plan(self.data, self.config, 0)))
        training = dataclasses.replace(self.config.training, minutes=None, steps=steps)
        self.config = dataclasses.replace(self.config, training=training)
        self.say(
            f"timing: {step:.3f} s a step, about {validation:.0f} s a validation: {steps} steps"
        )
        return {"training.steps": f"from minutes = {minutes:g}"}

    def _time(self) -> tuple[float, float]:
        """Seconds of a step and of a validation; weights and optimiser are put back after it."""
        keep = {name: w.detach().clone() for name, w in self.model.named_parameters()}
        batches = plan(self.data, self.config, 0)
        times = []
        for i, rows in enumerate(batches[:14]):
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
        # a new network never ends its outputs, so decoding cannot be timed; greedy decoding of a
        # source was seen to cost about half a training pair
        rows_a_step = len(self.data.train) / len(batches)
        return step, 0.5 * step * len(self.data.valid) / rows_a_step

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
        steps_per_epoch = len(plan(self.data, self.config, 0))
        every = valid_every(self.steps, steps_per_epoch)
        self.say(
            f"{self.facts()['parameters']:,} parameters, kernels {self._kernels()}; "
            f"{self.steps} steps of {self.config.data.batch_symbols} symbols, "
            f"{steps_per_epoch} an epoch"
        )
        saved = time.perf_counter()
        self.model.train()
        self.reporter.start(state.step, self.steps)
        with self._catching_interrupts():
            try:
                for rows, epoch in self._batches():
                    self.step(rows)
                    validates = state.step % every == 0 or state.step == self.steps
                    if validates:
                        self.validate(epoch)
                    stops = self._should_stop()
                    if validates or stops or time.perf_counter() - saved > CHECKPOINT_SECONDS:
                        self._save()
                        saved = time.perf_counter()
                    if stops:
                        break
            finally:
                self.reporter.stop()
        if state.stale >= self.config.training.patience:
            self.say(f"stopped early: no better error in {state.stale} validations")
        if self.done and self.team.leads:
            draw_curve(self.folder.events(), self.folder.curve)
        return Result(
            folder=self.folder.path,
            model=self.folder.best,
            finished=self.done,
            step=state.step,
            steps=self.steps,
            symbol_error=state.best_error,
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
            batches = plan(self.data, self.config, state.epoch)
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
        symbols = int(self.data.train.target_lengths[rows].sum())
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
        state.loss, state.symbols = state.loss + loss, state.symbols + symbols
        self.clock.add(symbols + int(self.data.train.source_lengths[rows].sum()))
        self.reporter.step(state.step, loss / symbols, self.clock.rate)

    def _gradients(self, rows: np.ndarray, *, step: int) -> float:
        """Put the gradients of a batch in place; return its loss, in nats, summed over symbols."""
        symbols = int(self.data.train.target_lengths[rows].sum())
        torch.manual_seed(dropout_seed(self.config.training.seed, step, self.team.rank))
        own = self.team.share(rows)
        idle = own.size == 0  # fewer rows than processes: join in with a weight of nothing
        batch = self.data.train.collate(rows[:1] if idle else own)
        target = torch.from_numpy(batch.target).to(self.team.device)
        read = torch.cat([torch.full_like(target[:, :1], BOS), target[:, :-1]], dim=1)
        logits_BTV = self.wrapped(
            torch.from_numpy(batch.source).to(self.team.device),
            torch.from_numpy(batch.source_lengths),
            read,
        )
        loss = F.cross_entropy(
            logits_BTV.flatten(0, 1),
            target.flatten(),
            ignore_index=PAD,
            reduction="sum",
            label_smoothing=self.config.training.label_smoothing,
        )
        loss = loss * 0.0 if idle else loss
        self.optimizer.zero_grad(set_to_none=True)
        # processes' gradients are averaged, so each is scaled to make the whole batch's mean
        (loss * (self.team.world / symbols)).backward()  # type: ignore[no-untyped-call]
        return self.team.sum(float(loss.detach()))[0]

    # -- now and then ----------------------------------------------------------------------------

    def validate(self, epoch: float) -> None:
        """Decode the validation sources with the averaged weights; keep the model if it is best."""
        state = self.progress
        error = 0.0
        if self.team.leads:
            with self.average.applied():
                counts = count_errors(self.stepper, self.data)
                error = counts.symbol_error_rate
                found = Validation(
                    step=state.step,
                    epoch=round(epoch, 3),
                    loss=state.loss / max(1, state.symbols),
                    symbol_error=error,
                    output_error=counts.output_error_rate,
                    best=state.best_error is None or error < state.best_error,
                    symbols_per_second=self.clock.rate,
                    seconds=self.seconds_before + time.perf_counter() - self.begun,
                )
                if found.best:
                    ship(self.folder.best, self.model, self.config, self.data, found)
            self.folder.append({"event": "validation", **dataclasses.asdict(found)})
            self.reporter.validation(found)
        error = self.team.agree(error)[0]
        if state.best_error is None or error < state.best_error:
            state.best_error, state.best_step, state.stale = error, state.step, 0
        else:
            state.stale += 1
        state.loss, state.symbols = 0.0, 0

    def _save(self) -> None:
        if self.team.leads:
            save_checkpoint(
                self.folder.checkpoint, self.model, self.average, self.optimizer, self.progress
            )

    def _should_stop(self) -> bool:
        """True in every process once any of them was interrupted."""
        return self.team.sum(float(self.interrupted))[0] > 0

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
