"""What a search finds, against the defaults in the same time.

    python benchmarks/tune.py --data FOLDER [--minutes 30] [dutch|reviews ...]

FOLDER holds `g2p_multi/dut_{train,dev,test}.tsv` (SIGMORPHON 2021 task 1, from WikiPron, Dutch) and
`reviews/sst2_{train,dev,test}.tsv` (docs/classify.md says where they come from). Three candidates:
the defaults with the task's default length, the defaults with the minutes of the search
(`--minutes` includes everything, for both), and the search. The two with minutes have the same
budget, so nothing else may run on the machine. All is chosen on the development data; the test data
are read once. Runs are in `runs/tune-benchmark/`; those that are finished are not repeated. Results
go to `benchmarks/results/tune.json`, a table to `docs/tune.md`.
"""

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from tables import DOCS, RESULTS, write_tables

import seqloom

FILE, PAGE = RESULTS / "tune.json", DOCS / "tune.md"


class Case(NamedTuple):
    """A data set: its files, its task, and what is counted on the test data."""

    files: str
    task: str
    title: str


CASES = {
    "dutch": Case("g2p_multi/dut_{}.tsv", "transduce", "Dutch words to phones"),
    "reviews": Case("reviews/sst2_{}.tsv", "classify", "SST-2, two classes"),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--runs", type=Path, default=Path("runs/tune-benchmark"))
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("cases", nargs="*", default=list(CASES))
    arguments = parser.parse_args()
    results = json.loads(FILE.read_text()) if FILE.exists() else {}
    for name in arguments.cases:
        results[name] = measure(arguments.data, arguments.runs / name, name, arguments.minutes)
        FILE.write_text(json.dumps(results, indent=1, sort_keys=True) + "\n")
    write_tables(PAGE, {"measured": table(results)})


def measure(data: Path, runs: Path, name: str, minutes: float) -> dict[str, Any]:
    """Errors of the three candidates, and what the search chose."""
    case = CASES[name]
    train, valid, test = (data / case.files.format(part) for part in ("train", "dev", "test"))
    base = {"task": case.task}

    def trained(out: Path, settings: dict[str, Any]) -> Path:
        if not (out / "curve.png").exists():
            seqloom.train(train, out, valid=valid, config={**base, **settings})
        return out / "best.safetensors"

    def searched() -> Path:
        return seqloom.tune(
            train, runs / "search", valid=valid, task=case.task, minutes=minutes
        ).model

    candidates: dict[str, Callable[[], Path]] = {
        "defaults": lambda: trained(runs / "default", {}),
        "defaults, all minutes": lambda: trained(
            runs / "minutes", {"training": {"minutes": minutes}}
        ),
        "search": searched,
    }
    found: dict[str, Any] = {"minutes": minutes}
    for title, candidate in candidates.items():
        begun = time.perf_counter()
        model = candidate()
        took = (time.perf_counter() - begun) / 60
        found[title] = {"error": error(model, test), "minutes": round(took, 2)}
    result = json.loads((runs / "search" / "tune.json").read_text())
    found["trials"] = len((runs / "search" / "trials.csv").read_text().splitlines()) - 1
    found["trial_minutes"] = result["trial_minutes"]
    found["config"] = (runs / "search" / "config.toml").read_text()
    return found


def error(model: Path, test: Path) -> float:
    """Share of the test inputs whose output is none of those in the file, %."""
    wanted: dict[str, set[str]] = {}
    for line in test.read_text(encoding="utf-8").splitlines():
        source, target = line.split("\t")[:2]
        wanted.setdefault(source, set()).add(target)
    outputs = seqloom.load(model).predict(list(wanted))
    wrong = sum(o not in targets for o, targets in zip(outputs, wanted.values(), strict=True))
    return round(100 * wrong / len(wanted), 2)


def table(results: dict[str, Any]) -> str:
    """The errors as a table."""
    rows = [
        "| data | minutes | trials | defaults, default length | defaults, all minutes | search |",
        "|---|---|---|---|---|---|",
    ]
    for name, case in CASES.items():
        if name in results:
            found = results[name]
            short = found["defaults"]
            rows.append(
                f"| {case.title} | {found['minutes']:g} | {found['trials']} | "
                f"{short['error']:.2f} % ({short['minutes']:.1f} minutes) | "
                f"{found['defaults, all minutes']['error']:.2f} % | "
                f"{found['search']['error']:.2f} % |"
            )
    return "\n".join(rows)


if __name__ == "__main__":
    main()
