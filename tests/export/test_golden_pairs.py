"""A file that format 2 wrote: it loads, and answers what it answered on the day it was made."""

import json

import numpy as np

import seqloom

from .golden.make_pairs import HERE, NAME, ODD, SOURCES, answers

PATH = HERE / f"{NAME}.safetensors"


def test_golden_answers():
    got, want = answers(PATH), json.loads((HERE / f"{NAME}.json").read_text("utf-8"))
    assert got.keys() == want.keys() == set(SOURCES)
    for source in SOURCES:
        for how in ("with", "without"):
            texts, scores, origins = zip(*got[source][how], strict=True)
            want_texts, want_scores, want_origins = zip(*want[source][how], strict=True)
            assert (texts, origins) == (want_texts, want_origins), (source, how)
            np.testing.assert_allclose(scores, want_scores, atol=1e-4)


def test_the_golden_model_learned_its_task():
    model = seqloom.load(PATH)
    assert PATH.stat().st_size < 60_000
    assert model.predict([("hgfe", "REV"), ("hgfe", "COPY"), "bad\tREV;UP"]) == [
        *("E F G H", "H G F E", "D A B")
    ]
    assert model.predict(list(ODD)) == list(ODD.values())
    assert model.predict(list(ODD), exceptions=False) == ["B A C", "G H"]
