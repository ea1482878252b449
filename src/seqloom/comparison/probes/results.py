"""results.json of a probe: every run, and from which length on each architecture fails.

Checked by `tests/comparison/probes/test_grid.py`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from ...evaluation.measure import Measure
from ..folder import head
from ..records import TrialRecord
from .networks import ARCHITECTURES
from .plan import ProbePlan
from .trial import SOLVED, Trial

MEASURE = Measure("accuracy", "answers right", "%", 1, rises=True, scale=100.0)
Runs = Mapping[Trial, TrialRecord]


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


def collect(plan: ProbePlan, runs: Runs, *, finished: bool) -> dict[str, object]:
    """The contents of results.json; docs/compare.md describes them.

    Args:
        plan: The probe and its grid.
        runs: What was found so far.
        finished: False if there are runs to come.
    """
    probe, training = plan.probe, plan.training
    return {
        **head("probe", finished=finished),
        "probe": probe.name,
        "title": probe.title,
        "source": probe.source,
        "distance": probe.distance,
        "lengths": list(plan.lengths),
        "seeds": list(plan.seeds),
        "steps": training.steps,
        "training": asdict(training) | {"learning_rates": list(training.learning_rates)},
        "measure": asdict(MEASURE),
        "threshold": SOLVED,
        "chance": round(probe.chance, 4),
        "memory_unit": "steps",
        "entries": [_entry(plan, runs, name, finished) for name in plan.architectures],
    }


def _entry(plan: ProbePlan, runs: Runs, name: str, finished: bool) -> dict[str, object]:
    own = [runs[trial] for trial in plan.trials() if trial.architecture == name and trial in runs]
    tried = {run["length"] for run in own}
    return {
        "name": name,
        "title": ARCHITECTURES[name],
        "parameters": own[-1]["parameters"] if own else None,
        "span": span(runs, name, plan.lengths, plan.seeds),
        "skipped": [n for n in plan.lengths if n not in tried] if finished else [],
        "runs": own,
    }
