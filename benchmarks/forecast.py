"""Forecasts against every baseline on public series; write the tables of docs/forecast.md.

    python benchmarks/forecast.py --data FOLDER [CASE ...]

FOLDER holds M4's hourly series (`m4_hourly_train.csv.gz`, `m4_hourly_test.csv.gz`), the airline
passengers and the monthly sunspots. Runs go to `runs/`; one that was interrupted is resumed, one
that is finished is not trained again. A model is chosen on values before the test; the test is read
once, here. Results go to `benchmarks/results/forecast.json`.
"""

import argparse
import json
import platform
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tables import DOCS, RESULTS, write_tables

import seqloom
from seqloom.config import merge, read_toml
from seqloom.data.series.continued import continued
from seqloom.data.series.read import read_series
from seqloom.data.series.series import SeriesSet
from seqloom.data.series.windows import Origins, walk_forward
from seqloom.evaluation.backtest import NETWORK, backtest
from seqloom.evaluation.forecast_baselines import NAMES

FILE = RESULTS / "forecast.json"
CONFIGS = Path(__file__).parent.parent / "configs"


@dataclass(frozen=True)
class Case:
    """Networks and baselines on one set of series.

    Attributes:
        name: Of the case.
        train: File in the data folder.
        test: File with the values that follow; `None` for a walk over the end.
        windows: Of that walk.
        recipes: Settings of each network, by the name it has in the table.
        seeds: Runs of each; the table has their mean.
    """

    name: str
    train: str
    test: str | None
    windows: int
    recipes: dict[str, dict[str, Any]]
    seeds: int


def _small(horizon: int, steps: int, **data: Any) -> dict[str, Any]:
    return {"task": "forecast", "data": {"horizon": horizon, "test_steps": steps, **data}}


CASES = [
    Case(
        "m4-hourly",
        "m4_hourly_train.csv.gz",
        "m4_hourly_test.csv.gz",
        1,
        {
            name: read_toml(CONFIGS / f"m4-hourly-{name}.toml")
            for name in ("fully-connected", "recurrent")
        },
        seeds=1,
    ),
    Case("airline", "airline-passengers.csv", None, 5, {"recurrent": _small(12, 60)}, seeds=5),
    Case("sunspots", "monthly-sunspots.csv", None, 20, {"recurrent": _small(12, 240)}, seeds=5),
]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--runs", type=Path, default=Path("runs"))
    parser.add_argument("cases", nargs="*", metavar="CASE", help=", ".join(c.name for c in CASES))
    arguments = parser.parse_args()
    known = {case.name: case for case in CASES}
    results = json.loads(FILE.read_text()) if FILE.exists() else {}
    for name in arguments.cases or known:
        before = results.get(name, {}).get("baselines", {})
        results[name] = measure(known[name], arguments.data, arguments.runs, before)
        FILE.write_text(json.dumps(results, indent=1, sort_keys=True) + "\n")
    tables = {f"forecast-{name}": _table(found) for name, found in results.items()}
    write_tables(DOCS / "forecast.md", tables)


def measure(case: Case, folder: Path, runs: Path, baselines: dict[str, Any]) -> dict[str, Any]:
    """Train unless done, then one backtest a run; the baselines, unless known, beside the first."""
    data = read_series(folder / case.train)
    found: dict[str, Any] = {"networks": {}, "baselines": baselines}
    for recipe, settings in case.recipes.items():
        scores = []
        for seed in range(1, case.seeds + 1):
            run = runs / f"{case.name}-{recipe}-{seed}"
            tree = merge(settings, {"training": {"seed": seed}})
            minutes, record = _train(folder / case.train, run, tree)
            names = ["naive2"] if found["baselines"] else list(NAMES)
            tested = _test(case, folder, data, run, names)
            network = tested["methods"].pop(NETWORK)
            found["baselines"] = found["baselines"] or tested["methods"]
            found |= {key: tested[key] for key in ("forecasts", "series", "windows", "horizon")}
            scores.append({**network, "minutes": minutes, "seed": seed, **record})
        found["networks"][recipe] = {"settings": settings, "runs": scores}
    found["machine"] = (
        f"{platform.machine()}, {torch.get_num_threads()} threads, torch {torch.__version__}"
    )
    return found


def _train(data: Path, run: Path, settings: dict[str, Any]) -> tuple[float, dict[str, Any]]:
    """Minutes and what the log says of a run."""
    if (run / "log.jsonl").exists():
        result = seqloom.resume(run)
    else:
        result = seqloom.train(data, run, config=settings)
    assert result.finished, "interrupted: run the script again"
    events = [json.loads(line) for line in (run / "log.jsonl").read_text().splitlines()]
    best = [event for event in events if event.get("best")][-1]
    valid = {key: round(best[key], 4) for key in ("mase", "smape", "crps")}
    record = {"parameters": events[0]["parameters"], "steps": result.steps, "valid": valid}
    return round(events[-1]["seconds"] / 60, 1), record


def _test(
    case: Case, folder: Path, data: SeriesSet, run: Path, baselines: list[str]
) -> dict[str, Any]:
    model = seqloom.load(run / "best.safetensors")
    ends = np.array([len(one.values) for one in data.series])
    if case.test is not None:
        data = continued(data, read_series(folder / case.test), case.test)
        origins = [Origins(np.arange(len(ends)), ends)]
    else:
        origins = walk_forward(ends, horizon=model.parts.horizon, windows=case.windows)
    return backtest(
        data,
        origins,
        lambda some: model.forecasts(data, some, level=90),
        horizon=model.parts.horizon,
        season=model.parts.scaling.season,
        level=90,
        baselines=baselines,
    ).to_json()


def _table(found: dict[str, Any]) -> str:
    lines = [
        "| method | sMAPE % | MASE | OWA | CRPS | 90 % covers | width | minutes |",
        "|---|---|---|---|---|---|---|---|",
    ]
    rows = []
    for name, network in found["networks"].items():
        runs = network["runs"]
        means = {key: float(np.mean([run[key] for run in runs])) for key in _KEYS}
        title = f"**network, {name}**"
        if len(runs) > 1:
            low, high = (pick(run["mase"] for run in runs) for pick in (min, max))
            title += f", mean of {len(runs)} seeds (MASE {low:.3f} to {high:.3f})"
        rows.append((means["mase"], _row(title, {**means, "minutes": _mean(runs, "minutes")})))
    for name, scores in found["baselines"].items():
        rows.append((scores["mase"], _row(name, scores)))
    return "\n".join(lines + [row for _, row in sorted(rows)]) + "\n\n" + _verdict(found)


_KEYS = ("smape", "mase", "owa", "crps", "coverage", "width")


def _row(name: str, scores: dict[str, Any]) -> str:
    def cell(key: str, digits: int, unit: str = "") -> str:
        value = scores.get(key)
        return "" if value is None else f"{value:.{digits}f}{unit}"

    cells = (
        *(cell("smape", 2), cell("mase", 3), cell("owa", 3), cell("crps", 3)),
        *(cell("coverage", 1, " %"), cell("width", 2), cell("minutes", 1)),
    )
    return f"| {name} | {' | '.join(cells)} |"


def _mean(runs: list[dict[str, Any]], key: str) -> float:
    return float(np.mean([run[key] for run in runs]))


def _verdict(found: dict[str, Any]) -> str:
    best = min(found["baselines"], key=lambda name: found["baselines"][name]["mase"])
    rival = found["baselines"][best]["mase"]
    parts = []
    for name, network in found["networks"].items():
        wins = sum(run["mase"] < rival for run in network["runs"])
        parts.append(f"the {name} network beats it in {wins} of {len(network['runs'])} runs")
    return f"Best baseline by MASE: {best}, {rival:.3f}; {', '.join(parts)}."


if __name__ == "__main__":
    main()
