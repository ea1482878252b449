"""Encoded texts with the numbers of their labels, and which of them share a batch.

Texts of like length share a batch, so that little of it is padding; yet which texts meet differs
from epoch to epoch. Checked by `tests/data/texts/test_batches.py`.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ...shapes import Int
from ..batching import shuffled
from ..ragged import Ragged

POOL = 32  # batches whose texts are sorted by length together


class TextBatch(NamedTuple):
    """Rows of a `TextSet`, padded with `PAD` behind their lengths."""

    rows: Int[np.ndarray, " B"]
    symbols: Int[np.ndarray, "B T"]
    lengths: Int[np.ndarray, " B"]
    labels: Int[np.ndarray, " B"]


class TextSet:
    """Encoded texts and their labels.

    Args:
        texts: Symbol numbers of each text.
        labels: The number of each text's label.
    """

    def __init__(self, texts: Sequence[Sequence[int]], labels: Sequence[int]) -> None:
        assert len(texts) == len(labels), "a label for every text"
        self._texts = Ragged.of(texts)
        self.labels: Int[np.ndarray, " N"] = np.array(labels, np.int32)

    @classmethod
    def of(cls, texts: Ragged, labels: Int[np.ndarray, " N"]) -> "TextSet":
        """Texts that are encoded already, and the number of each one's label."""
        found = cls([], [])
        found._texts, found.labels = texts, labels
        return found

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def lengths(self) -> Int[np.ndarray, " N"]:
        """Symbols of each text."""
        return self._texts.lengths

    def only(self, rows: Int[np.ndarray, " R"]) -> "TextSet":
        """Some of them."""
        return TextSet.of(self._texts.only(rows), self.labels[rows])

    def collate(self, rows: Int[np.ndarray, " B"]) -> TextBatch:
        """Gather rows into one padded batch."""
        return TextBatch(
            rows=rows,
            symbols=self._texts.pad(rows),
            lengths=self.lengths[rows].astype(np.int64),
            labels=self.labels[rows].astype(np.int64),
        )


def plan_texts(
    lengths: Int[np.ndarray, " N"], *, batch_size: int, seed: int, epoch: int
) -> list[Int[np.ndarray, " B"]]:
    """Divide the rows of one epoch into batches.

    Rows are shuffled and dealt into pools of `POOL` batches; each pool is sorted by length and cut.
    Last, the order of the batches is shuffled.

    Args:
        lengths: Symbols of each text.
        batch_size: Texts of a batch; the last of an epoch may have fewer.
        seed: Of the run.
        epoch: Counts from 0. The plan depends on `seed` and `epoch` and on nothing else.

    Returns:
        Row numbers of each batch; every row is in exactly one.
    """
    rows, rng = shuffled(len(lengths), seed=seed, epoch=epoch)
    batches: list[Int[np.ndarray, " B"]] = []
    for start in range(0, len(rows), POOL * batch_size):
        pool = rows[start : start + POOL * batch_size]
        pool = pool[np.argsort(lengths[pool], kind="stable")]
        batches += [pool[i : i + batch_size] for i in range(0, len(pool), batch_size)]
    return [batches[i] for i in rng.permutation(len(batches))]


def by_length(lengths: Int[np.ndarray, " N"], batch_size: int) -> list[Int[np.ndarray, " B"]]:
    """All rows once, the shortest first: batches for prediction."""
    rows = np.argsort(lengths, kind="stable")
    return [rows[i : i + batch_size] for i in range(0, len(rows), batch_size)]
