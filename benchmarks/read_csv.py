"""Reading a CSV of labelled texts: time against pandas, in turns, in one process.

    python benchmarks/read_csv.py [--megabytes 100] [--rounds 5]

The file is made here: texts of 20 to 200 words, half of them in quotes, some with line breaks.
pandas gives a frame; seqloom gives the rows with their columns told (`read_labelled`).
"""

import argparse
import csv
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd
from tables import DOCS, write_tables

from seqloom.data.texts.labelled import read_labelled


def write(path: Path, size: int) -> None:
    """A CSV of so many bytes."""
    rng = random.Random(1)
    words = ["".join(rng.choices("abcdefghijklmnop", k=rng.randint(2, 9))) for _ in range(9000)]
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["review", "sentiment"])
        while file.tell() < size:
            text = " ".join(rng.choices(words, k=rng.randint(20, 200)))
            if rng.random() < 0.5:
                text = text.replace(" a", ', "a"', 2).replace(" b", "\n", 1)
            rows.writerow([text, rng.choice(["good", "bad"])])


def seconds(call: Callable[[], object]) -> float:
    """Time of a call."""
    begun = time.perf_counter()
    call()
    return time.perf_counter() - begun


def main() -> None:
    """Measure, print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--write", action="store_true", help="into docs/performance.md")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "reviews.csv"
        write(path, args.megabytes * 10**6)
        found = [
            (seconds(lambda: pd.read_csv(path)), seconds(lambda: read_labelled(path)))
            for _ in range(args.rounds)
        ]
        rows = len(pd.read_csv(path))
    theirs, ours = (statistics.median(times) for times in zip(*found, strict=True))
    table = (
        "| rows | MB | pandas, s | seqloom, s | ratio |\n|---|---|---|---|---|\n"
        f"| {rows:,} | {args.megabytes} | {theirs:.2f} | {ours:.2f} | {ours / theirs:.2f} |"
    )
    print(table)
    if args.write:
        write_tables(DOCS / "performance.md", {"csv": table})


if __name__ == "__main__":
    main()
