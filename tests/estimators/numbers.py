"""A `TextClassifier` of numbers, so that scikit-learn's own checks, which know no texts, can run.

    python -m tests.estimators.numbers NOT_FOR_TEXT.json

prints what each check found. They set parameters of wrong types, so they run in a process where
types are not checked.

A row of numbers becomes a text with two words for each column, of its value rounded and in full.
"""

import json
import sys
import warnings
from typing import Any

import torch
from sklearn.utils.estimator_checks import check_classifiers_train, check_estimator
from sklearn.utils.validation import check_array

from seqloom.estimators import TextClassifier
from seqloom.training import loop


def words(X: object) -> list[str]:
    rows = check_array(X, dtype="numeric")
    return [
        " ".join(f"c{i}v{round(2 * float(v))} c{i}w{float(v):.3f}" for i, v in enumerate(row))
        for row in rows
    ]


class NumberClassifier(TextClassifier):
    """A classifier of rows of numbers."""

    def fit(self, X, y):
        return super().fit(words(X), y)

    def predict_proba(self, X):
        return super().predict_proba(words(X))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array, tags.input_tags.one_d_array = True, False
        tags.input_tags.string = tags.no_validation = False
        return tags


class Uncounted(NumberClassifier):
    """Says that its input is not checked for a number of features, as `TextClassifier` says."""

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.no_validation = True
        return tags


SMALL = {
    "steps": 30,
    "hidden_size": 8,
    "embedding_size": 8,
    "learning_rate": 0.03,
    "architecture": "fully-connected",
    "level": "words",
}


def main(reasons: dict[str, str]) -> None:
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    loop.draw_curve = lambda *args: None
    results = check_estimator(
        NumberClassifier(**SMALL), expected_failed_checks=reasons, on_fail=None, on_skip=None
    )
    check_classifiers_train("Uncounted", Uncounted(**SMALL))
    found = [[r["check_name"], r["status"], str(r["exception"])] for r in results]
    print(json.dumps(found))


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
