"""One entry at one seed: trained or continued, scored on the test, timed, written down.

A network's run is a run like any other, in `runs/NAME-SEED`; `result.json`, written last, says that
it is done. A run that raises is recorded with its message, and is tried
again when the command is given again. Checked by `tests/comparison/test_compare.py`.
"""

import shutil
import time
from pathlib import Path
from typing import Any

from .. import training
from ..evaluation.measure import Measure
from ..runtime import load
from ..training.callback import Callback
from ..training.clock import Clock
from ..training.run_folder import RunFolder
from ..training.validation import Validation
from .architectures import Architecture
from .folder import Interrupted, read_json, write_json
from .latency import model_latency, time_each
from .live import Watcher
from .plan import ComparisonPlan
from .records import CurvePoint, RunRecord
from .tasks.held_out import ExampleScores, TaskBaseline


class Relay(Callback):
    """Passes events of a run to a watcher."""

    def __init__(self, watcher: Watcher, entry: str, seed: int) -> None:
        """
        Args:
            watcher: Receives them.
            entry: The architecture's name.
            seed: The run's.
        """
        self.watcher, self.entry, self.seed = watcher, entry, seed
        self.steps = 0

    def message(self, text: str) -> None:
        if self.steps:  # what is said before the first step is much the same for every run
            self.watcher.say(f"{self.entry}, seed {self.seed}: {text}")

    def start(self, step: int, steps: int) -> None:
        self.steps = steps
        self.watcher.moved(self.entry, self.seed, step, steps)

    def plan(self, steps: int) -> None:
        self.steps = steps

    def step(self, step: int, loss: float, clock: Clock) -> None:
        self.watcher.moved(self.entry, self.seed, step, self.steps)

    def validation(self, found: Validation) -> None:
        self.watcher.validated(self.entry, self.seed, found)


def run_network(
    plan: ComparisonPlan, architecture: Architecture, seed: int, watcher: Watcher
) -> RunRecord:
    """Train, score and time one network, or find what was found before.

    Args:
        plan: Of the comparison.
        architecture: Which network.
        seed: Of its weights, batches and dropout.
        watcher: Receives events.
    Returns:
        A run as results.json has it, or without a score and with the error's message.
    Raises:
        Interrupted: The user asked to stop; the run can be continued.
    """
    folder = plan.folder / "runs" / f"{architecture.name}-{seed}"
    kept: RunRecord | None = read_json(folder / "result.json")
    if kept is not None:
        return kept
    watcher.began(architecture.name, seed)
    try:
        result = _train(plan, architecture, seed, folder, Relay(watcher, architecture.name, seed))
        if not result.finished:
            raise Interrupted
        watcher.scoring(architecture.name, seed)
        found = _examine(plan, folder, seed, result)
    except Interrupted:
        raise
    except Exception as error:  # whatever it is, the others continue
        return _failed(seed, error)
    write_json(folder / "result.json", found)
    return found


def run_baseline(plan: ComparisonPlan, baseline: TaskBaseline, watcher: Watcher) -> RunRecord:
    """Fit, score and time a baseline, or find what was found before; as `run_network`."""
    path = plan.folder / "baselines" / f"{baseline.name}.json"
    kept: RunRecord | None = read_json(path)
    if kept is not None:
        return kept
    watcher.began(baseline.name, None)
    begun = time.perf_counter()
    try:
        answer = baseline.fit()
        seconds = time.perf_counter() - begun
        scores = plan.test.score(plan.test.rows, answer(plan.test.rows))
        latency = None
        if baseline.timed:
            latency = time_each(lambda row: answer([row]), len(plan.test.rows))
    except Exception as error:  # whatever it is, the others continue
        return _failed(None, error)
    found: RunRecord = {
        "seed": None,
        "score": score(plan.test.measure, scores),
        "seconds": round(seconds, 3),
        "steps": None,
        "latency_ms": latency,
        "curve": [],
        "numerators": scores.numerators,
        "denominators": scores.denominators,
        "model": None,
    }
    path.parent.mkdir(exist_ok=True)
    write_json(path, found)
    return found


def score(measure: Measure, scores: ExampleScores) -> float:
    """The score over some examples; a denominator of 0 counts as 1."""
    return measure.scale * sum(scores.numerators) / (sum(scores.denominators) or 1.0)


def _train(
    plan: ComparisonPlan, architecture: Architecture, seed: int, path: Path, relay: Relay
) -> training.Result:
    """Begin a run, or continue it."""
    folder = RunFolder(path)
    if folder.log.exists() and folder.events():
        return training.resume(path, progress=False, callbacks=[relay])
    if path.exists():  # killed before its first line of log
        shutil.rmtree(path)
    config = plan.config(architecture, seed)
    return training.train(
        plan.spec["train"],
        path,
        valid=plan.spec["valid"],
        config=config,
        progress=False,
        callbacks=[relay],
    )


def _examine(plan: ComparisonPlan, path: Path, seed: int, result: training.Result) -> RunRecord:
    """The test scores of a trained network, and what it costs."""
    model = load(result.path)
    scores = plan.test.score(plan.test.rows, plan.test.answers(model, plan.test.rows))
    events = RunFolder(path).events()
    return {
        "seed": seed,
        "score": score(plan.test.measure, scores),
        "seconds": round(max(event.get("seconds", 0.0) for event in events), 3),
        "steps": result.step,
        "latency_ms": model_latency(plan.folder, result.path),
        "curve": _curve(events, plan.test.measure.key),
        "numerators": scores.numerators,
        "denominators": scores.denominators,
        "model": result.path.relative_to(plan.folder).as_posix(),
        "parameters": sum(tensor.size for tensor in model.file.tensors.values()),
        "bytes": result.path.stat().st_size,
    }


def _failed(seed: int | None, error: Exception) -> RunRecord:
    """A run that has no score."""
    message = " ".join(str(error).split()) or type(error).__name__
    return {"seed": seed, "score": None, "error": message}


def _curve(events: list[dict[str, Any]], key: str) -> list[CurvePoint]:
    """A learning curve of the log's validations."""
    return [
        {
            "step": event["step"],
            "seconds": round(event["seconds"], 3),
            "loss": event["loss"],
            "value": event[key],
        }
        for event in events
        if event["event"] == "validation"
    ]
