"""`seqloom.load(path).predict([...])`: its face, its messages, and its life without torch."""

import dataclasses
import json
import subprocess
import sys

import numpy as np
import pytest

import seqloom
from seqloom.errors import ConfigError, DataError, FormatError
from seqloom.runtime import Transducer

from ..export.models import CONFIGS, random_model, recurrent
from ..toys import ENVIRONMENT, GOLDEN

PATH = GOLDEN / "transduce-1.safetensors"


@pytest.fixture(scope="module")
def model():
    return seqloom.load(PATH)


def test_predict_takes_what_the_file_says(model):
    texts = ["hgfe", "z", "aaaa"]
    got = model.predict_nbest(texts)
    want = model.predict_nbest(texts, 1, beam=5, length_penalty=1.0)
    assert got == want
    assert model.predict(texts) == [best[0].text for best in want]
    settings = dataclasses.replace(model.file.decoding, beam=1, length_penalty=0.5)
    greedy = Transducer(dataclasses.replace(model.file, decoding=settings))
    assert greedy.predict_nbest(texts) == model.predict_nbest(texts, beam=1, length_penalty=0.5)


def test_a_prediction_explains_itself(model):
    best, second = model.predict_nbest(["hgfe"], 2)[0]
    assert best.text == "E F G H"
    assert best.symbols == ("E", "F", "G", "H")
    assert best.finished
    assert best.score == pytest.approx(best.log_probability / 5)
    assert best.score > second.score


def test_no_texts_no_outputs(model):
    assert model.predict([]) == []


def test_more_wanted_than_the_usual_beam(model):
    assert len(model.predict_nbest(["hgfe"], 9)[0]) == 9


def test_draws_repeat_and_differ_by_seed(model):
    draw = [model.predict_nbest(["hgfe"], 4, temperature=3.0, seed=seed)[0] for seed in (0, 0, 1)]
    assert draw[0] == draw[1] != draw[2]
    sure = model.predict_nbest(["hgfe"], 2, temperature=3.0, top_k=1)[0]
    assert [p.text for p in sure] == ["E F G H"] * 2


@pytest.mark.parametrize(
    ("texts", "options", "error", "message"),
    [
        (["ab", ""], {}, DataError, "predict: text 2 has no symbols."),
        (
            ["a" * 10_000],
            {},
            DataError,
            "predict: text 1 must have at most 500 symbols, got 10000. "
            "Cut it into pieces, or train with a larger data.max_symbols.",
        ),
        (
            "ab",
            {},
            ConfigError,
            "predict: `texts` is a single text. Put it in a list: [text].",
        ),
        (
            ["ab"],
            {"temperature": 1.0, "beam": 2},
            ConfigError,
            "predict: `beam` must not come with a temperature, got 2. Drop one of them.",
        ),
        (
            ["ab"],
            {"temperature": 1.0, "seed": -1},
            ConfigError,
            "predict: `seed` must be at least 0, got -1.",
        ),
        (
            ["ab"],
            {"length_penalty": 1000.0},
            ConfigError,
            "predict: `length_penalty` must be from 0 to 10, got 1000.",
        ),
        (
            ["ab"],
            {"length_penalty": float("nan")},
            ConfigError,
            "predict: `length_penalty` must be from 0 to 10, got nan.",
        ),
        (
            ["ab"],
            {"beam": 0},
            ConfigError,
            "decode: `beam` and `nbest` must be at least 1, got 0 and 1.",
        ),
    ],
)
def test_what_it_refuses(model, texts, options, error, message):
    with pytest.raises(error) as caught:
        model.predict_nbest(texts, **options)
    assert str(caught.value) == message


def test_longest_source_is_read(model):
    file = dataclasses.replace(model.file, parts=dataclasses.replace(model.parts, max_symbols=4))
    assert Transducer(file).predict(["hgfe"]) == ["E F G H"]
    with pytest.raises(DataError, match="text 1 must have at most 4 symbols, got 5"):
        Transducer(file).predict(["hgfea"])


def test_align_follows_the_best_output(model):
    found = model.align("hgfe")
    assert found.output == ("E", "F", "G", "H", "<eos>")
    assert found.weights.shape == (5, 4)
    assert found.weights[:4].argmax(axis=1).tolist() == [3, 2, 1, 0]  # it reverses


@pytest.mark.parametrize("name", ["transformer", "gru, context"])
def test_align_needs_attention(name):
    with pytest.raises(ConfigError) as caught:
        Transducer(random_model(CONFIGS[name])[0]).align("a")
    assert str(caught.value) == (
        "align: this model's decoder has no attention over its source. Train a recurrent "
        "one with --set model.link=attention."
    )


def test_describe_tells_sizes_settings_and_training():
    file = random_model(recurrent())[0]
    rows = dict(Transducer(file).describe())
    assert rows["task"] == "transduce"
    assert rows["source"] == "characters, vocabulary of 11"
    assert rows["target"] == "symbols, vocabulary of 9"
    assert rows["parameters"] == sum(t.size for t in file.tensors.values())
    assert rows["beam"] == 3
    assert rows["hidden_size"] == 6
    assert rows["note"] == "µ 10 %"


FIT = "The file's settings and tensors do not fit together: write it again."


@pytest.mark.parametrize(
    ("name", "tensor"),
    [
        ("lstm, additive", "attention.weight_score"),
        ("rnn, context", "encoder.weight_hh_l1_reverse"),
        ("gru, general", "cells.1.bias_ih"),
        ("transformer", "decoder.2.norm3.weight"),
    ],
)
def test_tensors_must_fit_the_settings(name, tensor):
    file = random_model(CONFIGS[name])[0]
    right = file.tensors[tensor]

    def message(change):
        with pytest.raises(FormatError) as caught:
            Transducer(dataclasses.replace(file, tensors=change))
        return str(caught.value)

    others = {n: t for n, t in file.tensors.items() if n != tensor}
    assert message(others) == f"model file: tensor `{tensor}` is missing. {FIT}"
    longer = np.concatenate([right, right])
    assert message({**others, tensor: longer}) == (
        f"model file: tensor `{tensor}` must be float32 {right.shape}, got float32 "
        f"{longer.shape}. {FIT}"
    )
    assert message({**others, tensor: right.astype(np.float64)}) == (
        f"model file: tensor `{tensor}` must be float32 {right.shape}, got float64 "
        f"{right.shape}. {FIT}"
    )
    assert message({**file.tensors, "zeta": right, "eta": right}) == (
        "model file: every tensor must belong to the network, got eta and 1 more that do not. "
        "Write the file again."
    )


WITHOUT_TORCH = """
import json, sys
sys.modules["torch"] = None
import seqloom
import seqloom.extras
seqloom.extras._source = lambda: None  # as from an index
model = seqloom.load(sys.argv[1])
found = {"predict": model.predict(["hgfe"]), "info": dict(model.describe())["task"]}
found["align"] = model.align("ab").weights.shape
for name in ("train", "resume"):
    try:
        getattr(seqloom, name)
    except seqloom.SeqloomError as error:
        found[name] = f"{type(error).__name__}: {error}"
found["heavy"] = [name for name in ("matplotlib", "tokenizers") if name in sys.modules]
print(json.dumps(found))
"""


def test_without_torch():
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", WITHOUT_TORCH, str(PATH)],
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=True,
    )
    message = (
        "MissingExtraError: seqloom.{}: `torch` is not installed. Run: pip install 'seqloom[train]'"
    )
    assert json.loads(done.stdout) == {
        "predict": ["E F G H"],
        "info": "transduce",
        "align": [3, 2],
        "train": message.format("train"),
        "resume": message.format("resume"),
        "heavy": [],
    }
