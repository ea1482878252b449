"""`seqloom quantize`: the report, the same as JSON, and what is refused."""

import json

import seqloom

from ..export.golden.make_classify import TEXTS
from ..quantisation.models import MODELS, write_data


def test_report(cli, tmp_path):
    data, out = write_data("classify", tmp_path), tmp_path / "small.safetensors"
    done = cli("quantize", MODELS["classify"], "--out", out, "--data", data)
    assert done.code == 0, done.err
    assert done.err == ""
    lines = done.out.splitlines()
    assert lines[0] == "Cost of rounding one weight alone: divergence, nats a text"
    assert lines[1].split() == ["weight", "numbers", "stored", "in", "cost"]
    name, numbers, dtype, cost = lines[2].split()
    assert (name, dtype) == ("embedding.weight", "int8")
    size = seqloom.load(MODELS["classify"]).file.tensors[name].size
    assert numbers == f"{size:,}"
    assert 0 < float(cost) < 0.01
    [title] = [k for k, line in enumerate(lines) if line == f"Scores on {data}"]
    assert lines[title + 1].split() == ["score", "before", "after", "change"]
    assert lines[title + 2].split()[:2] == ["accuracy", "(%)"]
    assert lines[-1].startswith(f"{out}: {out.stat().st_size:,} bytes, 0.")
    assert cli("predict", out, *TEXTS).out == cli("predict", MODELS["classify"], *TEXTS).out
    info = cli("info", out).out
    assert "quantised" in info
    assert "dtype int8" in info


def test_json(cli, tmp_path):
    out = tmp_path / "small"
    done = cli(
        *("quantize", MODELS["classify"], "--out", out, "--json"),
        *("--dtype", "float16", "--keep", "output.weight", "--keep", "pool.bias"),
    )
    found = json.loads(done.out)
    assert found["dtype"] == "float16"
    assert found["bytes"]["after"] == out.stat().st_size
    kept = [weight["name"] for weight in found["weights"] if weight["kept"]]
    assert sorted(kept) == ["output.weight", "pool.bias"]
    assert found["scores"] == {}
    assert cli("quantize", MODELS["classify"], "--out", out, "--keep", "none").code == 0
    assert "pool.weight_memory" in seqloom.load(out).file.stored


def test_refusals(cli, refuses, tmp_path):
    model = MODELS["classify"]
    assert refuses("quantize", model, "--out", model) == (
        f"quantize: `--out` must not be the model, got {model}. Name another file."
    )
    said = refuses("quantize", model, "--out", tmp_path / "a", "--dtype", "int4")
    assert said == "quantize: `dtype` must be one of int8, float16, got 'int4'."
    assert cli("quantize", model).code == 2  # --out is missing
