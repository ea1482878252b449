"""One step and its plan: the loss against a formula, the schedule, the average, the length."""

import dataclasses

import numpy as np
import pytest
import torch

from seqloom.config import config_from
from seqloom.data.vocabulary import BOS, PAD
from seqloom.training.averaging import Average
from seqloom.training.schedule import learning_rate, valid_every
from seqloom.training.tasks.transduce import resolve

from ..toys import tiny, write_toy
from .runs import open_run

STILL = {"dropout": 0.0}


@pytest.fixture
def float64():
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


@pytest.fixture(params=["recurrent", "transformer"])
def run(request, float64, data, tmp_path):
    model = {**tiny()["model"], "hidden_size": 10, **STILL}
    if request.param == "transformer":
        model = {"architecture": "transformer", "hidden_size": 10, "num_heads": 2, **STILL}
    settings = tiny(training={"label_smoothing": 0.3})
    return open_run(data, {**settings, "model": model}, tmp_path / "run")


def ragged_rows(run):
    """Rows with sources and targets of all lengths in one batch."""
    lengths = run.work.data.train.target_lengths
    rows = np.array([int(np.flatnonzero(lengths == n)[0]) for n in (3, 7, 4, 6, 5)])
    assert len(set(run.work.data.train.source_lengths[rows])) == 5
    return rows


def gradients(run, rows):
    loss = run._gradients(rows, step=0)
    return loss, {n: p.grad.clone() for n, p in run.model.named_parameters()}


def test_loss_is_label_smoothed_cross_entropy(run):
    """-(1 - e) log p[y] - e/V sum_v log p[v], summed over real symbols, in nats."""
    rows = ragged_rows(run)
    batch, smoothing = run.work.data.train.collate(rows), 0.3
    read = np.concatenate([np.full((5, 1), BOS), batch.target[:, :-1]], axis=1)
    with torch.no_grad():
        logits = run.model(
            torch.tensor(batch.source), torch.tensor(batch.source_lengths), torch.tensor(read)
        ).numpy()
    log_p = logits - np.log(np.exp(logits).sum(axis=-1, keepdims=True))
    want = 0.0
    for b, length in enumerate(batch.target_lengths):
        for t in range(length):
            assert batch.target[b, t] != PAD
            want -= (1 - smoothing) * log_p[b, t, batch.target[b, t]]
            want -= smoothing * log_p[b, t].mean()
    assert run._gradients(rows, step=0) == pytest.approx(want, rel=1e-12)


def test_gradients_are_the_mean_over_symbols_and_ignore_padding(run):
    rows = ragged_rows(run)
    loss, together = gradients(run, rows)
    losses, sums, symbols = 0.0, {n: torch.zeros_like(g) for n, g in together.items()}, 0
    for row in rows:
        own = int(run.work.data.train.target_lengths[row])
        part, alone = gradients(run, np.array([row]))
        losses, symbols = losses + part, symbols + own
        for name, gradient in alone.items():
            sums[name] += own * gradient
    assert loss == pytest.approx(losses, rel=1e-12)
    for name, gradient in together.items():
        torch.testing.assert_close(gradient, sums[name] / symbols, rtol=1e-9, atol=1e-12)


def test_dropout_is_drawn_from_seed_and_step(data, tmp_path):
    def losses(seed, step):
        run = open_run(data, tiny(training={"seed": seed}, model={"dropout": 0.5}), tmp_path)
        with torch.no_grad():  # same weights for every seed
            for weight in run.model.parameters():
                weight.copy_(torch.linspace(-1, 1, weight.numel()).view_as(weight))
        torch.rand(step + 1)  # whatever else draws between steps
        return run._gradients(np.arange(9), step=step)

    assert losses(3, 7) == losses(3, 7)
    assert len({losses(3, 7), losses(3, 8), losses(4, 7)}) == 3


def test_clipping_bounds_the_step(data, tmp_path):
    run = open_run(data, tiny(training={"clip_norm": 0.001}), tmp_path)
    run.step(np.arange(9))
    norm = torch.stack([p.grad.norm() for p in run.model.parameters()]).norm()
    assert float(norm) == pytest.approx(0.001, rel=1e-3)


def test_weight_decay_spares_vectors(data, tmp_path):
    run = open_run(data, tiny(training={"weight_decay": 0.5}), tmp_path)
    decays = {
        id(p): group["weight_decay"]
        for group in run.optimizer.param_groups
        for p in group["params"]
    }
    assert {n: decays[id(p)] for n, p in run.model.named_parameters()} == {
        n: 0.5 if p.ndim > 1 else 0.0 for n, p in run.model.named_parameters()
    }


def test_schedule():
    """Up in a tenth of the steps, then half a cosine to a hundredth of the peak."""
    config = config_from({"training": {"learning_rate": 2.0, "warmup": 0.1}})
    rates = [learning_rate(step, 100, config.training) for step in range(100)]
    assert rates[0] == pytest.approx(2 / 11)
    assert rates[4] == pytest.approx(10 / 11)
    assert rates[10] == pytest.approx(2.0)
    assert rates[55] == pytest.approx(2 * (0.01 + 0.99 / 2))
    assert rates[40] == pytest.approx(2 * (0.01 + 0.99 * 0.75))  # a third: cosine is 1/2
    assert 0.02 < rates[99] < 0.0215
    assert rates[:10] == sorted(rates[:10])
    assert rates[10:] == sorted(rates[10:], reverse=True)
    flat = config_from({"training": {"learning_rate": 2.0, "warmup": 0.0}})
    assert learning_rate(0, 1, flat.training) == 1.0


def test_rate_reaches_the_optimiser(data, tmp_path):
    run = open_run(
        data, tiny(training={"steps": 40, "warmup": 0.25, "learning_rate": 0.1}), tmp_path
    )
    for step in range(3):
        run.step(np.arange(5))
        assert {g["lr"] for g in run.optimizer.param_groups} == {0.1 * (step + 1) / 11}


@pytest.mark.parametrize(
    ("steps", "steps_per_epoch", "every"),
    [
        (2400, 133, 133),  # an epoch
        (1000, 500, 100),  # but ten at least
        (100_000, 10, 1000),  # and a hundred at most
        (5, 100, 1),
        (1, 1, 1),
        (30, 1, 1),
        (250, 2, 3),
    ],
)
def test_validation_cadence(steps, steps_per_epoch, every):
    assert valid_every(steps, steps_per_epoch) == every


def test_average_follows_its_formula():
    """a <- d a + (1 - d) w with d = min(decay, step / (step + 9))."""
    model = torch.nn.Linear(3, 2)
    average = Average(model, 0.3)
    want = {n: p.detach().clone() for n, p in model.named_parameters()}
    for step in range(1, 8):
        with torch.no_grad():
            for weight in model.parameters():
                weight.add_(torch.randn_like(weight))
        average.update(step)
        decay = min(0.3, step / (step + 9))
        for name, weight in model.named_parameters():
            want[name] = decay * want[name] + (1 - decay) * weight.detach()
    assert 3 / 12 < 0.3 < 4 / 13  # both branches of the minimum were taken
    for name, weight in average.weights.items():
        torch.testing.assert_close(weight, want[name])


def test_average_is_applied_and_taken_back():
    model = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.Dropout())
    average = Average(model, 0.5)
    before = {n: p.detach().clone() for n, p in average.weights.items()}
    with torch.no_grad():
        for weight in model.parameters():
            weight.add_(1.0)
    now = {n: p.detach().clone() for n, p in model.named_parameters()}
    with average.applied():
        assert not model.training
        for name, weight in model.named_parameters():
            assert torch.equal(weight, before[name])
    assert model.training
    for name, weight in model.named_parameters():
        assert torch.equal(weight, now[name])
        assert torch.equal(average.weights[name], before[name])


def test_average_is_taken_back_after_an_error():
    model = torch.nn.Linear(3, 2)
    average = Average(model, 0.5)
    with torch.no_grad():
        model.bias.fill_(7.0)
    with pytest.raises(ZeroDivisionError), average.applied():
        1 / 0  # noqa: B018
    assert torch.equal(model.bias, torch.full((2,), 7.0))


@pytest.fixture
def opened(tmp_path):
    """A run whose length is settled, of settings that may leave it open."""

    def open_(path, **sections):
        return open_run(path, sections, tmp_path / "run")

    return open_


def test_epochs_become_steps(data, opened):
    run = opened(data, data={"batch_symbols": 60}, training={"epochs": 2.5})
    sizes = [len(run.work.plan(epoch)) for epoch in range(3)]
    training = run.config.training
    assert training.steps == sizes[0] + sizes[1] + round(0.5 * sizes[2])
    assert training.epochs is None
    assert run.work.config == run.config
    run.fix_length()
    assert run.config.training == training  # what a recipe carries stays


@pytest.mark.parametrize("batch_symbols", [None, 60, 8])
def test_default_length_is_the_longer_of_epochs_and_steps(tmp_path, batch_symbols, opened):
    path = write_toy(tmp_path / "more.tsv", num_pairs=300)
    run = opened(path, data={"batch_symbols": batch_symbols})
    epochs = sum(len(run.work.plan(epoch)) for epoch in range(12))
    assert (epochs > 2400) == (batch_symbols == 8)
    assert run.config.training.steps == max(2400, epochs)


def test_many_epochs_are_counted_from_some(data, opened):
    run = opened(data, data={"batch_symbols": 60}, training={"epochs": 1000})
    mean = sum(len(run.work.plan(epoch)) for epoch in range(32)) / 32
    assert run.config.training.steps == round(1000 * mean)


def test_defaults_that_depend_on_the_data(data, opened):
    work = opened(data).work
    assert (work.config.data.batch_symbols, work.config.training.learning_rate) == (1024, 2e-3)
    other = opened(data, model={"architecture": "transformer"}).work
    assert other.config.training.learning_rate == 1e-3
    large = dataclasses.replace(work.data)
    object.__setattr__(large, "train", _Counts(500_000))
    config = resolve(config_from({"training": {"steps": 1}}), large)
    assert config.data.batch_symbols == 2048
    given = config_from(
        {"data": {"batch_symbols": 77}, "training": {"steps": 5, "learning_rate": 0.5}}
    )
    settled = resolve(given, work.data)
    assert (settled.data.source_column, settled.data.target_column) == ("1", "2")
    assert settled.training == given.training
    assert settled.data.batch_symbols == 77


class _Counts:
    """As many symbols as a large data set has, half of them on each side."""

    def __init__(self, symbols: int) -> None:
        self.source_lengths = self.target_lengths = np.array([symbols])
