"""Fixtures for every test."""

import sys

import jaxtyping
import pytest
import torch
from hypothesis import HealthCheck, settings

from .runtime_types import jaxtyped

jaxtyping.jaxtyped = jaxtyped  # before anything of seqloom is imported

# How slow the making of examples is says how busy the machine is, and whether coverage is measured.
settings.register_profile("any machine", suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")


@pytest.fixture(autouse=True)
def installed_from_an_index(monkeypatch):
    """What installs an extra depends on where the package under test came from."""
    monkeypatch.setattr("seqloom.extras._source", lambda: None)


@pytest.fixture(autouse=True)
def no_curves(monkeypatch):
    """A run's own figure takes as long as a run of the size that tests have."""
    loop = sys.modules.get("seqloom.training.loop")
    if loop is not None:
        monkeypatch.setattr(loop, "draw_curve", lambda events, path, *others: path.touch())


@pytest.fixture
def default_dtype() -> torch.dtype:
    """Where runs are as users' runs are, a room overrides this with float32."""
    return torch.float64


@pytest.fixture(autouse=True)
def exact_and_repeatable(default_dtype):
    """One thread, seed 0, float64 while the test runs: failures repeat, tolerances are tight."""
    threads, dtype = torch.get_num_threads(), torch.get_default_dtype()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    torch.set_default_dtype(default_dtype)
    yield
    torch.set_default_dtype(dtype)
    torch.set_num_threads(threads)
