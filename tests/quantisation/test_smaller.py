"""`seqloom.quantize`: the file, the weights that stay, the scores of both models, the refusals."""

import dataclasses
import json
import os

import numpy as np
import pytest
import torch

import seqloom
from seqloom.errors import ConfigError, DataError, FormatError, RunError
from seqloom.evaluation.tasks import evaluate
from seqloom.export.model_file import read_model, write_model
from seqloom.quantisation.rounding import candidates
from seqloom.runtime.model import model_of
from seqloom.tasks import TASKS

from .models import MODELS, SPOILT, spoilt, write_data


@pytest.mark.parametrize("task", MODELS)
def test_every_task(task, tmp_path):
    data, out = write_data(task, tmp_path), tmp_path / "small.safetensors"
    found = seqloom.quantize(MODELS[task], out, data=data)
    before, after = read_model(MODELS[task]), read_model(out)
    assert set(after.stored) == set(candidates(before, "int8"))
    assert found.kept == ()
    assert found.sizes == (MODELS[task].stat().st_size, out.stat().st_size)
    assert found.ratio == found.sizes[1] / found.sizes[0] < 0.9
    assert found.together < found.limit
    assert {weight.name: weight.numbers for weight in found.weights} == {
        name: tensor.size for name, tensor in before.tensors.items()
    }
    # the scores are those of `evaluate`, of the original and of what is in the file
    asked = TASKS[task].part("quantisation")
    for model, which in ((seqloom.load(MODELS[task]), "before"), (model_of(after), "after")):
        scores = asked.scores(evaluate(model, data, **asked.options))
        assert scores == {one.name: getattr(one, which) for one in found.scores}
    assert all(one.after == pytest.approx(one.before, abs=3, rel=0.05) for one in found.scores)
    made = after.training["quantised"]
    assert made["dtype"] == "int8"
    assert made["file"] == str(MODELS[task])
    kept = {name: value for name, value in after.training.items() if name != "quantised"}
    assert kept == before.training
    json.dumps(found.as_dict(), allow_nan=False)


def test_without_data_there_are_no_scores(tmp_path):
    found = seqloom.quantize(MODELS["classify"], tmp_path / "small")
    assert (found.scores, found.before, found.together) == ((), None, None)
    assert found.measure == "relative error"
    assert found.limit == 0.03
    lines = str(found).splitlines()
    assert lines[0] == "Cost of rounding one weight alone: relative error"
    before, after = found.sizes
    assert lines[-1] == f"{tmp_path / 'small'}: {after:,} bytes, {found.ratio:.3f} of {before:,}"


def test_float16_takes_vectors_too(tmp_path):
    found = seqloom.quantize(MODELS["transduce"], tmp_path / "half", dtype="float16")
    assert {weight.dtype for weight in found.weights} == {"float16"}
    small, before = read_model(tmp_path / "half"), read_model(MODELS["transduce"])
    for name, tensor in before.tensors.items():
        assert (small.tensors[name] == tensor.astype(np.float16)).all()


@pytest.fixture
def bad(tmp_path):
    write_model(tmp_path / "bad.safetensors", spoilt())
    return tmp_path / "bad.safetensors"


def test_what_int8_spoils_stays_in_float32(bad, tmp_path):
    data, out = write_data("transduce", tmp_path), tmp_path / "small"
    for given in ({}, {"data": data}):
        found = seqloom.quantize(bad, out, **given)
        assert found.kept == (SPOILT,)
        small = read_model(out)
        assert SPOILT not in small.stored
        assert len(small.stored) == len(candidates(read_model(bad), "int8")) - 1
        limit = "0.002" if given else "0.03"
        assert (
            f"kept in float32, because rounding costs more than {limit}: {SPOILT}. --keep "
            "chooses others." in str(found)
        )
    assert seqloom.load(out).predict(["abc", "bad"]) == ["C B A", "D A B"]


def test_the_user_chooses_what_stays(bad, tmp_path):
    out = tmp_path / "small"
    found = seqloom.quantize(bad, out, keep=["output.weight"])
    assert found.kept == ("output.weight",)
    assert found.limit is None
    assert SPOILT in read_model(out).stored
    assert "output.weight" not in read_model(out).stored
    assert seqloom.quantize(bad, out, keep=()).kept == ()
    assert set(read_model(out).stored) == set(candidates(read_model(bad), "int8"))


def test_a_small_model_is_traced_explained_and_trained_further(tmp_path):
    torch.set_default_dtype(torch.float32)
    out = tmp_path / "small.safetensors"
    seqloom.quantize(MODELS["transduce"], out)
    model = seqloom.load(out)
    trace = model.trace("abc", importance=False)
    assert trace.output == "C B A"
    assert np.isfinite(trace["gradient/input"]).all()
    data = write_data("transduce", tmp_path)
    run = seqloom.train(data, tmp_path / "run", steps=2, start_from=out, progress=False)
    trained = read_model(run.path)
    assert not trained.stored
    assert trained.format == 1
    start = read_model(out).tensors
    apart = [np.abs(trained.tensors[name] - start[name]).max() for name in start]
    assert 0 < max(apart) < 0.1


def refused(kind, *arguments, **options):
    with pytest.raises(kind) as caught:
        seqloom.quantize(*arguments, **options)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_refusals(tmp_path):
    model, out = MODELS["classify"], tmp_path / "small"
    data = write_data("classify", tmp_path)
    assert refused(ConfigError, model, out, dtype="int4") == (
        "quantize: `dtype` must be one of int8, float16, got 'int4'."
    )
    said = refused(ConfigError, model, out, keep=["output.bias"])
    assert said.startswith(
        "quantize: `--keep` must name weights that can be rounded, got 'output.bias'. They are: "
        "embedding.weight, "
    )
    assert refused(ConfigError, data, data) == (
        f"quantize: `--out` must not be the model, got {data}. Name another file."
    )
    assert refused(ConfigError, model, data, data=data) == (
        f"quantize: `--out` must not be --data, got {data}. Name another file."
    )
    assert refused(RunError, model, tmp_path) == (
        f"quantize: `{tmp_path}` cannot be written: Is a directory. Name a file, not a folder."
    )
    assert refused(RunError, model, tmp_path / "no" / "small") == (
        f"quantize: `{tmp_path / 'no' / 'small'}` cannot be written: No such file or directory. "
        "Make that folder first."
    )
    assert refused(DataError, model, out, data="/dev/null") == (
        "quantize: `--data` must be a file, for it is read more than once, got the pipe or device "
        "/dev/null. Write it to a file first."
    )
    refused(FormatError, data, out)
    (tmp_path / "other.tsv").write_text("a text\tno label of it\n")
    refused(DataError, model, out, data=tmp_path / "other.tsv")
    assert not out.exists()
    seqloom.quantize(model, out)
    again = refused(ConfigError, out, tmp_path / "smaller")
    assert again == (
        f"quantize: the weights of `{out}` are rounded already. Give the float32 model that it "
        "was made from."
    )
    assert sorted(os.listdir(tmp_path)) == ["other.tsv", "reviews.tsv", "small"]


def test_settings_and_tensors_that_do_not_fit(tmp_path):
    file = read_model(MODELS["classify"])
    tensors = {**file.tensors, "output.bias": np.zeros(7, np.float32)}
    write_model(tmp_path / "odd", dataclasses.replace(file, tensors=tensors))
    said = refused(FormatError, tmp_path / "odd", tmp_path / "small")
    assert "tensor `output.bias` must be float32 (3,), got float32 (7,)" in said
