"""`seqloom train`: settings from flags, recipes and --set; one line for every kind of bad input."""

import gzip
import os
import re
import sys

import pytest

import seqloom
from seqloom import training
from seqloom.config import read_toml
from seqloom.evaluation.measure import Measure
from seqloom.training import Result, reporter

from ..toys import flags, tiny, write_toy


@pytest.fixture
def data(tmp_path):
    return write_toy(tmp_path / "toy.tsv")


QUICK = flags(tiny(training={"steps": 4}))


def write(path, content):
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_a_run_tells_what_it_does(cli, data, tmp_path):
    out = tmp_path / "runs" / "toy"
    done = cli("train", data, "--out", out, *QUICK)
    assert (done.code, done.out) == (0, "")
    guess, columns, *lines = done.err.splitlines()
    assert guess == ("task: transduce (pairs: 59 different targets in 60 lines; --task overrides)")
    assert columns == "source: column 1, target: column 2, no header"
    assert lines[0].startswith(f"{data}: 60 pairs of ")
    assert lines[2].startswith("source: read as characters (")
    assert lines[3].startswith("target: read as symbols (")
    assert re.fullmatch(r"device: cpu, 1 thread, kernels (native|torch).*", lines[4])
    assert re.match(r"[\d,]+ parameters; 4 steps of about \d+ symbols, ", lines[5])
    assert lines[6].startswith("step      1* ")
    assert lines[-1].startswith(f"best model: {out / 'best.safetensors'} (validation symbol error ")
    assert seqloom.load(out / "best.safetensors").predict(["ab"])


def test_the_default_folder_is_said(cli, data, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("runs/toy", "runs/toy-2"):
        done = cli("train", data, *QUICK)
        assert f"run folder: {name}" in done.err.splitlines()[:3]
        assert cli("predict", name, "ab").code == 0
    assert cli("train", "none.tsv").code == 1
    assert sorted(os.listdir("runs")) == ["toy", "toy-2"]


def test_quiet_says_nothing(cli, data, tmp_path):
    assert cli("train", data, "--out", tmp_path / "run", "-q", *QUICK) == (0, "", "")
    assert cli("train", "--resume", tmp_path / "run", "--quiet") == (0, "", "")
    resumed = cli("train", "--resume", tmp_path / "run")
    assert resumed.code == 0
    assert resumed.err.startswith("resuming at step 4 of 4\n")


def test_a_model_is_trained_further(cli, data, tmp_path):
    assert cli("train", data, "--out", tmp_path / "old", *QUICK).code == 0
    more = write_toy(tmp_path / "more.tsv", seed=1)
    done = cli("train", more, "--from", tmp_path / "old", "--out", tmp_path / "new", "--steps", 3)
    assert done.code == 0
    lines = done.err.splitlines()
    model = tmp_path / "old" / "best.safetensors"
    assert re.fullmatch(
        rf"task: transduce \(begins with the model of step \d in {model}\)", lines[0]
    )
    assert sum(line.startswith("task: ") for line in lines) == 1
    assert str(model) in cli("info", tmp_path / "new").out
    refused = cli("train", more, "--from", tmp_path / "old", "--cell", "gru")
    assert refused.err.startswith(
        f"train: `model.encoder_cell` of the model {model} is 'lstm', and a run that begins"
    )


def test_a_run_is_lengthened(cli, data, tmp_path):
    assert cli("train", data, "--out", tmp_path / "run", *QUICK).code == 0
    done = cli("train", "--resume", tmp_path / "run", "--steps", 6)
    assert done.code == 0
    assert done.err.startswith("lengthened: 6 steps in all; the learning rate rises to ")
    assert read_toml(tmp_path / "run" / "config.toml")["training"]["pace"] == "0:4:1 4:6:1+"


def test_flag_over_set_over_recipe(cli, data, tmp_path):
    recipe = write(
        tmp_path / "recipe.toml",
        "[model]\nencoder_cell = 'lstm'\nhidden_size = 9\nlink = 'context'\nembedding_size = 5\n"
        "[training]\nseed = 5\nsteps = 3\nlearning_rate = 0.01\n",
    )
    settings = ("--set", "model.hidden_size=7", "--set", "model.encoder_cell=lstm")
    out = tmp_path / "run"
    done = cli(
        "train", data, "--out", out, "--config", recipe, *settings, "--cell", "gru", "--seed", 6
    )
    assert done.code == 0
    found = read_toml(out / "config.toml")
    model = found["model"]
    assert (model["encoder_cell"], model["decoder_cell"], model["link"]) == (
        "gru",
        "gru",
        "context",
    )
    assert (model["hidden_size"], model["embedding_size"]) == (7, 5)
    assert found["training"]["seed"] == 6
    assert found["training"]["steps"] == 3
    again = cli("train", data, "--out", tmp_path / "again", "--config", out / "config.toml")
    assert again.code == 0
    a, b = (path / "best.safetensors" for path in (out, tmp_path / "again"))
    assert a.read_bytes() == b.read_bytes()


def test_length_by_flag_replaces_the_recipes(cli, data, tmp_path):
    recipe = write(tmp_path / "r.toml", "[training]\nsteps = 1000000\n")
    small = flags({"model": tiny()["model"], "data": tiny()["data"]})
    done = cli("train", data, "--out", tmp_path / "a", "--config", recipe, "--epochs", 0.5, *small)
    assert done.code == 0
    assert 2 <= read_toml(tmp_path / "a" / "config.toml")["training"]["steps"] <= 8
    done = cli("train", data, "--out", tmp_path / "b", "--config", recipe, "--steps", 3, *small)
    assert done.code == 0
    assert read_toml(tmp_path / "b" / "config.toml")["training"]["steps"] == 3


def test_length_by_flag_replaces_that_of_set(cli, data, tmp_path):
    small = flags({"model": tiny()["model"], "data": tiny()["data"]})
    steps = ("--set", "training.steps=1000000")
    done = cli("train", data, "--out", tmp_path / "a", "--epochs", 0.5, *small, *steps)
    assert done.code == 0
    assert read_toml(tmp_path / "a" / "config.toml")["training"]["steps"] <= 8


def test_minutes_are_recorded_as_steps(cli, data, tmp_path):
    small = flags({"model": tiny()["model"], "data": tiny()["data"]})
    done = cli("train", data, "--out", tmp_path / "a", "--minutes", 0.05, *small)
    assert done.code == 0
    text = (tmp_path / "a" / "config.toml").read_text()
    steps = read_toml(tmp_path / "a" / "config.toml")["training"]["steps"]
    assert f"steps = {steps}  # from minutes = 0.05\n" in text
    assert "0.05 minutes: about " in done.err


def test_one_symbol_is_enough_to_train(cli, tmp_path):
    data = write(tmp_path / "one.tsv", "".join(f"{'a' * n}\t{'a' * n}\n" for n in range(1, 9)))
    assert cli("train", data, "--out", tmp_path / "run", *QUICK).code == 0
    assert seqloom.load(tmp_path / "run" / "best.safetensors").parts.source.symbols[4:] == ("a",)


def test_a_source_of_ten_thousand_symbols_is_left_out(cli, tmp_path):
    data = write_toy(tmp_path / "toy.tsv")
    valid = write_toy(tmp_path / "valid.tsv", num_pairs=5, seed=1)
    for path in (data, valid):
        path.write_text(path.read_text() + "a" * 10_000 + "\tA\n")
    done = cli("train", data, "--valid", valid, "--out", tmp_path / "run", *QUICK)
    assert done.code == 0
    assert "left out: 1 pairs that are empty or longer than data.max_symbols = 500\n" in done.err
    assert "left out: 1 validation sources, empty or too long\n" in done.err


def test_gzip(cli, tmp_path):
    data = write_toy(tmp_path / "toy.tsv")
    write(tmp_path / "toy.tsv.gz", gzip.compress(data.read_bytes()))
    for name in ("toy.tsv", "toy.tsv.gz"):
        assert cli("train", tmp_path / name, "--out", tmp_path / f"run {name}", *QUICK).code == 0
    a, b = (tmp_path / f"run {name}" / "best.safetensors" for name in ("toy.tsv", "toy.tsv.gz"))
    assert a.read_bytes() == b.read_bytes()


GOOD = "ab\tB A\n"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            GOOD + "cd\n" + GOOD,
            "{data}, line 2: a line must have 2 columns like line 1, got 1. Write one pair a line, "
            "source and target separated by one tab.",
        ),
        (
            GOOD + "a\tb\tc\n",
            "{data}, line 2: a line must have 2 columns like line 1, got 3. Write one pair a line, "
            "source and target separated by one tab.",
        ),
        (
            GOOD + "ba\t \n",
            "{data}, line 2: the target is empty. Fill it in or delete the line.",
        ),
        (
            "",
            "{data}: the file is empty. Name another.",
        ),
        (
            GOOD.encode() * 2 + b"caf\xe9\tx\n",
            "{data}, line 3: text must be UTF-8, got byte 0xE9 at byte 4 of the line. Convert it, "
            "e.g. `iconv -f ISO-8859-1 -t UTF-8 {data} > utf8.tsv` if it is ISO-8859-1.",
        ),
        (
            GOOD,
            "split_by_source: `pairs` must have at least 2 different sources to set some aside "
            "for validation, got 1. Give --valid FILE or more data.",
        ),
        (
            "ab\tB A\n" + "a" * 600 + "\tB\n",
            None,  # whichever of the two validates, nothing is left on one side
        ),
    ],
)
def test_bad_data(refuses, tmp_path, content, message):
    data = write(tmp_path / "bad.tsv", content)
    said = refuses("train", data, "--out", tmp_path / "run", *QUICK)
    if message is None:
        assert "data.max_symbols" in said
    else:
        assert said == message.format(data=data)
    assert not list(tmp_path.glob("run/*"))


def test_data_that_is_not_there(refuses, tmp_path):
    path = tmp_path / "none.tsv"
    said = refuses("train", path, "--out", tmp_path / "run")
    assert said.startswith(f"{path}: data must be a file, got a path where nothing is. Check ")
    said = refuses("train", tmp_path, "--out", tmp_path / "run")
    assert said == f"{tmp_path}: data must be a file, got a directory. Name one file in it."


def test_folder_in_the_way(refuses, data, tmp_path):
    assert refuses("train", data, "--out", tmp_path) == (
        f"train: `{tmp_path}` already contains files. Choose another --out."
    )
    assert refuses("train", data, "--out", data / "run") == (
        f"train: `{data / 'run'}` cannot be written: Not a directory. "
        "Choose a path whose parents are folders."
    )


def test_folder_that_may_not_be_written_to(refuses, data, tmp_path, monkeypatch):
    locked = tmp_path / "locked"
    locked.mkdir()
    if os.geteuid():
        locked.chmod(0o500)
    else:  # root may write anywhere: let the system refuse by hand

        def refuse(path, *_, **__):
            raise PermissionError(13, "Permission denied", str(path))

        monkeypatch.setattr(os, "mkdir", refuse)
    assert refuses("train", data, "--out", locked / "run") == (
        f"train: `{locked / 'run'}` cannot be written: Permission denied. "
        "Choose a folder that you may write to."
    )


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ((), "train: DATA is missing. For example: seqloom train words.tsv"),
        (
            ("w.tsv", "--out", "o", "--set", "model.hiden_size=3"),
            "train: `model.hiden_size` is not a known setting. Did you mean model.hidden_size?",
        ),
        (
            ("w.tsv", "--out", "o", "--set", "modle.hidden_size=3"),
            "train: `modle` is not a known setting. Did you mean model?",
        ),
        (
            ("w.tsv", "--out", "o", "--set", "hidden_size=3"),
            "config: `--set` must be SECTION.KEY=VALUE, got 'hidden_size=3'. "
            "Write for example --set model.hidden_size=512.",
        ),
        (
            ("w.tsv", "--out", "o", "--cell", "lstn"),
            "train: `model.encoder_cell` must be one of rnn, lstm, gru, got 'lstn'. "
            "Did you mean lstm?",
        ),
        (
            ("w.tsv", "--out", "o", "--set", "model.dropout=1.5"),
            "train: `model.dropout` must be from 0 to 0.95, got 1.5.",
        ),
        (
            ("w.tsv", "--out", "o", "--epochs", "2", "--minutes", "3"),
            "config: epochs and minutes exclude each other. Drop one; the config.toml of a run has "
            "steps.",
        ),
        (
            ("w.tsv", "--out", "o", "--config", "none.toml"),
            "config: `none.toml` cannot be read: No such file or directory.",
        ),
        *(
            (
                ("--resume", "run", *more),
                "train: `--resume` takes no other option but a length (--epochs, --minutes, "
                "--steps), --device, --threads, --cache, --track and --quiet: the run keeps its "
                "settings. To change them, train anew with --config DIR/config.toml.",
            )
            for more in (
                ("--seed", "0"),
                ("--out", "o"),
                ("w.tsv",),
                ("--set", "model.hidden_size=3"),
            )
        ),
        (
            ("--resume", "nowhere"),
            "train: `nowhere/log.jsonl` must be the log of a run, got: No such file or directory. "
            "Give the folder of a run to --resume.",
        ),
    ],
)
def test_bad_settings(refuses, tmp_path, monkeypatch, args, message):
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "w.tsv", GOOD)
    assert refuses("train", *args) == message
    assert os.listdir(tmp_path) == ["w.tsv"]


def test_only_the_first_process_speaks(cli, data, tmp_path, monkeypatch):
    monkeypatch.setenv("RANK", "1")
    result = Result(tmp_path, tmp_path / "m", True, 1, 1, 3.0, Measure("e", "error"))
    monkeypatch.setattr(training, "train", lambda *_, **__: result)
    assert cli("train", data, "--out", tmp_path / "run") == (0, "", "")


def test_live_on_a_terminal(cli, data, tmp_path, monkeypatch, capsys):
    chosen = []
    monkeypatch.setattr(reporter, "Live", lambda: chosen.append("live") or seqloom.Callback())
    monkeypatch.setattr(type(sys.stderr), "isatty", lambda self: True, raising=False)
    assert cli("train", data, "--out", tmp_path / "run", *QUICK).code == 0
    assert chosen == ["live"]


def test_standard_input_is_kept_for_resuming(cli, data, tmp_path):
    out = tmp_path / "run"
    done = cli("train", "-", "--out", out, *QUICK, stdin=data.read_bytes())
    assert done.code == 0, done.err
    assert (out / "standard-input").read_bytes() == data.read_bytes()
    assert cli("train", "--resume", out).code == 0


def test_a_cache_is_said_to_be_used(cli, data, tmp_path):
    cache = tmp_path / "cache"
    for out, how in (("one", "written"), ("two", "read")):
        done = cli("train", data, "--out", tmp_path / out, "--cache", cache, *QUICK)
        assert f"cache: {cache}: encoded data {how}" in done.err.splitlines()
    again = cli("train", "--resume", tmp_path / "two", "--steps", 5, "--cache", tmp_path / "other")
    assert f"cache: {tmp_path / 'other'}: encoded data written" in again.err.splitlines()
