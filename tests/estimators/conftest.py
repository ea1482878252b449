"""Estimators train as users' runs do, in float32."""

import pytest
import torch

from seqloom.training import loop


@pytest.fixture
def default_dtype() -> torch.dtype:
    return torch.float32


@pytest.fixture(autouse=True)
def no_curves(monkeypatch):
    """The runs' own figures take longer than the runs."""
    monkeypatch.setattr(loop, "draw_curve", lambda *args: None)
