"""Two processes under torchrun reach what one process reaches."""

import contextlib
import json
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from seqloom.training import train
from seqloom.training.team import Team

from ..toys import ENVIRONMENT, tiny, write_toy
from .runs import log, open_run, validations

# batches down to a single row: fewer than there are processes
SMALL = {"batch_symbols": 30}
SETTINGS = {
    "exact": tiny(data=SMALL, model={"dropout": 0.0}, training={"steps": 30, "memory_every": 7}),
    "transformer": tiny(data=SMALL, training={"steps": 20})
    | {"model": {"architecture": "transformer", "hidden_size": 8, "num_heads": 2, "dropout": 0.0}},
    "dropout": tiny(model={"dropout": 0.3}, training={"steps": 60, "learning_rate": 0.01}),
    "default": tiny(training={"steps": 2}),
    "cached": tiny(training={"steps": 2}),
}


@pytest.fixture(scope="module")
def two(tmp_path_factory):
    """The folder with the runs of two processes, beside their data."""
    folder = tmp_path_factory.mktemp("two")
    data = write_toy(folder / "toy.tsv", num_pairs=100)
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in SETTINGS]
        for free in sockets:
            free.bind(("127.0.0.1", 0))
        ports = [str(free.getsockname()[1]) for free in sockets]
    script = Path(__file__).with_name("together.py")
    launcher = ["-m", "torch.distributed.run", "--standalone", "--nproc_per_node=2"]
    arguments = [str(script), str(data), str(folder), json.dumps(SETTINGS), *ports]
    subprocess.run([sys.executable, *launcher, *arguments], env=ENVIRONMENT, check=True, timeout=60)
    return folder


@pytest.mark.parametrize("name", ["exact", "transformer"])
def test_without_dropout_the_same_weights_and_losses(two, tmp_path, name):
    run = open_run(two / "toy.tsv", SETTINGS[name], tmp_path / "x")
    rows = [len(batch) for batch in run.work.plan(0)]
    assert 1 in rows
    assert max(rows) > 2
    train(two / "toy.tsv", tmp_path / "one", config=SETTINGS[name])
    losses = [[e["loss"] for e in validations(folder)] for folder in (tmp_path / "one", two / name)]
    np.testing.assert_allclose(*losses, atol=1e-5)
    one, both = (load_file(f / "last.ckpt.safetensors") for f in (tmp_path / "one", two / name))
    assert one.keys() == both.keys()
    for tensor in one:
        if tensor.endswith("in_proj_bias"):  # softmax ignores the keys' bias: its gradient is noise
            one[tensor][8:16] = both[tensor][8:16] = 0
        np.testing.assert_allclose(one[tensor], both[tensor], atol=1e-4, err_msg=tensor)
    assert [e["step"] for e in validations(two / name)] == [
        e["step"] for e in validations(tmp_path / "one")
    ]
    one, both = (
        [e["step"] for e in log(folder) if e["event"] == "memory"]
        for folder in (tmp_path / "one", two / name)
    )
    assert one == both == ([7, 14, 21, 28] if name == "exact" else [])
    assert (log(tmp_path / "one")[0]["processes"], log(two / name)[0]["processes"]) == (1, 2)


def test_with_dropout_within_noise(two, tmp_path):
    train(two / "toy.tsv", tmp_path / "one", config=SETTINGS["dropout"])
    one, both = (validations(folder) for folder in (tmp_path / "one", two / "dropout"))
    assert one[-1]["loss"] != both[-1]["loss"]  # the processes draw differently
    assert both[-1]["loss"] == pytest.approx(one[-1]["loss"], rel=0.1)
    assert both[-1]["loss"] < 0.9 * both[0]["loss"]


def test_processes_agree_on_the_default_folder(two):
    assert [path.name for path in (two / "runs").iterdir()] == ["toy"]
    assert (two / "runs" / "toy" / "best.safetensors").exists()


def test_one_process_encodes_for_all(two):
    said = {(two / f"said-{rank}").read_text().rpartition(" ")[2] for rank in range(2)}
    assert said == {"read", "written"}
    assert len(list((two / "cache").iterdir())) == 1
    models = [(two / run / "best.safetensors").read_bytes() for run in ("cached", "runs/toy")]
    assert models[0] == models[1]


def test_shares_divide_the_rows(monkeypatch):
    monkeypatch.setenv("WORLD_SIZE", "3")
    shares = []
    for rank in range(3):
        monkeypatch.setenv("RANK", str(rank))
        team = Team()
        assert team.leads == (rank == 0)
        shares.append(team.share(np.array([7, 8, 9, 10])).tolist())
    assert shares == [[7, 10], [8], [9]]
    assert team.share(np.array([5])).size == 0
