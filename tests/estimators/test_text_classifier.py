"""`TextClassifier`: what `train` gives, in scikit-learn's clothes."""

import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.compose import make_column_transformer
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

import seqloom
from seqloom.errors import ConfigError, DataError
from seqloom.estimators import TextClassifier

SMALL = {"steps": 40, "hidden_size": 8, "embedding_size": 6, "learning_rate": 0.02, "seed": 3}


def films(number=90):
    """Texts of five words, of which one tells the label."""
    draw = np.random.default_rng(0)
    texts, labels = [], []
    for i in range(number):
        words = [*draw.choice(["the", "a", "film", "plot"], 4)]
        words.insert(draw.integers(5), draw.choice([["fine", "great"], ["bad", "poor"]][i % 2]))
        texts.append(" ".join(words))
        labels.append(["good", "awful"][i % 2])
    return texts, labels


TEXTS, LABELS = films()


@pytest.fixture(scope="module")
def fitted():
    import torch

    dtype = torch.get_default_dtype()
    torch.set_default_dtype(torch.float32)
    found = TextClassifier(**SMALL).fit(TEXTS, LABELS)
    torch.set_default_dtype(dtype)
    return found


def test_it_is_the_model_of_train(fitted, tmp_path):
    lines = [f"{text}\t{label}\n" for text, label in zip(TEXTS, LABELS, strict=True)]
    (tmp_path / "films.tsv").write_text("".join(lines))
    section = {"training": {"steps": 40, "learning_rate": 0.02, "seed": 3}}
    settings = {"task": "classify", "model": {"hidden_size": 8, "embedding_size": 6}, **section}
    result = seqloom.train(tmp_path / "films.tsv", tmp_path / "run", config=settings)
    model = seqloom.load(result.folder / "best.safetensors")
    names = [str(one) for one in fitted.predict(TEXTS)]
    assert names == model.predict(TEXTS)
    np.testing.assert_array_equal(
        fitted.predict_proba(TEXTS[:9]),
        model.predict_proba(TEXTS[:9])[:, [model.labels.index(c) for c in fitted.classes_]],
    )


def test_it_learns(fitted):
    assert fitted.classes_.tolist() == ["awful", "good"]
    assert fitted.score(TEXTS, LABELS) > 0.95
    found = fitted.predict_proba(["a great film"])
    assert found.shape == (1, 2)
    assert found[0, 1] > 0.5
    assert fitted.predict(["a great film"]).tolist() == ["good"]
    assert fitted.model_.labels


@pytest.mark.parametrize(
    "labels",
    [np.arange(90) % 2, (np.arange(90) % 2).astype(bool), np.array([7.0, -3.0])[np.arange(90) % 2]],
)
def test_classes_keep_their_type(labels):
    model = TextClassifier(**{**SMALL, "steps": 3}).fit(np.array(TEXTS, dtype=object), labels)
    assert model.classes_.dtype == labels.dtype
    assert model.classes_.tolist() == sorted({*labels.tolist()})
    found = model.predict(pd.Series(TEXTS[:3]))
    assert found.dtype == labels.dtype
    rows = model.predict_proba(TEXTS[:3])
    assert found.tolist() == [model.classes_[row.argmax()] for row in rows]


def test_texts_may_hold_anything():
    odd = [f'{text}\t"line\n two\r"' for text in TEXTS]
    model = TextClassifier(**{**SMALL, "steps": 3}).fit(odd, ["a\tb", "c\nd"] * 45)
    assert {*model.classes_} == {"a\tb", "c\nd"}
    assert {*model.predict(odd)} <= {*model.classes_}


def test_pickle_and_file(fitted, tmp_path):
    content = pickle.dumps(fitted)
    assert fitted.model_file_ in content
    assert len(content) < len(fitted.model_file_) + 2000
    again = pickle.loads(content)
    np.testing.assert_array_equal(again.predict_proba(TEXTS), fitted.predict_proba(TEXTS))
    fitted.save(tmp_path / "model.safetensors")
    wanted = seqloom.load(tmp_path / "model.safetensors").predict(TEXTS)
    assert again.predict(TEXTS).tolist() == wanted


def test_parameters_are_those_of_scikit_learn():
    model = TextClassifier(cell="gru", settings={"data": {"min_count": 2}})
    assert model.get_params()["cell"] == "gru"
    assert model.get_params()["hidden_size"] is None
    assert clone(model).get_params() == model.get_params()
    assert model.set_params(dropout=0.2).dropout == 0.2
    assert repr(model).startswith("TextClassifier(cell='gru'")
    with pytest.raises(NotFittedError):
        model.predict(["a"])


def test_settings_and_parameters_are_put_together():
    model = TextClassifier(
        architecture="transformer",
        word_dropout=0.1,
        steps=9,
        settings={"model": {"num_heads": 2, "hidden_size": 4}, "data": {"min_count": 2}},
    )
    model.set_params(hidden_size=np.int64(7))  # as a grid of NumPy has it
    assert model._settings() == {
        "task": "classify",
        "model": {
            "num_heads": 2,
            "hidden_size": 7,
            "architecture": "transformer",
            "word_dropout": 0.1,
        },
        "data": {"min_count": 2},
        "training": {"steps": 9},
    }


def test_cross_validation_and_grid_and_pipeline():
    scores = cross_val_score(TextClassifier(**SMALL), TEXTS, LABELS, cv=2)
    assert scores.min() > 0.8
    frame = pd.DataFrame({"film": TEXTS, "year": 1999})
    steps = make_pipeline(
        make_column_transformer((FunctionTransformer(), ["film"])), TextClassifier(**SMALL)
    )
    grid = GridSearchCV(steps, {"textclassifier__cell": ["gru", "rnn"]}, cv=2).fit(frame, LABELS)
    assert len(grid.cv_results_["params"]) == 2
    assert grid.score(frame, LABELS) > 0.8
    assert (
        grid.best_estimator_[-1].model_.file.model.cell == grid.best_params_["textclassifier__cell"]
    )


@pytest.mark.parametrize(
    ("X", "y", "message"),
    [
        ("a text", ["a"], "estimator: `X` must be a list of texts, got one. Write [text]."),
        (
            ["a", 3],
            ["a", "b"],
            "estimator: `X` must be texts, got int in row 2. Convert it with str, or drop the row.",
        ),
        (
            [["a", "b"], ["c", "d"]],
            ["a", "b"],
            "estimator: `X` must be one text for each row, got an array of 2 dimensions. "
            "Select a column.",
        ),
        (
            ["a", "b"],
            ["a"],
            "fit: X and y must have as many rows, got 2 and 1. Give a value for each text.",
        ),
        ([], [], "fit: X must have rows, got 0 samples. Give texts to learn from."),
        (
            ["a", "b"],
            ["x y", "x  y"],
            "fit: y must have classes with names that differ and are not blank, got "
            "['x y', 'x y']. Rename one.",
        ),
        (["a", "b"], ["x", "x"], "fit: y must have 2 classes or more, got 1 class: x."),
    ],
)
def test_refusals(X, y, message):
    with pytest.raises(DataError) as caught:
        TextClassifier().fit(X, y)
    assert str(caught.value) == message


def test_a_parameter_that_the_architecture_lacks():
    model = TextClassifier(architecture="fully-connected", cell="gru")
    with pytest.raises(ConfigError) as caught:
        model.fit(TEXTS, LABELS)
    assert str(caught.value) == (
        "fit: the architecture fully-connected has no setting `cell`. Leave it out."
    )
    with pytest.raises(ConfigError, match=r"^train: `model\.dropout` must be from 0 to 0\.95"):
        TextClassifier(dropout=2.0).fit(TEXTS, LABELS)
