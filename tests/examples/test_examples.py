"""The examples run as they stand, each in an empty folder, and what they teach is learnt."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ..toys import ENVIRONMENT

EXAMPLES = Path(__file__).parents[2] / "examples"

pytestmark = pytest.mark.slow


@pytest.fixture
def run(tmp_path):
    """Runs an example with this interpreter's `seqloom` and `python`; gives what it prints."""
    commands = tmp_path / "commands"
    commands.mkdir()
    for name, words in (("seqloom", "-m seqloom"), ("python", "")):
        (commands / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" {words} "$@"\n')
        (commands / name).chmod(0o755)
    path = f"{commands}{os.pathsep}{ENVIRONMENT['PATH']}"

    def example(name, **environment):
        if shutil.which("bash") is None:
            pytest.skip("there is no bash")
        done = subprocess.run(
            ["bash", str(EXAMPLES / name)],
            cwd=tmp_path,
            env={**ENVIRONMENT, "PATH": path, **environment},
            capture_output=True,
            encoding="utf-8",
            timeout=600,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return example


def test_every_example_has_a_test():
    assert {path.name for path in EXAMPLES.iterdir()} == {
        *("classify.sh", "forecast.sh", "generate.sh", "transcribe.sh")
    }


def test_classify(run):
    shown = run("classify.sh")
    said = [line.split("\t")[0] for line in shown.splitlines()[-2:]]
    assert said == ["positive", "negative"]
    assert re.search(r"^ 10 +50\.00 % ", shown, re.MULTILINE)


def test_forecast(run, tmp_path):
    pytest.importorskip("statsforecast", reason="the extra `baselines` is not installed")
    assert "verdict: " in run("forecast.sh")
    assert len((tmp_path / "next.csv").read_text().splitlines()) == 13
    for name in ("errors.png", "next.png"):
        assert (tmp_path / name).stat().st_size > 10_000


def test_generate(run):
    prompt = 'The "while" statement'
    shown = run("generate.sh", MINUTES="0.2")
    assert "this model" in shown
    assert "the 6-gram" in shown
    assert len(shown[shown.index(prompt) :]) == len(prompt) + 401


def test_transcribe(run, tmp_path):
    pytest.importorskip("soundfile", reason="the extra `speech` is not installed")
    *_, last, streamed = shown = run("transcribe.sh").splitlines()
    assert last == streamed
    lines = (tmp_path / "tones-example" / "data" / "test.tsv").read_text().splitlines()
    want = [line.split("\t")[1] for line in lines[-5:]]
    assert sum(a == b for a, b in zip(shown[-6:-1], want, strict=True)) >= 4
