"""What `torchrun` starts in `test_team.py`: train under each of the settings, one after another.

torchrun together.py DATA OUT SETTINGS.json PORT...

The run `default` has the default folder; the run `cached` has a cache, and each process writes what
it is told of it. A run ends its group of processes; the next one meets at a
port of its own.
"""

import json
import os
import sys
from pathlib import Path

import torch

from seqloom.data.cache import Cache
from seqloom.training import train

SAY = Cache.say


def say(cache: Cache) -> str:
    """What is said of the cache, in a file as well: only the first process speaks."""
    line = SAY(cache)
    Path(f"said-{os.environ['RANK']}").write_text(line)
    return line


if __name__ == "__main__":
    torch.set_num_threads(1)
    Cache.say = say  # type: ignore[method-assign]
    os.chdir(sys.argv[2])
    os.environ["TORCHELASTIC_USE_AGENT_STORE"] = "False"
    for (name, settings), port in zip(json.loads(sys.argv[3]).items(), sys.argv[4:], strict=True):
        os.environ["MASTER_PORT"] = port
        out = None if name == "default" else Path(name)
        cache = Path("cache") if name == "cached" else None
        train(sys.argv[1], out, config=settings, cache=cache)
