"""What an epoch spends outside forward, backward and optimiser.

    python benchmarks/overhead.py TRAIN.tsv VALID.tsv

Trains one epoch with the defaults in a temporary folder, with one validation at its end as in a
default run, and times, inside `seqloom.train`, the forward pass with the loss, `backward`, the
optimiser's step with gradient clipping, and validation. The rest is gathering batches, averaging
weights, logging and checkpoints. Reading and encoding the files comes before the epoch and is
reported apart.
"""

import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch.nn import functional as F

from seqloom.config import config_from
from seqloom.models import EncoderDecoder
from seqloom.training import loop, train

SPENT: dict[str, float] = defaultdict(float)


def timed(owner: Any, name: str, key: str) -> None:
    """Replace a function by one that adds its time to `SPENT[key]`."""
    inner: Callable[..., Any] = getattr(owner, name)

    def outer(*args: Any, **options: Any) -> Any:
        begun = time.perf_counter()
        try:
            return inner(*args, **options)
        finally:
            SPENT[key] += time.perf_counter() - begun

    setattr(owner, name, outer)


def main() -> None:
    loop.valid_every = lambda steps, steps_per_epoch: steps_per_epoch  # as in a run of many epochs
    timed(EncoderDecoder, "forward", "forward")
    timed(F, "cross_entropy", "forward")
    timed(torch.Tensor, "backward", "backward")
    timed(torch.optim.AdamW, "step", "optimiser")
    timed(torch.nn.utils, "clip_grad_norm_", "optimiser")
    timed(loop.Run, "validate", "validation")
    timed(loop.Run, "go", "epoch")
    with tempfile.TemporaryDirectory() as folder:
        begun = time.perf_counter()
        config = config_from({"training": {"epochs": 1}})
        result = train(sys.argv[1], Path(folder) / "run", valid=sys.argv[2], config=config)
        total = time.perf_counter() - begun
    epoch = SPENT["epoch"]
    core = SPENT["forward"] + SPENT["backward"] + SPENT["optimiser"]
    rest = epoch - core - SPENT["validation"]
    print(f"{result.steps} steps, epoch {epoch:.1f} s; before it, data: {total - epoch:.1f} s")
    for key in ("forward", "backward", "optimiser", "validation"):
        print(f"{key:<11} {SPENT[key]:7.1f} s  {100 * SPENT[key] / epoch:5.1f} %")
    print(f"{'rest':<11} {rest:7.1f} s  {100 * rest / epoch:5.1f} %")
    outside = SPENT["validation"] + rest
    print(f"outside forward, backward and optimiser: {100 * outside / epoch:.1f} %")


if __name__ == "__main__":
    main()
