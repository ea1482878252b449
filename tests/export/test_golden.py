"""Files that format 1 wrote: they load, and answer what they answered on the day they were made."""

import json
from pathlib import Path

import numpy as np
import pytest

import seqloom

from .golden.make import MODELS, SOURCES, answers

HERE = Path(__file__).parent / "golden"
GOLDEN = json.loads((HERE / "answers.json").read_text("utf-8"))


@pytest.mark.parametrize("name", MODELS)
def test_golden_answers(name):
    path = HERE / f"{name}.safetensors"
    assert path.stat().st_size < 60_000
    got, want = answers(path), GOLDEN[name]
    assert got.keys() == want.keys() == set(SOURCES)
    for source in SOURCES:
        for search in ("greedy", "nbest"):
            texts, scores = zip(*got[source][search], strict=True)
            want_texts, want_scores = zip(*want[source][search], strict=True)
            assert texts == want_texts, (source, search)
            np.testing.assert_allclose(scores, want_scores, atol=1e-4)


def test_golden_models_learned_their_task():
    """A model that says the same of everything would pass the test above too easily."""
    path = HERE / "transduce-1.safetensors"
    assert seqloom.load(path).predict(["abc", "hgfe", "bad"]) == ["C B A", "E F G H", "D A B"]
