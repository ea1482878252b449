"""States and gradients of every network of every task against torch autograd in float64."""

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from seqloom.config.forecast import MEDIAN
from seqloom.data.vocabulary import BOS
from seqloom.inspection.tracing import study_of
from seqloom.inspection.tracing.tape import Tape
from seqloom.inspection.tracing.taped_layers import TapedUnits
from seqloom.runtime import Transducer, model_of
from seqloom.runtime.numpy_ops import PLAIN

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
from .autograd import Watched, as_double, doubled, embedded, grad


def played(model, study):
    """The tape of a study's network in float64, played backward."""
    doubled(model.network)
    tape = Tape()
    answer = study.ask(tape)
    tape.backward([(value, study.sign * d) for value, d in answer.seeds])
    plain = study.ask(PLAIN)
    np.testing.assert_array_equal(plain.said, answer.said)  # a tape changes no bit
    np.testing.assert_array_equal(plain.value, answer.value)
    return tape, answer


def assert_same(tape, answer, watched, loss, x):
    """Value, states, gradients of states and of the input are torch's, `x` being the input."""
    loss.backward()
    close = {"rtol": 1e-6, "atol": 1e-10}
    np.testing.assert_allclose(abs(answer.value[0]), abs(loss.item()), rtol=1e-9)
    got = tape.gradient(tape.inputs["source"])[0]
    np.testing.assert_allclose(got, grad(x)[0], **close)
    assert np.abs(got).max() > 1e-6
    cells = [layer for layer in tape.layers.values() if layer.weights is not None]
    assert len(cells) == len(watched.cells)
    for number, layer in enumerate(cells):
        gradients = layer.gradients(tape.gradient)
        for name, (states, d_states) in watched.states(number, reverse=layer.reverse).items():
            np.testing.assert_allclose(layer.states()[name][0], states, **close)
            np.testing.assert_allclose(gradients[name][0], d_states, **close)
    layers = [
        r for r in tape.layers.values() if isinstance(r, TapedUnits) and r.kind == "transformer"
    ]
    assert len(layers) == len(watched.layers)
    for layer, y in zip(layers, watched.layers, strict=True):
        np.testing.assert_allclose(layer.output.array, y.detach().numpy(), **close)
        np.testing.assert_allclose(layer.gradients(tape.gradient)["h"], grad(y), **close)


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_classifiers(name, monkeypatch):
    file, network = random_classifier(name)
    model, network = model_of(file), network.double()
    study = study_of(model, "not a good film , not at all", target="fine")
    watched, x = Watched(monkeypatch, network), embedded(network, "embedding")
    logits = network(torch.tensor([study.symbols]), torch.tensor([study.num_inputs]))
    loss = -logits.log_softmax(-1)[0, 1]
    assert_same(*played(model, study), watched, loss, x[0])


@pytest.mark.parametrize("name", PAIRS)
@pytest.mark.parametrize("target", [None, "B A D D"])
def test_pairs(name, target, monkeypatch):
    file, network = random_model(PAIRS[name])
    model, network = Transducer(file), network.double()
    study = study_of(model, "cafe" if target else "gfedcab", target)
    watched, x = Watched(monkeypatch, network), embedded(network, "source_embedding")
    before = torch.tensor([[BOS, *study.target[:-1]]])
    logits = network(torch.tensor([study.source]), torch.tensor([study.num_inputs]), before)
    loss = F.cross_entropy(logits[0], torch.tensor(study.target), reduction="sum")
    assert_same(*played(model, study), watched, loss, x[0])


@pytest.mark.parametrize("name", LANGUAGES)
def test_texts(name, monkeypatch):
    file, network = random_language_model(name)
    model, network = model_of(file), network.double()
    study = study_of(model, "abcfedcba", "c")
    watched, x = Watched(monkeypatch, network), embedded(network, "embedding")
    logits, _ = network(torch.tensor([study.symbols]))
    loss = -logits.log_softmax(-1)[0, -1, study.place]
    tape, answer = played(model, study)
    if "before" in tape.inputs:  # the window's padding is embedded with the text
        inputs, x = x[0], x[0].new_zeros(1, study.num_inputs, x[0].shape[2])
        inputs.register_hook(lambda d: setattr(x, "grad", d[:, -study.num_inputs :]))
    else:
        x = x[0]
    assert_same(tape, answer, watched, loss, x)


@pytest.mark.parametrize("length", [7, 14])
@pytest.mark.parametrize("name", FORECASTERS)
def test_forecasters(name, length, monkeypatch):
    file, network = random_forecaster(FORECASTERS[name])
    model, network = model_of(file), network.double()
    study = study_of(model, list(np.random.default_rng(5).normal(size=length) * 3 + 5))
    study.inputs = as_double(study.inputs)
    watched = Watched(monkeypatch, network)
    tensors = [torch.tensor(array) for array in study.inputs]
    tensors[0].requires_grad_()
    said = network(*tensors)
    if file.model.output == "quantile":
        said = said.sort(dim=2).values[:, :, MEDIAN]
    else:
        said = said[:, :, 0]
    loss = said.mean() * study.by.unit[0]
    assert_same(*played(model, study), watched, loss, tensors[0])


@pytest.mark.parametrize("name", SPEECH)
def test_recognisers(name, monkeypatch):
    file, network = random_speech_model(SPEECH[name])
    model, network = model_of(file), network.double()
    study = study_of(model, noise(2000, seed=1), "abba")
    study.features = as_double(study.features)
    watched = Watched(monkeypatch, network)
    x, lengths = (
        torch.tensor(study.features[None], requires_grad=True),
        torch.tensor([len(study.features)]),
    )
    if file.model.architecture == "ctc":
        log_probs = network(x, lengths).transpose(0, 1)
        symbols = torch.tensor([study.symbols])
        loss = F.ctc_loss(log_probs, symbols, lengths, torch.tensor([4]), reduction="sum")
    else:
        logits = network(x, lengths, torch.tensor([[BOS, *study.target[:-1]]]))
        loss = F.cross_entropy(logits[0], torch.tensor(study.target), reduction="sum")
    assert_same(*played(model, study), watched, loss, x)


def test_a_confident_class():
    """In single precision, of a loss so small that 1 - p has few digits there."""
    file, network = random_classifier("lstm, last")
    text = "not a good film , not at all"
    said = np.sort(study_of(model_of(file), text).ask(PLAIN).said[0])
    for name in ("output.weight", "output.bias"):
        file.tensors[name] = file.tensors[name] * (13.0 / (said[-1] - said[-2]))
    study = study_of(model_of(file), text)
    network.double().load_state_dict({n: torch.tensor(a) for n, a in file.tensors.items()})
    x = embedded(network, "embedding")
    logits = network(torch.tensor([study.symbols]), torch.tensor([study.num_inputs]))
    loss = -logits.log_softmax(-1).max()
    assert 1e-7 < loss.item() < 1e-5
    loss.backward()
    tape = Tape()
    tape.backward([(value, study.sign * d) for value, d in study.ask(tape).seeds])
    assert tape.inputs["source"].array.dtype == np.float32
    want = grad(x[0])[0]
    got = tape.gradient(tape.inputs["source"])[0]
    assert np.abs(got - want).max() < 1e-4 * np.abs(want).max()


def test_the_softmax_of_scores_far_apart():
    """The gradient by the scores against float64, for one symbol and for shares of several."""
    rng = np.random.default_rng(0)
    scores = rng.normal(size=(6, 9)).astype("f4")
    scores[:, 4] = scores.max(axis=1) + np.array([0, 4, 8, 12, 14, 20])
    for d in (np.eye(9)[scores.argmax(axis=1)], rng.random((6, 9))):
        x = torch.tensor(scores, dtype=torch.float64, requires_grad=True)
        (x.log_softmax(-1) * torch.tensor(d)).sum().backward()
        tape = Tape()
        value = tape.value(scores)
        tape.backward([(tape.log_softmax(value), d.astype(np.float32))])
        want = grad(x)
        err = np.abs(tape.gradient(value) - want).max(axis=1) / np.abs(want).max(axis=1)
        assert err.max() < 1e-4


def test_an_array_from_outside_is_refused():
    """Behind the tape's back a gradient would be lost without a word."""
    tape = Tape()
    x = tape.given("source", np.ones((2, 3)))
    with pytest.raises(TypeError, match=r"^tape: an array was made outside the operations"):
        tape.tanh(np.tanh(x.array))
    with pytest.raises(TypeError, match=r"^tape: an array was made outside the operations"):
        tape.join(x, np.zeros((2, 1)))
    np.testing.assert_array_equal(tape.join(np.ones((2, 1), int), np.ones((2, 2), int)), 1)


def moves(ops, x, lengths):
    """Each operation that moves numbers, of x (B, T, F) with T odd; all of one size at the end."""
    halved, _ = ops.halve(x, lengths)
    yield ops.flat(ops.right_align(x, lengths))
    yield ops.flat(halved)
    yield ops.last(x, lengths)
    yield ops.flat(ops.repeat(ops.last(x, lengths), x))
    yield ops.flat(ops.slice(x, 1, -2, None))
    yield ops.flat(ops.slice(x, 2, 1, 2))
    yield ops.flat(ops.slice(ops.fold(ops.flat(x), 2), 1, 1, 4))
    yield ops.flat(ops.new_axis(ops.flat(ops.age(x, lengths))))
    yield ops.flat(ops.place(x))
    yield ops.flat(ops.add(x, ops.spread(np.ones((9, 4)), x)))


@pytest.mark.parametrize("number", range(10))
def test_a_move_brings_its_gradient_back(number):
    """By finite differences: a sum, weighed at random, over the results of each move."""
    rng = np.random.default_rng(number)
    array, lengths = rng.normal(size=(3, 5, 4)), np.array([5, 1, 3])
    tape = Tape()
    x = tape.given("source", array)
    results = list(moves(tape, x, lengths))
    assert len(results) == 10
    weights = rng.normal(size=results[number].array.shape)
    tape.backward([(results[number], weights)])
    change = rng.normal(size=array.shape)
    plain = [list(moves(PLAIN, array + e * change, lengths))[number] for e in (1e-6, -1e-6)]
    want = (weights * (plain[0] - plain[1])).sum() / 2e-6
    assert (tape.gradient(x) * change).sum() == pytest.approx(want, rel=1e-6, abs=1e-9)
