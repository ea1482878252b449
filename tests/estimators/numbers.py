"""A `TextClassifier` of numbers, so that scikit-learn's own checks, which know no texts, can run.

A row of numbers becomes a text with two words for each column, of its value rounded and in full.
"""

from typing import Any

from sklearn.utils.validation import check_array

from seqloom.estimators import TextClassifier


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


def small() -> NumberClassifier:
    """One that trains in a moment."""
    return NumberClassifier(
        steps=30,
        hidden_size=8,
        embedding_size=8,
        learning_rate=0.03,
        architecture="fully-connected",
        level="words",
    )
