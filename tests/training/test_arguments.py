"""`seqloom.train` in Python: settings by their short names, the task, and how progress is shown."""

import inspect

import pandas as pd
import pytest

import seqloom
from seqloom.config import config_from, read_toml
from seqloom.config.short_names import COMMON, OWN
from seqloom.errors import ConfigError, DataError
from seqloom.training import resume, train

from ..toys import tiny, write_toy
from .runs import assert_equal_runs

LABELLED = [f"{kind} {i}\t{kind}" for i in range(20) for kind in ("good", "bad")]


def test_every_short_name_is_an_argument():
    arguments = inspect.signature(train).parameters
    assert {*COMMON, *OWN} <= arguments.keys()
    assert all(arguments[name].kind == inspect.Parameter.KEYWORD_ONLY for name in (*COMMON, *OWN))


def test_short_names_are_settings(data, tmp_path):
    config = tiny(training={"epochs": 9, "seed": 1})
    del config["training"]["steps"]
    short = {"steps": 4, "seed": 7, "cell": "gru", "link": "context", "architecture": "recurrent"}
    train(data, tmp_path / "short", config=config, **short)
    found = read_toml(tmp_path / "short" / "config.toml")
    assert (found["training"]["steps"], found["training"]["seed"]) == (4, 7)
    assert "epochs" not in found["training"]
    model = found["model"]
    assert [model[key] for key in ("encoder_cell", "decoder_cell", "link")] == [
        *("gru", "gru", "context")
    ]
    long = {"encoder_cell": "gru", "decoder_cell": "gru", "link": "context"}
    train(data, tmp_path / "long", config=tiny(model=long, training={"steps": 4, "seed": 7}))
    assert_equal_runs(tmp_path / "short", tmp_path / "long")


def test_a_length_replaces_the_config_s(data, tmp_path):
    train(data, tmp_path / "run", config=config_from(tiny()), epochs=0.5)
    assert read_toml(tmp_path / "run" / "config.toml")["training"]["steps"] == 4


def test_the_task_is_guessed_or_given(tmp_path, capsys):
    path = tmp_path / "texts.tsv"
    path.write_text("\n".join(LABELLED), encoding="utf-8")
    config = {"model": {"hidden_size": 4, "embedding_size": 3}}
    train(path, tmp_path / "a", steps=1, config=config)
    assert capsys.readouterr().err.startswith("task: classify (")
    train(path, tmp_path / "b", steps=1, config=config, task="classify")
    assert "task: " not in capsys.readouterr().err
    for name in ("a", "b"):
        assert read_toml(tmp_path / name / "config.toml")["task"] == "classify"


def test_progress_is_shown_or_not(data, tmp_path, capsys):
    train(data, tmp_path / "auto", config=tiny(), steps=2)
    lines = capsys.readouterr().err.splitlines()
    assert any(line.startswith("source: read as characters") for line in lines)
    assert any(line.startswith("step      2*") for line in lines)
    assert lines[-1].startswith("note: this run has read 25 %")
    for number, progress in enumerate((False, "quiet")):
        train(data, tmp_path / f"{number}", config=tiny(), steps=2, progress=progress)
    resume(tmp_path / "0", progress=False)
    assert capsys.readouterr() == ("", "")


def test_other_processes_call_nobody(data, tmp_path, monkeypatch, capsys):
    from seqloom.training.reporter import reporting

    monkeypatch.setenv("RANK", "1")
    with reporting("auto", [seqloom.Callback()]) as told:
        assert told == ()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"horizon": 3},
            "train: `horizon` must be a setting of the task, got transduce, which has no such "
            "thing. Its own are: cell, exceptions, features, form, group, link, source, split, "
            "target, weight.",
        ),
        ({"progress": "loud"}, "train: `progress` must be auto, quiet or False, got 'loud'."),
        (
            {"cell": "gur"},
            "train: `model.encoder_cell` must be one of rnn, lstm, gru, got 'gur'. Did you mean "
            "gru?",
        ),
        (
            {"task": "translate"},
            "train: `task` must be one of transduce, classify, forecast, transcribe, generate, "
            "got 'translate'. Did you mean transduce?",
        ),
    ],
)
def test_bad_arguments(tmp_path, monkeypatch, options, message):
    monkeypatch.chdir(tmp_path)
    path = write_toy(tmp_path / "toy.tsv")
    with pytest.raises(ConfigError) as raised:
        train(path, **options)
    assert str(raised.value) == message
    assert [file.name for file in tmp_path.iterdir()] == ["toy.tsv"]


def test_data_that_are_none():
    with pytest.raises(DataError, match=r"^data: int is no table\. Give a path, "):
        train(3)


def test_a_frame_its_columns_and_its_folder(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    rows = [(f"{kind} {i}", kind, i % 3) for i in range(30) for kind in ("good", "bad")]
    frame = pd.DataFrame(rows, columns=["body", "kind", "other"])
    config = {"model": {"hidden_size": 4, "embedding_size": 3}}
    result = train(frame, text="body", label="kind", steps=2, config=config)
    assert "text: body, label: kind" in capsys.readouterr().err
    assert result.folder.as_posix() == "runs/data"
    assert result.model.labels == ("bad", "good")
    assert result.model.evaluate(frame).scores.texts == 60


def test_arguments_that_do_not_exist():
    with pytest.raises(TypeError, match="hiden_size"):
        seqloom.train("x.tsv", hiden_size=3)
