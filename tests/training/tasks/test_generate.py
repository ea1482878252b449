"""The task `generate` in training: chunks that go on, runs that resume, memory that stays."""

import tracemalloc

import numpy as np
import pytest
import torch
from torch.nn import functional as F

import seqloom
from seqloom.config import config_from
from seqloom.data.vocabulary import BOS
from seqloom.errors import DataError
from seqloom.reference import trees
from seqloom.training import loop, resume, train
from seqloom.training.tasks.generate import Generate

from ...running_text import some_text
from ..runs import Listening, assert_equal_runs, log

CPU = torch.device("cpu")
MODELS = {
    "lstm": {"hidden_size": 7, "embedding_size": 5, "layers": 2, "recurrent_dropout": 0.0},
    "gru": {
        "cell": "gru",
        "hidden_size": 7,
        "embedding_size": 5,
        "tie_weights": True,
        "recurrent_dropout": 0.0,
    },
    "transformer": {
        "architecture": "transformer",
        "hidden_size": 8,
        "num_heads": 2,
        "feedforward_size": 9,
        "layers": 2,
        "context": 13,
    },
    "fully-connected": {
        "architecture": "fully-connected",
        "window": 4,
        "hidden_size": 7,
        "embedding_size": 5,
    },
}


def settings(name="lstm", **sections):
    tree = {
        "task": "generate",
        "data": {"streams": 3, "chunk": 10},
        "model": {**MODELS[name], "dropout": 0.3},
        "training": {"steps": 40, "learning_rate": 0.01, "seed": 3, "samples": 0},
    }
    return {
        k: {**tree.get(k, {}), **sections.get(k, {})} if k != "task" else v for k, v in tree.items()
    }


def write(path, length=400, seed=0):
    text = some_text(length, seed)
    path.write_text("\n".join(text[i : i + 30] for i in range(0, length, 30)))
    return path


def open_work(path, name="lstm", **sections):
    return Generate.open(str(path), None, config_from(settings(name, **sections)))


def lost(work, network, rows):
    return float(work.loss(network, rows, CPU).detach())


@pytest.fixture
def text(tmp_path):
    return write(tmp_path / "some.txt")


@pytest.mark.parametrize("name", MODELS)
def test_chunks_add_up_to_streams_read_at_once(text, name):
    work = open_work(text, name, model={"dropout": 0.0})
    network = work.build()
    batches = work.plan(0)
    assert len(batches) > 5
    losses = [lost(work, network, rows) for rows in batches]
    first = batches[0] // 3
    length = 10 * len(batches)
    stream = torch.tensor(
        np.stack([work.data.ids[place : place + length] for place in first])
    ).long()
    read = torch.cat([torch.full((3, 1), BOS), stream[:, :-1]], dim=1)
    logits, _ = network(read)
    costs = F.cross_entropy(logits.transpose(1, 2), stream, reduction="none")
    want = [float(part.sum()) for part in costs.detach().split(10, dim=1)]
    np.testing.assert_allclose(losses, want, rtol=1e-6)


def test_gradients_stop_at_a_chunk_s_border(text):
    work = open_work(text)
    network = work.build()
    for rows in work.plan(0)[:3]:
        work.loss(network, rows, CPU).backward()  # a graph that went further back would be gone
    parts = []
    trees.map_arrays(parts.append, work._carried.state)
    assert parts
    assert not any(part.requires_grad for part in parts)


def test_streams_begin_anew_with_an_epoch(text):
    work = open_work(text, model={"dropout": 0.0})
    network = work.build()
    alone = open_work(text, model={"dropout": 0.0})
    for rows in work.plan(0):
        work.loss(network, rows, CPU)
    rows = work.plan(1)[0]
    assert lost(work, network, rows) == lost(alone, network, rows)
    later = work.plan(1)[1]
    assert lost(work, network, later) != lost(
        open_work(text, model={"dropout": 0.0}), network, later
    )


@pytest.mark.parametrize("name", MODELS)
def test_killed_and_resumed_to_the_bit(tmp_path, text, monkeypatch, name):
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    more = {"recurrent_dropout": 0.3, "input_dropout": 0.2} if name in ("lstm", "gru") else {}
    config = settings(name, model=more)
    torch.set_default_dtype(torch.float32)
    train(text, whole, config=config)
    honest = loop.TrainingRun.step

    class Killed(BaseException):
        pass

    def step(run, rows):
        honest(run, rows)
        if run.progress.step == 18:  # between checkpoints, within an epoch
            raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(loop.TrainingRun, "step", step)
        with pytest.raises(Killed):
            train(text, broken, config=config)
    resume(broken)
    assert_equal_runs(whole, broken)


def test_without_the_carried_state_a_resumed_run_would_differ(tmp_path, text, monkeypatch):
    """What the test above rests on: here the state is dropped, and it shows."""
    torch.set_default_dtype(torch.float32)
    train(text, tmp_path / "whole", config=settings())
    honest = loop.TrainingRun.step

    def step(run, rows):
        honest(run, rows)
        if run.progress.step == 18:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(loop.TrainingRun, "step", step)
        with pytest.raises(KeyboardInterrupt):
            train(text, tmp_path / "broken", config=settings())
    with monkeypatch.context() as patch:
        patch.setattr(Generate, "restore", lambda work, carried: None)
        resume(tmp_path / "broken")
    with pytest.raises(AssertionError):
        assert_equal_runs(tmp_path / "whole", tmp_path / "broken")


@pytest.mark.parametrize("name", MODELS)
def test_two_processes_carry_what_one_would(text, name):
    options = {"model": {"dropout": 0.0}, "data": {"streams": 5}}
    one = open_work(text, name, **options)
    network = one.build()
    pair = [open_work(text, name, **options) for _ in range(2)]
    for work in pair:
        work.build()
    batches = one.plan(0)
    for rows in batches[:2]:
        one.loss(network, rows, CPU)
        for rank, work in enumerate(pair):
            work.loss(network, rows[rank::2], CPU)
    want = one.carried()
    parts = [work.carried() for work in pair]
    together = {name: parts[0][name] + parts[1][name] for name in want}
    assert parts[0].keys() == parts[1].keys() == want.keys()
    for name, tensor in want.items():
        torch.testing.assert_close(together[name], tensor)
    whole = lost(one, network, batches[2])
    for work in pair:
        work.restore(together)
    again = [lost(w, network, batches[2][rank::2]) for rank, w in enumerate(pair)]
    assert sum(again) == pytest.approx(whole)


def saved_bytes(work):
    """What a step's graph holds, and the peak of what NumPy allocates in it."""
    network, sizes = work.build(), []
    batches = work.plan(0)
    work.loss(network, batches[0], CPU)

    def pack(tensor):
        sizes.append(tensor.numel() * tensor.element_size())
        return tensor

    tracemalloc.start()
    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        work.loss(network, batches[1], CPU).backward()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return sum(sizes), peak


@pytest.mark.parametrize("name", ["lstm", "transformer"])
def test_memory_of_a_step_does_not_grow_with_the_text(tmp_path, name):
    short = saved_bytes(open_work(write(tmp_path / "short.txt", 2_000), name))
    long = saved_bytes(open_work(write(tmp_path / "long.txt", 60_000), name))
    assert short[0] > 10_000
    assert long[0] == short[0]
    assert long[1] < 1.2 * short[1] + 5_000
    longer_chunks = open_work(tmp_path / "short.txt", name, data={"chunk": 40})
    assert saved_bytes(longer_chunks)[0] > 2 * short[0]  # it does notice


def test_a_validation_is_the_score_of_the_shipped_model(tmp_path):
    torch.set_default_dtype(torch.float32)
    path = write(tmp_path / "some.txt", 9000)
    reporter = Listening()
    result = train(path, tmp_path / "run", config=settings(), callbacks=[reporter])
    held_out = path.read_text()[8370:]
    assert reporter.messages[0] == (
        f"{path}: the first 8,369 characters to train on, the last 930 for validation"
    )
    model = seqloom.load(result.path)
    score = model.score(path.read_text()[8369:])
    assert len(held_out) == 929
    best = [e for e in log(tmp_path / "run") if e.get("best")][-1]
    for key in ("bits_per_character", "nats_per_symbol", "perplexity"):
        assert getattr(score, key) == pytest.approx(best[key], rel=1e-4)
    assert dict(model.describe())["symbols"] == "characters, vocabulary of 11"


def test_subwords_are_scored_per_character(tmp_path):
    torch.set_default_dtype(torch.float32)
    path = tmp_path / "words.txt"
    path.write_text("to be or not to be, that is the question:\n\nwhether 'tis nobler\n" * 20)
    config = settings(data={"level": "subwords", "subword_size": 120, "streams": 2})
    result = train(path, tmp_path / "run", config=config)
    model = seqloom.load(result.path)
    assert dict(model.describe())["symbols"].startswith("subwords, vocabulary of ")
    score = model.score(path.read_text())
    assert score.symbols < 0.6 * score.characters
    assert score.bits_per_character < score.nats_per_symbol / 0.6931


def test_short_texts_and_what_is_said(tmp_path):
    (tmp_path / "short.txt").write_text("abcde\r\nfgab\r\nQQ")
    work = open_work(tmp_path / "short.txt", data={"valid_fraction": 0.4})
    assert (work.config.data.streams, work.config.data.chunk) == (1, 9)
    assert work.report[1:] == (
        "read as characters: 9 symbols of 13",
        "lines end in CR LF, which are two symbols",
        "data.streams = 1 instead of 3: the text is short",
        "data.chunk = 9 instead of 10: the text is short",
        "unknown: 2 of 6 symbols of the validation text were never seen in training and are read "
        "as unknown: Q",
    )
    assert np.isfinite(lost(work, work.build(), work.plan(0)[0]))
    (tmp_path / "one.txt").write_text("x")
    with pytest.raises(
        DataError, match=r"one\.txt: a text must have at least 12 characters to learn"
    ):
        open_work(tmp_path / "one.txt")


def test_default_length_and_other_data(tmp_path, text):
    work = open_work(text)
    assert work.default_steps() == 1000
    assert work.size(work.plan(0)[0]) == work.volume(work.plan(0)[0]) == 30
    other = write(tmp_path / "other.txt", seed=1)
    assert open_work(other).fingerprint != work.fingerprint
    both = Generate.open(str(text), str(other), config_from(settings()))
    assert both.report[1] == f"{other}: 413 characters, for validation"
    assert both.valid == other.read_text()


def test_a_text_of_a_few_characters_is_refused(tmp_path):
    (tmp_path / "few.txt").write_text("abc\n")
    with pytest.raises(
        DataError, match=r"few\.txt: a text must have at least 12 characters to learn"
    ):
        open_work(tmp_path / "few.txt")


def test_a_validation_text_of_unknown_symbols_is_refused(tmp_path):
    (tmp_path / "train.txt").write_text("abcdefg\n" * 90)
    (tmp_path / "valid.txt").write_text("XYZUVWa\n" * 90)
    with pytest.raises(
        DataError, match=r"540 of 720 symbols of the validation text are in no train"
    ):
        Generate.open(
            str(tmp_path / "train.txt"), str(tmp_path / "valid.txt"), config_from(settings())
        )
