"""Speech in training: the loss against its parts, and exact resumes."""

import numpy as np
import pytest
import torch

import seqloom
from seqloom.config import config_from
from seqloom.data.speech.tones import make_tones
from seqloom.data.vocabulary import EOS
from seqloom.decoding.ctc import ctc_log_probability
from seqloom.errors import MissingExtraError
from seqloom.training import loop, resume, train
from seqloom.training.tasks import open_work

from ..runs import assert_equal_runs

soundfile = pytest.importorskip("soundfile", reason="the extra `speech` is not installed")

STILL = {"speed_change": 0.0, "gain_db": 0.0, "time_masks": 0.0, "mel_masks": 0}
DATA = {"valid_fraction": 0.2, "batch_seconds": 12.0, "mels": 16}
CTC = {"hidden_size": 8, "layers": 1}
LAS = {
    **{"architecture": "las", "hidden_size": 6, "pyramid_layers": 1, "embedding_size": 4},
    **{"attention_size": 5, "filters": 2, "filter_reach": 2},
}
TRAINING = {"steps": 12, "seed": 3, "samples": 0}


@pytest.fixture(scope="module")
def tones(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tones")
    make_tones(folder / "data", count=24, seed=0)
    return folder / "data" / "train.tsv"


def settings(model=CTC, **data):
    return {
        "task": "transcribe",
        "data": {**DATA, **data},
        "model": model,
        "training": TRAINING,
    }


def open_still(path, model):
    """A work whose sounds are not changed, and its network without dropout, in float32."""
    work = open_work(str(path), None, config_from(settings({**model, "dropout": 0.0}, **STILL)))
    torch.manual_seed(1)
    return work, work.build()


def test_without_the_extra_it_is_named(tones, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "soundfile", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'seqloom\[speech\]'$"):
        open_work(str(tones), None, config_from(settings()))


def test_defaults_that_depend_on_data_and_architecture(tones):
    for model, rate, beam in ((CTC, 4e-3, 1), (LAS, 3e-3, 5)):
        config = open_work(str(tones), None, config_from(settings(model))).config
        assert config.data.sample_rate == 8000
        assert (config.training.learning_rate, config.decoding.beam) == (rate, beam)


# -- the loss ------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", [CTC, LAS], ids=["ctc", "las"])
def test_the_loss_of_a_batch_is_the_sum_of_its_rows(tones, model):
    work, network = open_still(tones, model)
    rows = np.array([4, 0, 7, 2])
    device = torch.device("cpu")
    whole = work.loss(network, rows, device)
    parts = sum(work.loss(network, rows[i : i + 1], device) for i in range(4))
    torch.testing.assert_close(whole, parts, rtol=1e-4, atol=1e-3)
    assert work.size(rows) == sum(work.size(rows[i : i + 1]) for i in range(4))
    assert work.volume(rows) == work.data.train.steps[rows].sum()


def test_the_ctc_loss_is_minus_the_log_probability(tones):
    work, network = open_still(tones, CTC)
    rows = np.array([3, 5])
    batch = work.data.train.collate(rows.tolist(), work.data.normal)
    with torch.no_grad():
        table = network(*map(torch.from_numpy, batch)).numpy()
        loss = work.loss(network, rows, torch.device("cpu")).item()
    want = sum(
        ctc_log_probability(own[:n], tuple(work.data.targets.lists(np.array([row]))[0]))
        for own, n, row in zip(table, batch.lengths, rows, strict=True)
    )
    assert loss == pytest.approx(-want, rel=1e-4)


def test_the_las_loss_is_the_smoothed_cross_entropy(tones):
    work, network = open_still(tones, LAS)
    row, target = 3, [*work.data.targets.lists(np.array([3]))[0], EOS]
    batch = work.data.train.collate([row], work.data.normal)
    read = torch.tensor([[1, *target[:-1]]])
    with torch.no_grad():
        log_probs = network(*map(torch.from_numpy, batch), read)[0].log_softmax(-1)
        loss = work.loss(network, np.array([row]), torch.device("cpu")).item()
    right = log_probs[torch.arange(len(target)), target]
    want = -(0.9 * right + 0.1 * log_probs.mean(-1)).sum().item()
    assert loss == pytest.approx(want, rel=1e-4)


def test_changes_are_drawn_from_the_seed_of_the_step(tones):
    work = open_work(str(tones), None, config_from(settings({**CTC, "dropout": 0.0})))
    torch.manual_seed(1)
    network, rows = work.build(), np.arange(4)
    losses = []
    for seed in (7, 7, 8):
        torch.manual_seed(seed)
        losses.append(work.loss(network, rows, torch.device("cpu")).item())
    assert losses[0] == losses[1] != losses[2]


# -- runs ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", [CTC, LAS], ids=["ctc", "las"])
def test_a_run_that_was_interrupted_ends_as_one_that_was_not(tones, tmp_path, monkeypatch, model):
    given = settings(model)
    train(tones, tmp_path / "whole", config=given)
    honest = loop.TrainingRun.step

    def step(run, rows):
        honest(run, rows)
        run.interrupted = run.interrupted or run.progress.step == 5

    with monkeypatch.context() as patch:
        patch.setattr(loop.TrainingRun, "step", step)
        stopped = train(tones, tmp_path / "parts", config=given)
    assert (stopped.finished, stopped.step) == (False, 5)
    assert resume(tmp_path / "parts").finished
    for folder in ("whole", "parts"):  # speeds differ
        log = tmp_path / folder / "log.jsonl"
        log.write_text(log.read_text().replace("steps_per_second", "symbols_per_second"))
    assert_equal_runs(tmp_path / "whole", tmp_path / "parts")


@pytest.mark.parametrize("model", [CTC, LAS], ids=["ctc", "las"])
def test_what_a_run_ships_says_what_validation_heard(tones, tmp_path, model):
    result = train(tones, tmp_path / "run", config=settings(model))
    work = open_work(str(tones), None, config_from(settings(model)))
    shipped = seqloom.load(result.path)
    assert shipped.file.training["recordings"] == len(work.data.train)
    network = work.build()
    network.load_state_dict({n: torch.from_numpy(t) for n, t in shipped.file.tensors.items()})
    device = torch.device("cpu")
    heard = [
        work.data.text.decode(s) for s in work._greedy(network.eval(), device, work.valid_features)
    ]
    paths = [u.path for u in work.data.valid.utterances]
    assert shipped.predict(paths, beam=1) == heard
    values = work.validate(network, device)
    assert values["character_error"] == pytest.approx(
        shipped.file.training["valid_character_error"], abs=1e-3
    )


def test_every_row_is_in_the_plan_once(tones):
    work, _ = open_still(tones, CTC)
    for epoch in range(3):
        plan = work.plan(epoch)
        rows = np.sort(np.concatenate(plan))
        np.testing.assert_array_equal(rows, np.arange(len(work.data.train)))
    assert len(plan) > 1
    assert work.default_steps() >= 4000
    assert 0 < work.validation_steps() < 10


LEARNS = {
    "ctc": ({"hidden_size": 96}, 900, 36),
    "las": ({"architecture": "las", "hidden_size": 64}, 1800, 33),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", LEARNS)
def test_dialled_numbers_are_learned(tmp_path, name):
    model, steps, least = LEARNS[name]
    make_tones(tmp_path / "tones", count=400, seed=0)
    result = train(
        tmp_path / "tones" / "train.tsv",
        tmp_path / "run",
        config={"task": "transcribe", "model": model, "training": {"steps": steps}},
    )
    lines = (tmp_path / "tones" / "test.tsv").read_text().splitlines()
    paths = [tmp_path / "tones" / line.split("\t")[0] for line in lines]
    heard = seqloom.load(result.path).predict(paths)
    right = sum(a == line.split("\t")[1] for a, line in zip(heard, lines, strict=True))
    assert right >= least, f"{right} of {len(lines)}"
