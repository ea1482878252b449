"""Texts and labels: the probabilities of the classes."""

import numpy as np

from ...data.texts.labelled import read_labelled
from ...evaluation.tasks.classify import ClassifyEvaluation, columns_of
from ...runtime.classify import Classifier
from ..asking import Asked, evenly, values
from ..costs import Questions


def questions(model: Classifier, data: object) -> Questions:
    """The classes of some texts.

    Raises:
        DataError: The data breaks a rule.
    """
    rows = read_labelled(data, columns_of(model), known=set(model.labels), split="test")
    texts = [rows[place].text for place in evenly(len(rows))]
    least = np.finfo(np.float32).tiny

    def ask(model: Classifier) -> np.ndarray:
        found: np.ndarray = np.log(np.maximum(model.predict_proba(texts), least))
        return found

    return Questions(ask, "divergence", "nats a text")


def scores(found: ClassifyEvaluation) -> dict[str, float]:
    """Accuracy and macro-F1."""
    return values({"accuracy": found.scores.accuracy, "macro-F1": found.scores.macro_f1})


ASKED = Asked(questions, scores)
