"""What the tasks share when they ask a network and compare scores. `tasks/` has their `Asked`.

Checked by `tests/quantisation/test_costs.py`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..data.vocabulary import BOS, EOS
from ..decoding.contract import Padded, Stepper
from ..evaluation.error_rates import Score
from ..evaluation.model_evaluation import ModelEvaluation
from ..shapes import Float, Int
from .costs import Questions
from .result import ScoreChange

EXAMPLES = 256  # most that a network is asked about
MOST = 20_000_000  # numbers that it may say


@dataclass(frozen=True)
class Asked:
    """What differs between the tasks.

    Attributes:
        questions: From a model and data to what networks are asked; raises a DataError if the data
            breaks a rule.
        scores: The scores of the task's evaluation, by name and unit.
        options: Of the evaluation.
    """

    questions: Callable[[Any, object], Questions]
    scores: Callable[[Any], dict[str, float]]
    options: Mapping[str, Any] = field(default_factory=dict)

    def compared(self, before: ModelEvaluation, after: ModelEvaluation) -> tuple[ScoreChange, ...]:
        """The scores of two models on the same data, side by side."""
        first, second = self.scores(before), self.scores(after)
        return tuple(ScoreChange(name, first[name], second[name]) for name in first)


def evenly(count: int, most: int = EXAMPLES) -> list[int]:
    """Places of at most so many of `count` examples, evenly spread."""
    found = np.linspace(0, count - 1, min(count, most)).round().astype(np.int64)
    return [int(place) for place in found]


def values(scores: Mapping[str, Score | None]) -> dict[str, float]:
    """The values of the scores that there are, with their units in the names."""
    return {
        f"{name} ({score.unit})" if score.unit else name: score.value
        for name, score in scores.items()
        if score is not None
    }


def along(
    network: Stepper, source: Padded, lengths: Int[np.ndarray, " B"], targets: Sequence[list[int]]
) -> Float[np.ndarray, "N V"]:
    """Log-probabilities along given outputs, their ends included.

    Args:
        network: The network.
        source: Padded sources.
        lengths: Real steps of each.
        targets: The outputs, without their ends.
    """
    steps = np.array([len(target) + 1 for target in targets])
    before = np.full((len(targets), steps.max()), EOS, np.int64)
    for row, target in zip(before, targets, strict=True):
        row[: len(target) + 1] = [BOS, *target]
    state, memory = network.start(source, lengths)
    said = []
    for t in range(before.shape[1]):
        log_probs, state = network.step(before[:, t], state, memory)
        said.append(log_probs[steps > t])
    return np.concatenate(said)
