"""The model file: bit for bit through the disk; a clear error for every way it can be wrong."""

import contextlib
import dataclasses
import errno
import json
import os
import struct

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from safetensors import safe_open
from safetensors.numpy import load_file, save_file

from seqloom.data.pairs.exceptions import Exceptions
from seqloom.data.vocabulary import SPECIALS
from seqloom.errors import FormatError, RunError
from seqloom.export.digest import digest
from seqloom.export.model_file import FORMAT, read_model, write_model
from seqloom.tasks import TASKS

from .models import CONFIGS, random_model, recurrent


@pytest.fixture
def model():
    return random_model(recurrent(hidden_size=3, encoder_layers=1, decoder_layers=1))[0]


@pytest.fixture
def path(model, tmp_path):
    write_model(tmp_path / "m.safetensors", model)
    return tmp_path / "m.safetensors"


def assert_same(got, want):
    """Equal in every field, tensors to the bit."""
    assert got.tensors.keys() == want.tensors.keys()
    for name, tensor in want.tensors.items():
        assert got.tensors[name].dtype == tensor.dtype
        assert got.tensors[name].shape == tensor.shape
        assert got.tensors[name].tobytes() == tensor.tobytes(), name
    assert dataclasses.replace(got, tensors={}) == dataclasses.replace(want, tensors={})


def error_of(path):
    with pytest.raises(FormatError) as caught:
        read_model(path)
    message = str(caught.value)
    assert "\n" not in message
    assert message.startswith(f"model file: `{path}`")
    return message.removeprefix(f"model file: `{path}`").strip()


def rewrite(path, change=None, tensors=None, *, seal=True):
    """Change the header, and make the checksum fit again."""
    with safe_open(path, "numpy") as file:
        header = json.loads(file.metadata()["seqloom"])
    tensors = load_file(path) if tensors is None else tensors
    header = change(header) or header if change else header
    if seal:
        header["sha256"] = digest(header, tensors)
    save_file(tensors, path, metadata={"seqloom": json.dumps(header)})


@pytest.mark.parametrize("name", CONFIGS)
def test_round_trip_is_exact(tmp_path, name):
    model = random_model(CONFIGS[name])[0]
    write_model(tmp_path / "m.safetensors", model)
    assert_same(read_model(tmp_path / "m.safetensors"), model)


def test_odd_numbers_survive(tmp_path, model):
    weights = np.array([[-0.0, 1e-45, 3.4e38, 1 / 3]], np.float32)
    model = dataclasses.replace(model, tensors={"w": weights, "scalar": np.array(2, np.float32)})
    write_model(tmp_path / "m.safetensors", model)
    assert_same(read_model(tmp_path / "m.safetensors"), model)


@pytest.mark.parametrize("odd", [np.nan, np.inf, -np.inf])
def test_weights_that_are_no_numbers_are_refused(tmp_path, model, odd):
    weights = np.array([[0.5, odd, 1.0]], np.float32)
    write_model(tmp_path / "m", dataclasses.replace(model, tensors={"w": weights}))
    assert error_of(tmp_path / "m") == (
        f": tensor `w` must be finite, got {odd}. The file is damaged, or its training diverged: "
        "copy it again, or train again."
    )


def test_any_safetensors_reader_opens_it(path, model):
    tensors = load_file(path)
    assert tensors.keys() == model.tensors.keys()
    np.testing.assert_array_equal(tensors["output.weight"], model.tensors["output.weight"])
    with safe_open(path, "numpy") as file:
        assert list(file.metadata()) == ["seqloom"]
        header = json.loads(file.metadata()["seqloom"])
    assert header["format"] == 1
    assert header["training"]["note"] == "µ 10 %"


def test_same_model_same_bytes(path, model, tmp_path):
    backwards = dict(reversed(model.tensors.items()))
    write_model(tmp_path / "again", dataclasses.replace(model, tensors=backwards))
    assert (tmp_path / "again").read_bytes() == path.read_bytes()


def test_tensors_that_are_views_are_written_whole(tmp_path, model):
    wide = np.arange(12, dtype=np.float32).reshape(3, 4)
    write_model(tmp_path / "m", dataclasses.replace(model, tensors={"w": wide[:, ::2].T}))
    np.testing.assert_array_equal(read_model(tmp_path / "m").tensors["w"], wide[:, ::2].T)


def test_truncated_anywhere(path):
    data = path.read_bytes()
    for size in {0, 1, 7, 8, 9, 200, len(data) - 1, *range(0, len(data), 97)}:
        path.write_bytes(data[:size])
        message = error_of(path)
        assert message.startswith("is not a whole safetensors file: "), size
        assert message.endswith("It is damaged, truncated or of another kind: copy it again.")


def test_longer_than_it_should_be(path):
    path.write_bytes(path.read_bytes() + b"\0")
    assert error_of(path).startswith("is not a whole safetensors file: ")


def test_no_flipped_bit_goes_unseen(path, model):
    """A loop over places of the whole file: an error, or the same model, never anything else."""
    data = path.read_bytes()
    header_end = 8 + struct.unpack("<Q", data[:8])[0]
    places = {*range(header_end), *range(header_end, len(data), 61), len(data) - 1}
    draw = np.random.default_rng(0)
    unseen = 0
    for place in sorted(places):
        damaged = bytearray(data)
        damaged[place] ^= 1 << int(draw.integers(8))
        path.write_bytes(damaged)
        with contextlib.suppress(FormatError):
            assert_same(read_model(path), model)
            unseen += 1
    assert unseen < 40  # spaces that became other spaces, e for E: harmless


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data())
def test_any_bytes_put_in_the_place_of_others(path, model, data):
    good = path.read_bytes()
    start = data.draw(st.integers(0, len(good)))
    end = data.draw(st.integers(start, min(len(good), start + 40)))
    other = path.with_name("damaged")
    other.write_bytes(good[:start] + data.draw(st.binary(max_size=40)) + good[end:])
    with contextlib.suppress(FormatError):
        assert_same(read_model(other), model)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.binary(max_size=200))
@example(b"\x02\0\0\0\0\0\0\0{}")
@example(b'\x12\0\0\0\0\0\0\0{"__metadata__":{}}')
def test_arbitrary_files(tmp_path, content):
    path = tmp_path / "any"
    path.write_bytes(content)
    error_of(path)


def test_absent_directory_and_text(tmp_path):
    fix = " Give a best.safetensors of a run."
    assert error_of(tmp_path / "none") == "cannot be read: No such file or directory." + fix
    with pytest.raises(FormatError) as caught:
        read_model(tmp_path)
    inside = tmp_path / "best.safetensors"  # a run's folder is its best model
    missing = "cannot be read: No such file or directory." + fix
    assert str(caught.value) == f"model file: `{inside}` {missing}"
    (tmp_path / "text").write_text("cat\tK AE T\n" * 9)
    assert error_of(tmp_path / "text").startswith("is not a whole safetensors file: ")


@pytest.mark.parametrize("kind", ["F32", "BF16", "F8_E4M3"])
@pytest.mark.parametrize("metadata", [b"", b',"__metadata__":{"format":"pt"}'])
def test_foreign_file(tmp_path, kind, metadata):
    size = {"F32": 8, "BF16": 4, "F8_E4M3": 2}[kind]
    header = b'{"a":{"dtype":"%b","shape":[2],"data_offsets":[0,%d]}' % (kind.encode(), size)
    header += metadata + b"}"
    path = tmp_path / "foreign"
    path.write_bytes(struct.pack("<Q", len(header)) + header + b"\0" * size)
    assert error_of(path) == (
        "is a safetensors file, but no model of seqloom. Give a best.safetensors of a run."
    )


def test_number_type_that_numpy_has_not(tmp_path):
    header = b'{"__metadata__":{"seqloom":"{}"},'
    header += b'"a":{"dtype":"F8_E4M3","shape":[2],"data_offsets":[0,2]}}'
    path = tmp_path / "odd"
    path.write_bytes(struct.pack("<Q", len(header)) + header + b"\0\0")
    assert error_of(path).startswith("is not a whole safetensors file: ")


def test_newer_format_comes_before_all_other_checks(path):
    assert FORMAT == 3
    rewrite(path, lambda header: {"format": 4, "shape": "unheard of"}, seal=False)
    assert error_of(path) == (
        "must be of format 3 or older, got 4. Update with: pip install --upgrade seqloom."
    )


@pytest.fixture
def with_exceptions(model, path):
    """A model with a dictionary, in the place of the other's file."""
    found = Exceptions({"cab": ("A", "B A"), "fée": ("E",)})
    parts = dataclasses.replace(model.parts, exceptions=found)
    changed = dataclasses.replace(model, parts=parts)
    write_model(path, changed)
    return changed


def test_exceptions_are_a_tensor_of_format_2(with_exceptions, path):
    assert_same(read_model(path), with_exceptions)
    with safe_open(path, "numpy") as file:
        assert json.loads(file.metadata()["seqloom"])["format"] == 2
        assert file.get_tensor("exceptions").dtype == np.uint8


def test_exceptions_of_a_format_that_has_none(with_exceptions, path):
    rewrite(path, lambda header: header | {"format": 1})
    assert error_of(path) == "is damaged: it holds what format 1 does not have. Copy it again."


def test_damaged_exceptions(with_exceptions, path):
    tensors = load_file(path)
    rewrite(path, tensors=tensors | {"exceptions": tensors["exceptions"][:-1]})
    assert error_of(path).startswith(": tensor `exceptions` must be one whole stream of zlib")


@pytest.mark.parametrize("version", [0, -1, "1", 1.0, None, [1], True])
def test_format_that_is_no_number(path, version):
    rewrite(path, lambda header: header | {"format": version})
    assert error_of(path) == (f"is damaged: its format is {version!r}. Copy it again.")


@pytest.mark.parametrize("text", ["", "{", "[]", "3", "null", '"text"', "{}", "[" * 100_000])
def test_header_that_is_not_ours(path, text):
    save_file(load_file(path), path, metadata={"seqloom": text})
    assert error_of(path) == (
        "is damaged: its header is not JSON with a format number. Copy it again."
    )


def test_checksum(path):
    rewrite(path, lambda header: header | {"length_ratio": 9.0}, seal=False)
    assert error_of(path) == (
        "is damaged: its contents do not match their checksum. Copy it again."
    )


def test_unknown_task(path):
    rewrite(path, lambda header: header | {"task": "divine"})
    assert error_of(path) == (
        f"must be for a task of {', '.join(TASKS)}, got 'divine'. "
        "Update with: pip install --upgrade seqloom."
    )


@pytest.mark.parametrize(
    "key", ["model", "source", "target", "decoding", "length_ratio", "max_symbols", "training"]
)
def test_missing_key(path, key):
    rewrite(path, lambda header: header.pop(key) and None)
    assert error_of(path) == (f"is damaged: its header has no proper '{key}'. Copy it again.")


@pytest.mark.parametrize(
    ("key", "value", "text"),
    [
        ("model", {"hidden": 3}, ": header: `model.hidden` is not a known setting"),
        ("model", {"hidden_size": "3"}, ": header: `model.hidden_size` must be a whole number"),
        ("model", 3, ": header: `model` must be a section, got 3."),
        ("source", {}, ": Vocabulary.from_json: `data` must be an object with level, symbols"),
        ("length_ratio", "a", ": header: `length_ratio` must be a number from 1e-06 to 5000, got"),
        ("length_ratio", float("nan"), ": header: `length_ratio` must be a number from 1e-06 to"),
        ("length_ratio", 1e9, ": header: `length_ratio` must be a number from 1e-06 to 5000, got"),
        ("max_symbols", 0, ": header: `max_symbols` must be a whole number from 1 to 5000, got 0."),
        ("max_symbols", True, ": header: `max_symbols` must be a whole number from 1 to 5000, got"),
        ("training", 3, ": header: `training` must be a table, got 3."),
        ("training", {"settings": 3}, ": header: `training.settings` must be a table, got 3."),
        (
            "training",
            {"settings": {"data": {"stress": "no"}}},
            ": header: `training.settings.data.stress` must be true or false, got 'no'.",
        ),
        ("training", {"note": "\ud800"}, ": header: `training.note` must be text that UTF-8 can"),
        (
            "training",
            {"a": [[[[[[[[[1]]]]]]]]]},
            ": header: `training.a.0.0.0.0.0.0.0.0` must not be",
        ),
        ("task", ["transduce"], " must be for a task of transduce, "),
        (
            "source",
            {"level": "symbols", "merges": [], "symbols": [*SPECIALS, "\ud800"]},
            ": Vocabulary.from_json: `symbols` must be text that UTF-8 can say, got ",
        ),
    ],
)
def test_value_of_the_wrong_kind(path, key, value, text):
    rewrite(path, lambda header: header | {key: value})
    with pytest.raises(FormatError) as caught:
        read_model(path)
    assert str(caught.value).startswith(f"model file: `{path}`{text}")


def test_full_disk_keeps_the_older_file(path, model, monkeypatch):
    before = path.read_bytes()

    def fail(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(RunError) as caught:
        write_model(path, dataclasses.replace(model, training={}))
    assert str(caught.value) == (
        f"model file: `{path}` cannot be written: No space left on device. "
        "Free some space on that disk."
    )
    assert path.read_bytes() == before
    assert os.listdir(path.parent) == [path.name]
