"""Which units follow a pattern of the text, such as being inside quotes.

A unit's score is its correlation with the pattern. Units are chosen on one half of the texts and
scored on the other, because among hundreds of units some follow any pattern by chance. For patterns
of 0 and 1 there is the area under the ROC curve too: the chance that the unit is higher where the
pattern is on; a unit that is lower there has one below 0.5.

Source: the question: Strobelt, Gehrmann, Pfister & Rush, "LSTMVis", IEEE TVCG 24(1), 2018, and
Karpathy, Johnson & Li 2015. The area: Mann & Whitney, Annals of Mathematical Statistics 18, 1947.
Checked by `tests/inspection/test_units.py` against SciPy.
"""

from collections.abc import Sequence

import numpy as np

from ..progress import each
from ..shapes import Bool, Float
from .facts import PatternFacts, UnitFacts
from .patterns import is_binary, pattern_values
from .states import States

_ROWS = 8192  # at a time, so that no float64 copy of all states is made


def find_patterns(states: States, names: Sequence[str], *, top: int = 10) -> list[PatternFacts]:
    """Units that follow patterns: the section `patterns` of a trace's facts.

    Args:
        states: What to search; the texts in even places choose the units, those in odd places
            score them. A single text is cut in two halves.
        names: Patterns of `patterns.py`.
        top: Units of each.
    """
    chooses = _first_half(states)
    found: list[PatternFacts] = []
    for name in each(names, "comparing units with patterns"):
        wanted = np.concatenate([pattern_values(name, text) for text in states.texts])
        chosen = correlations(states.values[chooses], wanted[chooses])
        order = np.argsort(-np.abs(chosen), kind="stable")[:top]
        held, truth = states.values[~chooses][:, order], wanted[~chooses]
        scores = correlations(held, truth)
        units: list[UnitFacts] = [
            {"unit": int(unit), "correlation": float(score)}
            for unit, score in zip(order, scores, strict=True)
        ]
        if is_binary(name):
            for number, unit in enumerate(units):
                unit["auc"] = area_under_curve(held[:, number], truth > 0)
        units.sort(key=lambda unit: -abs(unit["correlation"]))
        found.append(
            {"pattern": name, "mean": float(wanted.mean()), "units": units, **states.facts()}
        )
    return found


def correlations(
    values: Float[np.ndarray, "N H"], wanted: Float[np.ndarray, " N"]
) -> Float[np.ndarray, " H"]:
    """Pearson's correlation of each column with a pattern; 0 where either is constant."""
    N, H = values.shape
    if N == 0:
        return np.zeros(H)
    means = values.mean(axis=0, dtype=np.float64)
    centred = wanted - wanted.mean()
    squares, together = np.zeros(H), np.zeros(H)
    for first in range(0, N, _ROWS):
        part = values[first : first + _ROWS] - means
        squares += (part**2).sum(axis=0)
        together += centred[first : first + _ROWS] @ part
    size = np.sqrt(squares * (centred**2).sum())
    return np.asarray(np.where(size > 1e-9 * N, together / np.where(size > 0, size, 1.0), 0.0))


def area_under_curve(values: Float[np.ndarray, " N"], truth: Bool[np.ndarray, " N"]) -> float:
    """Chance that a value where `truth` is on is above one where it is off; 0.5 without either."""
    positive = int(truth.sum())
    negative = len(truth) - positive
    if not positive or not negative:
        return 0.5
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    ranks = np.cumsum(counts) - (counts - 1) / 2  # ties share their mean rank
    above = ranks[inverse][truth].sum() - positive * (positive + 1) / 2
    return float(above / (positive * negative))


def _first_half(states: States) -> np.ndarray:
    """Which rows choose the units."""
    if len(states.texts) == 1:
        return np.arange(len(states.values)) < len(states.values) / 2
    text = np.searchsorted(states.starts, np.arange(len(states.values)), side="right") - 1
    return np.asarray(text % 2 == 0)
