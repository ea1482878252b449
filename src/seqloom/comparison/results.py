"""results.json: all that a comparison found, which the report is written from.

The format is in `docs/compare.md`. Entries stand in the order of the architectures, baselines
first; lists of examples are in the order of the test for every entry and seed. Checked by
`tests/comparison/test_compare.py`.
"""

from collections.abc import Mapping
from dataclasses import asdict
from typing import cast

from ..config import config_from, to_tree
from .folder import head
from .plan import ComparisonPlan
from .records import RunRecord

Runs = Mapping[tuple[str, int | None], RunRecord]


def collect(plan: ComparisonPlan, runs: Runs, *, finished: bool) -> dict[str, object]:
    """The contents of results.json.

    Args:
        plan: Of the comparison.
        runs: What was found so far, by entry and seed.
        finished: False if there are runs to come.
    """
    return {
        **head("compare", finished=finished),
        "task": plan.task,
        "data": plan.data,
        "fingerprint": plan.fingerprint,
        "budget": {"kind": plan.budget.kind, "amount": plan.budget.amount},
        "seeds": list(plan.seeds),
        "measure": asdict(plan.test.measure),
        "length": {"unit": plan.test.length_unit, "values": plan.test.lengths},
        "entries": [*_baselines(plan, runs), *_networks(plan, runs)],
    }


def _baselines(plan: ComparisonPlan, runs: Runs) -> list[dict[str, object]]:
    return [
        {
            "name": baseline.name,
            "title": baseline.title,
            "rung": "baseline",
            "kind": "baseline",
            "settings": {},
            "parameters": None,
            "bytes": None,
            "runs": _runs([runs.get((baseline.name, None))]),
        }
        for baseline in plan.test.baselines()
    ]


def _networks(plan: ComparisonPlan, runs: Runs) -> list[dict[str, object]]:
    entries: list[dict[str, object]] = []
    for architecture in plan.architectures:
        own = [runs.get((architecture.name, seed)) for seed in plan.seeds]
        done = [run for run in own if run and "error" not in run]
        settings = to_tree(config_from(plan.config(architecture, plan.seeds[0]), "compare"))
        del settings["training"]["seed"]
        entries.append(
            {
                "name": architecture.name,
                "title": architecture.title,
                "rung": architecture.kind,
                "kind": "network",
                "settings": settings,
                "parameters": done[0]["parameters"] if done else None,
                "bytes": done[0]["bytes"] if done else None,
                "runs": _runs(own),
            }
        )
    return entries


def _runs(found: list[RunRecord | None]) -> list[RunRecord]:
    """Runs that were finished, and those that failed: without a score, with a message."""
    own = ("parameters", "bytes")  # of the entry
    done = [run for run in found if run is not None]
    return [cast(RunRecord, {k: v for k, v in run.items() if k not in own}) for run in done]
