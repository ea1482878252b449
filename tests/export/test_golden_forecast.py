"""A forecaster that format 1 wrote: it loads, and answers as on the day it was made."""

import json

import numpy as np

import seqloom

from .golden.make_forecast import HERE, NAME, answers

PATH = HERE / f"{NAME}.safetensors"
GOLDEN = json.loads((HERE / f"{NAME}.json").read_text("utf-8"))


def test_golden_answers():
    assert PATH.stat().st_size < 20_000
    got = answers(PATH, GOLDEN["histories"])
    assert got["time"] == GOLDEN["time"]
    for key in ("point", "lower", "upper", "pushed"):
        np.testing.assert_allclose(got[key], GOLDEN[key], atol=1e-4)


def test_the_golden_model_learned_its_task():
    """The wave goes on."""
    steps = np.arange(200, 254)
    wave = 20 + 3 * np.sin(2 * np.pi * steps / 6) + 0.05 * steps
    table = seqloom.load(PATH).predict(wave[:50])
    np.testing.assert_allclose(table.point, wave[50:], atol=0.3)
    assert ((table.lower < wave[50:]) & (wave[50:] < table.upper)).sum() >= 2
