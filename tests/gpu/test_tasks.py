"""Every task on a GPU: trains, is resumed, and its model predicts what the CPU's predicts.

Skipped without CUDA. In float32 with TF32 off, dropout off and the same seed, the losses of the
first steps agree with the CPU's to 0.1 %; weights drift apart later. In bfloat16 they agree to 5 %.
"""

import numpy as np
import pytest
import torch

import seqloom
from seqloom.training import loop, resume, train

from ..five_tasks import MODELS, settings, write
from ..training.runs import log, validations

if not torch.cuda.is_available():
    pytest.skip("no CUDA device", allow_module_level=True)

GPU = "cuda"


@pytest.fixture
def default_dtype() -> torch.dtype:
    return torch.float32


@pytest.fixture(autouse=True)
def whole_float32():
    torch.backends.cuda.matmul.allow_tf32 = False
    with torch.backends.cudnn.flags(enabled=True, allow_tf32=False):
        yield


@pytest.fixture(params=MODELS)
def case(request, tmp_path):
    """Data and settings of a run without anything random but its first weights."""
    if "speech" in request.param:
        pytest.importorskip("soundfile", reason="the extra `speech` is not installed")
    config = settings(request.param, steps=6)
    config["model"] = {**config["model"], "dropout": 0.0}
    for key in ("word_dropout", "recurrent_dropout"):
        has_it = {"word_dropout": "classify", "recurrent_dropout": "generate"}[key]
        recurrent = key == "word_dropout" or request.param == "text"
        if config["task"] == has_it and recurrent:
            config["model"][key] = 0.0
    if config["task"] == "transcribe":
        still = {"speed_change": 0.0, "gain_db": 0.0, "time_masks": 0.0, "mel_masks": 0}
        config["data"] = {**config["data"], **still}
    return write(config["task"], tmp_path), config


def losses(folder):
    return [[event["loss"], event["valid_loss"]] for event in validations(folder)]


def test_losses_are_those_of_the_cpu(case, tmp_path):
    data, config = case
    for device in ("cpu", GPU):
        train(data, tmp_path / device, device=device, config=config, progress=False)
    assert log(tmp_path / GPU)[0]["device"] == GPU
    np.testing.assert_allclose(losses(tmp_path / GPU), losses(tmp_path / "cpu"), rtol=1e-3)
    ours, theirs = (seqloom.load(tmp_path / device).file.tensors for device in (GPU, "cpu"))
    for name, tensor in theirs.items():
        assert np.abs(ours[name] - tensor).max() <= 0.02 * max(1.0, np.abs(tensor).max()), name


def test_a_run_is_resumed(case, tmp_path, monkeypatch):
    data, config = case
    train(data, tmp_path / "whole", device=GPU, config=config, progress=False)
    honest = loop.TrainingRun.step

    def stopped(run, rows):
        honest(run, rows)
        run.interrupted = run.progress.step == 3

    with monkeypatch.context() as patch:
        patch.setattr(loop.TrainingRun, "step", stopped)
        train(data, tmp_path / "run", device=GPU, config=config, progress=False)
    assert resume(tmp_path / "run", progress=False).finished
    np.testing.assert_allclose(losses(tmp_path / "run"), losses(tmp_path / "whole"), rtol=1e-3)
    assert resume(tmp_path / "run", steps=8, device="cpu", progress=False).finished


def test_in_bfloat16(case, tmp_path):
    data, config = case
    for precision in ("float32", "bfloat16"):
        config["training"]["precision"] = precision
        train(data, tmp_path / precision, device=GPU, config=config, progress=False)
    np.testing.assert_allclose(
        losses(tmp_path / "bfloat16"), losses(tmp_path / "float32"), rtol=0.05, atol=0.02
    )
