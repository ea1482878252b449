"""Files that format 3 wrote: they load, and answer as on the day they were made; int8 is small."""

import json

import numpy as np
import pytest

import seqloom
from seqloom import engine
from seqloom.engine.quantised import Quantised
from seqloom.export.model_file import read_model
from seqloom.runtime.model import model_of

from .golden.make_narrow import FILES, HERE, answers

GOLDEN = json.loads((HERE / "answers_narrow.json").read_text("utf-8"))


def numbers(tree):
    """All numbers in nested lists, and all texts."""
    if isinstance(tree, list):
        parts = [numbers(one) for one in tree]
        return [n for ns, _ in parts for n in ns], [t for _, ts in parts for t in ts]
    return ([], [tree]) if isinstance(tree, str) else ([tree], [])


@pytest.mark.parametrize("name", FILES)
def test_golden_answers(name):
    path = HERE / f"{name}.safetensors"
    assert path.stat().st_size < 25_000
    got, want = numbers(answers(path)), numbers(GOLDEN[name])
    assert got[1] == want[1]
    np.testing.assert_allclose(got[0], want[0], rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("name", FILES)
def test_they_hold_what_they_are_named_for(name):
    original, dtype = FILES[name]
    file, before = (read_model(HERE / f"{one}.safetensors") for one in (name, original))
    kinds = {type(one) for one in file.stored.values()}
    assert kinds == ({Quantised} if dtype == "int8" else {np.ndarray})
    assert file.tensors.keys() == before.tensors.keys()
    for stored, tensor in before.tensors.items():
        step = np.abs(tensor).max(axis=-1, keepdims=True) / 127
        assert (np.abs(file.tensors[stored] - tensor) <= 0.5001 * step).all(), stored
    assert file.parts.to_json() == before.parts.to_json()


@pytest.mark.skipif(not engine.available(), reason="the engine was not built")
@pytest.mark.parametrize("name", [name for name in FILES if name.startswith("classify")])
def test_the_engine_rounds_what_int8_weights_multiply(name):
    """So its answers differ from NumPy's a little, and only for int8."""
    path = HERE / f"{name}.safetensors"
    model = model_of(read_model(path))
    numpy = seqloom.load(path, engine="numpy")
    texts = ["The plot is lovely .", "not dull , not grand"]
    apart = np.abs(model.predict_proba(texts) - numpy.predict_proba(texts)).max()
    assert apart < 0.02
    assert (apart > 1e-5) == (FILES[name][1] == "int8")
