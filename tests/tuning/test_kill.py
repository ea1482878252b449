"""SIGKILL at random, again and again: the search ends as one that was never killed."""

import json
import subprocess
import sys

import pytest

from ..toys import ENVIRONMENT, write_toy
from .small import NUMBER, SETTINGS, SPACE, assert_equal_searches

KILLS = 10


def search(data, out, options, seed, kills=0, life=0.0):
    """Trials that had begun at each kill, and seconds of the last life."""
    words = [data, out, json.dumps(options), seed, kills, life]
    line = [sys.executable, "-m", "tests.tuning.kill", *map(str, words)]
    done = subprocess.run(line, env=ENVIRONMENT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1])
def test_killed_ten_times(tmp_path, seed):
    data = write_toy(tmp_path / "toy.tsv")
    settings = {**SETTINGS, "training": {"steps": 20, "seed": seed}}
    options = {"trials": NUMBER, "space": SPACE, "settings": settings}
    _, seconds = search(data, tmp_path / "whole", options, seed)
    for share in (0.25, 0.12, 0.06):  # shorter lives where the machine has become faster
        out = tmp_path / f"killed {share}"
        killed, _ = search(data, out, options, seed, KILLS, share * seconds)
        if len(killed) == KILLS:
            break
    assert len(killed) == KILLS
    assert len({*killed}) > 1  # not all in one trial
    assert_equal_searches(tmp_path / "whole" / "search", out / "search")
