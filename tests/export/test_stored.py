"""Weights in int8 and float16: through the disk as they are stored; each damage has its error."""

import dataclasses
import json

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import load_file, save_file

from seqloom.engine.quantised import Quantised, quantise
from seqloom.errors import FormatError
from seqloom.export.digest import digest
from seqloom.export.model_file import read_model, write_model
from seqloom.export.stored import SCALE, numbers_of
from seqloom.networks import network_of

from ..networks.files import CONFIGS
from .models import random_model, recurrent

MATRIX, HALF = "encoder.weight_hh_l0", "readout.bias"


@pytest.fixture
def model():
    """A model with a matrix in int8, one row of it zeros, and a vector in float16."""
    file, _ = random_model(recurrent(hidden_size=3, encoder_layers=1, decoder_layers=1))
    file.tensors[MATRIX][1] = 0.0
    stored = {MATRIX: quantise(file.tensors[MATRIX]), HALF: file.tensors[HALF].astype(np.float16)}
    tensors = {**file.tensors, **{name: numbers_of(one) for name, one in stored.items()}}
    return dataclasses.replace(file, tensors=tensors, stored=stored)


@pytest.fixture
def path(model, tmp_path):
    write_model(tmp_path / "m.safetensors", model)
    return tmp_path / "m.safetensors"


def reseal(path, changes, version=3):
    """Change tensors (`None` takes one away), and make the checksum fit again."""
    with safe_open(path, "numpy") as file:
        header = json.loads(file.metadata()["seqloom"])
    tensors = {k: v for k, v in {**load_file(path), **changes}.items() if v is not None}
    header = {**header, "format": version}
    header["sha256"] = digest(header, tensors)
    save_file(tensors, path, metadata={"seqloom": json.dumps(header)})


def error_of(path):
    with pytest.raises(FormatError) as caught:
        read_model(path)
    assert "\n" not in str(caught.value)
    return str(caught.value).removeprefix(f"model file: `{path}`").removeprefix(": ").strip()


def test_what_is_stored_comes_back(path, model):
    found = read_model(path)
    assert found.stored.keys() == {MATRIX, HALF}
    matrix, half = found.stored[MATRIX], found.stored[HALF]
    assert matrix.values.dtype == np.int8
    assert matrix.values.tobytes() == model.stored[MATRIX].values.tobytes()
    assert matrix.scales.tobytes() == model.stored[MATRIX].scales.tobytes()
    assert half.dtype == np.float16
    assert half.tobytes() == model.stored[HALF].tobytes()
    assert found.tensors.keys() == model.tensors.keys()
    for name, tensor in model.tensors.items():
        assert found.tensors[name].dtype == np.float32
        assert found.tensors[name].tobytes() == tensor.tobytes(), name
    assert found.format == 3
    assert {type(w) for n, w in found.weights.items() if n != MATRIX} == {np.ndarray}
    assert isinstance(found.weights[MATRIX], Quantised)
    assert found.weights[HALF].dtype == np.float32


def test_a_row_is_its_scale_times_whole_numbers(path, model):
    """By hand, from the file, as any reader of safetensors has it."""
    tensors = load_file(path)
    expected = tensors[MATRIX].astype(np.float64) * tensors[MATRIX + SCALE][:, None]
    np.testing.assert_allclose(read_model(path).tensors[MATRIX], expected, rtol=1e-7)
    assert (np.abs(tensors[MATRIX]).max(axis=1) == np.array([127, 0, *[127] * 10])).all()


def test_the_same_file_again(path, model, tmp_path):
    write_model(tmp_path / "again", read_model(path))
    assert (tmp_path / "again").read_bytes() == path.read_bytes()


def test_formats_before_had_neither(path):
    reseal(path, {}, version=2)
    assert error_of(path) == "is damaged: it holds what format 2 does not have. Copy it again."
    reseal(path, {MATRIX: None, MATRIX + SCALE: None, HALF: np.zeros(3, np.float16)}, version=1)
    assert error_of(path) == "is damaged: it holds what format 1 does not have. Copy it again."


def scales(*first):
    """Twelve scales that begin with these."""
    found = np.full(12, 0.5, np.float32)
    found[: len(first)] = first
    return found


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({MATRIX + SCALE: None}, f"tensor `{MATRIX}.scale` is missing: an int8 tensor has a scale"),
        ({MATRIX: None}, f"tensor `{MATRIX}.scale` must stand beside an int8 tensor `{MATRIX}`"),
        (
            {MATRIX: np.zeros((12, 3), np.float32)},
            f"tensor `{MATRIX}.scale` must stand beside an int8 tensor `{MATRIX}`, and there is",
        ),
        (
            {MATRIX + SCALE: scales()[:11]},
            f"tensor `{MATRIX}.scale` must be float32 (12,), got float32 (11,).",
        ),
        (
            {MATRIX + SCALE: scales()[:, None]},
            f"tensor `{MATRIX}.scale` must be float32 (12,), got float32 (12, 1).",
        ),
        (
            {MATRIX + SCALE: scales().astype(np.float16)},
            f"tensor `{MATRIX}.scale` must be float32 (12,), got float16 (12,).",
        ),
        ({MATRIX + SCALE: scales(1, np.nan)}, "must be finite and at least 0, got nan."),
        ({MATRIX + SCALE: scales(np.inf)}, "must be finite and at least 0, got inf."),
        ({MATRIX + SCALE: scales(-1)}, "must be finite and at least 0, got -1.0."),
        ({MATRIX + SCALE: scales(3e38)}, f"tensor `{MATRIX}` must be finite, got "),
        (
            {MATRIX: np.full((12, 3), -128, np.int8)},
            f"tensor `{MATRIX}` must hold numbers from -127 to 127, got -128.",
        ),
        (
            {"readout.bias": np.zeros(3, np.int8), "readout.bias.scale": scales()[:3]},
            "tensor `readout.bias` must be float32 or float16, got int8 (3,).",
        ),
        (
            {"readout.bias": np.zeros((3, 1), np.int8), "readout.bias.scale": scales()[:3]},
            "tensor `readout.bias` must be float32 or float16, got int8 (3, 1).",
        ),
        ({HALF: np.full(3, np.inf, np.float16)}, f"tensor `{HALF}` must be finite, got inf."),
    ],
)
def test_damage_has_its_error(path, changes, said):
    reseal(path, {MATRIX: np.full((12, 3), 127, np.int8), **changes})
    assert said in error_of(path)


def test_a_matrix_of_another_shape_is_refused_at_work(path):
    from seqloom import load

    reseal(path, {MATRIX: np.ones((12, 4), np.int8)})
    with pytest.raises(FormatError, match=r"must be float32 \(12, 3\), got float32 \(12, 4\)"):
        load(path)


def test_no_weight_is_named_as_a_scale_is():
    for config in CONFIGS.values():
        table = network_of(*config).table
        assert not [w.name for w in table if w.name.endswith(SCALE)]
        assert all(len(w.shape) == 2 for w in table if w.int8)
