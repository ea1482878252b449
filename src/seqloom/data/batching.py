"""What batches of every kind share. Checked by the tests of `pairs/`, `texts/` and `speech/`."""

from collections.abc import Callable, Sequence
from typing import overload

import numpy as np


def shuffled(number: int, *, seed: int, epoch: int) -> tuple[np.ndarray, np.random.Generator]:
    """The rows of an epoch in random order, and the generator for what else its plan draws.

    They depend on `seed` and `epoch`, counted from 0, and on nothing else.
    """
    rng = np.random.default_rng(np.random.SeedSequence([seed, epoch]))
    return rng.permutation(number), rng


class LazyBatches(Sequence[np.ndarray]):
    """Batches that are made when they are asked for: a very long text has very many."""

    def __init__(self, number: int, make: Callable[[int], np.ndarray]) -> None:
        """
        Args:
            number: How many there are.
            make: Makes one of them, by its place from 0.
        """
        self._number, self._make = number, make

    def __len__(self) -> int:
        return self._number

    @overload
    def __getitem__(self, place: int) -> np.ndarray: ...

    @overload
    def __getitem__(self, place: slice) -> list[np.ndarray]: ...

    def __getitem__(self, place: int | slice) -> np.ndarray | list[np.ndarray]:
        if isinstance(place, slice):
            return [self._make(i) for i in range(self._number)[place]]
        return self._make(range(self._number)[place])
