"""Steps per second with the default sizes: CPU, GPU in float32, GPU in bfloat16.

    python benchmarks/gpu.py [--steps 60]

Needs a CUDA device. Data are generated; each run has the defaults of its task except its length,
and the first third of its steps, in which memory is set up and kernels are chosen, is not counted.
Prints a table in Markdown under the names of the devices; writes nothing, because the figures
belong to the machine at hand.
"""

import argparse
import math
import random
import tempfile
import time
from pathlib import Path
from typing import Any

import torch
from timing import machine

from seqloom.training import Callback, train
from seqloom.training.clock import Clock

WAYS = {
    "CPU": {"device": "cpu"},
    "GPU, float32": {"device": "cuda"},
    "GPU, bfloat16": {"device": "cuda", "precision": "bfloat16"},
}
CASES: dict[str, tuple[str, dict[str, Any]]] = {
    "transduce, LSTM": ("transduce", {}),
    "transduce, Transformer": ("transduce", {"architecture": "transformer"}),
    "classify, LSTM": ("classify", {}),
    "generate, LSTM": ("generate", {}),
    "generate, Transformer": ("generate", {"architecture": "transformer"}),
    "forecast, LSTM": ("forecast", {}),
}
WORDS = ["good", "bad", "film", "plot", "seen", "never", "again", "quite", "slow", "fine"]


class Stopwatch(Callback):
    """Notes when each step is done."""

    def __init__(self) -> None:
        self.times: list[float] = []

    def step(self, step: int, loss: float, clock: Clock) -> None:
        if torch.cuda.is_available():
            torch.cuda.synchronize()
        self.times.append(time.perf_counter())


def write(task: str, folder: Path) -> Path:
    """Generate data of a task."""
    draw, path = random.Random(0), folder / f"{task}.csv"
    if task == "forecast":
        rows = [f"{k},{10 + 3 * math.sin(k / 4) + draw.random():.3f}" for k in range(5000)]
        lines = ["step,value", *rows]
    elif task == "generate":
        lines = [" ".join(draw.choices(WORDS, k=12)) for _ in range(8000)]
    else:
        texts = [" ".join(draw.choices(WORDS, k=draw.randint(5, 40))) for _ in range(4000)]
        answers = [draw.choice(["yes", "no"]) if task == "classify" else t[::-1] for t in texts]
        lines = [f"{text}\t{answer}" for text, answer in zip(texts, answers, strict=True)]
    path.write_text("\n".join(lines) + "\n")
    return path


def rate(task: str, model: dict[str, Any], way: dict[str, str], steps: int) -> float:
    """Steps per second of one run."""
    watch = Stopwatch()
    training = {**way, "steps": steps, "memory_every": 0, "patience": steps}
    config = {"task": task, "model": model, "training": training}
    with tempfile.TemporaryDirectory() as folder:
        data = write(task, Path(folder))
        train(data, Path(folder) / "run", config=config, progress=False, callbacks=[watch])
    gaps = [b - a for a, b in zip(watch.times, watch.times[1:], strict=False)][steps // 3 :]
    return 1.0 / sorted(gaps)[len(gaps) // 2]  # of the median: validations lie between steps


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=60)
    steps = parser.parse_args().steps
    if not torch.cuda.is_available():
        raise SystemExit("gpu.py: PyTorch finds no CUDA device.")
    print(f"{machine()}; {torch.cuda.get_device_name()}; torch {torch.__version__}\n")
    print(f"| steps/s | {' | '.join(WAYS)} |\n|---|{'---|' * len(WAYS)}")
    for name, (task, model) in CASES.items():
        found = [f"{rate(task, model, way, steps):.1f}" for way in WAYS.values()]
        print(f"| {name} | {' | '.join(found)} |", flush=True)


if __name__ == "__main__":
    main()
