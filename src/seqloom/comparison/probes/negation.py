"""Negation: does somebody recommend a film, in a sentence whose negations stand far apart?

The sentences and their source are `seqloom.data.negation`'s; a length counts the words without
meaning between the first operator and the rest, and after the rest comes somebody's sentence about
another thing, or before the first. Twins have the same words and opposite labels.
Differs from the other probes: training has all shorter distances too, and sentences with few
negations beside those with many, as the file that `seqloom make negation` writes: the sign of a
product of four is not learned from the hardest cases alone. Scores are of the one length and even
chances.
"""

from collections.abc import Sequence
from typing import final

import numpy as np

from ...data.texts.negation import (
    LABELS,
    MOST_DISTANCE,
    NEGATIVE,
    WORDS,
    Negation,
    negation_twins,
    training_distances,
)
from .contract import Examples, Probe

_IDS = {word: number for number, word in enumerate(WORDS)}
_FRAME = 40  # words of a sentence beside the meaningless ones, at most


@final
class NegationProbe(Probe):
    """A label of a sentence of two clauses; knowing which words there are tells nothing."""

    name = "negation"
    title = "Negation"
    source = "sentences made by seqloom"
    distance = "words between the first negation and the rest"
    num_symbols = len(WORDS)
    num_classes = len(LABELS)
    longest = MOST_DISTANCE
    chance = 100.0 / len(LABELS)

    def examples(self, rng: np.random.Generator, distances: Sequence[int]) -> Examples:
        return _encoded(_twins(rng, distances, (0.5,))[::2])

    def training(self, rng: np.random.Generator, length: int, size: int) -> Examples:
        distances = rng.choice(training_distances(length), (size + 1) // 2)
        return _encoded(_twins(rng, distances.tolist(), NEGATIVE)[:size])

    def most_steps(self, length: int) -> int:
        return length + _FRAME


def _twins(
    rng: np.random.Generator, distances: Sequence[int], negative: Sequence[float]
) -> list[Negation]:
    """Twins of each distance, one after the other."""
    seed = int(rng.integers(2**31))
    return negation_twins(len(distances), distances, seed=seed, negative=negative)


def _encoded(sentences: list[Negation]) -> Examples:
    words = [sentence.text.split() for sentence in sentences]
    lengths_B = np.array([len(w) for w in words], dtype=np.int64)
    inputs_BT = np.zeros((len(words), lengths_B.max(initial=0)), dtype=np.int64)
    for row, sentence in zip(inputs_BT, words, strict=True):
        row[: len(sentence)] = [_IDS[word] for word in sentence]
    labels_B = np.array([LABELS.index(sentence.label) for sentence in sentences], dtype=np.int64)
    return Examples(inputs_BT, labels_B[:, None], lengths_B)
