"""A search that is killed with SIGKILL again and again, and goes on to its end.

    python -m tests.tuning.kill DATA OUT OPTIONS.json SEED KILLS LIFE

torch is loaded once; each life is a fork, killed after a random time of LIFE seconds at most. A
checkpoint is written at every step. After so many kills it is left alone. Prints how many trials
had begun at each kill, and how long the last life was.
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


def main(data: str, out: Path, options: dict, seed: int, kills: int, life: float) -> None:
    torch.set_num_threads(1)
    loop.CHECKPOINT_SECONDS = 0.0
    tune(data, out / "loads all modules", **{**options, "trials": 1})
    draw, killed, folder = random.Random(seed), [], out / "search"
    while True:
        begun = time.monotonic()
        child = os.fork()
        if not child:
            tune(data, folder, **options)
            os._exit(0)
        end = begun + draw.uniform(0.0, life) if len(killed) < kills else float("inf")
        done = 0
        while not done and time.monotonic() < end:
            done, status = os.waitpid(child, os.WNOHANG)
            time.sleep(0.002)
        if done:
            print(json.dumps([killed, time.monotonic() - begun]))
            sys.exit(os.waitstatus_to_exitcode(status))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        trials = folder / "trials"
        killed.append(len(list(trials.iterdir())) if trials.is_dir() else 0)


if __name__ == "__main__":
    data, out, options, *numbers = sys.argv[1:]
    seed, kills, life = numbers
    main(data, Path(out), json.loads(options), int(seed), int(kills), float(life))
