"""Runs that begin with a model: it knows what it knew, its vocabulary grows, the record says so."""

import hashlib
import os

import numpy as np
import pytest
import torch

import seqloom
from seqloom.config import config_from, merge
from seqloom.data.speech.tones import make_tones
from seqloom.errors import ConfigError, DataError, FormatError
from seqloom.export.start_model import read_start
from seqloom.training import loop, resume, train
from seqloom.training.tasks import FINE_TUNING, open_work

from ..toys import tiny, write_toy
from .runs import assert_equal_runs, log

STEPS = {"training": {"steps": 4}}


@pytest.fixture
def old(data, tmp_path):
    """A run of pairs."""
    train(data, tmp_path / "old", config=tiny())
    return tmp_path / "old"


@pytest.fixture
def more(tmp_path):
    """Pairs with symbols that the old ones do not have, on both sides."""
    path = write_toy(tmp_path / "more.tsv", seed=5, num_pairs=30)
    lines = [line.replace("a", "z").replace("A", "Z") for line in path.read_text().splitlines()]
    path.write_text("\n".join(lines) + "\nayb\tB Y A\nyab\tB A Y\n")
    return path


def begun(data, model, config):
    """A work that begins with a model, and its network before the first step."""
    start = read_start(model)
    config = config_from(start.inherited(config))
    work = open_work(str(data), None, config, start)
    network = work.build()
    work.begin(network)
    return work, network.eval()


def at_step_0(work, network):
    """It as a model of the runtime."""
    file = work.model_file(network, {})
    return type(seqloom.load(work.start.path))(file)


def test_before_its_first_step_it_is_the_model(old, data):
    """Pairs: on the old data nothing is new, and all outputs and scores are the same."""
    work, network = begun(data, old, {})
    model, now = seqloom.load(old), at_step_0(work, network)
    texts = ["ab", "hgfedc", "dad"]
    assert now.predict(texts) == model.predict(texts)
    assert now.predict_nbest(texts, 3) == model.predict_nbest(texts, 3)
    assert now.parts == model.parts


def test_a_vocabulary_grows_at_its_end(old, more, data):
    model = seqloom.load(old)
    work, _ = begun(more, old, {})
    for side, new in (("source", {"y", "z"}), ("target", {"Y", "Z"})):
        before, now = getattr(model.parts, side), getattr(work.data, side)
        assert now.symbols[: len(before)] == before.symbols
        assert set(now.symbols[len(before) :]) == new
        assert now.level == before.level
    torch.manual_seed(0)
    fresh = work.build().state_dict()
    torch.manual_seed(0)
    again = work.build()
    work.begin(again)
    for name, weight in again.state_dict().items():
        kept = model.file.tensors[name]
        np.testing.assert_array_equal(weight[: len(kept)], kept)
        torch.testing.assert_close(weight[len(kept) :], fresh[name][len(kept) :])
    assert len(again.state_dict()["output.bias"]) == len(model.file.tensors["output.bias"]) + 2
    (line,) = [line for line in work.report if line.startswith("source: ")]
    assert line == (
        "source: read as characters, as the model does; vocabulary of 14, 2 of them new: z y"
    )


def test_the_record_says_what_it_came_from(old, more, data, tmp_path):
    train(more, tmp_path / "b", start_from=old, config=STEPS)
    record = seqloom.load(tmp_path / "b").file.training
    model = seqloom.load(old)
    digest = hashlib.sha256((old / "best.safetensors").read_bytes()).hexdigest()
    (origin,) = record["from"]
    assert (origin["file"], origin["sha256"]) == (str(old / "best.safetensors"), digest)
    own = {k: v for k, v in model.file.training.items() if k != "rows_seen"}
    assert origin["training"] == own
    assert log(tmp_path / "b")[0]["from"] == {"file": origin["file"], "sha256": digest}
    train(data, tmp_path / "c", start_from=tmp_path / "b", config=STEPS)
    last = seqloom.load(tmp_path / "c")
    assert [one["file"] for one in last.file.training["from"]] == [
        str(tmp_path / "b" / "best.safetensors"),
        str(old / "best.safetensors"),
    ]
    shown = dict(last.describe())["from"]
    assert shown.endswith(f", {old / 'best.safetensors'} ({digest[:12]})")
    seen = [seqloom.load(run).file.training["rows_seen"]["train"] for run in (old, tmp_path / "b")]
    assert set(of_8(seen[0])) < set(of_8(seen[1]))  # rows of all that it came from


def of_8(text):
    return [text[i : i + 8] for i in range(0, len(text), 8)]


def test_it_is_resumed_to_the_bit_when_the_model_is_gone(old, more, tmp_path, monkeypatch):
    settings = {"training": {"steps": 12}}
    train(more, tmp_path / "whole", start_from=old, config=settings)
    honest = loop.TrainingRun.step

    def killed(run, rows):
        honest(run, rows)
        if run.progress.step == 7:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(loop.TrainingRun, "step", killed)
        with pytest.raises(KeyboardInterrupt):
            train(more, tmp_path / "run", start_from=old, config=settings)
    os.remove(old / "best.safetensors")
    assert resume(tmp_path / "run").finished
    assert_equal_runs(tmp_path / "whole", tmp_path / "run")
    (tmp_path / "run" / "start.safetensors").write_bytes(
        (tmp_path / "run" / "best.safetensors").read_bytes()
    )
    with pytest.raises(FormatError, match=r"is not the model that the run began with: its SHA"):
        resume(tmp_path / "run")


def test_the_usual_learning_rate_is_lower(old, data):
    work, _ = begun(data, old, {})
    assert work.config.training.learning_rate == FINE_TUNING * 2e-3
    work, _ = begun(data, old, {"training": {"learning_rate": 0.01}})
    assert work.config.training.learning_rate == 0.01


def test_what_contradicts_the_model_is_refused(old, data, tmp_path):
    name = old / "best.safetensors"
    for arguments, key, own, given in (
        ({"config": {"model": {"hidden_size": 9}}}, "model.hidden_size", "8", "9"),
        ({"cell": "gru"}, "model.encoder_cell", "'lstm'", "'gru'"),
        ({"architecture": "transformer"}, "model.architecture", "'recurrent'", "'transformer'"),
        ({"task": "generate"}, "task", "'transduce'", "'generate'"),
        (
            {"config": {"data": {"source_level": "subwords"}}},
            "data.source_level",
            "'characters'",
            "'subwords'",
        ),
    ):
        with pytest.raises(ConfigError) as caught:
            train(data, tmp_path / "new", start_from=old, **arguments)
        assert str(caught.value) == (
            f"train: `{key}` of the model {name} is {own}, and a run that begins with it must keep "
            f"that, got {given}. Drop the option, or train a new model."
        )
    assert not (tmp_path / "new").exists()


def test_dropout_and_the_way_of_decoding_may_change(old, data):
    work, network = begun(data, old, {"model": {"dropout": 0.5}, "decoding": {"beam": 2}})
    assert work.config.model.dropout == 0.5
    assert at_step_0(work, network).file.decoding.beam == 2


REVIEWS = "".join(
    f"{text}\t{label}\n"
    for k in range(12)
    for text, label in ((f"good film {k}", "yes"), (f"bad film {k}", "no"))
)
SMALL = {
    "classify": {"task": "classify", "model": {"hidden_size": 5, "embedding_size": 6}, **STEPS},
    "generate": {
        "task": "generate",
        "data": {"streams": 4, "chunk": 8},
        "model": {"hidden_size": 7, "embedding_size": 5},
        **STEPS,
    },
}


def test_labels_that_are_new_are_new_outputs(tmp_path):
    (tmp_path / "a.tsv").write_text(REVIEWS)
    train(tmp_path / "a.tsv", tmp_path / "a", config=SMALL["classify"])
    model = seqloom.load(tmp_path / "a")
    work, network = begun(tmp_path / "a.tsv", tmp_path / "a", {})
    texts = ["a good film", "bad", "unheard of"]
    now = at_step_0(work, network)
    np.testing.assert_array_equal(now.predict_proba(texts), model.predict_proba(texts))
    more = REVIEWS.replace("film", "book").replace("\tyes", "\tgreat").replace("bad", "poor")
    (tmp_path / "b.tsv").write_text(more)
    work, network = begun(tmp_path / "b.tsv", tmp_path / "a", {})
    assert work.data.labels == ("no", "yes", "great")
    known = model.parts.reader.vocabulary.symbols
    assert work.data.reader.vocabulary.symbols[: len(known)] == known
    assert set(work.data.reader.vocabulary.symbols[len(known) :]) == {"book", "poor"}
    assert "labels that are new to the model: great" in work.report
    tensors = at_step_0(work, network).file.tensors
    np.testing.assert_array_equal(tensors["output.weight"][:2], model.file.tensors["output.weight"])
    assert len(tensors["output.weight"]) == 3
    train(tmp_path / "b.tsv", tmp_path / "b", start_from=tmp_path / "a", config=STEPS)
    assert seqloom.load(tmp_path / "b").predict_proba(["poor book"]).shape == (1, 3)


def test_running_text(tmp_path):
    text = "all work and no play makes jack a dull boy. " * 20
    (tmp_path / "a.txt").write_text(text)
    train(tmp_path / "a.txt", tmp_path / "a", config=SMALL["generate"])
    model = seqloom.load(tmp_path / "a")
    work, network = begun(tmp_path / "a.txt", tmp_path / "a", {"data": {"streams": 4}})
    assert at_step_0(work, network).predict(["all"], seed=1) == model.predict(["all"], seed=1)
    (tmp_path / "b.txt").write_text(text.upper())
    work, _ = begun(tmp_path / "b.txt", tmp_path / "a", {})
    known = model.parts.vocabulary.symbols
    assert work.data.vocabulary.symbols[: len(known)] == known
    assert set(work.data.vocabulary.symbols[len(known) :]) == set(text.upper()) - set(text)
    settings = {**STEPS, "data": SMALL["generate"]["data"]}
    path = tmp_path / "a" / "best.safetensors"
    assert train(tmp_path / "b.txt", tmp_path / "b", start_from=path, config=settings).finished


def series(path, *, days=120, first="2024-01-01", step=1, extra=""):
    """Days, with a week in them."""
    start = np.datetime64(first)
    lines = [f"date,value{',price' if extra else ''}"]
    for k in range(days):
        value = 10 + 3 * (k % 7) + 0.01 * k
        lines.append(f"{start + k * step},{value:.2f}{extra}")
    path.write_text("\n".join(lines) + "\n")
    return path


def test_series(tmp_path):
    settings = {
        "task": "forecast",
        "data": {"horizon": 5, "window": 14, "season": 7},
        "model": {"hidden_size": 6},
        **STEPS,
    }
    old = series(tmp_path / "a.csv")
    train(old, tmp_path / "a", config=settings)
    model = seqloom.load(tmp_path / "a")
    work, network = begun(old, tmp_path / "a", {})
    for key in ("horizon", "scaling", "features", "seen"):
        assert getattr(work.parts, key) == getattr(model.parts, key)
    now = at_step_0(work, network)
    np.testing.assert_array_equal(now.predict(old).point, model.predict(old).point)
    new = series(tmp_path / "b.csv", days=80, first="2025-03-01")
    train(new, tmp_path / "b", start_from=tmp_path / "a", config=STEPS)
    assert seqloom.load(tmp_path / "b").parts.horizon == 5
    with pytest.raises(ConfigError, match=r"^train: `data.horizon` of the model .* is 5, and"):
        train(new, tmp_path / "c", start_from=tmp_path / "a", horizon=6)
    weekly = series(tmp_path / "w.csv", step=7)
    with pytest.raises(DataError, match="weekly"):
        train(weekly, tmp_path / "c", start_from=tmp_path / "a", config=STEPS)


def test_series_must_have_the_covariates_of_the_model(tmp_path):
    old = tmp_path / "a.csv"
    lines = series(old).read_text().splitlines()
    priced = [f"{line},{k % 5}" for k, line in enumerate(lines)]
    old.write_text("\n".join(["date,value,price", *priced[1:]]) + "\n")
    settings = {"data": {"horizon": 5, "window": 14, "season": 7}, "model": {"hidden_size": 6}}
    train(old, tmp_path / "a", config=merge({"task": "forecast"}, settings, STEPS))
    with pytest.raises(DataError, match="must have the covariate `price`"):
        train(series(tmp_path / "b.csv"), tmp_path / "b", start_from=tmp_path / "a", config=STEPS)


@pytest.mark.parametrize("architecture", ["ctc", "las"])
def test_speech(tmp_path, architecture):
    pytest.importorskip("soundfile", reason="the extra `speech` is not installed")
    make_tones(tmp_path / "tones", count=24, seed=0)
    manifest = tmp_path / "tones" / "train.tsv"
    settings = {
        "task": "transcribe",
        "data": {"valid_fraction": 0.2, "mels": 16, "stack": 2},
        "model": {"architecture": architecture, "hidden_size": 6},
        **STEPS,
    }
    train(manifest, tmp_path / "a", config=settings)
    model = seqloom.load(tmp_path / "a")
    work, network = begun(manifest, tmp_path / "a", {})
    now = at_step_0(work, network)
    assert now.parts.features == model.parts.features
    sound = str(next((tmp_path / "tones").rglob("*.wav")))
    assert now.predict([sound]) == model.predict([sound])
    with pytest.raises(ConfigError, match=r"^train: `data.mels` of the model .* is 16, and"):
        begun(manifest, tmp_path / "a", {"data": {"mels": 20}})
    manifest.write_text(manifest.read_text().replace("#", "%"))
    work, network = begun(manifest, tmp_path / "a", {})
    known = model.parts.text.symbols
    assert work.data.text.symbols[: len(known)] == known
    assert work.data.text.symbols[len(known) :] == ("%",)
    np.testing.assert_array_equal(work.data.normal.mean, model.parts.normal.mean)
    train(manifest, tmp_path / "b", start_from=tmp_path / "a", config=STEPS)


@pytest.mark.slow
def test_it_learns_more_from_few_pairs_than_a_new_network(tmp_path):
    """From reversing eight letters to reversing with two new ones among them, by 40 pairs."""
    sizes = {"hidden_size": 64, "embedding_size": 32, "attention_size": 32, "encoder_layers": 1}
    config = {"data": {"batch_symbols": 400}, "model": {**sizes, "dropout": 0.0}}
    many = {**config, "training": {"steps": 300, "learning_rate": 5e-3}}
    train(write_toy(tmp_path / "many.tsv", num_pairs=4000), tmp_path / "many", config=many)
    few = write_toy(tmp_path / "few.tsv", num_pairs=40, seed=1)
    test = write_toy(tmp_path / "test.tsv", num_pairs=300, seed=2)
    for path in (few, test):
        swapped = path.read_text().translate(str.maketrans("abAB", "xyXY"))
        path.write_text(swapped)
    scores = {}
    for name, start in (("new", None), ("tuned", tmp_path / "many")):
        settings = {**config, "training": {"steps": 80}}
        train(few, tmp_path / name, start_from=start, config=settings)
        pairs = [line.split("\t") for line in test.read_text().splitlines()]
        outputs = seqloom.load(tmp_path / name).predict([source for source, _ in pairs])
        right = sum(output == target for output, (_, target) in zip(outputs, pairs, strict=True))
        scores[name] = 100 * right / len(pairs)
    print(scores)
    assert scores["tuned"] >= scores["new"] + 20
