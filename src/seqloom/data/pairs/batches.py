"""Encoded pairs, which rows go together in a batch, and the padded batch itself.

Rows of one source length share a batch wherever that is possible: the encoder then runs without
padding, which is its fastest path. Checked by `tests/data/pairs/test_batches.py`.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ...errors import ConfigError
from ...shapes import Int
from ..batching import shuffled
from ..ragged import Ragged
from ..vocabulary import EOS


class Batch(NamedTuple):
    """Rows of a `PairSet`, padded with `PAD` behind their lengths."""

    rows: Int[np.ndarray, " B"]
    source: Int[np.ndarray, "B S"]
    source_lengths: Int[np.ndarray, " B"]
    target: Int[np.ndarray, "B T"]  # symbols, then EOS
    target_lengths: Int[np.ndarray, " B"]  # counts EOS


class PairSet:
    """Encoded pairs, all in two flat arrays.

    Args:
        sources: Symbol numbers of each source.
        targets: Symbol numbers of each target, without `EOS`: it is added here.
    """

    def __init__(self, sources: Sequence[Sequence[int]], targets: Sequence[Sequence[int]]) -> None:
        assert len(sources) == len(targets), "a source for every target"
        self._sources = Ragged.of(sources)
        self._targets = Ragged.of([[*target, EOS] for target in targets])

    @classmethod
    def of(cls, sources: Ragged, targets: Ragged) -> "PairSet":
        """Pairs that are encoded already.

        Args:
            sources: Symbol numbers of each source.
            targets: Symbol numbers of each target, with `EOS`.
        """
        pairs = cls([], [])
        pairs._sources, pairs._targets = sources, targets
        return pairs

    def __len__(self) -> int:
        return len(self._sources.lengths)

    @property
    def source_lengths(self) -> Int[np.ndarray, " N"]:
        """Symbols of each source."""
        return self._sources.lengths

    @property
    def target_lengths(self) -> Int[np.ndarray, " N"]:
        """Symbols of each target, counting `EOS`."""
        return self._targets.lengths

    def collate(self, rows: Int[np.ndarray, " B"]) -> Batch:
        """Gather rows into one padded batch."""
        return Batch(
            rows=rows,
            source=self._sources.pad(rows),
            source_lengths=self._sources.lengths[rows].astype(np.int64),
            target=self._targets.pad(rows),
            target_lengths=self._targets.lengths[rows].astype(np.int64),
        )


def plan_batches(
    source_lengths: Int[np.ndarray, " N"],
    target_lengths: Int[np.ndarray, " N"],
    *,
    batch_symbols: int,
    seed: int,
    epoch: int,
) -> list[Int[np.ndarray, " B"]]:
    """Divide the rows of one epoch into batches of like length.

    Rows are shuffled, sorted by source and then target length, and cut. A batch ends where the
    source length changes, unless that would leave less than a quarter of a full batch: then it
    takes in the next lengths. The first batch of each source length is cut at a random size, so
    that the cuts fall elsewhere in every epoch. Last, the order of the batches is shuffled.

    Args:
        source_lengths: Symbols of each source.
        target_lengths: Symbols of each target, counting `EOS`.
        batch_symbols: Most symbols in a padded batch, source and target together; a row that is
            longer by itself has a batch to itself.
        seed: Of the run.
        epoch: Counts from 0. The plan depends on `seed` and `epoch` and on nothing else.

    Returns:
        Row numbers of each batch; every row is in exactly one.
    """
    if batch_symbols < 1:
        raise ConfigError(
            f"plan_batches: `batch_symbols` must be at least 1, got {batch_symbols}. Try 4096."
        )
    rows, rng = shuffled(len(source_lengths), seed=seed, epoch=epoch)
    if len(rows) < 2**31:
        rows = rows.astype(np.int32)  # of very many, half the memory
    # One number that orders as (source length, target length) does.
    most = int(target_lengths.max(initial=0)) + 1
    wide = int(source_lengths.max(initial=0)) * most + most >= 2**31
    key = source_lengths.astype(np.int64 if wide else np.int32) * most
    key = key + target_lengths
    key = key[rows]
    rows = rows[np.argsort(key, kind="stable")]
    ends = _cut(source_lengths[rows], target_lengths[rows], batch_symbols, rng)
    batches = np.split(rows, ends[:-1])
    return [batches[i] for i in rng.permutation(len(ends))]


def _cut(
    source_N: Int[np.ndarray, " N"],
    target_N: Int[np.ndarray, " N"],
    batch_symbols: int,
    rng: np.random.Generator,
) -> list[int]:
    """Return where each batch ends, for lengths sorted by source and then by target."""
    N = len(source_N)
    group_ends = np.append(np.flatnonzero(np.diff(source_N)) + 1, N)
    ends: list[int] = []
    start, group = 0, -1
    while start < N:
        new_group = int(np.searchsorted(group_ends, start, side="right"))
        full = _num_full(source_N[start:], target_N[start:], batch_symbols)
        size = full
        if new_group != group:
            size = max(1, round(full * rng.uniform(0.25, 1)))
            group = new_group
        left = int(group_ends[group]) - start
        if left < size and 4 * left >= full:
            size = left
        start = min(start + size, N)
        ends.append(start)
    return ends


def _num_full(
    source_N: Int[np.ndarray, " N"], target_N: Int[np.ndarray, " N"], batch_symbols: int
) -> int:
    """Return how many rows make a full batch if it begins with the first of these: at least 1."""
    most = batch_symbols // max(1, int(source_N[0])) + 1
    source_N, target_N = source_N[:most], target_N[:most]
    widths = source_N + np.maximum.accumulate(target_N)
    padded = widths * np.arange(1, len(widths) + 1)  # grows from row to row
    fitting = int(np.searchsorted(padded, batch_symbols, side="right"))
    if fitting == len(widths):  # the data end first: more rows like the last would fit
        return max(fitting, batch_symbols // max(1, int(widths[-1])))
    return max(1, fitting)
