"""`run_probes`: every rung at every length and seed, from short to long.

A run's result is a file of its own, written when it is done, so the same call goes on where it
stopped. A rung that failed at two lengths in a row is not tried at longer ones. Checked by
`tests/comparison/probes/test_grid.py`.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ...files import replacing
from ...training.run_folder import RunFolder
from .plan import Plan, make_plan
from .results import collect, solved_at
from .run import Cell, Training, run_cell
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
    """Find from which length on each rung fails, and how far its gradient reaches.

    Args:
        probe: `adding`, `copy`, `negation` or `recall`.
        folder: New, empty, or that of the same probe, which goes on; more may be asked of it.
        lengths: How far what is needed is, in the probe's unit.
        rungs: Some of `fully-connected`, `rnn`, `lstm`, `gru`, `attention`, `transformer`; all of
            them if `None`.
        seeds: How many runs of each rung and length, of seeds from 1 on.
        training: How every network is trained.
        watcher: Told what happens.
    Returns:
        The contents of `folder/results.json`, see docs/compare.md. `finished` in it is False if
        Ctrl-C stopped it: the same call goes on.
    Raises:
        ConfigError: A name is unknown, or a number out of range.
        RunError: The folder holds something else, or cannot be written to.
    """
    plan = make_plan(
        probe,
        lengths,
        rungs=rungs,
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


def _done(plan: Plan) -> dict[Cell, dict[str, Any]]:
    """Runs that are there already."""
    cells = [Cell(r, n, s) for r in plan.rungs for n in plan.lengths for s in plan.seeds]
    return {
        cell: json.loads(plan.path(cell).read_text(encoding="utf-8"))
        for cell in cells
        if plan.path(cell).exists()
    }


def _fill(plan: Plan, runs: dict[Cell, dict[str, Any]], watcher: ProbeWatcher) -> None:
    cells = len(plan.rungs) * len(plan.lengths) * len(plan.seeds)
    watcher.planned(plan.probe.name, cells, len(runs))
    for rung in plan.rungs:
        failed = 0
        for place, length in enumerate(plan.lengths):
            for cell in (Cell(rung, length, seed) for seed in plan.seeds):
                if cell not in runs:
                    runs[cell] = _run(plan, cell, watcher)
                    _write(plan, runs, finished=False)
            failed = 0 if solved_at(runs, rung, length, plan.seeds) else failed + 1
            left = [
                n for n in plan.lengths[place + 1 :] if Cell(rung, n, plan.seeds[0]) not in runs
            ]
            if failed == GIVE_UP and left:
                watcher.skipped(rung, left)
                break


def _run(plan: Plan, cell: Cell, watcher: ProbeWatcher) -> dict[str, Any]:
    watcher.began(cell)
    found = run_cell(
        plan.probe,
        cell,
        plan.training,
        lambda step, steps, score: watcher.moved(cell, step, steps, score),
    )
    with replacing(plan.path(cell), "compare") as beside:
        beside.write_text(json.dumps(found, allow_nan=False) + "\n", encoding="utf-8")
    watcher.ended(cell, found)
    return found


def _write(plan: Plan, runs: dict[Cell, dict[str, Any]], *, finished: bool) -> dict[str, Any]:
    results = collect(
        plan.probe,
        runs,
        lengths=plan.lengths,
        rungs=plan.rungs,
        seeds=plan.seeds,
        training=plan.training,
        finished=finished,
    )
    with replacing(plan.folder / "results.json", "compare") as beside:
        beside.write_text(json.dumps(results, allow_nan=False) + "\n", encoding="utf-8")
    return results
