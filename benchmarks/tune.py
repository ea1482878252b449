"""What a search finds, against the defaults in the same time.

    python benchmarks/tune.py --data FOLDER [--minutes 20] [dutch|reviews ...]

FOLDER holds `g2p_multi/dut_{train,dev,test}.tsv` (SIGMORPHON 2021 task 1, from WikiPron, Dutch) and
`reviews/sst2_{train,dev,test}.tsv` (docs/classify.md says where they come from). The search and a
training with the default settings get the same minutes, which include everything. They run at the
same time, one thread each, so that the machine is the same for both. All is chosen on the
development data; the test data are read once. Runs are in `runs/tune-benchmark/`; those that are
finished are not repeated. Results go to `benchmarks/results/tune.json`, a table to `docs/tune.md`.
"""

import argparse
import json
import os
import subprocess
import sys
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
    parser.add_argument("--minutes", type=float, default=20.0)
    parser.add_argument("cases", nargs="*", default=list(CASES))
    arguments = parser.parse_args()
    results = json.loads(FILE.read_text()) if FILE.exists() else {}
    for name in arguments.cases:
        results[name] = measure(arguments.data, arguments.runs / name, name, arguments.minutes)
        FILE.write_text(json.dumps(results, indent=1, sort_keys=True) + "\n")
    write_tables(PAGE, {"measured": table(results)})


def measure(data: Path, runs: Path, name: str, minutes: float) -> dict[str, Any]:
    """Errors of both, and what the search chose."""
    case = CASES[name]
    train, valid, test = (data / case.files.format(part) for part in ("train", "dev", "test"))
    wanted = {"train": runs / "defaults", "tune": runs / "search"}
    begun = {
        command: subprocess.Popen(
            [
                *(sys.executable, "-m", "seqloom", command, train, "--valid", valid, "--out", out),
                *("--task", case.task, "--minutes", str(minutes)),
            ],
            env={**os.environ, "OMP_NUM_THREADS": "1"},
        )
        for command, out in wanted.items()
        if not (out / ("curve.png" if command == "train" else "importance.png")).exists()
    }
    if any([one.wait() for one in begun.values()]):
        raise SystemExit("tune.py: a run failed; its message is above.")
    result = json.loads((wanted["tune"] / "tune.json").read_text())
    return {
        "minutes": minutes,
        "trials": len((wanted["tune"] / "trials.csv").read_text().splitlines()) - 1,
        "trial_minutes": result["trial_minutes"],
        "config": (wanted["tune"] / "config.toml").read_text(),
        "defaults": error(wanted["train"] / "best.safetensors", test),
        "search": error(wanted["tune"] / "best.safetensors", test),
    }


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
    rows = ["| data | minutes | trials | defaults | search |", "|---|---|---|---|---|"]
    for name, case in CASES.items():
        if name in results:
            found = results[name]
            rows.append(
                f"| {case.title} | {found['minutes']:g} | {found['trials']} | "
                f"{found['defaults']:.2f} % | {found['search']:.2f} % |"
            )
    return "\n".join(rows)


if __name__ == "__main__":
    main()
