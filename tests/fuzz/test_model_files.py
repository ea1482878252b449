"""A short run over model files of every task; `python -m tests.fuzz.model_files` runs the long."""

import numpy as np
import pytest

from seqloom.tasks import TASKS

from .harness import run
from .model_files import parse, seal, target

CASES = 40


@pytest.fixture
def default_dtype():
    import torch

    return torch.float32


@pytest.mark.parametrize("task", TASKS)
def test_damaged_model_files(task, tmp_path):
    report = run(target(task), CASES, folder=tmp_path)
    assert not report.faults, report.say()
    assert report.taken
    assert report.refused


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # NumPy's, of the overflow
def test_weights_that_overflow_end_with_an_error(tmp_path):
    """Finite weights that make NaN: refused when the model predicts, never printed."""
    for task in TASKS:
        fuzzed = target(task)
        header, tensors = parse(fuzzed.seeds[0])
        huge = {name: np.full_like(array, 3e38) for name, array in tensors.items()}
        path = tmp_path / f"{task}-0.safetensors"
        path.write_bytes(seal(header, huge))
        fuzzed.read(path)  # JSON without NaN, or our own error
