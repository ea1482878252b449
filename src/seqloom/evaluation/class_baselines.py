"""What a classifier has to beat: n-gram naive Bayes and logistic regression, by scikit-learn.

    naive Bayes           counts of 1-grams and 2-grams; multinomial
    logistic regression   tf-idf of 1-grams and 2-grams, sublinear in the count

The one number of each that matters, the smoothing and the strength of the penalty, is chosen on
validation texts, as the network's training is.

Source: Wang & Manning, "Baselines and Bigrams: Simple, Good Sentiment and Topic Classification",
ACL 2012. Checked by `tests/evaluation/test_class_baselines.py`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np

from ..extras import missing_extra
from ..progress import each
from ..shapes import Float, Int

SMOOTHINGS = (0.1, 0.3, 0.5, 1.0, 2.0, 5.0)
INVERSE_PENALTIES = (0.1, 0.3, 1.0, 3.0, 10.0, 30.0)
NAMES = ("naive Bayes, 1-2-grams", "logistic regression, 1-2-grams")


@dataclass(frozen=True)
class ClassBaseline:
    """A fitted baseline.

    Attributes:
        name: For people.
        setting: What was chosen, e.g. `alpha 1`.
        valid_accuracy: With it, on the validation texts, in %.
        predict_proba: From texts to probabilities `(N, C)`.
    """

    name: str
    setting: str
    valid_accuracy: float
    predict_proba: Callable[[Sequence[str]], Float[np.ndarray, "N C"]]


def fit_class_baselines(
    train: tuple[Sequence[str], Int[np.ndarray, " N"]],
    valid: tuple[Sequence[str], Int[np.ndarray, " K"]],
    split: Callable[[str], list[str]],
    num_classes: int,
    names: Sequence[str] = NAMES,
) -> list[ClassBaseline]:
    """Fit both baselines, or one of them.

    Args:
        train: Texts and their classes.
        valid: The same, to choose by.
        split: Text to symbols: the model's own reading.
        num_classes: C; a class that is not in `train` gets probability 0.
        names: Those of `NAMES` to fit.

    Raises:
        MissingExtraError: scikit-learn is not installed.
    """
    try:
        text = import_module("sklearn.feature_extraction.text")
        linear = import_module("sklearn.linear_model")
        bayes = import_module("sklearn.naive_bayes")
    except ModuleNotFoundError as error:
        raise missing_extra("baselines", error) from error
    grams = {"tokenizer": split, "token_pattern": None, "lowercase": False, "ngram_range": (1, 2)}
    counts = text.CountVectorizer(**grams)
    naive = [(f"alpha {a:g}", bayes.MultinomialNB(alpha=a)) for a in SMOOTHINGS]
    tfidf = text.TfidfVectorizer(**grams, sublinear_tf=True)
    logistic = [
        (f"C {c:g}", linear.LogisticRegression(C=c, max_iter=2000)) for c in INVERSE_PENALTIES
    ]
    ways = dict(zip(NAMES, ((counts, naive), (tfidf, logistic)), strict=True))
    return [_choose(name, *ways[name], train, valid, num_classes) for name in names]


def _choose(
    name: str,
    features: Any,
    candidates: list[tuple[str, Any]],
    train: tuple[Sequence[str], np.ndarray],
    valid: tuple[Sequence[str], np.ndarray],
    num_classes: int,
) -> ClassBaseline:
    """The candidate with the best validation accuracy, the first of equals."""
    x_train, x_valid = features.fit_transform(train[0]), features.transform(valid[0])
    scores = []
    for _, model in each(candidates, f"fitting {name}"):
        model.fit(x_train, train[1])
        scores.append(float((model.predict(x_valid) == valid[1]).mean()))
    best = int(np.argmax(scores))
    setting, model = candidates[best]

    def predict_proba(texts: Sequence[str]) -> Float[np.ndarray, "N C"]:
        found = np.zeros((len(texts), num_classes))
        found[:, model.classes_] = model.predict_proba(features.transform(texts))
        return found

    return ClassBaseline(name, setting, 100.0 * scores[best], predict_proba)
