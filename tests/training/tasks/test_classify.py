"""The task `classify` in training: its loss by hand, its scores, its model file, exact resume."""

import numpy as np
import pytest
import torch
from torch.nn import functional as F

import seqloom
from seqloom.config import config_from
from seqloom.training import loop, resume, train
from seqloom.training.tasks import open_work

from ...reviews import tiny, write_reviews
from ..runs import assert_equal_runs, validations

ARCHITECTURES = {
    "recurrent": {"architecture": "recurrent", "pool": "attention"},
    "fully-connected": {"architecture": "fully-connected"},
    "transformer": {
        "architecture": "transformer",
        "hidden_size": 8,
        "num_heads": 2,
        "feedforward_size": 8,
    },
}


@pytest.fixture
def reviews(tmp_path):
    return write_reviews(tmp_path / "reviews.tsv")


def settings(name="recurrent", **training):
    tree = tiny(training=training)
    model = {**tree["model"], **ARCHITECTURES[name]}
    if name == "fully-connected":
        del model["attention_size"]
    if name == "transformer":
        del model["embedding_size"]
    return {**tree, "model": model}


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_every_architecture_trains_and_its_file_predicts_what_was_validated(
    tmp_path, reviews, monkeypatch, name
):
    """Torch's accuracy on the validation texts is what the NumPy runtime gets from the file."""
    monkeypatch.setattr("seqloom.training.tasks.classify.VALID_TEXTS", 7)
    config = settings(name, steps=120, learning_rate=0.02, averaging=0.9)
    result = train(reviews, tmp_path / "run", valid=reviews, config=config)
    assert result.finished
    assert result.measure.key == "accuracy"
    model = seqloom.load(result.path)
    rows = [line.split("\t") for line in reviews.read_text().splitlines()]
    assert result.score is not None
    answers = model.predict([row[0] for row in rows])
    right = [answer == row[1] for answer, row in zip(answers, rows, strict=True)]
    assert len(set(answers)) > 1  # else their order would not matter
    assert 100 * np.mean(right) == pytest.approx(result.score)
    assert {"accuracy", "macro_f1", "log_loss"} <= set(validations(tmp_path / "run")[0])
    assert model.file.training["texts"] == 60


def test_loss_is_the_cross_entropy_summed_over_texts(reviews):
    work = open_work(str(reviews), None, config_from(settings(label_smoothing=0.2)))
    network = work.build().eval()
    rows = np.array([3, 0, 17])
    batch = work.data.train.collate(rows)
    logits = network(torch.from_numpy(batch.symbols), torch.from_numpy(batch.lengths))
    smooth = torch.full((3, 3), 0.2 / 3)
    smooth[torch.arange(3), torch.from_numpy(batch.labels)] += 0.8
    want = -(smooth * logits.log_softmax(-1)).sum()
    torch.testing.assert_close(work.loss(network, rows, torch.device("cpu")), want)
    assert work.size(rows) == 3
    assert work.volume(rows) == int(batch.lengths.sum())


def test_balanced_weights_scale_the_loss_of_each_class(tmp_path):
    path = tmp_path / "r.tsv"
    path.write_text("a b\tx\n" * 3 + "c d\ty\n")
    config = config_from(tiny(training={"class_weights": "balanced", "label_smoothing": 0.0}))
    work = open_work(str(path), str(path), config)
    network = work.build().eval()
    device = torch.device("cpu")
    losses = [float(work.loss(network, np.array([row]), device).detach()) for row in (0, 3)]
    with torch.no_grad():
        for row, weight, loss in ((0, 2 / 3, losses[0]), (3, 2.0, losses[1])):
            batch = work.data.train.collate(np.array([row]))
            logits = network(torch.from_numpy(batch.symbols), torch.from_numpy(batch.lengths))
            plain = F.cross_entropy(logits, torch.from_numpy(batch.labels))
            assert loss == pytest.approx(weight * float(plain), rel=1e-5)


def test_settings_that_depend_on_the_architecture_are_filled_in(reviews):
    for name, rate in (("recurrent", 1e-3), ("fully-connected", 2e-3), ("transformer", 1e-3)):
        work = open_work(str(reviews), None, config_from(settings(name)))
        assert work.config.training.learning_rate == rate


def test_a_killed_run_ends_as_one_that_was_not(tmp_path, reviews, monkeypatch):
    config = settings(steps=30)
    train(reviews, tmp_path / "whole", config=config)
    honest = loop.TrainingRun.step

    class Killed(BaseException):
        pass

    def step(run, rows):
        honest(run, rows)
        if run.progress.step == 17:
            raise Killed

    monkeypatch.setattr(loop.TrainingRun, "step", step)
    with pytest.raises(Killed):
        train(reviews, tmp_path / "killed", config=config)
    monkeypatch.setattr(loop.TrainingRun, "step", honest)
    resume(tmp_path / "killed")
    assert_equal_runs(tmp_path / "whole", tmp_path / "killed")


def test_batches_are_a_function_of_seed_and_epoch(reviews):
    work = open_work(str(reviews), None, config_from(settings()))
    plan = [rows.tolist() for rows in work.plan(1)]
    assert plan == [rows.tolist() for rows in work.plan(1)]
    assert plan != [rows.tolist() for rows in work.plan(2)]


def test_vectors_start_from_the_labels_they_are_seen_with(reviews):
    """The first numbers, 16 of them or as many as there are; the others are drawn."""
    trees = [tiny(model={"embedding_size": 20}, training={"label_ratios": r}) for r in (0.1, 0.0)]
    works = [open_work(str(reviews), None, config_from(tree)) for tree in trees]
    networks = []
    for work in works:
        torch.manual_seed(0)
        networks.append(work.build().embedding.weight.detach())
    vocabulary = works[0].data.reader.vocabulary
    lovely = vocabulary.symbols.index("lovely")
    started, drawn = networks
    columns = started[lovely, :15].reshape(5, 3)
    torch.testing.assert_close(columns, columns[:1].expand(5, 3))
    assert columns[0, 2] > 0.1 > 0 > columns[0, 0]  # positive; negative
    torch.testing.assert_close(started[:, 16:], drawn[:, 16:])
    assert float(drawn.abs().max()) < 0.3
