"""`seqloom train`, `evaluate`, `predict`, `info` and `make` for labelled texts."""

import json

import pytest
import torch

import seqloom
from seqloom.data.texts.negation import ARTICLE
from seqloom.training import train

from ..reviews import tiny, write_reviews


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """Reviews, and a model with attention that has learned them."""
    folder = tmp_path_factory.mktemp("classify")
    dtype = torch.get_default_dtype()
    torch.set_default_dtype(torch.float32)
    config = tiny(
        model={
            "hidden_size": 16,
            "embedding_size": 16,
            "pool": "attention",
            "dropout": 0.0,
            "word_dropout": 0.0,
        },
        training={"steps": 150, "learning_rate": 0.02, "averaging": 0.9},
    )
    data = write_reviews(folder / "train.tsv", num_texts=200)
    train(data, folder / "run", config=config)
    torch.set_default_dtype(dtype)
    return data, folder / "run" / "best.safetensors"


@pytest.fixture
def test_file(trained, tmp_path):
    """60 texts that the model has not seen."""
    path, seen = tmp_path / "test.tsv", set(trained[0].read_text().splitlines())
    lines = write_reviews(path, num_texts=600, seed=9).read_text().splitlines()
    new = [line for line in lines if line not in seen][:60]
    path.write_text("\n".join(new) + "\n")
    return path


def test_train_guesses_the_task_and_says_so(cli, tmp_path):
    data = write_reviews(tmp_path / "r.tsv", num_texts=100)
    out = tmp_path / "run"
    done = cli("train", data, "--out", out, "--cell", "gru", "--set", "training.steps=5")
    assert done.code == 0, done.err
    assert done.err.startswith("task: classify (3 different labels in 100 lines; --task overrides)")
    assert "(validation accuracy" in done.err.splitlines()[-1]
    assert seqloom.load(out / "best.safetensors").file.model.cell == "gru"


def test_flags_of_other_tasks_are_refused(refuses, tmp_path):
    data = write_reviews(tmp_path / "r.tsv", num_texts=100)
    line = refuses("train", data, "--out", tmp_path / "run", "--link", "context")
    assert line.startswith("train: `--link` must be a flag of the task, got classify")


def test_columns_by_name_and_by_number(cli, tmp_path):
    rows = [line.split("\t") for line in write_reviews(tmp_path / "r").read_text().splitlines()]
    data = tmp_path / "r.tsv"
    lines = ["id\tstars\tbody", *(f"{i}\t{label}\t{text}" for i, (text, label) in enumerate(rows))]
    data.write_text("\n".join(lines) + "\n")
    for number, (text, label) in enumerate([("body", "stars"), ("3", "2")]):
        out = tmp_path / f"run{number}"
        sets = [f"data.text_column={text}", f"data.label_column={label}", "training.steps=2"]
        options = [word for value in sets for word in ("--set", value)]
        done = cli("train", data, "--out", out, "--task", "classify", *options)
        assert done.code == 0, done.err
        model = out / "best.safetensors"
        assert seqloom.load(model).labels == ("negative", "neutral", "positive")
        assert cli("evaluate", model, data).code == 0


def test_predict(cli, trained):
    _, model = trained
    lines = b"The plot is lovely .\n\n  The cast is hollow . \n"
    done = cli("predict", model, stdin=lines)
    assert (done.code, done.out) == (0, "positive\n\nnegative\n")
    done = cli("predict", model, "The plot is lovely .", "--scores", "--nbest", 2)
    fields = done.out.rstrip("\n").split("\t")
    assert fields[0] == "positive"
    assert float(fields[1]) > float(fields[3])
    assert len(fields) == 4


def test_predict_json_has_all_probabilities_and_the_attention(cli, trained):
    _, model = trained
    done = cli("predict", model, "The plot is LOVELY!", "", "--json")
    found, empty = map(json.loads, done.out.splitlines())
    assert found["text"] == "The plot is LOVELY!"
    assert found["label"] == "positive"
    assert sum(found["probabilities"].values()) == pytest.approx(1, abs=1e-4)
    symbols, weights = zip(*found["attention"], strict=True)
    assert symbols == ("the", "plot", "is", "lovely", "!")
    assert sum(weights) == pytest.approx(1, abs=1e-4)
    assert empty == {"text": "", "label": None}


def test_evaluate(cli, trained, test_file):
    _, model = trained
    done = cli("evaluate", model, test_file)
    assert (done.code, done.err) == (0, "")
    for title in ("Scores of 60 texts", "Classes", "Accuracy by length", "calibration error"):
        assert title in done.out
    assert max(map(len, done.out.splitlines())) <= 80
    found = json.loads(cli("evaluate", model, test_file, "--json").out)
    assert found["texts"] == 60
    assert found["accuracy"]["value"] > 90
    assert found["labels"] == ["negative", "neutral", "positive"]


def test_evaluate_with_everything(cli, trained, test_file, tmp_path):
    pytest.importorskip("sklearn", reason="the extra `baselines` is not installed")
    data, model = trained
    outputs, figure = tmp_path / "out.tsv", tmp_path / "c.png"
    options = ("--baselines", data, "--outputs", outputs, "--figure", figure, "--by", "2")
    done = cli("evaluate", model, test_file, *options)
    assert done.code == 0, done.err
    assert "Against the baselines" in done.out
    assert "this model and naive Bayes, 1-2-grams: no clear winner" in done.out
    assert "Accuracy by column 2" in done.out
    rows = [line.split("\t") for line in outputs.read_text().splitlines()]
    assert rows[0] == ["text", "label", "answer", "probability", "correct"]
    assert all((row[1] == row[2]) == (row[4] == "1") for row in rows[1:])
    assert figure.read_bytes().startswith(b"\x89PNG")
    found = json.loads(cli("evaluate", model, test_file, *options, "--json").out)
    assert [b["name"].split(",")[0] for b in found["baselines"]] == [
        "naive Bayes",
        "logistic regression",
    ]
    assert set(found["groups"]) == {"negative", "neutral", "positive"}
    assert found["comparisons"][0]["winner"] == "neither"


def test_info(cli, trained):
    _, model = trained
    done = cli("info", model)
    rows = dict(line.split(None, 1) for line in done.out.splitlines())
    assert rows["task"] == "classify"
    assert rows["labels"] == "negative, neutral, positive"
    assert rows["text"].startswith("words, lower case, vocabulary of ")
    assert "valid_accuracy" in rows


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("predict", "--beam", "3"), "predict: `--beam` is not an option for classify models."),
        (("predict", "--nbest", "4"), "predict: `--nbest` must be from 1 to the number of labels"),
        (
            ("evaluate", "--valid", "x.tsv"),
            "evaluate: `--valid` needs --baselines. Add it.",
        ),
        (("evaluate", "--beam", "2"), "evaluate: `--beam` is not an option for classify models."),
        (
            ("evaluate", "--by", "year"),
            "{file}, line 1: the group column must be a number from 1 to 2 or a",
        ),
    ],
)
def test_refusals(refuses, trained, test_file, options, message):
    command, *rest = options
    line = refuses(command, trained[1], test_file, *rest)
    assert line.startswith(message.format(file=test_file))


def test_a_label_that_the_model_does_not_know_is_refused(refuses, trained, tmp_path):
    path = tmp_path / "t.tsv"
    path.write_text("good\tpositive\nso so\tmeh\n")
    line = refuses("evaluate", trained[1], path)
    assert line.startswith(f"{path}, line 2: the label must be one of negative, neutral, positive")


def test_make_negation(cli, tmp_path):
    out = tmp_path / "probe"
    done = cli("make", "negation", "--distance", 8, "--sentences", 200, "--out", out)
    assert done.code == 0, done.err
    assert done.out.splitlines()[0] == f"{out / 'train.tsv'}: 200 sentences"
    assert ARTICLE not in (out / "train.tsv").read_text()
    steps = ("--set", "training.steps=2", "--set", "model.hidden_size=4")
    run = tmp_path / "run"
    done = cli("train", out / "train.tsv", "--valid", out / "valid.tsv", "--out", run, *steps)
    assert done.code == 0, done.err
    found = cli("evaluate", run / "best.safetensors", out / "test.tsv", "--by", "distance")
    assert found.code == 0, found.err
    assert "Accuracy by distance" in found.out


def test_make_negation_refuses(refuses, tmp_path):
    line = refuses("make", "negation", "--distance", 999, "--out", tmp_path)
    assert line == "make: `--distance` must be from 0 to 400 words, got 999."
