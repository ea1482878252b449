"""How good a classifier is: accuracy, macro-F1, each class, confusions, calibration, the winner.

    precision of a class   share of the texts given to it that are its own
    recall of a class      share of its texts that are given to it
    F1                     their harmonic mean; 0 where a class is neither given nor there
    macro-F1               the plain mean of F1 over the classes: a rare class counts as much

In %, with 95 % bootstrap intervals over texts. Two classifiers on one test set are compared by
what they get right on the same texts. Checked against scikit-learn in
`tests/evaluation/test_classes.py`.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Literal

import numpy as np

from ..bootstrap import interval, percentiles, resampled_sums
from ..errors import DataError
from ..plain import JSON
from ..shapes import Float, Int
from .calibration import Bin, brier, calibration_error, log_loss, reliability
from .error_rates import Score

MOST_LENGTH_ROWS = 6


@dataclass(frozen=True)
class ClassRow:
    """Scores of one class, in %; `texts` are its own."""

    label: str
    texts: int
    precision: float
    recall: float
    f1: float


@dataclass(frozen=True)
class LengthAccuracy:
    """Texts of `low` to `high` symbols, and the share of them that is right, in %."""

    low: int
    high: int
    texts: int
    accuracy: float


@dataclass(frozen=True)
class ClassEvaluation:
    """The scores of a test set. `confusion[i][j]`: texts of class i that were given to class j."""

    labels: tuple[str, ...]
    texts: int
    accuracy: Score
    macro_f1: Score
    log_loss: float
    brier: float
    calibration_error: float
    reliability: tuple[Bin, ...]
    classes: tuple[ClassRow, ...]
    confusion: tuple[tuple[int, ...], ...]
    by_length: tuple[LengthAccuracy, ...]

    def to_json(self) -> dict[str, JSON]:
        """Everything, in types that `json` writes."""
        return asdict(self)


@dataclass(frozen=True)
class Comparison:
    """Two classifiers on the same texts: `difference` is first minus second, in points of %."""

    first: str
    second: str
    difference: Score
    winner: Literal["first", "second", "neither"]

    def __str__(self) -> str:
        d = self.difference
        by = f"{d.value:+.2f} points, {d.low:+.2f} to {d.high:+.2f}"
        if self.winner == "neither":
            return f"{self.first} and {self.second}: no clear winner ({by})"
        return f"{getattr(self, self.winner)} wins: {self.first} - {self.second} = {by}"


def evaluate_classes(
    labels: Int[np.ndarray, " N"],
    probabilities: Float[np.ndarray, "N C"],
    names: Sequence[str],
    *,
    lengths: Int[np.ndarray, " N"] | None = None,
    seed: int = 0,
) -> ClassEvaluation:
    """Score probabilities against labels.

    Args:
        labels: The right class of each text, from 0.
        probabilities: Of each class, each row summing to 1; the largest is the answer.
        names: The classes' names.
        lengths: Symbols of each text, for the accuracy by length; without it if `None`.
        seed: Of the bootstrap.

    Raises:
        DataError: There is no text.
    """
    if len(labels) == 0:
        raise DataError("evaluate_classes: `labels` must hold at least 1 text, got 0.")
    num_classes = len(names)
    answers = probabilities.argmax(axis=1)
    right = (answers == labels).astype(np.int64)
    confusion = np.zeros((num_classes, num_classes), np.int64)
    np.add.at(confusion, (labels, answers), 1)
    bins = reliability(labels, probabilities)
    return ClassEvaluation(
        labels=tuple(names),
        texts=len(labels),
        accuracy=share(right, seed=seed),
        macro_f1=_macro_f1(labels, answers, num_classes, seed),
        log_loss=log_loss(labels, probabilities),
        brier=brier(labels, probabilities),
        calibration_error=100.0 * calibration_error(bins),
        reliability=bins,
        classes=tuple(_class_row(name, confusion, i) for i, name in enumerate(names)),
        confusion=tuple(tuple(int(n) for n in row) for row in confusion),
        by_length=() if lengths is None else _by_length(lengths, right),
    )


def share(right: Int[np.ndarray, " N"], *, seed: int = 0) -> Score:
    """The share of ones, in %, with its interval."""
    low, high = interval(right, np.ones_like(right), seed=seed)
    return Score(100.0 * float(right.mean()), 100.0 * low, 100.0 * high, "%")


def compare(
    first: str,
    right_first: np.ndarray,
    second: str,
    right_second: np.ndarray,
    *,
    seed: int = 0,
) -> Comparison:
    """Who gets more right, by a paired bootstrap: both are drawn on the same texts.

    Args:
        first: Name of one classifier.
        right_first: 1 where it is right, else 0; a share, if it is several runs. `(N,)`
        second: Name of the other.
        right_second: Where that one is right.
        seed: Of the bootstrap.
    Returns:
        The difference; a winner only if the 95 % interval leaves 0 out.
    """
    gain = right_first.astype(np.float64) - right_second
    sums = resampled_sums(gain[:, None], seed=seed)[:, 0]
    low, high = percentiles(100.0 * sums / len(gain))
    winner: Literal["first", "second", "neither"] = "neither"
    if low > 0:
        winner = "first"
    elif high < 0:
        winner = "second"
    return Comparison(first, second, Score(100.0 * float(gain.mean()), low, high, "%"), winner)


def f1(confusion: Int[np.ndarray, "C C"]) -> Float[np.ndarray, " C"]:
    """F1 of each class, a fraction."""
    hits = np.diag(confusion)
    scores: Float[np.ndarray, " C"] = 2 * hits / np.maximum(_given_and_own(confusion), 1)
    return scores


def _given_and_own(confusion: np.ndarray) -> np.ndarray:
    total: np.ndarray = confusion.sum(axis=0) + confusion.sum(axis=1)
    return total


def _macro_f1(labels: np.ndarray, answers: np.ndarray, num_classes: int, seed: int) -> Score:
    """Mean F1 over the classes that occur, and its interval: from sums of hits and of texts."""
    one_hot = np.eye(num_classes)
    own, given = one_hot[labels], one_hot[answers]
    columns = np.concatenate([own * given, own + given], axis=1)

    low, high = percentiles(_mean_f1(resampled_sums(columns, seed=seed)))
    return Score(float(_mean_f1(columns.sum(axis=0)[None])[0]), low, high, "%")


def _mean_f1(sums: Float[np.ndarray, "resamples columns"]) -> Float[np.ndarray, " resamples"]:
    """Mean F1 in %, from each class's hits and then its texts, own and given together."""
    hits, both = np.split(sums, 2, axis=1)
    classes = np.maximum((both > 0).sum(axis=1), 1)
    scores: Float[np.ndarray, " resamples"] = 2 * hits / np.maximum(both, 1)
    mean: Float[np.ndarray, " resamples"] = 100.0 * scores.sum(axis=1) / classes
    return mean


def _class_row(name: str, confusion: np.ndarray, i: int) -> ClassRow:
    hits, own, given = (int(confusion[i, i]), int(confusion[i].sum()), int(confusion[:, i].sum()))
    return ClassRow(
        label=name,
        texts=own,
        precision=100.0 * hits / max(given, 1),
        recall=100.0 * hits / max(own, 1),
        f1=100.0 * float(f1(confusion)[i]),
    )


def _by_length(lengths: np.ndarray, right: np.ndarray) -> tuple[LengthAccuracy, ...]:
    """Rows of about equally many texts; texts of one length are in one row."""
    cuts = np.quantile(lengths, np.arange(1, MOST_LENGTH_ROWS) / MOST_LENGTH_ROWS, method="lower")
    place = np.searchsorted(np.unique(cuts), lengths, side="left")
    return tuple(
        LengthAccuracy(
            low=int(lengths[place == p].min()),
            high=int(lengths[place == p].max()),
            texts=int((place == p).sum()),
            accuracy=100.0 * float(right[place == p].mean()),
        )
        for p in np.unique(place).tolist()
    )
