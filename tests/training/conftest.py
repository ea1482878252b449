"""Training runs in float32, as users' runs do."""

import pytest
import torch

from ..toys import write_toy


@pytest.fixture
def default_dtype() -> torch.dtype:
    return torch.float32


@pytest.fixture
def data(tmp_path):
    """Sixty pairs to reverse."""
    return write_toy(tmp_path / "toy.tsv")
