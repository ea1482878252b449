"""A classifier that format 1 wrote: it loads, and answers as on the day it was made; no torch."""

import json
import subprocess
import sys

import numpy as np

import seqloom

from .golden.make_classify import HERE, NAME, TEXTS, answers

PATH = HERE / f"{NAME}.safetensors"
GOLDEN = json.loads((HERE / f"{NAME}.json").read_text("utf-8"))


def test_golden_answers():
    assert PATH.stat().st_size < 20_000
    got = answers(PATH)
    assert got.keys() == GOLDEN.keys() == set(TEXTS)
    for text in TEXTS:
        for key in ("probabilities", "weights"):
            np.testing.assert_allclose(got[text][key], GOLDEN[text][key], atol=1e-5)


def test_the_golden_model_learned_its_task():
    texts = ["The film is awful .", "The story is usual .", "The cast is fresh ."]
    assert seqloom.load(PATH).predict(texts) == ["negative", "neutral", "positive"]


def test_a_classifier_runs_where_torch_is_not_installed():
    code = (
        "import sys\n"
        "for name in ('torch', 'tokenizers', 'matplotlib', 'sklearn', 'rapidfuzz'):\n"
        "    sys.modules[name] = None\n"
        "import seqloom\n"
        "model = seqloom.load(sys.argv[1])\n"
        "assert model.predict(['The film is awful .']) == ['negative']\n"
        "assert len(model.attend('The film is awful .').weights) == 5\n"
    )
    subprocess.run([sys.executable, "-c", code, str(PATH)], check=True)
