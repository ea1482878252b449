"""`compare`: the architectures and the baselines on the user's data, under one budget.

Entries run one after another, never two at once, so that minutes are minutes: first the baselines,
then every architecture at the first seed, at the second, and so on. What is done stays done: the
same call continues where it stopped. Checked by `tests/comparison/test_compare.py`.
"""

import os
from collections.abc import Sequence
from pathlib import Path

from ..errors import ConfigError
from ..extras import require
from .budget import checked_budget
from .folder import carry_out, write_json
from .live import Watcher
from .plan import ComparisonPlan, make_plan
from .records import RunRecord, Settings
from .report import write_report
from .request import ComparisonRequest
from .results import collect
from .runs import run_baseline, run_network


def compare(
    data: str | Path,
    out: str | Path,
    *,
    task: str | None = None,
    test: str | Path | None = None,
    budget: str = "minutes",
    amount: float | None = None,
    seeds: int = 3,
    architectures: Sequence[str] | None = None,
    settings: Settings | None = None,
    watcher: Watcher | None = None,
) -> dict[str, object]:
    """Train and score the architectures that a task has, and baselines that are no networks.

    Args:
        data: What `train` takes; a part of it is held out to test on.
        out: The comparison's folder: new, empty, or that of the same comparison, which continues.
        task: What to learn; guessed from the data if `None`.
        test: A file of its own to test on; examples of it are left out of training, and a text
            that shares 200 characters with `data` is refused.
        budget: What is equal: `parameters`, `minutes` or `steps`.
        amount: How much of it; 3 minutes, 2000 steps, or the weights of the task's default
            recurrent network if `None`.
        seeds: How many runs of each architecture, of seeds from 1 on.
        architectures: Some of `fully-connected`, `rnn`, `lstm`, `gru`, `attention`,
            `transformer`; all that the task has if `None`.
        settings: Nested settings, as `train` takes them, for every architecture that has them.
        watcher: Receives events.
    Returns:
        The contents of `out/results.json`, see docs/compare.md; the report stands beside it.
        `finished` is False if Ctrl-C stopped the comparison: the same call continues.
    Raises:
        ConfigError: A setting is unknown, out of range, or not the user's to set; or torchrun
            started it.
        DataError: The data break a rule.
        RunError: The folder holds another comparison, or cannot be written to.
    """
    require("compare", "torch", "rapidfuzz", "matplotlib")
    processes = int(os.environ.get("WORLD_SIZE", "1"))
    if processes > 1:
        raise ConfigError(
            f"compare: it must run in 1 process, got {processes} of torchrun. Start it without."
        )
    folder, watcher = Path(out), watcher or Watcher()
    request = ComparisonRequest(
        data=str(data),
        test=None if test is None else str(test),
        task=task,
        budget=checked_budget(budget, amount),
        seeds=seeds,
        architectures=architectures,
        settings=settings or {},
    )
    plan = make_plan(request, folder, watcher.say)
    runs: dict[tuple[str, int | None], RunRecord] = {}
    results = carry_out(
        folder,
        watcher,
        lambda: _run_all(plan, runs, watcher),
        lambda finished: collect(plan, runs, finished=finished),
    )
    if results["finished"]:
        write_report(results, folder)
    return results


def _run_all(
    plan: ComparisonPlan, runs: dict[tuple[str, int | None], RunRecord], watcher: Watcher
) -> None:
    """Do every run; its result is written as soon as it is there."""
    baselines = plan.test.baselines()
    titles = {baseline.name: baseline.title for baseline in baselines}
    titles |= {architecture.name: architecture.title for architecture in plan.architectures}
    for line in plan.test.skipped:
        watcher.say(line)
    watcher.planned(titles, plan.seeds, plan.test.measure)
    for baseline in baselines:
        found = runs[baseline.name, None] = run_baseline(plan, baseline, watcher)
        watcher.ended(baseline.name, None, found)
    for seed in plan.seeds:
        for architecture in plan.architectures:
            found = runs[architecture.name, seed] = run_network(plan, architecture, seed, watcher)
            watcher.ended(architecture.name, seed, found)
            write_json(plan.folder / "results.json", collect(plan, runs, finished=False))
