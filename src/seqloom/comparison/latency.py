"""How long a prediction takes: one example at a time, one thread, the NumPy runtime.

    python -m seqloom.comparison.latency FOLDER MODEL     prints the median, in ms

A process of its own, so that its libraries start with one thread and torch is not in it. Of a
forecast the reading of the file is left out, of a transcript it counts; `generate` goes on by 100
symbols.
Checked by `tests/comparison/test_compare.py`.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from ..runtime import load
from .tasks import held_out_test

LEAST, MOST, SECONDS = 20, 200, 1.0  # examples, and how long to go on beyond the least
WARM_UP = 3
LIMIT = 600.0  # seconds after which there is no answer
THREADS = ("OMP", "OPENBLAS", "MKL", "VECLIB_MAXIMUM", "NUMEXPR")


def time_each(predict_one: Callable[[int], object], count: int) -> float:
    """Median time of a prediction, in ms.

    Args:
        predict_one: Predict the example of this number.
        count: Test examples there are; they are taken in turn, from one end to the other.
    """
    for row in range(WARM_UP):
        predict_one(row % count)
    found: list[float] = []
    begun = time.perf_counter()
    stride = max(1, count // MOST)
    while len(found) < LEAST or (len(found) < MOST and time.perf_counter() - begun < SECONDS):
        row = (len(found) * stride) % count
        before = time.perf_counter()
        predict_one(row)
        found.append(1000 * (time.perf_counter() - before))
    return median(found)


def model_latency(folder: Path, model: Path) -> float | None:
    """Median time of a prediction of a model file, in ms; `None` if it could not be measured.

    Args:
        folder: Of the comparison.
        model: The model file.
    """
    package = Path(__file__).resolve().parents[2]
    paths = [str(package), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {
        **os.environ,
        **{f"{name}_NUM_THREADS": "1" for name in THREADS},
        "PYTHONPATH": os.pathsep.join(paths),
    }
    line = [sys.executable, "-m", "seqloom.comparison.latency", str(folder), str(model)]
    try:
        done = subprocess.run(line, env=environment, capture_output=True, timeout=LIMIT, check=True)
        return float(done.stdout)
    except (OSError, ValueError, subprocess.SubprocessError):
        return None


def main(folder: str, path: str) -> None:
    """Print the latency of a model."""
    kept = json.loads((Path(folder) / "compare.json").read_text(encoding="utf-8"))
    test = held_out_test(kept["asked"]["task"], kept["exam"])
    model = load(path)
    print(time_each(lambda row: test.predict_one(model, row), len(test.rows)))


if __name__ == "__main__":
    main(*sys.argv[1:])
