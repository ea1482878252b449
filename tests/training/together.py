"""What `torchrun` starts in `test_team.py`: train under each of the settings, one after another.

torchrun together.py DATA OUT SETTINGS.json
"""

import json
import sys
from pathlib import Path

import torch

from seqloom.training import train

if __name__ == "__main__":
    torch.set_num_threads(1)
    for name, settings in json.loads(sys.argv[3]).items():
        train(sys.argv[1], Path(sys.argv[2]) / name, config=settings)
