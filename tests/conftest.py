"""Fixtures for every test."""

import pytest
import torch


@pytest.fixture(autouse=True)
def exact_and_repeatable():
    """One thread, seed 0, float64 while the test runs: failures repeat, tolerances are tight."""
    threads, dtype = torch.get_num_threads(), torch.get_default_dtype()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(dtype)
    torch.set_num_threads(threads)
