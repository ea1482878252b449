"""Whether `--minutes` are minutes: runs on five data sets, alone and beside busy processes.

    python benchmarks/minutes.py --data FOLDER [--minutes 1] [TEXT]

Runs the data sets whose name contains TEXT, or all.
FOLDER holds `g2p_multi/dut_train.tsv`, `reviews/sst2_train.tsv`, `series/airline-passengers.csv`,
`digits/wav/` and `text/shakespeare.txt`; a file in a temporary folder lists the recordings. Each
run is a process of its own, `seqloom train FILE --minutes M`, once alone and once beside processes
that compute without a pause, one for each core. Its clock starts with the process, and a second one
with the line that says the task, when PyTorch is loaded; both end with the process. How much of a
core the run got says how busy the machine was besides. Each run goes to
`benchmarks/results/minutes.json` in place of the one before, the table to `docs/performance.md`.
"""

import argparse
import contextlib
import datetime
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tables import DOCS, RESULTS, write_tables
from timing import machine

FILE = RESULTS / "minutes.json"
CORES = os.cpu_count() or 1
LOADS = {"alone": 0, f"{CORES} busy": CORES}  # what a run is beside
SPIN = [sys.executable, "-c", "while True: pass"]
WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def data_sets(data: Path, scratch: Path) -> dict[str, Path]:
    """A file a task, by name."""
    wavs = sorted((data / "digits" / "wav").glob("*.wav"))
    rows = [f"{wav}\t{WORDS[int(wav.name[0])]}" for wav in wavs]
    digits = scratch / "digits.tsv"
    digits.write_text("\n".join(["path\ttext", *rows]) + "\n", encoding="utf-8")
    return {
        "transduce, Dutch words": data / "g2p_multi" / "dut_train.tsv",
        "classify, SST-2": data / "reviews" / "sst2_train.tsv",
        "forecast, airline passengers": data / "series" / "airline-passengers.csv",
        "transcribe, digits": digits,
        "generate, Shakespeare": data / "text" / "shakespeare.txt",
    }


@contextlib.contextmanager
def others(count: int) -> Iterator[None]:
    """Processes that compute without a pause, meanwhile."""
    processes = [subprocess.Popen(SPIN) for _ in range(count)]
    try:
        yield
    finally:
        for process in processes:
            process.kill()
            process.wait()


def processor() -> float:
    """Seconds of a processor that processes have used, once they have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def measure(file: Path, out: Path, minutes: float) -> dict[str, Any]:
    """Wall seconds of a run, and what it did."""
    command = [sys.executable, "-m", "seqloom", "train", str(file), "--out", str(out)]
    begun, before = time.perf_counter(), processor()
    with subprocess.Popen(
        [*command, "--minutes", str(minutes)], stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None, "a pipe"
        loaded, said = None, []
        for line in process.stderr:
            said.append(line)
            if loaded is None and line.startswith("task: "):
                loaded = time.perf_counter() - begun
    whole = time.perf_counter() - begun
    if process.returncode or loaded is None:
        raise SystemExit("".join(said))
    events = [json.loads(line) for line in (out / "log.jsonl").read_text().splitlines()]
    start = next(event for event in events if event["event"] == "start")
    steps = [event["step"] for event in events if event["event"] == "validation"]
    shares = [event["share"] for event in events if event["event"] == "valid"]
    return {
        "when": datetime.datetime.now().strftime("%Y-%m-%d %H:%M"),
        "machine": f"{machine()}, kernels {start['kernels']}",
        "minutes": minutes,
        "whole": whole,
        "loading": loaded,
        "processor": (processor() - before) / whole,
        "steps": steps[-1],
        "validations": len(steps),
        "share": shares[-1] if shares else 1.0,
    }


def table(runs: dict[str, dict[str, Any]]) -> str:
    """A row a data set and load."""
    lines = [
        "| data | beside | minutes asked | of the process | ratio | after loading PyTorch "
        "| of a core | steps | validations | validation data used |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for name, loads in runs.items():
        for load, found in loads.items():
            asked, whole = found["minutes"], found["whole"] / 60
            row = [name, load, f"{asked:g}", f"{whole:.2f}", f"{whole / asked:.2f}"]
            row += [f"{whole - found['loading'] / 60:.2f}", f"{100 * found['processor']:.0f} %"]
            row += [f"{found['steps']:,}", str(found["validations"])]
            row.append(f"{100 * found['share']:.0f} %")
            lines.append(f"| {' | '.join(row)} |")
    found = [run for loads in runs.values() for run in loads.values()]
    machines = "; ".join(sorted({run["machine"] for run in found}))
    when = [run["when"] for run in found]
    return "\n".join([*lines, "", f"{min(when)} to {max(when)}: {machines}."])


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("text", nargs="?", default="", help="part of a data set's name")
    parser.add_argument("--data", type=Path, required=True, help="the folder of the data sets")
    parser.add_argument("--minutes", type=float, default=1.0, help="minutes of each run")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        for name, file in data_sets(arguments.data.resolve(), scratch).items():
            for load, count in LOADS.items():
                if arguments.text not in name:
                    continue
                with others(count):
                    found = measure(file, scratch / f"{file.stem}-{load}", arguments.minutes)
                ratio = found["whole"] / 60 / arguments.minutes
                print(f"{name}, {load}: {found['whole']:.1f} s, ratio {ratio:.3f}", flush=True)
                runs = json.loads(FILE.read_text()) if FILE.exists() else {}
                runs.setdefault(name, {})[load] = found
                FILE.write_text(json.dumps(runs, indent=1) + "\n")
                write_tables(DOCS / "performance.md", {"asked": table(runs)})
    print(table(runs))


if __name__ == "__main__":
    main()
