"""Recall: the first symbol decides; name it after any number of others of the same alphabet.

Source: the latching problem of Bengio, Simard & Frasconi, "Learning Long-Term Dependencies with
Gradient Descent Is Difficult", IEEE Transactions on Neural Networks 5(2), 1994: a class is decided
by the first steps, and what follows is noise.
Differs: ten classes instead of two, symbols instead of numbers; the noise consists of the same
symbols, so that only its place tells the first one.
"""

from collections.abc import Sequence
from typing import final

import numpy as np

from .contract import Examples, Probe

_SYMBOLS = 10


@final
class Recall(Probe):
    """Name the symbol `length` steps ago, which was the first."""

    name = "recall"
    title = "Recall"
    source = "Bengio, Simard & Frasconi 1994"
    distance = "steps from the first symbol to the answer"
    num_symbols = num_classes = _SYMBOLS
    chance = 100.0 / _SYMBOLS

    def examples(self, rng: np.random.Generator, distances: Sequence[int]) -> Examples:
        lengths_B = np.asarray(distances) + 1
        steps_T = np.arange(lengths_B.max(initial=0))
        symbols_BT = rng.integers(0, _SYMBOLS, (len(lengths_B), len(steps_T)))
        inputs_BT = np.where(steps_T < lengths_B[:, None], symbols_BT, 0)
        return Examples(inputs_BT, inputs_BT[:, :1], lengths_B)

    def most_steps(self, length: int) -> int:
        return length + 1
