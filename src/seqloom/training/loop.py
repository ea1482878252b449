"""The training loop: from settings and data to `best.safetensors`.

`train` reads top to bottom: prepare the data, open the run's folder, go through the steps, validate
now and then, keep the best. One step is `_Run.step`. A run is repeatable: batches are drawn from
(seed, epoch), dropout from (seed, step, process), so the same seed gives the same bits, and so
does a run that was killed and resumed (same machine, same number of threads).
"""

import dataclasses
import math
import platform
import signal
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np
import torch
from torch.nn import functional as F

from .. import __version__
from ..config import Config, config_from, read_toml, to_toml
from ..data.vocabulary import BOS, PAD
from ..decoding import LengthLimit, Search, decode
from ..errors import DivergedError, RunError
from ..evaluation import error_counts
from ..export.model_file import ModelFile, write_model
from ..models import PairModel, TorchStepper, build
from .averaging import Average
from .checkpoint import Progress, load_checkpoint, save_checkpoint
from .curve import draw_curve
from .prepare import Prepared, plan, prepare, resolve
from .reporter import Clock, Quiet, Reporter, Validation
from .run_folder import RunFolder
from .team import Team

CHECKPOINT_SECONDS = 60.0  # longest time between two checkpoints
MOST_VALIDATIONS, LEAST_VALIDATIONS = 100, 10


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


def train(
    data: str | Path,
    out: str | Path,
    *,
    valid: str | Path | None = None,
    config: Config | Mapping[str, Any] | None = None,
    reporter: Reporter | None = None,
) -> Result:
    """Train a model on a file of pairs.

    Args:
        data: A TSV file of pairs, or `cmudict`.
        out: The run's folder, new or empty.
        valid: A file of validation pairs; if `None`, cut from the data by a hash of the source.
        config: Settings, also as nested mappings; what is missing takes its default.
        reporter: Told what happens; nobody if `None`.
    Returns:
        A `Result`. Ctrl-C stops after the step that runs, with a checkpoint.
    Raises:
        ConfigError: A setting is unknown or out of range.
        DataError: A line of the data breaks a rule.
        RunError: The folder is full or cannot be written to.
        DivergedError: The loss is no longer a number.
    """
    if not isinstance(config, Config):
        config = config_from(config or {}, "train")
    names = {"data": str(data), "valid": None if valid is None else str(valid)}
    folder = RunFolder(Path(out))
    with Team() as team:
        if team.leads:
            folder.create()
        prepared = prepare(names["data"] or "", names["valid"], config.data)
        run = _Run(resolve(config, prepared), prepared, folder, team, reporter)
        remark = run.fix_length()
        if team.leads:
            folder.write_config(to_toml(run.config, remark))
            folder.append(run.start_event(names))
        return run.go()


def resume(out: str | Path, *, reporter: Reporter | None = None) -> Result:
    """Go on with a run that was interrupted or killed.

    Args:
        out: The run's folder.
        reporter: Told what happens; nobody if `None`.
    Raises:
        RunError: The folder is not that of a run, or its data has changed since.
        FormatError: The checkpoint is damaged.
    """
    folder = RunFolder(Path(out))
    events = folder.events()
    if not events or events[0].get("event") != "start" or not folder.config.exists():
        raise RunError(
            f"train: `{out}` must be the folder of a run that had begun, got one that had not. "
            "Remove it and train again."
        )
    start = events[0]
    config = config_from(read_toml(folder.config), str(folder.config))
    with Team() as team:
        prepared = prepare(start["data"], start["valid"], config.data)
        if prepared.fingerprint != start["fingerprint"]:
            raise RunError(
                f"train: `{start['data']}` must be the data that the run began with, got other "
                "pairs. Bring the old file back, or train anew with another --out."
            )
        run = _Run(resolve(config, prepared), prepared, folder, team, reporter)
        for what, now in (("threads", torch.get_num_threads()), ("processes", team.world)):
            if start[what] != now:
                run.say(
                    f"note: the run began with {start[what]} {what}, now there are {now}: "
                    "results will be close, not equal to the bit"
                )
        if folder.checkpoint.exists():
            run.progress = load_checkpoint(folder.checkpoint, run.model, run.average, run.optimizer)
        if team.leads:
            folder.rewind(run.progress.step)
            run.say(f"resuming at step {run.progress.step} of {run.steps}")
        run.seconds_before = max((e.get("seconds", 0.0) for e in folder.events()), default=0.0)
        return run.go()


class _Run:
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
        self.optimizer = _optimizer(self.model, config)
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
        for line in self.data.report:
            self.say(line)
        if minutes is None:
            return {}
        seconds = self.team.agree(self._time_a_step())[0]
        steps = max(1, int(minutes * 60 / seconds))
        training = dataclasses.replace(self.config.training, minutes=None, steps=steps)
        self.config = dataclasses.replace(self.config, training=training)
        self.say(f"timing: {seconds:.3f} s a step, validation included: {steps} steps")
        return {"training.steps": f"from minutes = {minutes:g}"}

    def _time_a_step(self) -> float:
        """Median seconds of some steps on a copy's behalf: weights and optimiser are put back."""
        keep = {name: w.detach().clone() for name, w in self.model.named_parameters()}
        batches = plan(self.data, self.config, 0)[:14]
        times = []
        for i, rows in enumerate(batches):
            begun = time.perf_counter()
            self._gradients(rows, step=i)
            self.optimizer.step()
            times.append(time.perf_counter() - begun)
        step = float(np.mean(np.sort(times)[: len(times) - len(times) // 4]))
        # greedy decoding of a validation source costs about half a training pair
        rows_a_step = len(self.data.train) / len(plan(self.data, self.config, 0))
        every = _valid_every(10**9, len(plan(self.data, self.config, 0)))
        validation = 0.5 * step * len(self.data.valid) / rows_a_step
        with torch.no_grad():
            for name, weight in self.model.named_parameters():
                weight.copy_(keep[name])
        self.optimizer = _optimizer(self.model, self.config)
        return step + validation / every

    def start_event(self, names: dict[str, str | None]) -> dict[str, Any]:
        return {
            "event": "start",
            **names,
            "fingerprint": self.data.fingerprint,
            "report": list(self.data.report),
            "steps": self.steps,
            "parameters": sum(p.numel() for p in self.model.parameters()),
            "threads": torch.get_num_threads(),
            "processes": self.team.world,
            "versions": _versions(),
        }

    # -- the steps -------------------------------------------------------------------------------

    def go(self) -> Result:
        """Train from where the run stands to its end."""
        state, patience = self.progress, self.config.training.patience
        steps_per_epoch = len(plan(self.data, self.config, 0))
        every = _valid_every(self.steps, steps_per_epoch)
        size = sum(p.numel() for p in self.model.parameters())
        self.say(
            f"{size:,} parameters on {self.team.device}; {self.steps} steps of "
            f"{self.config.data.batch_symbols} symbols, {steps_per_epoch} an epoch"
        )
        saved = time.perf_counter()
        self.model.train()
        self.reporter.start(state.step, self.steps)
        with self._catching_interrupts():
            try:
                while state.step < self.steps and state.stale < patience:
                    batches = plan(self.data, self.config, state.epoch)
                    self.clock.start()
                    while state.batch < len(batches) and state.step < self.steps:
                        self.step(batches[state.batch])
                        validates = state.step % every == 0 or state.step == self.steps
                        if validates:
                            self.validate(state.epoch + state.batch / len(batches))
                        stops = self._should_stop()
                        late = time.perf_counter() - saved > CHECKPOINT_SECONDS
                        if validates or stops or (late and self.team.leads):
                            self._save()
                            saved = time.perf_counter()
                            self.clock.start()
                        if stops:
                            return self._result(finished=False)
                        if state.stale >= patience:
                            break
                    else:
                        if state.batch >= len(batches):
                            state.epoch, state.batch = state.epoch + 1, 0
            finally:
                self.reporter.stop()
        if state.stale >= patience:
            self.say(f"stopped early: no better error in {patience} validations")
        if self.team.leads:
            draw_curve(self.folder.events(), self.folder.curve)
        return self._result(finished=True)

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
            group["lr"] = _rate(state.step, self.steps, self.config)
        self.optimizer.step()
        state.step, state.batch = state.step + 1, state.batch + 1
        self.average.update(state.step)
        state.loss, state.symbols = state.loss + loss, state.symbols + symbols
        self.clock.add(symbols + int(self.data.train.source_lengths[rows].sum()))
        self.reporter.step(state.step, loss / symbols, self.clock.rate)

    def _gradients(self, rows: np.ndarray, *, step: int) -> float:
        """Put the gradients of a batch in place; return its loss, in nats, summed over symbols."""
        symbols = int(self.data.train.target_lengths[rows].sum())
        torch.manual_seed(_dropout_seed(self.config.training.seed, step, self.team.rank))
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
        edits = symbols = wrong = total = 0.0
        if self.team.leads:
            with self.average.applied():
                edits, symbols, wrong, total = self._count_errors()
                error = 100.0 * edits / max(1.0, symbols)
                best = state.best_error is None or error < state.best_error
                found = Validation(
                    step=state.step,
                    epoch=round(epoch, 3),
                    loss=state.loss / max(1, state.symbols),
                    symbol_error=error,
                    output_error=100.0 * wrong / total,
                    best=best,
                    symbols_per_second=self.clock.rate,
                    seconds=self.seconds_before + time.perf_counter() - self.begun,
                )
                if best:
                    self._write_model(found)
            self.folder.append({"event": "validation", **dataclasses.asdict(found)})
            self.reporter.validation(found)
        edits, symbols = self.team.agree(edits, symbols)
        error = 100.0 * edits / max(1.0, symbols)
        if state.best_error is None or error < state.best_error:
            state.best_error, state.best_step, state.stale = error, state.step, 0
        else:
            state.stale += 1
        state.loss, state.symbols = 0.0, 0

    def _count_errors(self) -> tuple[float, float, float, float]:
        sources = [self.data.source.encode(e.source) for e in self.data.valid]
        limit = LengthLimit(self.data.length_ratio)
        found = decode(self.stepper, sources, limit, Search())
        target = self.data.target
        outputs = [target.split(target.decode(best[0].symbols)) for best in found]
        references = [[target.split(t) for t in e.targets] for e in self.data.valid]
        counts = error_counts(outputs, references)
        return counts.edits, counts.reference_symbols, counts.wrong, counts.total

    def _write_model(self, found: Validation) -> None:
        """Ship the averaged weights, which are applied now."""
        record = {
            "seed": self.config.training.seed,
            "step": found.step,
            "steps": self.steps,
            "epoch": found.epoch,
            "valid_symbol_error": round(found.symbol_error, 4),
            "valid_output_error": round(found.output_error, 4),
            "pairs": len(self.data.train),
            "data_sha256": self.data.fingerprint,
            "versions": _versions(),
        }
        model = ModelFile(
            task="transduce",
            model=self.config.model,
            source=self.data.source,
            target=self.data.target,
            decoding=self.config.decoding,
            length_ratio=self.data.length_ratio,
            max_symbols=self.config.data.max_symbols,
            training=record,
            tensors={
                name: weight.detach().float().cpu().numpy()
                for name, weight in self.model.named_parameters()
            },
        )
        write_model(self.folder.best, model)

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

    def _result(self, *, finished: bool) -> Result:
        return Result(
            folder=self.folder.path,
            model=self.folder.best,
            finished=finished,
            step=self.progress.step,
            steps=self.steps,
            symbol_error=self.progress.best_error,
        )


def _optimizer(model: PairModel, config: Config) -> torch.optim.AdamW:
    """AdamW that decays weight matrices only; the rate is set before each step."""
    weights = list(model.parameters())
    groups = [
        {
            "params": [w for w in weights if w.ndim > 1],
            "weight_decay": config.training.weight_decay,
        },
        {"params": [w for w in weights if w.ndim <= 1], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=0.0, betas=(0.9, 0.98), fused=True)


def _rate(step: int, steps: int, config: Config) -> float:
    """Linear warm-up, then half a cosine down to 1 % of the peak."""
    peak = config.training.learning_rate
    assert peak is not None, "resolved"
    warmup = max(1.0, config.training.warmup * steps)
    if step < warmup:
        return peak * (step + 1) / (warmup + 1)
    share = (step - warmup) / max(1.0, steps - warmup)
    return peak * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * share)))


def _valid_every(steps: int, steps_per_epoch: int) -> int:
    """Steps between validations: an epoch, or so many that there are 10 to 100 of them."""
    most = max(1, steps // LEAST_VALIDATIONS)
    least = min(most, math.ceil(steps / MOST_VALIDATIONS))
    return min(max(steps_per_epoch, least), most)


def _dropout_seed(seed: int, step: int, rank: int) -> int:
    return int(np.random.SeedSequence([seed, step, rank]).generate_state(1, np.uint64)[0] >> 1)


def _versions() -> dict[str, str]:
    return {
        "seqloom": __version__,
        "torch": torch.__version__,
        "numpy": np.__version__,
        "python": platform.python_version(),
    }
