"""`Transducer`: pairs of texts."""

import pickle

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.model_selection import cross_val_score

from seqloom.errors import DataError
from seqloom.estimators import Transducer

SMALL = {"hidden_size": 8, "embedding_size": 6, "batch_symbols": 100, "steps": 4}


def words(number=60):
    draw = np.random.default_rng(1)
    sources = ["".join(draw.choice([*"abcd"], draw.integers(2, 6))) for _ in range(number)]
    return sources, [" ".join(source.upper()) for source in sources]


SOURCES, TARGETS = words()


def test_it_is_a_model_of_pairs():
    model = Transducer(**SMALL, cell="gru", beam=2).fit(SOURCES, np.array(TARGETS))
    config = model.model_.file
    assert (config.model.encoder_cell, config.model.decoder_cell) == ("gru", "gru")
    assert config.decoding.beam == 2
    found = model.predict(SOURCES)
    assert found.shape == (60,)
    assert found.tolist() == model.model_.predict(SOURCES)
    equal = [a == b for a, b in zip(found, TARGETS, strict=True)]
    assert model.score(SOURCES, TARGETS) == sum(equal) / 60
    assert model.score(SOURCES, found) == 1.0
    again = pickle.loads(pickle.dumps(model))
    assert again.predict(SOURCES).tolist() == found.tolist()
    assert not clone(model).__sklearn_is_fitted__()


def test_cross_validation():
    scores = cross_val_score(Transducer(**SMALL), SOURCES, TARGETS, cv=2)
    assert scores.shape == (2,)
    assert np.isfinite(scores).all()


@pytest.mark.slow
def test_it_learns():
    sources, targets = words(600)
    model = Transducer(hidden_size=48, epochs=30, batch_symbols=300).fit(sources, targets)
    assert model.score(*words()) > 0.9


def test_refusals():
    with pytest.raises(DataError, match=r"^estimator: `y` must be texts, got int in row 1\."):
        Transducer().fit(["a"], [3])
    with pytest.raises(DataError, match=r"^fit: X and y must have as many rows, got 2 and 1\."):
        Transducer().fit(["a", "b"], ["c"])
