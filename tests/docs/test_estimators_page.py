"""The Python of docs/estimators.md runs."""

import pytest
import torch

from .pages import ROOT, blocks

FOUND = blocks(ROOT / "docs" / "estimators.md", "python")


@pytest.mark.parametrize("text", FOUND)
def test_python_of_the_page_runs(text, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    torch.set_default_dtype(torch.float32)
    exec(compile(text, "estimators.md", "exec"), {})


def test_there_are_blocks():
    assert len(FOUND) == 3
