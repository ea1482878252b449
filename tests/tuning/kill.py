"""A search that is killed with SIGKILL again and again, and goes on to its end.

    python -m tests.tuning.kill DATA OUT OPTIONS.json SEED KILLS

torch is loaded once; each life is a fork, killed after a random time that grows, so that every part
of a search is hit. A checkpoint is written at every step. After so many kills it is left alone.
Prints how often it was killed, and at which trials.
"""

import json
import os
import random
import signal
import sys
import time
from pathlib import Path

import torch

from seqloom.training import loop
from seqloom.tuning import tune


def main(data: str, out: Path, options: dict, seed: int, kills: int) -> None:
    torch.set_num_threads(1)
    loop.CHECKPOINT_SECONDS = 0.0
    draw, killed = random.Random(seed), []
    while True:
        child = os.fork()
        if not child:
            tune(data, out, **options)
            os._exit(0)
        life = draw.uniform(0.3, 2.5)
        deadline = time.monotonic() + life if len(killed) < kills else float("inf")
        done = 0
        while not done and time.monotonic() < deadline:
            done, status = os.waitpid(child, os.WNOHANG)
            time.sleep(0.002)
        if done:
            print(len(killed), killed)
            sys.exit(os.waitstatus_to_exitcode(status))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        folder = out / "trials"
        killed.append(len(list(folder.iterdir())) if folder.is_dir() else 0)


if __name__ == "__main__":
    main(
        sys.argv[1], Path(sys.argv[2]), json.loads(sys.argv[3]), int(sys.argv[4]), int(sys.argv[5])
    )
