"""The log's memory events: what they say, for which tasks, and that a run does not feel them."""

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file

from seqloom.config import config_from, merge
from seqloom.data.speech.tones import make_tones
from seqloom.inspection.memory import effective_memory
from seqloom.training import resume, train
from seqloom.training.memory_log import DISTANCES, memory_event
from seqloom.training.tasks import open_work
from seqloom.training.team import Team

from ..toys import tiny, write_toy
from .runs import log, open_run, validations

TEXTS = [
    "not good at all\tbad\n",
    "a good film\tgood\n",
    "so bad\tbad\n",
    "i did not like it\tbad\n",
]
SERIES = "time,value\n" + "".join(f"{t},{(t * t) % 7 + t / 9:.2f}\n" for t in range(120))


@pytest.fixture(autouse=True)
def _float32():
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float32)
    yield
    torch.set_default_dtype(before)


def files(folder, task):
    if task == "transcribe":
        pytest.importorskip("soundfile", reason="the extra `speech` is not installed")
        make_tones(folder / "tones", count=12, seed=0)
        return folder / "tones" / "train.tsv"
    (folder / "texts.tsv").write_text("".join(TEXTS * 12))
    (folder / "series.csv").write_text(SERIES)
    (folder / "text.txt").write_text("the cat sat on the mat. " * 60)
    return {
        "classify": folder / "texts.tsv",
        "forecast": folder / "series.csv",
        "generate": folder / "text.txt",
        "transduce": write_toy(folder / "pairs.tsv"),
    }[task]


SMALL = {
    "classify": {"model": {"architecture": "recurrent", "hidden_size": 6, "embedding_size": 4}},
    "forecast": {"data": {"horizon": 4, "window": 12},
                 "model": {"architecture": "recurrent", "hidden_size": 6}},
    "generate": {"data": {"streams": 6, "chunk": 10},
                 "model": {"hidden_size": 7, "embedding_size": 4}},
    "transcribe": {"data": {"valid_fraction": 0.2, "batch_seconds": 12.0, "mels": 16},
                   "model": {"architecture": "las", "hidden_size": 6, "pyramid_layers": 1,
                             "embedding_size": 4, "attention_size": 5, "filters": 2,
                             "filter_reach": 2}},
    "transduce": tiny(model={"encoder_cell": "gru", "dropout": 0.4}),
}  # fmt: skip


def settings(task, **training):
    return merge(
        {"task": task},
        SMALL[task],
        {"training": {"steps": 12, "seed": 3, "samples": 0, **training}},
    )


def measured(folder):
    """Validations without what they took."""
    return [
        {key: value for key, value in event.items() if not key.endswith("_per_second")}
        for event in validations(folder)
    ]


def event_of(tmp_path, task, **model):
    config = merge(settings(task), {"model": model})
    run = open_run(files(tmp_path, task), config, tmp_path / "run")
    run.model.train()
    rows = run.work.plan(0)[0]
    return memory_event(run.work, run.model, rows, run.team.device, 7), run, rows


@pytest.mark.parametrize("task", SMALL)
def test_same_bits_with_it_and_without(tmp_path, task):
    """Weights, optimiser, carried states, validations: nothing knows of it."""
    data = files(tmp_path, task)
    for every in (0, 3):
        last = train(data, tmp_path / str(every), config=settings(task, memory_every=every)).step
    without, among = tmp_path / "0", tmp_path / "3"
    assert measured(without) == measured(among)
    for name in ("best.safetensors", "last.ckpt.safetensors"):
        one, other = load_file(without / name), load_file(among / name)
        assert one.keys() == other.keys()
        for key, tensor in one.items():
            np.testing.assert_array_equal(tensor, other[key])
    assert not [e for e in log(without) if e["event"] == "memory"]
    found = [e for e in log(among) if e["event"] == "memory"]
    assert [e["step"] for e in found] == list(range(3, last + 1, 3))
    assert len(found) >= 3
    for event in found:
        for layer in event["layers"].values():
            assert layer["norms"][0] == pytest.approx(1, rel=1e-3)
            assert np.isfinite(layer["norms"] + layer["loss"]).all()
            assert len(layer["distances"]) == len(layer["norms"]) <= DISTANCES


def test_a_resumed_run_has_the_same_events(tmp_path):
    data = files(tmp_path, "generate")
    train(data, tmp_path / "whole", config=settings("generate", memory_every=2))
    want = [e for e in log(tmp_path / "whole") if e["event"] == "memory"]
    resume(tmp_path / "whole")
    assert [e for e in log(tmp_path / "whole") if e["event"] == "memory"] == want


def test_names_and_numbers_of_layers(tmp_path):
    event, _, _ = event_of(tmp_path, "classify", layers=2, bidirectional=True, dropout=0.5)
    assert (event["event"], event["step"]) == ("memory", 7)
    assert list(event["layers"]) == [
        *("encoder.0", "encoder.0.reverse", "encoder.1", "encoder.1.reverse")
    ]


def test_a_layer_of_which_only_the_last_state_is_read(tmp_path):
    """The gradient then comes by the last state alone, and falls on its way back."""
    event, _, _ = event_of(tmp_path, "classify", pool="last", bidirectional=False)
    (found,) = event["layers"].values()
    assert found["loss"][0] == pytest.approx(1, rel=1e-3)
    assert found["loss"] == sorted(found["loss"], reverse=True)


def test_norms_are_those_of_the_jacobian(tmp_path):
    """Averaged over many directions, the squares are the Frobenius norm's; one is a draw of it."""
    event, run, rows = event_of(tmp_path, "generate", cell="rnn")
    layer = run.model.layers[0]
    work = open_work(str(tmp_path / "text.txt"), None, config_from(settings("generate")))
    work.build()
    seen = {}
    hook = layer.register_forward_pre_hook(lambda _, args: seen.setdefault("x", args[0]))
    run.model.eval()
    work.loss(run.model, rows[[0, 1, 2, 3]], Team().device)
    hook.remove()
    x, W = seen["x"].detach().double(), layer.weight_hh_l0.detach().double()
    h, states = torch.zeros(4, 7).double(), []
    for t in range(10):
        a = x[:, t] @ layer.weight_ih_l0.T.double() + layer.bias_ih_l0.double()
        h = torch.tanh(a + h @ W.T + layer.bias_hh_l0.double())
        states.append(h.detach())
    d = torch.randn(4, 7, generator=torch.Generator().manual_seed(0)).double()
    curve, start = [], d.norm(dim=-1)
    for t in reversed(range(10)):
        curve.append(float(((d.norm(dim=-1) / start) ** 2).mean().sqrt()))
        d = (d * (1 - states[t] ** 2)) @ W
    (found,) = event["layers"].values()
    np.testing.assert_allclose(found["norms"], [curve[k] for k in found["distances"]], rtol=1e-3)
    assert (found["steps"], found["whole"]) == effective_memory(np.array(curve[::-1]))


@pytest.mark.parametrize("task", ["classify", "generate"])
def test_networks_without_recurrence_have_none(tmp_path, task):
    data = files(tmp_path, task)
    config = {"task": task, "model": {"architecture": "fully-connected", "hidden_size": 5},
              "training": {"steps": 4, "memory_every": 1}}  # fmt: skip
    train(data, tmp_path / "run", config=config)
    assert not [e for e in log(tmp_path / "run") if e["event"] == "memory"]


def test_nothing_is_left_behind(tmp_path):
    """Modes, hooks and gradients of a network are as they were."""
    event, run, rows = event_of(tmp_path, "classify", layers=2, dropout=0.5)
    assert event is not None
    assert all(part.training for part in run.model.modules())
    assert run.model.encoder.dropout == 0.5
    assert not run.model.encoder._forward_hooks
    assert all(weight.grad is None for weight in run.model.parameters())
    honest = run.work.loss
    run.work.loss = lambda *given: honest(*given) * (1 + 0 * torch.rand(()))  # draws, as some do
    torch.manual_seed(5)
    want = torch.rand(3)
    torch.manual_seed(5)
    memory_event(run.work, run.model, rows, run.team.device, 1)
    assert torch.equal(torch.rand(3), want)
