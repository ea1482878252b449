"""Files of the task `generate` that format 1 wrote: they answer what they answered then."""

import json
from pathlib import Path

import numpy as np
import pytest

import seqloom

from .golden.make_generate import HELD_OUT, MODELS, answers

HERE = Path(__file__).parent / "golden"
GOLDEN = json.loads((HERE / "answers_generate.json").read_text("utf-8"))


@pytest.mark.parametrize("name", MODELS)
def test_golden_answers(name):
    path = HERE / f"{name}.safetensors"
    assert path.stat().st_size < 60_000
    got, want = answers(path), GOLDEN[name]
    assert got["likeliest"] == want["likeliest"]
    assert got["drawn"] == want["drawn"]
    np.testing.assert_allclose(got["nats"], want["nats"], atol=1e-3)


def test_golden_models_learned_their_text():
    for name in MODELS:
        model = seqloom.load(HERE / f"{name}.safetensors")
        assert model.score(HELD_OUT).bits_per_character < 1.0, name
        assert " " in GOLDEN[name]["likeliest"][0]
