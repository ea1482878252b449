"""The NumPy classifiers against torch, for every network there is; and `Classifier`'s own rules."""

import numpy as np
import pytest
import torch

import seqloom
from seqloom.config.layout import checked
from seqloom.errors import ConfigError, DataError, FormatError
from seqloom.export.model_file import ModelFile, write_model
from seqloom.export.parts.classify import CLASSES, ClassifyParts
from seqloom.runtime.classify import Classifier

from ..export.classifiers import CONFIGS, LABELS, TEXTS, random_classifier


def torch_answers(file, network, text):
    symbols = file.parts.reader.encode(text)
    with torch.no_grad():
        logits, weights = network.attend(torch.tensor([symbols]), torch.tensor([len(symbols)]))
    return logits.softmax(-1)[0].numpy(), None if weights is None else weights[0].numpy()


@pytest.mark.parametrize("name", CONFIGS)
def test_same_probabilities_as_torch_and_alone_as_in_a_batch(name):
    file, network = random_classifier(name)
    model = Classifier(file)
    found = model.predict_proba(TEXTS)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-5)
    for text, row in zip(TEXTS, found, strict=True):
        want, weights = torch_answers(file, network, text)
        np.testing.assert_allclose(row, want, atol=1e-5)
        np.testing.assert_allclose(model.predict_proba([text])[0], row, atol=1e-6)
        if model.attends:
            np.testing.assert_allclose(model.attend(text).weights, weights, atol=1e-5)
    assert found.std(axis=0).max() > 1e-3  # a network that says the same of all proves little
    assert model.predict(TEXTS) == [LABELS[i] for i in found.argmax(axis=1)]


def test_through_a_file(tmp_path):
    file, _ = random_classifier("gru, attention")
    write_model(tmp_path / "m.safetensors", file)
    loaded = seqloom.load(tmp_path / "m.safetensors")
    assert isinstance(loaded, Classifier)
    np.testing.assert_array_equal(
        loaded.predict_proba(TEXTS), Classifier(file).predict_proba(TEXTS)
    )
    assert dict(loaded.describe())["labels"] == "bad, fine, good"


def test_attention_names_the_symbols_as_read():
    file, _ = random_classifier("lstm, attention")
    seen = Classifier(file).attend("A Good FILM")
    assert seen.symbols == ("a", "good", "film")
    assert seen.label == Classifier(file).predict(["A Good FILM"])[0]
    assert seen.weights.sum() == pytest.approx(1, abs=1e-6)
    assert len(Classifier(file).attend("a " * 30).symbols) == 12


def test_no_texts():
    file, _ = random_classifier("gru, max")
    assert Classifier(file).predict([]) == []


def test_messages():
    file, _ = random_classifier("gru, max")
    model = Classifier(file)
    with pytest.raises(DataError, match=r"^predict: text 2 has no symbols"):
        model.predict(["good", "  "])
    with pytest.raises(ConfigError, match=r"^attend: this model has no attention\. Train"):
        model.attend("good")
    tensors = dict(file.tensors)
    del tensors["output.bias"]
    with pytest.raises(FormatError, match=r"tensor `output\.bias` is missing"):
        Classifier(ModelFile(**{**vars(file), "tensors": tensors}))
    with pytest.raises(FormatError, match=r"every tensor must belong to the network, got extra"):
        Classifier(ModelFile(**{**vars(file), "tensors": {**file.tensors, "extra": np.zeros(1)}}))


def test_damaged_labels_are_refused():
    file, _ = random_classifier("fully-connected")
    for labels in (["good"], ["good", 3], "good", ["good", ""]):
        with pytest.raises(ValueError, match=r"must "):
            checked(CLASSES, labels, "header", "labels")
    with pytest.raises(ValueError, match=r"^labels that are at least 2 different texts$"):
        ClassifyParts.from_json({**file.parts.to_json(), "labels": ["good", "good"]})
