"""`run_probes`: every architecture at every length and seed, from short to long.

A folder holds one probe trained in one way; lengths, architectures and seeds may be added to it. A
trial's result is a file of its own, written when it is done, so the same call continues where it
stopped. An architecture that failed at two lengths in a row is not tried at longer ones. Checked by
`tests/comparison/probes/test_grid.py`.
"""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from ..folder import carry_out, find_plan, read_json, write_json
from ..live import Watcher
from ..records import FORMAT, TrialRecord
from .networks import ARCHITECTURES
from .plan import ProbePlan, make_plan
from .results import collect, solved_at
from .trial import Training, Trial, run_trial

LENGTHS = (10, 50, 100, 200, 400)
GIVE_UP = 2  # lengths failed in a row


def run_probes(
    probe: str,
    folder: str | Path,
    *,
    lengths: Sequence[int] = LENGTHS,
    architectures: Sequence[str] | None = None,
    seeds: int = 2,
    training: Training | None = None,
    watcher: Watcher | None = None,
) -> dict[str, object]:
    """Find from which length on each architecture fails, and how far its gradient reaches.

    Args:
        probe: `adding`, `copy`, `negation` or `recall`.
        folder: New, empty, or that of the same probe, which continues; more may be asked of it.
        lengths: How far what is needed is, in the probe's unit.
        architectures: Some of `fully-connected`, `rnn`, `lstm`, `gru`, `attention`, `transformer`;
            all of them if `None`.
        seeds: How many runs of each architecture and length, of seeds from 1 on.
        training: How every network is trained.
        watcher: Receives a line for each trial.
    Returns:
        The contents of `folder/results.json`, see docs/compare.md. `finished` in it is False if
        Ctrl-C stopped it: the same call continues.
    Raises:
        ConfigError: A name is unknown, or a number out of range.
        RunError: The folder holds something else, or cannot be written to.
    """
    plan = make_plan(probe, lengths, architectures, seeds, training or Training(), Path(folder))
    path = plan.folder / "probe.json"
    asked = {"probe": probe, "training": asdict(plan.training)}
    if find_plan(path, "cells", asked) is None:
        write_json(path, {"format": FORMAT, **asked})
    done = {trial: read_json(plan.path(trial)) for trial in plan.trials()}
    runs = {trial: found for trial, found in done.items() if found is not None}
    watcher = watcher or Watcher()
    return carry_out(
        plan.folder,
        watcher,
        lambda: _run_all(plan, runs, watcher),
        lambda finished: collect(plan, runs, finished=finished),
    )


def _run_all(plan: ProbePlan, runs: dict[Trial, TrialRecord], watcher: Watcher) -> None:
    before = f", {len(runs)} done before" if runs else ""
    watcher.say(f"{plan.probe.name}: {len(plan.trials())} runs at most{before}")
    for name in plan.architectures:
        failed = 0
        for place, length in enumerate(plan.lengths):
            for trial in (Trial(name, length, seed) for seed in plan.seeds):
                if trial not in runs:
                    runs[trial] = run_trial(plan.probe, trial, plan.training)
                    write_json(plan.path(trial), runs[trial])
                    watcher.say(_line(trial, runs[trial]))
                    write_json(plan.folder / "results.json", collect(plan, runs, finished=False))
            failed = 0 if solved_at(runs, name, length, plan.seeds) else failed + 1
            left = [
                n for n in plan.lengths[place + 1 :] if Trial(name, n, plan.seeds[0]) not in runs
            ]
            if failed == GIVE_UP and left:
                skipped = ", ".join(map(str, left))
                title = ARCHITECTURES[name]
                watcher.say(f"{title}: failed at two lengths in a row; left out: {skipped}")
                break


def _line(trial: Trial, run: TrialRecord) -> str:
    verdict = "solved" if run["solved"] else "not solved"
    memory, title = run["memory"], ARCHITECTURES[trial.architecture]
    reach = f", gradient reaches {memory['start']} -> {memory['end']} steps" if memory else ""
    return (
        f"{title}, length {trial.length}, seed {trial.seed}: {verdict}, {run['score']:.1f} % "
        f"right, {run['steps']:,} steps, {run['seconds']:.0f} s{reach}"
    )
