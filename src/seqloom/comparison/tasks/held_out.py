"""The contract between a task and a comparison: a test that every entry takes.

`hold_out` cuts the test from the data before anything is trained, and writes what is left beside
it. `complete` fixes what can only be known once the training data are read, such as which test
examples every network can read. What both return is plain values, kept in the comparison's folder,
from which the test is made again at any time, in the process that times predictions too. So every
entry and every seed meets the same examples in the same order. A held-out test imports no torch.
"""

import abc
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ...evaluation.measure import Measure
from ...runtime.model import Model
from ..records import Settings, Spec

if TYPE_CHECKING:
    from ...training.work import Work

Answers = Sequence[str] | np.ndarray  # of each example asked for
TEST_FRACTION = 0.1  # of what DATA holds


class ExampleScores(NamedTuple):
    """What each test example adds to the score, in the order of the test."""

    numerators: list[float]
    denominators: list[float]


@dataclass(frozen=True)
class TaskBaseline:
    """What a network has to beat.

    Attributes:
        name: In files.
        title: For people.
        fit: Learn from the training data; what it gives answers test examples by their numbers.
        timed: False if an answer is not one prediction.
    """

    name: str
    title: str
    fit: Callable[[], Callable[[Sequence[int]], Answers]]
    timed: bool = True


class HeldOut(abc.ABC):
    """The test of a task.

    Attributes:
        measure: How it is scored.
        length_unit: What `lengths` count.
        lengths: Length of each test example.
        skipped: Baselines that are left out, and why, a line each.
    """

    measure: Measure
    length_unit: str
    lengths: list[float]
    skipped: tuple[str, ...] = ()

    @classmethod
    @abc.abstractmethod
    def hold_out(
        cls, data: str, test: str | None, settings: Settings, folder: Path
    ) -> tuple[Spec, list[str]]:
        """Cut the test from the data.

        Args:
            data: What the user gave.
            test: A file of its own to test on; examples of it are taken out of `data`, or it is
                refused.
            settings: The user's settings by section.
            folder: Where to write.
        Returns:
            Plain values: `train` and `valid` (paths to train with), `settings` (that training
            needs, by section), and what the task needs to make the test; and lines to say.
        Raises:
            DataError: A file breaks a rule, or nothing is left on one side.
        """

    @classmethod
    def complete(cls, spec: Spec, work: "Work") -> Spec:
        """Add what depends on the training data.

        Args:
            spec: From `hold_out`.
            work: An architecture's `Work` on the training data.
        """
        return spec

    @abc.abstractmethod
    def __init__(self, spec: Spec) -> None:
        """
        Args:
            spec: From `complete`.
        """

    @abc.abstractmethod
    def answers(self, model: Model, rows: Sequence[int]) -> Answers:
        """What a model says to some test examples, all or a few."""

    @abc.abstractmethod
    def score(self, rows: Sequence[int], answers: Answers) -> ExampleScores:
        """Score answers to those examples."""

    @abc.abstractmethod
    def baselines(self) -> list[TaskBaseline]:
        """What a network has to beat."""

    def predict_one(self, model: Model, row: int) -> object:
        """One prediction of a model, to be timed."""
        return self.answers(model, [row])

    @property
    def rows(self) -> range:
        """Numbers of all test examples."""
        return range(len(self.lengths))
