"""An epoch of training with the defaults, native core against torch's operators; where it goes.

    python benchmarks/epoch.py TRAIN.tsv VALID.tsv

Trains two epochs in a temporary folder; steps take the native path and torch's in turn, so that
each path does an epoch's worth under the same conditions. Times, inside `seqloom.train`, the
forward pass with the loss, `backward`, the optimiser's step with gradient clipping, and validation,
which comes at the end of an epoch as in a default run and counts for both. The rest is gathering
batches, averaging weights, logging and checkpoints. Reading and encoding the files comes before the
epoch and is not in it. A run is an occasion; the last two are kept in
`benchmarks/results/epoch.json`, and their table is written to `docs/performance.md`.
"""

import datetime
import json
import os
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from tables import DOCS, RESULTS, write_tables
from timing import machine
from torch.nn import functional as F

from seqloom.config import config_from
from seqloom.layers.switch import describe
from seqloom.models import EncoderDecoder
from seqloom.training import loop, planned, train

FILE = RESULTS / "epoch.json"
PATHS = ("native", "torch")
PARTS = ("forward", "backward", "optimiser")
SPENT: dict[tuple[str, str], float] = defaultdict(float)  # by path and part


def timed(owner: Any, name: str, part: str) -> None:
    """Replace a function by one that adds its time to `SPENT`."""
    inner: Callable[..., Any] = getattr(owner, name)

    def outer(*args: Any, **options: Any) -> Any:
        begun = time.perf_counter()
        try:
            return inner(*args, **options)
        finally:
            path = os.environ["SEQLOOM_KERNELS"]
            SPENT[path, part] += time.perf_counter() - begun

    setattr(owner, name, outer)


def alternate() -> None:
    """Let every other step take the other path."""
    inner = loop.TrainingRun.step

    def step(run: loop.TrainingRun, rows: Any) -> None:
        os.environ["SEQLOOM_KERNELS"] = PATHS[run.progress.step % 2]
        inner(run, rows)

    loop.TrainingRun.step = step  # type: ignore[method-assign]


def measure(train_file: str, valid_file: str) -> dict[str, Any]:
    os.environ["SEQLOOM_KERNELS"] = "native"
    kernels = describe()
    planned.valid_every = lambda steps, steps_per_epoch: (
        steps_per_epoch
    )  # as in a run of many epochs
    timed(EncoderDecoder, "forward", "forward")
    timed(F, "cross_entropy", "forward")
    timed(torch.Tensor, "backward", "backward")
    timed(torch.optim.AdamW, "step", "optimiser")
    timed(torch.nn.utils, "clip_grad_norm_", "optimiser")
    timed(loop.TrainingRun, "validate", "validation")
    timed(loop.TrainingRun, "step", "step")
    timed(loop.TrainingRun, "go", "whole")
    alternate()
    with tempfile.TemporaryDirectory() as folder:
        config = config_from({"training": {"epochs": 2}})
        result = train(train_file, Path(folder) / "run", valid=valid_file, config=config)
    both = {part: sum(SPENT[path, part] for path in PATHS) for part in ("validation", "whole")}
    steps = sum(SPENT[path, "step"] for path in PATHS)
    common = (both["whole"] - steps) / 2  # validation, checkpoints: an epoch's share
    paths = {}
    for path in PATHS:
        parts = {part: SPENT[path, part] for part in PARTS}
        parts["validation"] = both["validation"] / 2
        parts["rest"] = SPENT[path, "step"] + common - sum(parts.values())
        paths[path] = parts
    whole = {path: sum(parts.values()) for path, parts in paths.items()}
    return {
        "when": datetime.datetime.now().strftime("%Y-%m-%d %H:%M"),
        "machine": machine(),
        "kernels": kernels,
        "steps": result.steps // 2,
        "seconds": paths,
        "ratio": whole["torch"] / whole["native"],
    }


def table(occasions: list[dict[str, Any]]) -> str:
    """A row a path and occasion."""
    lines = [
        "| occasion | path | epoch, s | forward | backward | optimiser | validation | rest "
        "| outside the first three | torch / native |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for occasion in occasions:
        for path, parts in occasion["seconds"].items():
            whole = sum(parts.values())
            outside = 100 * (parts["validation"] + parts["rest"]) / whole
            cells = " | ".join(f"{seconds:.1f}" for seconds in parts.values())
            ratio = f"{occasion['ratio']:.2f}" if path == "native" else ""
            row = (occasion["when"], path, f"{whole:.1f}", cells, f"{outside:.1f} %", ratio)
            lines.append(f"| {' | '.join(row)} |")
    last = occasions[-1]
    return "\n".join([*lines, "", f"{last['steps']} steps; {last['machine']}, {last['kernels']}."])


def main() -> None:
    occasions = json.loads(FILE.read_text())["occasions"] if FILE.exists() else []
    occasions = [*occasions, measure(sys.argv[1], sys.argv[2])][-2:]
    FILE.write_text(json.dumps({"occasions": occasions}, indent=1) + "\n")
    print(table(occasions))
    write_tables(DOCS / "performance.md", {"epoch": table(occasions)})


if __name__ == "__main__":
    main()
