"""A comparison that is killed with SIGKILL again and again, and goes on to its end.

    python -m tests.comparison.kill DATA OUT OPTIONS.json SEED

torch is loaded once; each life is a fork, killed after a random time that grows. A checkpoint is
written at every step. Prints how often it was killed.
"""

import json
import os
import random
import signal
import sys
import time
from pathlib import Path

import torch

from seqloom.comparison import compare, runs, start
from seqloom.training import loop


def main(data: str, out: Path, options: dict, seed: int) -> None:
    torch.set_num_threads(1)
    loop.CHECKPOINT_SECONDS = 0.0
    runs.model_latency = lambda folder, model: 1.5
    start.write_report = lambda results, folder: None
    draw, kills = random.Random(seed), 0
    while True:
        child = os.fork()
        if not child:
            compare(data, out, **options)
            os._exit(0)
        deadline = time.monotonic() + draw.uniform(0.0, 0.3 + 0.2 * kills)
        done = 0
        while not done and time.monotonic() < deadline:
            done, status = os.waitpid(child, os.WNOHANG)
            time.sleep(0.002)
        if done:
            print(kills)
            sys.exit(os.waitstatus_to_exitcode(status))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        kills += 1


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), json.loads(sys.argv[3]), int(sys.argv[4]))
