"""What a memory probe is: endless examples in which what is needed is exactly so many steps away.

A batch is a function of the probe, the length, the seed, the stream and the step: nothing is
stored, nothing repeats, and no stream has another's examples but by chance. Checked, each probe
against a slow and plain computation, by `tests/comparison/probes/test_data.py`.
"""

import abc
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from ...shapes import Float, Int

Stream = Literal["train", "check", "test", "memory"]
_STREAMS: dict[Stream, int] = {"train": 0, "check": 1, "test": 2, "memory": 3}


@dataclass(frozen=True)
class Examples:
    """A batch.

    Attributes:
        inputs: Symbols `(B, T)` or numbers `(B, T, I)`; zero from `lengths` on.
        targets: What to say at the last steps: symbols or numbers, `(B, N)`.
        lengths: Steps of each example, `(B,)`.
    """

    inputs: np.ndarray
    targets: np.ndarray
    lengths: Int[np.ndarray, " B"]


class Probe(abc.ABC):
    """A task that cannot be done without remembering.

    Attributes:
        name: As on the command line.
        title: For people.
        source: Where it comes from; a file's docstring says what differs.
        distance: What a length counts.
        num_symbols: V, number of input symbols; 0 if the inputs are numbers.
        input_size: I, numbers at each step; 0 if the inputs are symbols.
        num_classes: Symbols that may be the answer; 0 if the answer is a number.
        num_answers: N, answers, one at each of the last N steps.
        shortest: The shortest length there is.
        longest: The longest.
        chance: Score of the best answer that remembers nothing, in %.
    """

    name: str
    title: str
    source: str
    distance: str
    num_symbols: int = 0
    input_size: int = 0
    num_classes: int = 0
    num_answers: int = 1
    shortest: int = 1
    longest: int = 10_000
    chance: float

    @abc.abstractmethod
    def examples(self, rng: np.random.Generator, distances: Sequence[int]) -> Examples:
        """One example for each distance."""

    @abc.abstractmethod
    def most_steps(self, length: int) -> int:
        """Steps of the longest example of this length."""

    def training(self, rng: np.random.Generator, length: int, size: int) -> Examples:
        """Examples to train on; as in the literature, all are of the one length."""
        return self.examples(rng, [length] * size)

    def correct(self, said: Float[np.ndarray, "B N O"], targets: np.ndarray) -> np.ndarray:
        """Which answers are right, `(B, N)`.

        Args:
            said: A score for each class, or one number.
            targets: What was to be said, `(B, N)`.
        """
        right: np.ndarray = said.argmax(axis=-1) == targets
        return right


def batch(
    probe: Probe,
    length: int,
    size: int,
    *,
    seed: int,
    stream: Stream,
    step: int = 0,
    shorter: bool = False,
) -> Examples:
    """The examples of one step.

    Args:
        probe: The probe.
        length: How far what is needed is.
        size: B.
        seed: The run's.
        stream: Training, the checks during it, the test after it, or where memory is measured.
        step: Number of the batch in its stream.
        shorter: Half of the examples have all shorter distances, as many short as long on a
            logarithmic scale.
    """
    rng = np.random.default_rng(np.random.SeedSequence([seed, _STREAMS[stream], step]))
    if shorter:
        return probe.examples(rng, _shorter(probe, rng, length, size))
    if stream == "train":
        return probe.training(rng, length, size)
    return probe.examples(rng, [length] * size)


def _shorter(probe: Probe, rng: np.random.Generator, length: int, size: int) -> list[int]:
    low, high = np.log(max(1, probe.shortest)), np.log(length + 1)
    samples = np.exp(rng.uniform(low, high, size // 2)).astype(int)
    some = samples.clip(probe.shortest, length).tolist()
    return [*some, *[length] * (size - len(some))]
