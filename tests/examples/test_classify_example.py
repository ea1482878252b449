"""The example of the task `classify` runs as it stands, in under two minutes."""

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ..toys import ENVIRONMENT

EXAMPLE = Path(__file__).parents[2] / "examples" / "classify.sh"


@pytest.mark.slow
def test_classify(tmp_path):
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("there is no bash")
    command = tmp_path / "bin" / "seqloom"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m seqloom "$@"\n')
    command.chmod(0o755)
    path = f"{command.parent}{os.pathsep}{ENVIRONMENT['PATH']}"
    begun = time.perf_counter()
    done = subprocess.run(
        [bash, str(EXAMPLE)],
        cwd=tmp_path,
        env={**ENVIRONMENT, "PATH": path},
        capture_output=True,
        encoding="utf-8",
        timeout=600,
    )
    assert done.returncode == 0, done.stderr
    print(f"{time.perf_counter() - begun:.0f} s")
    said = [line.split("\t")[0] for line in done.stdout.splitlines()[-2:]]
    assert said == ["positive", "negative"]
    assert re.search(r"^ 10 +50\.00 % ", done.stdout, re.MULTILINE)
