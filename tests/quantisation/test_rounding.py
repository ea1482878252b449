"""Rounded weights are the nearest there are; the others, and the original, stay as they were."""

import dataclasses

import numpy as np
import pytest

from seqloom.engine.quantised import Quantised
from seqloom.export.model_file import read_model
from seqloom.quantisation.rounding import HALF, candidates, rounded
from seqloom.runtime.model import model_of

from .models import MODELS


@pytest.fixture
def file():
    return read_model(MODELS["transduce"])


def test_matrices_may_be_int8_and_everything_float16(file):
    int8 = candidates(file, "int8")
    assert {file.tensors[name].ndim for name in int8} == {2}
    assert "source_embedding.weight" in int8
    assert "output.bias" not in int8
    assert set(candidates(file, "float16")) == file.tensors.keys()


def test_a_weight_beyond_float16_is_no_candidate(file):
    tensors = {**file.tensors, "output.bias": file.tensors["output.bias"] + np.float32(2 * HALF)}
    found = candidates(dataclasses.replace(file, tensors=tensors), "float16")
    assert file.tensors.keys() - set(found) == {"output.bias"}


def test_int8_is_the_nearest(file):
    name = "encoder.weight_hh_l0"
    before = file.tensors[name].copy()
    small = rounded(file, "int8", [name])
    stored = small.stored[name]
    assert isinstance(stored, Quantised)
    np.testing.assert_allclose(stored.scales, np.abs(before).max(axis=1) / 127, rtol=1e-6)
    # of all multiples of the scale none is nearer
    grid = stored.scales[:, None, None] * np.arange(-127, 128)
    nearest = np.abs(before[:, :, None] - grid).min(axis=2)
    np.testing.assert_allclose(np.abs(before - small.tensors[name]), nearest, atol=1e-7)
    assert (file.tensors[name] == before).all()
    assert small.stored.keys() == {name}
    for other in file.tensors.keys() - {name}:
        assert small.tensors[other] is file.tensors[other]


def test_float16_is_numpys(file):
    small = rounded(file, "float16", ["output.bias"])
    want = file.tensors["output.bias"].astype(np.float16).astype(np.float32)
    assert (small.tensors["output.bias"] == want).all()
    assert small.stored["output.bias"].dtype == np.float16


def test_a_rounded_model_predicts(file):
    small = rounded(file, "int8", candidates(file, "int8"))
    assert model_of(small).predict(["abc", "hgfe", "bad"]) == ["C B A", "E F G H", "D A B"]
