"""`seqloom.evaluate` in Python: the object that the command prints, for every task."""

import json

import numpy as np
import pytest

import seqloom
from seqloom.errors import ConfigError, DataError
from seqloom.evaluation.tasks import evaluate
from seqloom.export.model_file import write_model
from seqloom.runtime import load
from seqloom.tasks import TASKS

from ..export.speech import CONFIGS, noise, random_speech_model
from ..reviews import write_reviews
from ..toys import GOLDEN, write_toy


def speech(folder):
    soundfile = pytest.importorskip("soundfile", reason="the extra `speech` is not installed")
    write_model(folder / "ctc.safetensors", random_speech_model(CONFIGS["ctc lstm, one way"])[0])
    for name in "ab":
        soundfile.write(folder / f"{name}.wav", noise(7000, seed=ord(name)), 8000)
    (folder / "test.tsv").write_text("a.wav\t1 2\nb.wav\t3\n")
    return folder / "ctc.safetensors", folder / "test.tsv", {"beam": 2}


def case(task, folder):
    """A model, data, options in Python, for the command the same as flags."""
    model = GOLDEN / f"{task}-1.safetensors"
    if task == "transduce":
        return model, write_toy(folder / "test.tsv"), {"beam": 2, "length_penalty": 0.5}
    if task == "classify":
        pytest.importorskip("sklearn", reason="the extra `baselines` is not installed")
        train = write_reviews(folder / "train.tsv", num_texts=60)
        return model, write_reviews(folder / "test.tsv", num_texts=30, seed=1), {"baselines": train}
    if task == "forecast":
        values = "".join(f"{i},{i % 6},{i % 3}\n" for i in range(1, 121))
        (folder / "test.csv").write_text("step,a,b\n" + values)
        return model, folder / "test.csv", {"windows": 2, "against": "naive2", "level": 80}
    if task == "generate":
        (folder / "test.txt").write_text("a text of its own, with odd signs: ÄÖ" * 5)
        return model, folder / "test.txt", {}
    return speech(folder)


@pytest.mark.parametrize("task", TASKS)
def test_python_returns_what_the_command_prints(cli, tmp_path, task):
    model, data, options = case(task, tmp_path)
    flags = [f"--{n.replace('_', '-')}={value}" for n, value in options.items()]
    found = seqloom.evaluate(model, data, **options)
    assert type(found).__name__ == f"{task.capitalize()}Evaluation"
    printed = cli("evaluate", model, data, *flags)
    assert printed.code == 0
    assert printed.err.splitlines() == list(found.notes)
    assert str(found) == (printed.err + printed.out).rstrip("\n")
    written = json.loads(cli("evaluate", model, data, *flags, "--json").out)
    assert json.loads(json.dumps(found.as_dict())) == written
    assert written["model"] == str(model)
    again = load(model).evaluate(data, **options)
    assert again.as_dict() == found.as_dict()
    told = []
    evaluate(load(model), data, say=told.append, **options)
    assert told == list(found.notes)


def test_how_an_evaluation_shows_itself(tmp_path):
    model, data, _ = case("transduce", tmp_path)
    data.write_text(data.read_text() + "<x>\tA\n")
    found = seqloom.evaluate(model, data)
    rate, wrong = found.scores.symbol_error_rate, found.scores.output_error_rate
    assert repr(found) == (
        f"<TransduceEvaluation of {data}: symbol error rate {rate.value:.2f} % ({rate.low:.2f} to "
        f"{rate.high:.2f}), output error rate {wrong.value:.2f} % ({wrong.low:.2f} to "
        f"{wrong.high:.2f})>"
    )
    assert not found.flattered
    page = found._repr_html_()
    assert "note: 3 source symbols were never seen in training: &lt; &gt; x" in page
    assert "Scores of 60 sources" in page
    found.write_outputs(tmp_path / "out.tsv")
    assert len((tmp_path / "out.tsv").read_text().splitlines()) == 61


def test_what_the_model_has_seen_is_said(tmp_path):
    data = write_toy(tmp_path / "toy.tsv")
    settings = {"model": {"hidden_size": 4}, "training": {"steps": 1}}
    model = seqloom.train(data, tmp_path / "run", config=settings, progress=False).model
    found = model.evaluate(data)
    assert found.flattered
    assert found.notes[0].startswith(f"warning: all of the pairs of {data} stood in")
    assert repr(found).startswith(f"<TransduceEvaluation of {data}, seen in training: ")
    assert found.as_dict()["seen"]["share"] == 1


def test_series_need_no_file():
    model = load(GOLDEN / "forecast-1.safetensors")
    values = np.arange(120) % 6 + 1.0
    found = model.evaluate({"a": values}, against=["naive2"])
    assert found.data == "data"
    assert found.scores.forecasts == 1
    assert repr(found).startswith("<ForecastEvaluation of data: sMAPE ")


def test_errors(tmp_path):
    model = load(GOLDEN / "classify-1.safetensors")
    with pytest.raises(ConfigError) as raised:
        model.evaluate("x.tsv", beam=3)
    assert str(raised.value) == (
        "evaluate: `beam` is not an option for classify models. Their options: baselines, valid, "
        "by."
    )
    with pytest.raises(DataError, match=r"^data: int is no table\."):
        model.evaluate(3)
    data = tmp_path / "text.txt"
    data.write_text("some text")
    found = load(GOLDEN / "generate-1.safetensors").evaluate(data)
    with pytest.raises(ConfigError, match=r"^evaluate: GenerateEvaluation has no table of outputs"):
        found.write_outputs(tmp_path / "out.tsv")
