"""`encode_states`: equal to the torch networks' states, whatever the batch; vectors; errors."""

import functools

import numpy as np
import pytest
import torch

from seqloom.errors import ConfigError, DataError
from seqloom.runtime import states as module
from seqloom.runtime.classify import Classifier
from seqloom.runtime.generate import Generator
from seqloom.runtime.transduce import Transducer

from ..export import classifiers, language_models
from ..export import models as pairs

WORDS = ["abcdefg", "a", "gfedcba", "bb", "cafe"]
RUNNING = ["abcdef\nabc", "a", "fedcba" * 3, "bb"]


def assert_states(found, states, vectors):
    for got, want in zip(found.states, states, strict=True):
        np.testing.assert_allclose(got, want, atol=2e-5)
        assert got.dtype == np.float32
    np.testing.assert_allclose(found.vectors, np.stack(vectors), atol=2e-5)
    assert [len(s) for s in found.symbols] == [len(s) for s in found.states]
    assert np.ptp(found.vectors, axis=0).max() > 1e-3  # texts are told apart


def hooked(module, run):
    """What a module of a torch network returns while `run` runs."""
    seen = []
    handle = module.register_forward_hook(lambda *args: seen.append(args[-1]))
    run()
    handle.remove()
    return seen[-1]


@torch.no_grad()
@pytest.mark.parametrize("name", pairs.CONFIGS)
def test_of_pairs(name):
    torch.set_default_dtype(torch.float32)
    file, network = pairs.random_model(pairs.CONFIGS[name])
    model, states, vectors = Transducer(file), [], []
    for word in WORDS:
        source, length = torch.tensor([model.encode(word)]), torch.tensor([len(word)])
        if name == "transformer":
            states.append(
                hooked(network.encoder_norm, lambda s=source, n=length: network.encode(s, n))[0]
            )
            vectors.append(states[-1].mean(dim=0))
        else:
            embedded = network.source_embedding(source)
            outputs, last = network.encoder(embedded, lengths=length)
            h = last[0] if isinstance(last, tuple) else last
            states.append(outputs[0])
            vectors.append(torch.cat(list(h[-network.encoder.num_directions :, 0])))
    found = model.encode_states(WORDS)
    assert_states(found, states, vectors)
    assert found.symbols[0] == tuple("abcdefg")


@torch.no_grad()
@pytest.mark.parametrize("name", [n for n in classifiers.CONFIGS if n != "fully-connected"])
def test_of_texts(name):
    torch.set_default_dtype(torch.float32)
    file, network = classifiers.random_classifier(name)
    model, states, vectors = Classifier(file), [], []
    for text in classifiers.TEXTS:
        symbols = torch.tensor([model.encode(text)])
        lengths = torch.tensor([symbols.shape[1]])
        last = network.norm if "transformer" in name else network.encoder
        seen = hooked(last, functools.partial(network, symbols, lengths))
        states.append((seen[0] if isinstance(seen, tuple) else seen)[0])
        vectors.append(network.read(network.embedding(symbols), lengths)[0][0])
    found = model.encode_states(classifiers.TEXTS)
    assert_states(found, states, vectors)
    assert found.symbols[0] == ("a", "bad", "film")


@torch.no_grad()
@pytest.mark.parametrize("name", language_models.CONFIGS)
def test_of_running_text(name, monkeypatch):
    """The output layer of the torch network, on our states, gives its log-probabilities."""
    torch.set_default_dtype(torch.float32)
    monkeypatch.setattr("seqloom.runtime.generate.PIECE", 4)
    file, network = language_models.random_language_model(name)
    model = Generator(file)
    found = model.encode_states(RUNNING)
    for text, symbols, states, vector in zip(
        RUNNING, found.symbols, found.states, found.vectors, strict=True
    ):
        assert "".join(symbols) == text
        assert (vector == states[-1]).all()
        read = torch.tensor([[1, *model.parts.vocabulary.encode(text)]])
        want, _ = network(read, network.initial_state(1))
        scores = model.network.ops.log_softmax(model.network._scores(states))
        np.testing.assert_allclose(scores, want.log_softmax(dim=-1)[0, 1:], atol=2e-5)


def test_alone_as_in_a_batch(monkeypatch):
    file, _ = pairs.random_model(pairs.CONFIGS["lstm, additive"])
    model = Transducer(file)
    together = model.encode_states(WORDS)
    monkeypatch.setattr(module, "BATCH", 2)
    by_two = model.encode_states(WORDS)
    for i, word in enumerate(WORDS):
        alone = model.encode_states([word])
        for other in (together, by_two):
            np.testing.assert_allclose(other.states[i], alone.states[0], atol=1e-6)
            np.testing.assert_allclose(other.vectors[i], alone.vectors[0], atol=1e-6)


def test_errors():
    model = Transducer(pairs.random_model(pairs.CONFIGS["rnn, context"])[0])
    with pytest.raises(ConfigError, match=r"^encode_states: `texts` is a single text"):
        model.encode_states("abc")
    with pytest.raises(ConfigError, match=r"^encode_states: `texts` must hold at least 1 text"):
        model.encode_states([])
    with pytest.raises(DataError, match=r"text 2 has no symbols\.$"):
        model.encode_states(["a", ""])
    flat = Classifier(classifiers.random_classifier("fully-connected")[0])
    with pytest.raises(ConfigError, match="fully-connected and has no states"):
        flat.encode_states(["good"])
    running = Generator(language_models.random_language_model()[0])
    with pytest.raises(DataError, match=r"^encode_states: text 1 is empty\.$"):
        running.encode_states([""])
