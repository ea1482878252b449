"""One network on one probe at one length: trained, stopped when it can do it, tested.

Adam with clipped gradients and a constant learning rate, a fixed number of steps. The rates of
`Training.learning_rates` are tried in turn until one leads to a solution; the best attempt counts.
No rate is chosen for one architecture or one length, so none is favoured. Training stops early
when two checks in a row, on examples that were never seen, are above `STOP_AT`. The same seed
gives the same bits. Checked by `tests/comparison/probes/test_trial.py`.
"""

import math
import time
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from ..records import CurvePoint, MemoryRecord, TrialRecord
from .contract import Examples, Probe, Stream, batch
from .loss import loss_of
from .memory import memory_of
from .networks import ProbeNetwork, build

SOLVED = 90.0  # %, the score of a solution
STOP_AT = 95.0  # %, above which two checks in a row end the training
CHECK_EXAMPLES, TEST_EXAMPLES = 256, 1000
CLIP = 1.0  # largest norm of the gradient


@dataclass(frozen=True, kw_only=True)
class Training:
    """How every network of a comparison is trained.

    Attributes:
        steps: Steps of one attempt, at most.
        batch_size: Examples of a step.
        hidden_size: H, of every network.
        learning_rates: Tried in turn until one leads to a solution.
        check_every: Steps between two checks.
        shorter: Whether half of the training examples have all shorter distances.
    """

    steps: int = 3000
    batch_size: int = 32
    hidden_size: int = 64
    learning_rates: tuple[float, ...] = (0.003, 0.001)
    check_every: int = 100
    shorter: bool = False


@dataclass(frozen=True)
class Trial:
    """What is to be run."""

    architecture: str
    length: int
    seed: int


def run_trial(probe: Probe, trial: Trial, training: Training) -> TrialRecord:
    """A run as results.json has it.

    Args:
        probe: What is asked.
        trial: Architecture, length and seed.
        training: How.
    """
    attempts: list[_Attempt] = []
    for rate in training.learning_rates:
        attempts.append(_Attempt(probe, trial, training, rate))
        if attempts[-1].go() >= SOLVED:
            break
    best = max(attempts, key=lambda attempt: attempt.score)
    return {
        "seed": trial.seed,
        "length": trial.length,
        "score": round(best.score, 4),
        "solved": best.score >= SOLVED,
        "seconds": round(sum(attempt.seconds for attempt in attempts), 2),
        "steps": best.step,
        "learning_rate": best.rate,
        "parameters": sum(w.numel() for w in best.network.parameters()),
        "curve": best.curve,
        "memory": best.memory(),
    }


class _Attempt:
    """A network from its first step to its test, at one learning rate."""

    def __init__(self, probe: Probe, trial: Trial, training: Training, rate: float) -> None:
        self.probe, self.trial, self.training, self.rate = probe, trial, training, rate
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(trial.seed)
            self.network: ProbeNetwork = build(
                trial.architecture, probe, length=trial.length, hidden_size=training.hidden_size
            )
        self.optimizer = torch.optim.Adam(self.network.parameters(), lr=rate, fused=True)
        self.before = memory_of(self.network, probe, trial.length, trial.seed)
        self.step, self.score, self.seconds, self.diverged = 0, 0.0, 0.0, False
        self.curve: list[CurvePoint] = []

    def go(self) -> float:
        """Train and test; return the score."""
        begun = time.perf_counter()
        good = 0
        while self.step < self.training.steps and good < 2 and not self.diverged:
            self.step += 1
            self.diverged = not math.isfinite(self._train())
            if self.step % self.training.check_every == 0 and not self.diverged:
                seconds = time.perf_counter() - begun
                good = good + 1 if self._check(seconds) >= STOP_AT else 0
        loss, self.score = self._look("test", TEST_EXAMPLES)
        self.diverged = not math.isfinite(loss)
        self.seconds = time.perf_counter() - begun
        return self.score

    def _check(self, seconds: float) -> float:
        """Put the score now on the curve."""
        loss, score = self._look("check", CHECK_EXAMPLES)
        shown = loss if math.isfinite(loss) else None
        at = round(seconds, 2)
        self.curve.append({"step": self.step, "seconds": at, "loss": shown, "value": score})
        return score

    def memory(self) -> MemoryRecord | None:
        """Effective memory before and after training, in steps; `None` without recurrence."""
        if self.before is None or self.diverged:
            return None
        after = memory_of(self.network, self.probe, self.trial.length, self.trial.seed)
        assert after is not None, "as before"
        return {
            "start": self.before["loss"],
            "end": after["loss"],
            "jacobian": {"start": self.before["jacobian"], "end": after["jacobian"]},
        }

    def _train(self) -> float:
        """One step; return its loss."""
        examples = self._batch("train", self.training.batch_size)
        loss = self._loss(self._said(examples), examples)
        self.optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.network.parameters(), CLIP)
        self.optimizer.step()
        return loss.item()

    @torch.no_grad()
    def _look(self, stream: Stream, size: int) -> tuple[float, float]:
        """Mean loss, and score in %, on examples that were never seen."""
        examples = self._batch(stream, size)
        said = self._said(examples)
        score = 100.0 * float(np.mean(self.probe.correct(said.numpy(), examples.targets)))
        return round(self._loss(said, examples).item(), 6), round(score, 4)

    def _said(self, examples: Examples) -> Tensor:
        said: Tensor = self.network(
            torch.from_numpy(examples.inputs), torch.from_numpy(examples.lengths)
        )
        return said

    def _loss(self, said: Tensor, examples: Examples) -> Tensor:
        return loss_of(self.probe, said, torch.from_numpy(examples.targets)).mean()

    def _batch(self, stream: Stream, size: int) -> Examples:
        return batch(
            self.probe,
            self.trial.length,
            size,
            seed=self.trial.seed,
            stream=stream,
            step=self.step,
            shorter=self.training.shorter and stream == "train",
        )
