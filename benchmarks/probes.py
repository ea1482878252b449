"""The memory probes: the length at which each architecture fails, and how far its gradient reaches.

    python benchmarks/probes.py [--runs FOLDER] [CASE ...]

A case is a probe and how it is trained; each goes on where it stopped. Results go to
`benchmarks/results/probes.json`, tables to `docs/compare.md`. About 40 minutes on one core for all.
"""

import argparse
import json
import platform
from pathlib import Path
from statistics import median
from typing import Any

import torch
from tables import DOCS, RESULTS, write_tables

from seqloom.comparison.live import ComparisonLines
from seqloom.comparison.probes import Training, run_probes

FILE = RESULTS / "probes.json"
LENGTHS = (5, 10, 20, 30, 40, 60, 80, 100, 150, 200)
RECURRENT = ("rnn", "gru", "lstm")
CASES: dict[str, dict[str, Any]] = {
    "recall": {"probe": "recall", "lengths": LENGTHS},
    "adding": {"probe": "adding", "lengths": (5, 10, 20, 40, 80, 120, 160)},
    "recall-shorter": {
        "probe": "recall",
        "lengths": (20, 50, 100, 200),
        "architectures": RECURRENT,
        "training": Training(shorter=True),
    },
}
SEEDS = 3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=Path, default=Path("runs"))
    parser.add_argument("--table", action="store_true", help="only write the tables again")
    parser.add_argument("cases", nargs="*", metavar="CASE", help=", ".join(CASES))
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    results = json.loads(FILE.read_text()) if FILE.exists() else {"cases": {}}
    for name in () if arguments.table else arguments.cases or CASES:
        options = dict(CASES[name])
        found = run_probes(
            options.pop("probe"),
            arguments.runs / f"probes-{name}",
            seeds=SEEDS,
            watcher=ComparisonLines(),
            **options,
        )
        results["machine"] = f"{platform.machine()}, 1 thread, torch {torch.__version__}"
        results["cases"][name] = _short(found)
        FILE.write_text(json.dumps(results, indent=1) + "\n")
        if not found["finished"]:
            break  # Ctrl-C: the same command goes on
    tables = {f"probes-{name}": table(case) for name, case in results["cases"].items()}
    write_tables(DOCS / "compare.md", tables)


def _short(found: dict[str, Any]) -> dict[str, Any]:
    """Without the curves."""
    entries = [
        {**entry, "runs": [{k: v for k, v in run.items() if k != "curve"} for run in entry["runs"]]}
        for entry in found["entries"]
    ]
    return {**found, "entries": entries}


def table(case: dict[str, Any]) -> str:
    """A row for each architecture, and in a sentence whether spans and gradients agree."""
    heads = ("network", "weights", "solved up to", "fails at", "gradient, before", "after")
    heads += ("Jacobian, before", "after")
    lines = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    for entry in (entry for entry in case["entries"] if entry["runs"]):
        span = entry["span"]
        failed = f"{span['failed']}" if span["failed"] else f"not up to {span['solved']}"
        reach = " | ".join(
            _reach(entry, way, when) for way in ("loss", "jacobian") for when in ("start", "end")
        )
        lines.append(
            f"| {entry['title']} | {entry['parameters']:,} | {span['solved'] or '-'} | {failed} | "
            f"{reach} |"
        )
    return "\n".join([*lines, *agreement(case)])


def _reach(entry: dict[str, Any], way: str, when: str) -> str:
    """Median over seeds, at the length where the architecture fails, or at its longest."""
    length = entry["span"]["failed"] or entry["span"]["solved"]
    memories = [run["memory"] for run in entry["runs"] if run["length"] == length]
    steps = [(m if way == "loss" else m["jacobian"])[when] for m in memories if m]
    return f"{median(steps):.0f}" if steps else "-"


def agreement(case: dict[str, Any]) -> list[str]:
    """Of the networks whose only way back is the recurrence: were those solved that could be?"""
    runs = [run for entry in case["entries"] if entry["name"] in RECURRENT for run in entry["runs"]]
    counts = []
    for reaches in (True, False):
        own = [run for run in runs if (run["memory"]["start"] >= run["length"]) == reaches]
        if not own:
            return []
        counts.append(f"{sum(run['solved'] for run in own)} of {len(own)}")
    return [
        "",
        f"Of the runs of RNN, GRU and LSTM, {counts[0]} were solved where the gradient reached the "
        f"distance before training, and {counts[1]} where it did not.",
    ]


if __name__ == "__main__":
    main()
