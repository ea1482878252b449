"""Estimators train as users' runs do, in float32."""

import pytest
import torch


@pytest.fixture
def default_dtype() -> torch.dtype:
    return torch.float32
