"""SIGKILL at random, again and again: the search ends as one that was never killed."""

import json
import subprocess
import sys

import pytest

from ..toys import ENVIRONMENT, write_toy
from .small import SETTINGS, SPACE, assert_equal_searches
from .test_tune import NUMBER

KILLS = 10


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_killed_ten_times(tmp_path, seed):
    data = write_toy(tmp_path / "toy.tsv")
    settings = {**SETTINGS, "training": {"steps": 30, "seed": seed}}
    options = {"trials": NUMBER, "space": SPACE, "settings": settings}
    for name, kills in (("whole", 0), ("killed", KILLS)):
        line = [sys.executable, "-m", "tests.tuning.kill", data, tmp_path / name]
        done = subprocess.run(
            [*map(str, line), json.dumps(options), str(seed), str(kills)],
            env=ENVIRONMENT,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        count, _, places = done.stdout.partition(" ")
        assert int(count) == kills
    assert len({*json.loads(places)}) > 2  # not all in one trial
    assert_equal_searches(tmp_path / "whole", tmp_path / "killed")
