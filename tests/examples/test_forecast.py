"""`examples/forecast.sh`, as it stands."""

import subprocess
import sys
from pathlib import Path

import pytest

from ..toys import ENVIRONMENT

EXAMPLE = Path(__file__).parents[2] / "examples" / "forecast.sh"


@pytest.mark.slow
def test_the_example_runs(tmp_path):
    pytest.importorskip("statsforecast")
    commands = tmp_path / "commands"
    commands.mkdir()
    for name, line in (
        ("seqloom", f'exec {sys.executable} -m seqloom "$@"'),
        ("python", f'exec {sys.executable} "$@"'),
    ):
        (commands / name).write_text(f"#!/bin/sh\n{line}\n")
        (commands / name).chmod(0o755)
    path = f"{commands}:{ENVIRONMENT['PATH']}"
    done = subprocess.run(
        ["sh", str(EXAMPLE)],
        cwd=tmp_path,
        env={**ENVIRONMENT, "PATH": path},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert "verdict: the network beats every baseline" in done.stdout
    assert len((tmp_path / "next.csv").read_text().splitlines()) == 13
    for name in ("errors.png", "next.png"):
        assert (tmp_path / name).stat().st_size > 10_000
