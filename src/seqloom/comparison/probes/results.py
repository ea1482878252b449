"""results.json of a probe: every run, and from which length on each architecture fails.

Checked by `tests/comparison/probes/test_grid.py`.
"""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import torch

from ...training.shipping import versions
from .contract import Probe
from .networks import ARCHITECTURES
from .trial import SOLVED, Training, Trial

FORMAT = 1
Runs = Mapping[Trial, dict[str, Any]]


def solved_at(runs: Runs, architecture: str, length: int, seeds: Sequence[int]) -> bool | None:
    """Whether more than half of the seeds solved it; `None` while runs are missing."""
    found = [runs.get(Trial(architecture, length, seed)) for seed in seeds]
    if None in found:
        return None
    solved = [run for run in found if run is not None and run["solved"]]
    return 2 * len(solved) > len(seeds)


def span(
    runs: Runs, architecture: str, lengths: Sequence[int], seeds: Sequence[int]
) -> dict[str, int | None]:
    """How far an architecture gets.

    Returns:
        `failed`, the shortest length at which it fails, and `solved`, the longest below that at
        which it does not; `None` where there is none.
    """
    solved = None
    for length in lengths:
        verdict = solved_at(runs, architecture, length, seeds)
        if verdict is None:
            break
        if not verdict:
            return {"solved": solved, "failed": length}
        solved = length
    return {"solved": solved, "failed": None}


def collect(
    probe: Probe,
    runs: Runs,
    *,
    lengths: Sequence[int],
    architectures: Sequence[str],
    seeds: Sequence[int],
    training: Training,
    finished: bool,
) -> dict[str, Any]:
    """The contents of results.json; docs/compare.md describes them.

    Args:
        probe: What was asked.
        runs: What was found so far.
        lengths: Of the grid, rising.
        architectures: Of the grid.
        seeds: Of the grid.
        training: How every network was trained.
        finished: False if there are runs to come.
    """
    now = datetime.datetime.now(datetime.timezone.utc)
    grid = (list(lengths), list(seeds))
    return {
        "format": FORMAT,
        "kind": "probe",
        "probe": probe.name,
        "title": probe.title,
        "source": probe.source,
        "distance": probe.distance,
        "created": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "finished": finished,
        "versions": versions(),
        "threads": torch.get_num_threads(),
        "lengths": grid[0],
        "seeds": grid[1],
        "steps": training.steps,
        "training": asdict(training) | {"learning_rates": list(training.learning_rates)},
        "measure": {
            "key": "accuracy",
            "label": "answers right",
            "unit": "%",
            "digits": 1,
            "rises": True,
            "scale": 100.0,
        },
        "threshold": SOLVED,
        "chance": round(probe.chance, 4),
        "memory_unit": "steps",
        "entries": [
            _entry(runs, architecture, *grid, finished=finished) for architecture in architectures
        ],
    }


def _entry(
    runs: Runs, architecture: str, lengths: list[int], seeds: list[int], *, finished: bool
) -> dict[str, Any]:
    own = [
        runs[trial]
        for length in lengths
        for seed in seeds
        if (trial := Trial(architecture, length, seed)) in runs
    ]
    tried = {run["length"] for run in own}
    return {
        "name": architecture,
        "title": ARCHITECTURES[architecture],
        "parameters": own[-1]["parameters"] if own else None,
        "span": span(runs, architecture, lengths, seeds),
        "skipped": [length for length in lengths if length not in tried] if finished else [],
        "runs": own,
    }
