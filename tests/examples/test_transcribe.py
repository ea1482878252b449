"""The example runs, start to end, and learns."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ..toys import ENVIRONMENT

EXAMPLE = Path(__file__).parents[2] / "examples" / "transcribe.sh"


@pytest.mark.slow
def test_dialled_numbers(tmp_path):
    pytest.importorskip("soundfile", reason="the extra `speech` is not installed")
    if not EXAMPLE.exists():
        pytest.skip("the examples are not here")
    script = tmp_path / "seqloom"
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m seqloom "$@"\n')
    script.chmod(0o755)
    path = f"{tmp_path}{os.pathsep}{ENVIRONMENT.get('PATH', '')}"
    done = subprocess.run(
        ["bash", str(EXAMPLE)],
        cwd=tmp_path,
        env={**ENVIRONMENT, "PATH": path},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    lines = (tmp_path / "tones-example" / "data" / "test.tsv").read_text().splitlines()
    want = [line.split("\t")[1] for line in lines]
    *_, last, streamed = done.stdout.splitlines()
    assert last == streamed
    heard = done.stdout.splitlines()[-6:-1]
    assert sum(a == b for a, b in zip(heard, want[-5:], strict=True)) >= 4
