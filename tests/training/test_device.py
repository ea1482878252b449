"""Devices, threads and precision: found or refused, said, and put back; bfloat16 in every task."""

import pytest
import torch

from seqloom.config import read_toml
from seqloom.errors import ConfigError
from seqloom.training import loop, resume, train
from seqloom.training.device import find_device, find_precision, say_device, threads

from ..five_tasks import MODELS, settings, write
from ..toys import tiny
from .runs import Listening, log, validations

CPU = torch.device("cpu")


def test_auto_is_a_gpu_if_there_is_one(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert find_device("auto") == find_device("cpu") == CPU
    with pytest.raises(
        ConfigError, match=r"^train: device cuda is not there: PyTorch .* finds cpu"
    ):
        find_device("cuda")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert find_device("auto", 1) == find_device("cuda", 1) == torch.device("cuda", 1)
    assert find_device("cpu") == CPU


def test_short_numbers_are_for_cuda(monkeypatch):
    for wanted in ("float32", "auto"):
        assert find_precision(wanted, CPU) == torch.float32
    with pytest.raises(
        ConfigError, match=r"bfloat16 is for CUDA devices, and this run is on cpu\."
    ):
        find_precision("bfloat16", CPU)
    for has_it, found in ((True, torch.bfloat16), (False, torch.float32)):
        monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda has_it=has_it: has_it)
        assert find_precision("auto", torch.device("cuda", 0)) == found
    assert find_precision("bfloat16", torch.device("cuda", 0)) == torch.bfloat16


def test_threads_are_those_of_the_run_alone(data, tmp_path):
    before = torch.get_num_threads()
    reporter = Listening()
    train(data, tmp_path / "run", threads=2, config=tiny(), callbacks=[reporter], progress=False)
    assert torch.get_num_threads() == before == 1
    assert log(tmp_path / "run")[0]["threads"] == 2
    assert read_toml(tmp_path / "run" / "config.toml")["training"]["threads"] == 2
    (line,) = [line for line in reporter.messages if line.startswith("device: ")]
    assert line.startswith("device: cpu, 2 threads, kernels ")
    reporter = Listening()
    resume(tmp_path / "run", steps=22, callbacks=[reporter], progress=False)
    assert "device: cpu, 2 threads" in " ".join(reporter.messages)  # as the settings say
    reporter = Listening()
    resume(tmp_path / "run", threads=1, callbacks=[reporter], progress=False)
    assert reporter.messages[0].startswith("note: the run began with 2 threads, now there are 1: ")
    with threads(None):
        assert torch.get_num_threads() == 1
    assert say_device(CPU, torch.float32) == "cpu, 1 thread"


def test_a_device_that_is_not_there_is_said_before_data_are_read(data, tmp_path, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    for more in ({"device": "cuda"}, {"config": tiny(training={"precision": "bfloat16"})}):
        with pytest.raises(ConfigError, match=r"cuda is not there|is for CUDA devices"):
            train(data, tmp_path / "run", task="transduce", progress=False, **more)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("name", MODELS)
def test_layers_compute_in_bfloat16(tmp_path, monkeypatch, name):
    """As on a GPU, which this stands for: weights and checkpoints are float32, losses close."""
    if "speech" in name:
        pytest.importorskip("soundfile", reason="the extra `speech` is not installed")
    data = write(MODELS[name][0], tmp_path)
    config = settings(name, steps=3, samples=0)
    config["model"] = {**config["model"], "dropout": 0.0}
    train(data, tmp_path / "whole", config=config, progress=False)
    monkeypatch.setattr(loop, "find_precision", lambda *_: torch.bfloat16)
    train(data, tmp_path / "short", config=config, progress=False)
    losses = [[e["loss"] for e in validations(tmp_path / run)] for run in ("whole", "short")]
    assert losses[0] != losses[1]
    assert losses[1] == pytest.approx(losses[0], rel=0.05, abs=0.02)
    resume(tmp_path / "short", steps=4, progress=False)
