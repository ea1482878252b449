"""`evaluate` on what a model was trained on, for each task: a warning, and no verdict."""

import json

import pytest

from ..reviews import TINY, write_reviews
from ..toys import flags, tiny, write_toy

WARNING = (
    "warning: {} the model's training or validation data: the scores flatter it, so there is no "
    "verdict. Evaluate data that training did not read.\n"
)


def trained(cli, data, out, settings):
    assert cli("train", data, "--out", out, *flags(settings)).code == 0
    return out / "best.safetensors"


def test_pairs(cli, tmp_path):
    data = write_toy(tmp_path / "train.tsv")
    model = trained(cli, data, tmp_path / "run", tiny(training={"steps": 2}))
    done = cli("evaluate", model, data)
    assert (done.code, done.err) == (0, WARNING.format(f"all of the pairs of {data} stood in"))
    more = tmp_path / "more.tsv"  # the training data among many others
    others = write_toy(tmp_path / "other.tsv", num_pairs=600, seed=5).read_text()
    more.write_text(others + data.read_text())
    done = cli("evaluate", model, more, "--json")
    assert done.err == WARNING.format(f"{more} holds all of the pairs of")
    seen = json.loads(done.out)["seen"]
    assert seen["of_part"] == 1
    assert seen["share"] < 0.2
    assert seen["flatters"] is True
    assert cli("evaluate", model, tmp_path / "other.tsv").err == ""
    assert "rows_seen" not in cli("info", model).out


def test_texts_and_baselines(cli, tmp_path):
    pytest.importorskip("sklearn", reason="the extra `baselines` is not installed")
    data = write_reviews(tmp_path / "train.tsv", num_texts=100)
    settings = {k: v for k, v in TINY.items() if k != "task"}
    model = trained(cli, data, tmp_path / "run", settings)
    done = cli("evaluate", model, data, "--baselines", data)
    assert done.err == WARNING.format(f"all of the texts of {data} stood in")
    assert done.out.splitlines()[-1] == "no verdict: the model has seen these texts"
    assert "naive Bayes" in done.out
    found = json.loads(cli("evaluate", model, data, "--baselines", data, "--json").out)
    assert found["comparisons"] == []
    assert len(found["baselines"]) == 2


def test_running_text(cli, tmp_path):
    data = tmp_path / "train.txt"
    data.write_text("".join(f"line {i}: {i * i % 997} and {i**3 % 991}\n" for i in range(400)))
    settings = {"model": {"hidden_size": 8}, "training": {"steps": 2}}
    model = trained(cli, data, tmp_path / "run", settings)
    part = tmp_path / "part.txt"
    part.write_text(data.read_text()[1000:3000])
    done = cli("evaluate", model, part)
    assert done.err == WARNING.format(f"all of the text of {part} stood in")
    assert done.out.splitlines()[-1] == "no verdict: the model has seen this text"
    found = json.loads(cli("evaluate", model, part, "--json").out)
    assert found["verdict"] is None
    assert {baseline["verdict"] for baseline in found["baselines"]} == {None}
    strange = tmp_path / "strange.txt"  # most symbols unknown: the model is not charged for them
    strange.write_text("ЖЖЖЖ ЩЩЩЩ 12 " * 40)
    done = cli("evaluate", model, strange)
    assert done.out.splitlines()[-1] == (
        "no verdict: 61.5 % of the symbols are unknown to the model, which is not charged for "
        "which ones they are"
    )


def test_recordings(cli, tmp_path):
    pytest.importorskip("soundfile", reason="the extra `speech` is not installed")
    assert cli("make", "tones", "--out", tmp_path / "tones", "--count", 20).code == 0
    data = tmp_path / "tones" / "train.tsv"
    settings = {"model": {"hidden_size": 8}, "training": {"steps": 2}}
    model = trained(cli, data, tmp_path / "run", settings)
    done = cli("evaluate", model, data)
    assert done.err == WARNING.format(f"all of the recordings of {data} stood in")
    assert "flatter" not in cli("evaluate", model, tmp_path / "tones" / "test.tsv").err
