"""`run_probes`: every architecture at every length and seed, from short to long.

A run's result is a file of its own, written when it is done, so the same call continues where it
stopped. An architecture that failed at two lengths in a row is not tried at longer ones. Checked by
`tests/comparison/probes/test_grid.py`.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ...files import replacing
from ...training.run_folder import RunFolder
from .plan import ProbePlan, make_plan
from .results import collect, solved_at
from .trial import Training, Trial, run_trial
from .watcher import ProbeWatcher

LENGTHS = (10, 50, 100, 200, 400)
GIVE_UP = 2  # lengths failed in a row


def run_probes(
    probe: str,
    folder: str | Path,
    *,
    lengths: Sequence[int] = LENGTHS,
    rungs: Sequence[str] | None = None,
    seeds: int = 2,
    training: Training | None = None,
    watcher: ProbeWatcher | None = None,
) -> dict[str, Any]:
    """Find from which length on each architecture fails, and how far its gradient reaches.

    Args:
        probe: `adding`, `copy`, `negation` or `recall`.
        folder: New, empty, or that of the same probe, which continues; more may be asked of it.
        lengths: How far what is needed is, in the probe's unit.
        rungs: Some of `fully-connected`, `rnn`, `lstm`, `gru`, `attention`, `transformer`; all of
            them if `None`.
        seeds: How many runs of each architecture and length, of seeds from 1 on.
        training: How every network is trained.
        watcher: Receives events.
    Returns:
        The contents of `folder/results.json`, see docs/compare.md. `finished` in it is False if
        Ctrl-C stopped it: the same call continues.
    Raises:
        ConfigError: A name is unknown, or a number out of range.
        RunError: The folder holds something else, or cannot be written to.
    """
    plan = make_plan(
        probe,
        lengths,
        architectures=rungs,
        seeds=seeds,
        training=training or Training(),
        folder=Path(folder),
    )
    with RunFolder(plan.folder).held():
        runs = _done(plan)
        try:
            _fill(plan, runs, watcher or ProbeWatcher())
            finished = True
        except KeyboardInterrupt:
            finished = False
        return _write(plan, runs, finished=finished)


def _done(plan: ProbePlan) -> dict[Trial, dict[str, Any]]:
    """Runs that are there already."""
    trials = [Trial(r, n, s) for r in plan.architectures for n in plan.lengths for s in plan.seeds]
    return {
        trial: json.loads(plan.path(trial).read_text(encoding="utf-8"))
        for trial in trials
        if plan.path(trial).exists()
    }


def _fill(plan: ProbePlan, runs: dict[Trial, dict[str, Any]], watcher: ProbeWatcher) -> None:
    trials = len(plan.architectures) * len(plan.lengths) * len(plan.seeds)
    watcher.planned(plan.probe.name, trials, len(runs))
    for architecture in plan.architectures:
        failed = 0
        for place, length in enumerate(plan.lengths):
            for trial in (Trial(architecture, length, seed) for seed in plan.seeds):
                if trial not in runs:
                    runs[trial] = _run(plan, trial, watcher)
                    _write(plan, runs, finished=False)
            failed = 0 if solved_at(runs, architecture, length, plan.seeds) else failed + 1
            left = [
                n
                for n in plan.lengths[place + 1 :]
                if Trial(architecture, n, plan.seeds[0]) not in runs
            ]
            if failed == GIVE_UP and left:
                watcher.skipped(architecture, left)
                break


def _run(plan: ProbePlan, trial: Trial, watcher: ProbeWatcher) -> dict[str, Any]:
    watcher.began(trial)
    found = run_trial(
        plan.probe,
        trial,
        plan.training,
        lambda step, steps, score: watcher.moved(trial, step, steps, score),
    )
    with replacing(plan.path(trial), "compare") as beside:
        beside.write_text(json.dumps(found, allow_nan=False) + "\n", encoding="utf-8")
    watcher.ended(trial, found)
    return found


def _write(plan: ProbePlan, runs: dict[Trial, dict[str, Any]], *, finished: bool) -> dict[str, Any]:
    results = collect(
        plan.probe,
        runs,
        lengths=plan.lengths,
        architectures=plan.architectures,
        seeds=plan.seeds,
        training=plan.training,
        finished=finished,
    )
    with replacing(plan.folder / "results.json", "compare") as beside:
        beside.write_text(json.dumps(results, allow_nan=False) + "\n", encoding="utf-8")
    return results
