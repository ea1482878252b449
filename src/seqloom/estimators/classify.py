"""`TextClassifier`: texts to labels."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import column_or_1d

from ..errors import DataError
from ..plain import shown
from .base import SeqloomEstimator, check_lengths, texts_of


class TextClassifier(ClassifierMixin, SeqloomEstimator):  # type: ignore[misc]
    """A classifier of texts: recurrent, Transformer or fully-connected.

    Every parameter is the setting of that name in docs/settings.md, task `classify`; `None` is its
    default. `settings` takes all others by section: `{"data": {"min_count": 2}}`.

    Attributes:
        classes_: The labels, sorted, in the order of `predict_proba`.
        model_: The trained model, as `seqloom.load` gives it.
        model_file_: The bytes of its file.
    """

    TASK = "classify"

    def __init__(
        self,
        *,
        epochs: float | None = None,
        minutes: float | None = None,
        steps: int | None = None,
        seed: int | None = None,
        architecture: str | None = None,
        cell: str | None = None,
        layers: int | None = None,
        bidirectional: bool | None = None,
        pool: str | None = None,
        hidden_size: int | None = None,
        embedding_size: int | None = None,
        dropout: float | None = None,
        word_dropout: float | None = None,
        level: str | None = None,
        lowercase: bool | None = None,
        batch_size: int | None = None,
        valid_fraction: float | None = None,
        learning_rate: float | None = None,
        weight_decay: float | None = None,
        label_smoothing: float | None = None,
        class_weights: str | None = None,
        settings: Mapping[str, Any] | None = None,
    ) -> None:
        self.epochs = epochs
        self.minutes = minutes
        self.steps = steps
        self.seed = seed
        self.architecture = architecture
        self.cell = cell
        self.layers = layers
        self.bidirectional = bidirectional
        self.pool = pool
        self.hidden_size = hidden_size
        self.embedding_size = embedding_size
        self.dropout = dropout
        self.word_dropout = word_dropout
        self.level = level
        self.lowercase = lowercase
        self.batch_size = batch_size
        self.valid_fraction = valid_fraction
        self.learning_rate = learning_rate
        self.weight_decay = weight_decay
        self.label_smoothing = label_smoothing
        self.class_weights = class_weights
        self.settings = settings

    def fit(self, X: object, y: object) -> "TextClassifier":
        """Train; a part of the texts is held out for validation.

        Args:
            X: N texts: a list, an array or a column of a frame.
            y: N labels, of any type that can be sorted and told apart as text.
        Raises:
            ConfigError: A parameter is out of range or none of the architecture.
            DataError: X holds something else than texts, or y fewer than 2 classes.
        """
        texts = texts_of(X)
        labels = column_or_1d(y, warn=True)
        check_classification_targets(labels)
        check_lengths(texts, labels)
        classes, places = np.unique(labels, return_inverse=True)
        names = [_name(one) for one in classes]
        if len({*names}) < len(names) or not all(names):
            raise DataError(
                "fit: y must have classes with names that differ and are not blank, got "
                f"{shown(names)}. Rename one."
            )
        if len(names) < 2:
            raise DataError(f"fit: y must have 2 classes or more, got 1 class: {names[0]}.")
        self._train({"text": texts, "label": [names[i] for i in places]})
        self.classes_ = classes
        return self

    def predict_proba(self, X: object) -> np.ndarray:
        """Probabilities of `classes_`, `(N, C)`."""
        model: Any = self.model_
        found = model.predict_proba(texts_of(X))
        order = [model.labels.index(_name(one)) for one in self.classes_]
        probabilities: np.ndarray = found[:, order]
        return probabilities

    def predict(self, X: object) -> np.ndarray:
        """The most probable class of each text, `(N,)`."""
        best = self.predict_proba(X).argmax(axis=1)
        classes: np.ndarray = self.classes_[best]
        return classes


def _name(label: object) -> str:
    """A label as the model file has it: without the blanks that a table's cell may not hold."""
    return " ".join(str(label).split())
