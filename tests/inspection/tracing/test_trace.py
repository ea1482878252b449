"""`Model.trace`: what is in the trace of each task, that it fits the model's answers, refusals."""

import dataclasses
import json

import numpy as np
import pytest

from seqloom import Trace
from seqloom.cli.inspected import json_of, summary
from seqloom.errors import ConfigError, DataError
from seqloom.inspection.trace import read_trace
from seqloom.runtime import Transducer, model_of
from seqloom.runtime.classify import Classifier

from ...export.classifiers import CONFIGS as CLASSIFIERS
from ...export.classifiers import random_classifier
from ...export.forecasts import CONFIGS as FORECASTERS
from ...export.forecasts import random_forecaster
from ...export.language_models import CONFIGS as LANGUAGES
from ...export.language_models import random_language_model
from ...export.models import CONFIGS as PAIRS
from ...export.models import random_model
from ...export.speech import CONFIGS as SPEECH
from ...export.speech import noise, random_speech_model

SENTENCE = "Not a good FILM"
SERIES = list(np.random.default_rng(5).normal(size=9) * 3 + 5)
SOUND = noise(2000, seed=1)


def quick(model, x, **options):
    return model.trace(x, importance=False, jacobians=False, **options)


def assert_whole(trace, tmp_path):
    """Written and read, every number finite, axes with labels, every state with a gradient."""
    trace.save(tmp_path / "t.safetensors")
    again = read_trace(tmp_path / "t.safetensors")
    assert isinstance(again, Trace)
    assert list(again) == sorted(trace) or set(again) == set(trace)
    for name, array in trace.items():
        assert array.values.dtype == np.float32, name
        assert np.isfinite(array.values).all(), name
        np.testing.assert_array_equal(again[name].values, array.values)
    for layer in trace.layers:
        steps = (layer.steps,) if layer.steps else ()
        for field in ("h", "c") if layer.kind == "lstm" else ("h",):
            state = trace[f"states/{layer.name}/{field}"]
            assert state.dims == (*steps, f"{layer.name}.unit")
            assert trace[f"gradient/{layer.name}/{field}"].dims == state.dims
            assert state.shape[-1] == layer.size
        gates = {"lstm": "ifgo", "gru": "rzn"}.get(layer.kind, "")
        assert all(f"states/{layer.name}/{gate}" in trace for gate in gates)
        assert not steps or layer.steps in trace.labels
    for name in trace:
        if name.startswith("attention/"):
            np.testing.assert_allclose(trace[name].values.sum(axis=-1), 1, atol=1e-5)
    assert trace["gradient/input"].dims[0] == "source"
    assert trace.facts["model"]["task"] == trace.task


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_of_a_text_and_its_class(name, tmp_path):
    file, _ = random_classifier(name)
    model = Classifier(file, "numpy")  # which a trace is equal to, to the bit
    trace = quick(model, SENTENCE)
    assert_whole(trace, tmp_path)
    assert (trace.task, trace.input) == ("classify", SENTENCE)
    assert trace.output == model.predict([SENTENCE])[0]
    assert trace.labels["source"] == ("not", "a", "good", "film")
    want = model.predict_proba([SENTENCE])[0]
    found = trace.facts["probabilities"]
    np.testing.assert_allclose([found[label] for label in model.labels], want, rtol=1e-6)
    np.testing.assert_allclose(np.exp(trace["output/log_probabilities"].values), want, rtol=1e-6)
    if model.attends:
        np.testing.assert_array_equal(
            trace["attention/pool"].values, model.attend(SENTENCE).weights
        )
    if name == "fully-connected":
        assert [(layer.name, layer.steps) for layer in trace.layers] == [("hidden", "")]
    elif "both ways" in name:
        assert [layer.name for layer in trace.layers] == [
            *("encoder.0", "encoder.0.reverse", "encoder.1", "encoder.1.reverse")
        ]
        assert [layer.reverse for layer in trace.layers] == [False, True, False, True]


def test_the_loss_is_that_of_the_target():
    file, _ = random_classifier("gru, last")
    model = Classifier(file)
    gradients = {
        label: quick(model, SENTENCE, target=label)["gradient/encoder.0/h"].values
        for label in model.labels
    }
    p = model.predict_proba([SENTENCE])[0]
    # sum over c of p_c dL_c/dh is 0: the probabilities' sum does not move
    total = sum(p[i] * gradients[label] for i, label in enumerate(model.labels))
    np.testing.assert_allclose(total, 0, atol=1e-6)
    assert np.abs(gradients["good"]).max() > 1e-3
    assert quick(model, SENTENCE, target="fine").output == "fine"


@pytest.mark.parametrize("name", PAIRS)
def test_of_a_pair(name, tmp_path):
    file, _ = random_model(PAIRS[name])
    model = Transducer(file)
    best = model.predict_nbest(["cafe"])[0][0]
    trace = quick(model, "cafe")
    assert_whole(trace, tmp_path)
    assert (trace.output, trace.labels["source"]) == (best.text, ("c", "a", "f", "e"))
    end = ("<eos>",) if best.finished else ()
    assert trace.labels["target"] == (*best.symbols, *end)
    if best.finished:
        total = trace["loss/steps"].values.sum()
        assert total == pytest.approx(-best.log_probability, abs=1e-3)
    if hasattr(file.model, "link") and file.model.link == "attention":
        found = quick(model, "cafe", target="B A E")
        np.testing.assert_allclose(
            found["attention/decoder"].values, model.align("cafe", "B A E").weights, atol=1e-6
        )
    if name == "transformer":
        assert trace["attention/decoder.2/cross"].dims == ("head", "target", "source")
        assert trace["attention/encoder.0/self"].dims == ("head", "source", "source")


@pytest.mark.parametrize("name", LANGUAGES)
def test_of_a_running_text(name, tmp_path):
    file, _ = random_language_model(name)
    model = model_of(file)
    trace = quick(model, "abcd")
    assert_whole(trace, tmp_path)
    assert trace.output == next(model.stream("abcd", temperature=0.0))
    assert trace.labels["source"] == ("<bos>", "a", "b", "c", "d")
    assert trace.labels["target"] == ("a", "b", "c", "d", trace.output)
    losses = trace["loss/steps"].values
    assert losses[:-1].sum() == pytest.approx(model.score("abcd").nats, rel=1e-5)
    assert quick(model, "", target="f").labels["target"] == ("f",)


@pytest.mark.parametrize("name", FORECASTERS)
def test_of_a_series(name, tmp_path):
    file, _ = random_forecaster(FORECASTERS[name])
    model = model_of(file)
    trace = quick(model, SERIES)
    assert_whole(trace, tmp_path)
    table = model.predict(SERIES)
    np.testing.assert_allclose(trace["output/values"].values[:, 4], table.point, rtol=1e-5)
    assert trace.labels["target"] == table.time
    assert int(trace.labels["source"][-1]) == int(table.time[0]) - 1
    assert trace["input/values"].shape == (9, model.parts.past_size)
    np.testing.assert_allclose(trace["input/history"].values, SERIES[-9:], rtol=1e-6)
    assert trace["gradient/input"].shape == (9, model.parts.past_size)


@pytest.mark.parametrize("name", SPEECH)
def test_of_a_recording(name, tmp_path):
    file, _ = random_speech_model(SPEECH[name])
    model = model_of(file)
    trace = quick(model, SOUND)
    assert_whole(trace, tmp_path)
    best = model.transcribe([SOUND])[0]
    assert trace.output == best.text
    if file.model.architecture == "ctc":
        starts = [k * model.parts.features.step_seconds for k in trace.facts["begins"]]
        np.testing.assert_allclose(starts, best.starts)
        assert trace["output/log_probabilities"].dims == ("source", "vocabulary")
    else:
        assert trace["attention/decoder"].dims == ("target", "source.1")
        assert trace.labels["source.1"][1] == "0.04"
        assert trace.layer("encoder.1.reverse").steps == "source.1"


def test_options_leave_work_out(monkeypatch):
    file, _ = random_classifier("lstm, attention")
    model = Classifier(file)
    bare = model.trace(SENTENCE, gradients=False, jacobians=False, importance=False)
    assert not [n for n in bare if n.split("/")[0] in ("gradient", "jacobian", "importance")]
    whole = model.trace(SENTENCE)
    assert {n.split("/")[0] for n in whole} >= {"gradient", "jacobian", "importance"}
    assert whole.facts["verdict"]

    def never(*_, **__):
        raise AssertionError("work that nobody asked for")

    monkeypatch.setattr("seqloom.inspection.tracing.tape.unroll_backward", never)
    monkeypatch.setattr("seqloom.inspection.tracing.traced.leave_one_out", never)
    model.trace(SENTENCE, gradients=False, jacobians=False, importance=False)
    with pytest.raises(AssertionError, match="nobody asked for"):
        model.trace(SENTENCE, importance=False)


def test_messages():
    classifier = Classifier(random_classifier("gru, max")[0])
    with pytest.raises(ConfigError, match=r"^trace: `target` must be one of bad, fine, good, got"):
        classifier.trace("good", target="great")
    with pytest.raises(DataError, match=r"has no symbols"):
        classifier.trace("  ")
    forecaster = model_of(random_forecaster(FORECASTERS["fully-connected"])[0])
    with pytest.raises(DataError, match=r"^trace: `x` must be one series, got 2\. Trace them"):
        forecaster.trace({"a": SERIES, "b": SERIES})
    with pytest.raises(ConfigError, match=r"^trace: a forecast is explained without a `target`"):
        forecaster.trace(SERIES, target=3.0)
    generator = model_of(random_language_model()[0])
    with pytest.raises(ConfigError, match=r"^trace: `target` must be one symbol .*, got 'ab'\."):
        generator.trace("abc", target="ab")
    recogniser = model_of(random_speech_model(SPEECH["ctc gru, one way"])[0])
    with pytest.raises(
        ConfigError, match=r"^trace: `target` must fit into the recording's \d+ steps, got 9 sym"
    ):
        recogniser.trace(SOUND, target="aaaaaaaaa")


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("scale", [1e30, np.nan])
@pytest.mark.parametrize("name", ["rnn, last", "lstm, max", "gru, attention", "transformer, mean"])
def test_of_weights_that_exploded(name, scale, tmp_path):
    file, _ = random_classifier(name)
    tensors = {
        name: (array * np.float32(scale) if array.dtype == np.float32 else array)
        for name, array in file.tensors.items()
    }
    trace = Classifier(dataclasses.replace(file, tensors=tensors)).trace(SENTENCE)
    trace.save(tmp_path / "t.safetensors")
    json.dumps(trace.facts, allow_nan=False)
    json.dumps(json_of(trace), allow_nan=False)
    assert list(summary(trace))


@pytest.mark.filterwarnings("error")
def test_of_a_gradient_that_explodes():
    """A recurrence of 1e5 I near a state of zeros, 11 steps back: beyond float32."""
    file, _ = random_classifier("rnn, last")
    for name, array in file.tensors.items():
        if name.startswith("encoder.weight_hh"):
            file.tensors[name] = 1e5 * np.eye(len(array), dtype=np.float32)
        elif name.startswith("encoder."):
            file.tensors[name] = array * 0
    trace = Classifier(file).trace("good " * 12)
    found = trace.facts["memory"]["encoder.0"]
    for by in ("jacobian", "loss"):
        assert found[by] == {"steps": 11, "whole": True, "growth": 1e30}
