"""`examples/generate.sh`, with a shorter training."""

import subprocess
import sys
from pathlib import Path

import pytest

from ..toys import ENVIRONMENT

EXAMPLE = Path(__file__).parents[2] / "examples" / "generate.sh"


@pytest.mark.slow
def test_the_example_runs(tmp_path):
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
        env={**ENVIRONMENT, "PATH": path, "MINUTES": "0.2"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert "this model" in done.stdout
    assert "the 6-gram" in done.stdout
    written = done.stdout[done.stdout.index('The "while" statement') :]
    assert len(written) == len('The "while" statement') + 401
