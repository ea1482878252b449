"""The recogniser that format 1 wrote: it loads, and hears what it heard on the day it was made."""

import json
from pathlib import Path

import numpy as np

import seqloom
from seqloom.data.speech.tones import recording
from seqloom.evaluation import error_counts

from .golden.make_transcribe import NAME, SEED, answers

HERE = Path(__file__).parent / "golden"
PATH = HERE / f"{NAME}.safetensors"
GOLDEN = json.loads((HERE / f"{NAME}.json").read_text("utf-8"))


def test_golden_answers():
    assert PATH.stat().st_size < 60_000
    for got, want in zip(answers(PATH), GOLDEN, strict=True):
        assert [got[k] for k in ("said", "greedy", "beam")] == [
            want[k] for k in ("said", "greedy", "beam")
        ]
        np.testing.assert_allclose(got["starts"], want["starts"], atol=1e-9)
        np.testing.assert_allclose(got["log_probability"], want["log_probability"], atol=1e-3)


def test_a_stream_hears_the_same():
    model = seqloom.load(PATH)
    for number, want in enumerate(GOLDEN):
        sound, _ = recording(SEED, number)
        stream = model.stream()
        for piece in np.array_split(sound, 17):
            stream.push(piece)
        assert stream.finish() == want["greedy"]


def test_the_golden_model_learned_its_task():
    """A model that hears the same in everything would pass the tests above too easily."""
    counts = error_counts(
        [list(row["greedy"]) for row in GOLDEN], [[list(row["said"])] for row in GOLDEN]
    )
    assert counts.symbol_error_rate < 30
