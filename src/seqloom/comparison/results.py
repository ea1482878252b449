"""results.json: all that a comparison found, which the report is written from.

The format is in `docs/compare.md`. Entries stand in the order of the architectures, baselines
first; lists of examples are in the order of the test for every entry and seed. Checked by
`tests/comparison/test_compare.py`.
"""

from collections.abc import Mapping
from dataclasses import asdict

from ..config import config_from, to_tree
from .folder import head
from .plan import ComparisonPlan
from .records import RunRecord, Settings

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
        _entry(baseline.name, baseline.title, "baseline", {}, [runs.get((baseline.name, None))])
        for baseline in plan.test.baselines()
    ]


def _networks(plan: ComparisonPlan, runs: Runs) -> list[dict[str, object]]:
    entries = []
    for one in plan.architectures:
        settings = to_tree(config_from(plan.config(one, plan.seeds[0]), "compare"))
        del settings["training"]["seed"]
        own = [runs.get((one.name, seed)) for seed in plan.seeds]
        entries.append(_entry(one.name, one.title, one.kind, settings, own))
    return entries


def _entry(
    name: str, title: str, kind: str, settings: Settings, found: list[RunRecord | None]
) -> dict[str, object]:
    """An entry with runs that were finished, and those that failed, which have a message."""
    own = ("parameters", "bytes")  # of the entry
    runs = [run for run in found if run is not None]
    scored = [run for run in runs if "error" not in run] or [RunRecord()]
    return {
        "name": name,
        "title": title,
        "rung": kind,
        "kind": "baseline" if kind == "baseline" else "network",
        "settings": settings,
        "parameters": scored[0].get("parameters"),
        "bytes": scored[0].get("bytes"),
        "runs": [{key: value for key, value in run.items() if key not in own} for run in runs],
    }
