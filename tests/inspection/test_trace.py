"""A trace goes through a file unchanged, checks its axes, and says what is wrong with a bad one."""

import json

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import save_file

from seqloom.errors import FormatError, RunError, ShapeError
from seqloom.inspection import Layer, Named, Trace, read_trace


def a_trace(**changes):
    rng = np.random.default_rng(0)
    given = {
        "task": "classify",
        "kind": "lstm",
        "input": "not bad",
        "output": "positive",
        "labels": {"source": ("not", "bad"), "class": ("negative", "positive")},
        "layers": (Layer(name="encoder.0", kind="lstm", steps="source", size=3),),
        "facts": {"verdict": ["It remembers “all” of it."]},
        "arrays": {
            "states/encoder.0/h": Named(
                rng.normal(size=(2, 3)).astype(np.float32), ("source", "encoder.0.unit")
            ),
            "output/log_probabilities": Named(np.log([0.25, 0.75]), ("class",)),
        },
    }
    return Trace(**{**given, **changes})


def test_a_file_gives_back_what_was_saved(tmp_path):
    trace = a_trace()
    trace.save(tmp_path / "a.safetensors")
    got = read_trace(tmp_path / "a.safetensors")
    for name in ("task", "kind", "input", "output", "labels", "layers", "facts"):
        assert getattr(got, name) == getattr(trace, name)
    assert list(got) == sorted(trace)
    for name, array in trace.items():
        assert got[name].dims == array.dims
        assert got[name].values.dtype == array.values.dtype
        np.testing.assert_array_equal(got[name].values, array.values)


def test_any_safetensors_reader_opens_it(tmp_path):
    a_trace().save(tmp_path / "a.safetensors")
    with safe_open(tmp_path / "a.safetensors", framework="numpy") as file:
        header = json.loads(file.metadata()["seqloom_trace"])
        assert file.get_tensor("states/encoder.0/h").shape == (2, 3)
    assert header["dims"]["states/encoder.0/h"] == ["source", "encoder.0.unit"]
    assert header["format"] == 1


def test_it_is_a_mapping_of_arrays():
    trace = a_trace()
    assert len(trace) == 2
    assert "states/encoder.0/h" in trace
    assert np.asarray(trace["states/encoder.0/h"]).shape == (2, 3)
    assert repr(trace["states/encoder.0/h"]) == "Named(source: 2, encoder.0.unit: 3)"
    assert trace.layer("encoder.0").recurrent
    with pytest.raises(KeyError):
        trace.layer("encoder.1")


def test_updated_adds_and_replaces():
    more = a_trace().updated({"loss/steps": Named(np.zeros(1), ("target",))}, {"gates": {}})
    assert set(more.facts) == {"verdict", "gates"}
    assert set(more) == {"states/encoder.0/h", "output/log_probabilities", "loss/steps"}


def test_axes_must_agree():
    with pytest.raises(ShapeError, match=r"axis `class` of `x` must have 2 places.* got 3\.$"):
        a_trace().updated({"x": Named(np.zeros(3), ("class",))})
    with pytest.raises(ShapeError, match=r"`x` must have a name for each of its 2 axes, got class"):
        a_trace().updated({"x": Named(np.zeros((2, 2)), ("class",))})


def test_a_number_that_is_none_is_refused():
    with pytest.raises(ValueError, match="JSON"):
        a_trace(facts={"memory": float("nan")}).to_bytes()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda p: None, "must be readable, got: No such file"),
        (lambda p: p.write_bytes(b"abc"), "must be whole"),
        (lambda p: p.write_bytes(a_trace().to_bytes()[:-1]), "must be whole"),
        (lambda p: save_file({"a": np.zeros(2)}, p), "must be a trace that seqloom wrote"),
        (
            lambda p: p.write_bytes(
                a_trace().to_bytes().replace(b'\\"format\\": 1', b'\\"format\\": 2')
            ),
            "must be of format 1 or older, got 2",
        ),
    ],
)
def test_bad_files_are_explained(tmp_path, make, message):
    make(tmp_path / "a.safetensors")
    with pytest.raises(FormatError, match=message):
        read_trace(tmp_path / "a.safetensors")


def test_a_folder_that_is_not_there_is_explained(tmp_path):
    with pytest.raises(RunError, match="cannot be written"):
        a_trace().save(tmp_path / "none" / "a.safetensors")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"facts": {"x": float("nan")}}, "must be whole, got: NaN, which JSON does not have. "),
        ({"labels": {"source": [1, 2]}}, "`labels.source.0` must be a text, got 1."),
        ({"layers": [{"name": "a"}]}, "`layers.0` must have `kind`, got ['name']."),
        ({"format": True}, "`format` must be a whole number from 1 to 1, got True."),
        ({"dims": []}, "`dims` must be a table, got []."),
    ],
)
def test_descriptions_of_the_wrong_kind(tmp_path, change, says):
    from safetensors.numpy import load, save

    data = a_trace().to_bytes()
    size = int.from_bytes(data[:8], "little")
    header = json.loads(json.loads(data[8 : 8 + size])["__metadata__"]["seqloom_trace"])
    text = json.dumps({**header, **change})
    (tmp_path / "t").write_bytes(save(load(data), metadata={"seqloom_trace": text}))
    with pytest.raises(FormatError) as caught:
        read_trace(tmp_path / "t")
    assert str(caught.value).startswith(f"trace: `{tmp_path / 't'}`")
    assert says in str(caught.value)
