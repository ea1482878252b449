"""Training runs in float32, as users' runs do."""

import pytest
import torch

from ..toys import write_toy


@pytest.fixture(autouse=True)
def exact_and_repeatable():
    """One thread and seed 0, as everywhere, but float32."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    yield
    torch.set_num_threads(threads)


@pytest.fixture
def data(tmp_path):
    """Sixty pairs to reverse."""
    return write_toy(tmp_path / "toy.tsv")
