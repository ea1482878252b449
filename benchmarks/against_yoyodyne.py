"""Training steps a second against yoyodyne 0.5, a library for string transduction on Lightning.

    python -m venv peer && peer/bin/pip install yoyodyne==0.5.0
    python benchmarks/against_yoyodyne.py peer/bin/python TRAIN.tsv VALID.tsv

Both train a soft-attention LSTM on the same words: a bidirectional encoder of 256 units a
direction, a decoder of 256, embeddings of 128, 128 words a step; our batches hold about equally
many symbols, so the table says how many words that was. A step is everything from the end of one to
the end of the next. The two run in turns, each in its own process, on all cores. A run is an
occasion; the last two are kept in `benchmarks/results/yoyodyne.json`, their table is in
`docs/performance.md`.
"""

import datetime
import itertools
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tables import DOCS, HERE, RESULTS, write_tables
from timing import machine

from seqloom.config import config_from
from seqloom.layers.switch import describe
from seqloom.training import loop, planned, train

FILE = RESULTS / "yoyodyne.json"
PEER_STEPS, OUR_STEPS = 40, 200
SIZES = {"encoder_layers": 1, "hidden_size": 256, "embedding_size": 128, "attention_size": 128}


def theirs(python: str, train_file: str) -> list[float]:
    command = [python, str(HERE / "yoyodyne_steps.py"), train_file, str(PEER_STEPS)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    seconds: list[float] = json.loads(done.stdout.splitlines()[-1])
    return seconds


def ours(train_file: str, valid_file: str) -> tuple[list[float], float]:
    """Seconds of each step, and the mean words of one."""
    ends: list[float] = []
    words: list[int] = []
    inner = loop.TrainingRun.step

    def step(run: loop.TrainingRun, rows: Any) -> None:
        inner(run, rows)
        ends.append(time.perf_counter())
        words.append(len(rows))

    config = config_from({"model": SIZES, "training": {"steps": OUR_STEPS}})
    planned.valid_every = lambda steps, steps_per_epoch: steps  # at the end, after the last step
    loop.TrainingRun.step = step  # type: ignore[method-assign]
    try:
        with tempfile.TemporaryDirectory() as folder:
            train(train_file, Path(folder) / "run", valid=valid_file, config=config)
    finally:
        loop.TrainingRun.step = inner  # type: ignore[method-assign]
    return [b - a for a, b in itertools.pairwise(ends)], statistics.mean(words)


def table(occasions: list[dict[str, Any]]) -> str:
    lines = [
        "| occasion | yoyodyne, s a step | seqloom, s a step | words a step | ratio |",
        "|---|---|---|---|---|",
    ]
    for o in occasions:
        ratio = o["yoyodyne"] / o["seqloom"]
        lines.append(
            f"| {o['when']} | {o['yoyodyne']:.3f} | {o['seqloom']:.3f} | 128 and {o['words']:.0f} "
            f"| {ratio:.1f} |"
        )
    last = occasions[-1]
    return "\n".join([*lines, "", f"{last['machine']}, {last['kernels']}."])


def main() -> None:
    python, train_file, valid_file = sys.argv[1:4]
    spent: dict[str, list[float]] = {"yoyodyne": [], "seqloom": []}
    for _ in range(2):
        spent["yoyodyne"] += theirs(python, train_file)
        seconds, words = ours(train_file, valid_file)
        spent["seqloom"] += seconds
    occasion = {
        "when": datetime.datetime.now().strftime("%Y-%m-%d %H:%M"),
        "machine": machine(),
        "kernels": describe(),
        "words": words,
        **{name: statistics.median(seconds) for name, seconds in spent.items()},
    }
    occasions = json.loads(FILE.read_text())["occasions"] if FILE.exists() else []
    occasions = [*occasions, occasion][-2:]
    FILE.write_text(json.dumps({"occasions": occasions}, indent=1) + "\n")
    print(table(occasions))
    write_tables(DOCS / "performance.md", {"yoyodyne": table(occasions)})


if __name__ == "__main__":
    main()
