"""What batches of every kind share. Checked by the tests of `pairs/`, `texts/` and `speech/`."""

from collections.abc import Sequence

import numpy as np

from ..shapes import Int
from .vocabulary import PAD


class Ragged:
    """Rows of unequal length, end to end."""

    def __init__(self, rows: Sequence[Sequence[int]]) -> None:
        self.lengths = np.fromiter(map(len, rows), np.int64, len(rows))
        self._starts = np.cumsum(self.lengths) - self.lengths
        # One PAD more: a place to read from even if every row is empty.
        self._flat = np.full(int(self.lengths.sum()) + 1, PAD, np.int64)
        self._flat[:-1] = np.fromiter((i for row in rows for i in row), np.int64)

    def pad(self, rows: Int[np.ndarray, " B"]) -> Int[np.ndarray, "B T"]:
        """Return the rows padded with `PAD` to the longest of them."""
        lengths = self.lengths[rows]
        columns = np.arange(lengths.max(initial=0))
        places = self._starts[rows][:, None] + columns
        padded: Int[np.ndarray, "B T"] = self._flat.take(places, mode="clip")
        padded[columns >= lengths[:, None]] = PAD
        return padded


def shuffled(number: int, *, seed: int, epoch: int) -> tuple[np.ndarray, np.random.Generator]:
    """The rows of an epoch in random order, and the generator for what else its plan draws.

    They depend on `seed` and `epoch`, counted from 0, and on nothing else.
    """
    rng = np.random.default_rng(np.random.SeedSequence([seed, epoch]))
    return rng.permutation(number), rng
