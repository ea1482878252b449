"""What `torchrun` starts in `test_team.py`: train under each of the settings, one after another.

torchrun together.py DATA OUT SETTINGS.json PORT...

The run `default` has the default folder. A run ends its group of processes; the next one meets at a
port of its own.
"""

import json
import os
import sys
from pathlib import Path

import torch

from seqloom.training import train

if __name__ == "__main__":
    torch.set_num_threads(1)
    os.chdir(sys.argv[2])
    os.environ["TORCHELASTIC_USE_AGENT_STORE"] = "False"
    for (name, settings), port in zip(json.loads(sys.argv[3]).items(), sys.argv[4:], strict=True):
        os.environ["MASTER_PORT"] = port
        train(sys.argv[1], None if name == "default" else Path(name), config=settings)
