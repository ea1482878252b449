"""Adding: two numbers among many are marked; say their sum.

Source: Hochreiter & Schmidhuber, "Long Short-Term Memory", Neural Computation 9(8), 1997, section
5.4 (experiment 4). An answer is right if it is off by less than 0.04 of the range of answers, their
rule for a sequence that was processed correctly.
Differs: numbers and marks from 0 to 1 and the plain sum as answer, after Le, Jaitly & Hinton, "A
Simple Way to Initialize Recurrent Networks of Rectified Linear Units", 2015; the first mark stands
exactly `length` steps before the end, the second anywhere after it.
"""

from collections.abc import Sequence
from typing import final

import numpy as np

from .contract import Examples, Probe

_CLOSE = 0.04 * 2.0  # sums go from 0 to 2
_LEAD = 10  # at most one unmarked step in `_LEAD` of the length comes before the first mark


@final
class Adding(Probe):
    """The sum of two marked numbers; the mean answer, 1, has a squared error of 1/6 = 0.167."""

    name = "adding"
    title = "Adding"
    source = "Hochreiter & Schmidhuber 1997; Le, Jaitly & Hinton 2015"
    distance = "steps from the first marked number to the answer"
    input_size = 2
    chance = 100.0 * (1.0 - (1.0 - _CLOSE) ** 2)  # the mean answer, always

    def examples(self, rng: np.random.Generator, distances: Sequence[int]) -> Examples:
        far_B = np.asarray(distances)
        B = len(far_B)
        lead_B = rng.integers(0, far_B // _LEAD + 1)
        lengths_B = lead_B + far_B + 1
        second_B = lead_B + 1 + (rng.random(B) * far_B).astype(np.int64)
        steps_T = np.arange(lengths_B.max(initial=0))
        real_BT = steps_T < lengths_B[:, None]
        values_BT = np.where(real_BT, rng.random(real_BT.shape), 0.0)
        marks_BT = (steps_T == lead_B[:, None]) | (steps_T == second_B[:, None])
        inputs_BTI = np.stack([values_BT, marks_BT], axis=-1).astype(np.float32)
        sums_B = (inputs_BTI[:, :, 0] * inputs_BTI[:, :, 1]).sum(axis=1)
        return Examples(inputs_BTI, sums_B[:, None].astype(np.float32), lengths_B)

    def most_steps(self, length: int) -> int:
        return length // _LEAD + length + 1

    def correct(self, said: np.ndarray, targets: np.ndarray) -> np.ndarray:
        right: np.ndarray = np.abs(said[:, :, 0] - targets) < _CLOSE
        return right
