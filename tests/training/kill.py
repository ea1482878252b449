"""A run that is killed with SIGKILL again and again, and resumed to its end.

    python kill.py DATA OUT SETTINGS.json SEED

torch is loaded once; each life of the run is a fork, killed after a random time. A checkpoint is
written at every step, so that many kills fall into a write. Prints how often it was killed.
"""

import json
import os
import random
import signal
import sys
import tempfile
import time
from pathlib import Path

import torch

from seqloom.training import loop, resume, train


def live(data: str, out: Path, settings: dict) -> None:
    if (out / "log.jsonl").exists():
        resume(out, progress=False)
    else:
        train(data, out, config=settings, progress=False)


def main(data: str, out: Path, settings: dict, seed: int) -> None:
    torch.set_num_threads(1)
    loop.CHECKPOINT_SECONDS = 0.0
    with tempfile.TemporaryDirectory() as folder:  # whatever torch loads late, load it once
        warm = {**settings, "training": {"steps": 1}}
        train(data, Path(folder) / "run", config=warm, progress=False)
    draw = random.Random(seed)
    kills = 0
    while True:
        child = os.fork()
        if not child:
            live(data, out, settings)
            os._exit(0)
        while not (out / "log.jsonl").exists():
            time.sleep(0.001)
        deadline = time.monotonic() + draw.uniform(0.0, 0.1 + 0.03 * kills)
        done = 0
        while not done and time.monotonic() < deadline:
            done, status = os.waitpid(child, os.WNOHANG)
            time.sleep(0.001)
        if done:
            print(kills)
            sys.exit(os.waitstatus_to_exitcode(status))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        kills += 1


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), json.loads(sys.argv[3]), int(sys.argv[4]))
