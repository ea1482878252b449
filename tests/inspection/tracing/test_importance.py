"""Integrated gradients are complete; leaving out is what it says, by hand."""

import copy

import numpy as np
import pytest
import torch

from seqloom.inspection.tracing import importance, study_of
from seqloom.inspection.tracing.importance import integrated_gradients, leave_one_out
from seqloom.inspection.tracing.tape import Tape
from seqloom.runtime import Transducer, model_of
from seqloom.runtime.classify import Classifier
from seqloom.runtime.numpy_ops import PLAIN

from ...export.classifiers import random_classifier
from ...export.forecasts import CONFIGS as FORECASTERS
from ...export.forecasts import random_forecaster
from ...export.language_models import random_language_model
from ...export.models import CONFIGS as PAIRS
from ...export.models import random_model
from ...export.speech import CONFIGS as SPEECH
from ...export.speech import noise, random_speech_model

SERIES = list(np.random.default_rng(5).normal(size=9) * 3 + 5)


def studies():
    """One of every kind of network, with random weights: smoother than none that is trained."""
    for name in (
        "fully-connected",
        "rnn, last",
        "lstm, max",
        "gru, attention",
        "transformer, mean",
    ):
        yield name, study_of(Classifier(random_classifier(name)[0]), "a bad film , not at all")
    for name in ("lstm, context", "lstm, additive", "gru, general", "transformer"):
        yield f"pair {name}", study_of(Transducer(random_model(PAIRS[name])[0]), "abcdefg", "B A E")
    for name in ("lstm", "window of 4", "transformer, long context"):
        yield f"text {name}", study_of(model_of(random_language_model(name)[0]), "abcdefg")
    for name in ("gru, direct, attention", "fully-connected, gaussian", "transformer"):
        file = random_forecaster(FORECASTERS[name])[0]
        yield f"series {name}", study_of(model_of(file), SERIES)
    for name in ("ctc gru, both ways", "las lstm"):
        file = random_speech_model(SPEECH[name])[0]
        yield f"sound {name}", study_of(model_of(file), noise(3000, seed=1), "abba")


with torch.random.fork_rng():
    torch.manual_seed(0)
    STUDIES = dict(studies())


@pytest.mark.parametrize("name", STUDIES)
def test_shares_sum_to_the_difference(name):
    study = STUDIES[name]
    found = integrated_gradients(study)
    whole = study.ask(PLAIN).value[0]
    nothing = study.ask(Tape(along=np.zeros(1))).value[0]
    assert found.difference == pytest.approx(float(whole - nothing), abs=1e-5)
    assert abs(found.difference) > 1e-3
    assert found.shares.sum() == pytest.approx(found.difference, rel=0.01, abs=2e-5)
    assert found.points < importance.MOST_POINTS
    assert found.converged
    assert not found._replace(difference=1.1 * found.difference + 0.01).converged
    assert not found._replace(difference=np.nan).converged
    assert len(found.shares) == study.num_inputs
    assert np.abs(found.shares).max() > 1e-4


def test_points_that_go_through_in_pieces_change_nothing(monkeypatch):
    study = STUDIES["gru, attention"]
    want = integrated_gradients(study)
    monkeypatch.setattr(importance, "_STEPS", 2 * study.load)
    got = integrated_gradients(study)
    np.testing.assert_allclose(got.shares, want.shares, atol=1e-6)


def test_a_linear_answer_is_divided_exactly():
    """One hidden layer that stays in one piece of its relu, a forecast: shares are x . gradient."""
    file, _ = random_forecaster(FORECASTERS["no blocks, point"])
    for name in ("input.bias", "output.bias"):
        file.tensors[name] = file.tensors[name] * 0 + (100 if name == "input.bias" else 0)
    study = study_of(model_of(file), SERIES)
    tape = Tape()
    tape.backward(study.ask(tape).seeds)
    x = tape.inputs["source"]
    want = (x.array * tape.gradient(x)).sum(axis=2)[0, : study.num_inputs]
    np.testing.assert_allclose(integrated_gradients(study).shares, want, rtol=1e-3, atol=1e-4)


def test_left_out_words_by_hand():
    model = Classifier(random_classifier("lstm, attention")[0])
    words = ["a", "bad", "film"]
    study = study_of(model, " ".join(words))
    whole = model.predict_proba([" ".join(words)])[0]
    place = int(whole.argmax())
    got, together = leave_one_out(study, float(study.ask(PLAIN).value[0]))
    left = [" ".join(words[:i] + words[i + 1 :]) for i in range(3)]
    want = np.log(whole[place]) - np.log(model.predict_proba(left)[:, place])
    np.testing.assert_allclose(got, want, atol=1e-5)
    assert together == 1


def test_left_out_symbols_of_a_source_and_of_a_text_by_hand():
    model = Transducer(random_model(PAIRS["gru, additive"])[0])
    study = study_of(model, "cafe", "B A")
    got, _ = leave_one_out(study, float(study.ask(PLAIN).value[0]))
    value = {
        text: study_of(model, text, "B A").ask(PLAIN).value[0] for text in ("cafe", "cfe", "caf")
    }
    assert got[1] == pytest.approx(value["cafe"] - value["cfe"], abs=1e-5)
    assert got[3] == pytest.approx(value["cafe"] - value["caf"], abs=1e-5)
    text = model_of(random_language_model("gru, three layers, bare")[0])
    study = study_of(text, "abcd", "e")
    got, _ = leave_one_out(study, float(study.ask(PLAIN).value[0]))
    value = [study_of(text, x, "e").ask(PLAIN).value[0] for x in ("abcd", "acd")]
    assert got[2] == pytest.approx(value[0] - value[1], abs=1e-5)


@pytest.mark.parametrize("name", STUDIES)
def test_left_out_together_as_alone(name):
    """Spans of unlike length side by side."""
    study = STUDIES[name]
    spans = [slice(0, 1), slice(2, 5), slice(1, 3)]
    alone = [study.without([span])[0] for span in spans]
    np.testing.assert_allclose(study.without(spans), alone, rtol=1e-4, atol=1e-4)
    assert len({round(float(value), 4) for value in alone}) >= 2


@pytest.mark.parametrize("name", ["sound ctc gru, both ways", "sound las lstm"])
def test_left_out_sound_is_the_mean_of_the_training_data(name):
    study = STUDIES[name]
    features = study.features.copy()
    features[5:10] = 0.0
    other = type(study).__new__(type(study))
    vars(other).update(vars(study), features=features)
    assert study.without([slice(5, 10)])[0] == pytest.approx(other.ask(PLAIN).value[0], abs=1e-4)
    assert study.together == 5  # of 20 ms each


def test_long_inputs_are_left_out_in_groups(monkeypatch):
    study = STUDIES["rnn, last"]
    assert study.num_inputs == 7
    monkeypatch.setattr(importance, "_GROUPS", 3)
    value = float(study.ask(PLAIN).value[0])
    got, together = leave_one_out(study, value)
    assert together == 3
    assert got[0] == got[1] == got[2] != got[3]
    whole = value - study.without([slice(0, 3)])[0]
    assert got[:3].sum() == pytest.approx(float(whole), abs=1e-6)


def test_the_only_symbol_can_be_left_out():
    for study in (
        study_of(Classifier(random_classifier("lstm, attention")[0]), "good"),
        study_of(Classifier(random_classifier("transformer, max")[0]), "good"),
        study_of(Transducer(random_model(PAIRS["gru, additive"])[0]), "a", "B"),
        study_of(Transducer(random_model(PAIRS["transformer"])[0]), "a", "B"),
        study_of(model_of(random_language_model("lstm")[0]), "", "b"),
    ):
        got, _ = leave_one_out(study, float(study.ask(PLAIN).value[0]))
        assert got.shape == (1,)
        assert np.isfinite(got).all()


@pytest.mark.parametrize(("inputs", "together"), [(1, 1), (256, 1), (257, 2), (600, 3)])
def test_how_many_are_left_out_together(inputs, together):
    study = copy.copy(STUDIES["rnn, last"])
    study.num_inputs = inputs
    study.without = lambda spans: np.zeros(len(spans))
    got, width = leave_one_out(study, 1.0)
    assert (len(got), width) == (inputs, together)
