"""Copy: ten symbols, then nothing for long, then the ten symbols are asked for, in order.

Source: Arjovsky, Shah & Bengio, "Unitary Evolution Recurrent Neural Networks", ICML 2016, section
5.1, after Hochreiter & Schmidhuber 1997.
Differs: the sign that asks is the first of the ten steps that answer, and answers are scored at
those ten steps alone, not at the blanks before; so each symbol is exactly `length` steps old when
it is to be said, and a network that says blanks earns nothing.
"""

from collections.abc import Sequence
from typing import final

import numpy as np

from .contract import Examples, Probe

_DATA, _COPIED = 8, 10
_BLANK, _ASK = _DATA, _DATA + 1


@final
class Copy(Probe):
    """Ten symbols of eight, each to be said `length` steps later."""

    name = "copy"
    title = "Copy"
    source = "Arjovsky, Shah & Bengio 2016"
    distance = "steps from each symbol to its answer"
    num_symbols, num_classes, num_answers = _DATA + 2, _DATA, _COPIED
    shortest = _COPIED
    chance = 100.0 / _DATA

    def examples(self, rng: np.random.Generator, distances: Sequence[int]) -> Examples:
        far_B = np.asarray(distances)
        lengths_B = far_B + _COPIED
        inputs_BT = np.full((len(far_B), lengths_B.max(initial=_COPIED)), _BLANK)
        inputs_BT[:, :_COPIED] = rng.integers(0, _DATA, (len(far_B), _COPIED))
        inputs_BT[np.arange(len(far_B)), far_B] = _ASK
        inputs_BT[np.arange(inputs_BT.shape[1]) >= lengths_B[:, None]] = 0
        return Examples(inputs_BT, inputs_BT[:, :_COPIED].copy(), lengths_B)

    def most_steps(self, length: int) -> int:
        return length + _COPIED
