"""Two passes over pairs, in blocks, so that they may outgrow the memory.

    first     which rows train and validate, and what levels and vocabularies are learned from
    second    the training rows, encoded; their fingerprint

Of a row a few bytes are kept. Checked by `tests/data/pairs/test_passes.py`: whole lists are the
oracle.
"""

import hashlib
import math
from collections import Counter
from collections.abc import Iterable, Iterator

import numpy as np

from ...shapes import Float, Int
from ..hashes import encoded, source_fraction
from ..levels import SymbolCounts, blocks_of
from ..ragged import RaggedWriter, kept_rows
from ..seen import Sketch, row_hashes
from ..tables.parts import (
    TEST,
    TRAIN,
    VALID,
    joined,
    num_different,
    only,
    parts_said,
    rows_of_part,
)
from ..tables.splits import valid_groups
from ..vocabulary import EOS, Vocabulary
from .batches import PairSet
from .pairs import Pair
from .split import MOST_SOURCES, least, num_validating


class FirstPass:
    """Which rows train and which validate.

    Attributes:
        rows: The pairs, as often as they are asked for.
        part: TRAIN, VALID or TEST of each row, `(N,)`.
        valid: The pairs that validate, in order; none if `divide` was false and no column says it.
        how: How they were chosen.
        counts: Of the training texts, by side.
        tags: How often each feature of the training sources occurs.
        hashes: Of each row, see `seen.py`, `(N,)`.
    """

    def __init__(
        self, rows: Iterable[Pair], valid_fraction: float, name: str, *, divide: bool, group: bool
    ) -> None:
        """
        Args:
            rows: The pairs.
            valid_fraction: Share of the sources, or of the groups, that validate.
            name: The data's, for messages.
            divide: Cut some off to validate, unless a column says which.
            group: By their groups.
        Raises:
            DataError: A line breaks a rule, or there are too few sources or groups.
        """
        self.rows = rows
        self.counts = {"source": SymbolCounts(), "target": SymbolCounts()}
        self.tags: Counter[str] = Counter()
        self.valid: list[Pair] = []
        self.how = "as the column split says"
        fractions, hashes, parts = [], [], []
        candidates = _Smallest(MOST_SOURCES)
        tests = 0
        for block in blocks_of(rows):
            sources = [pair.source for pair in block]
            found = np.array([source_fraction(source) for source in sources])
            part = parts_said(block)
            candidates.add(block, found, part)
            hashes.append(row_hashes(pair.row for pair in block))
            fractions.append(found)
            parts.append(part)
            self.valid += [p for p, said in zip(block, part, strict=True) if said == VALID]
            tests += int((part == TEST).sum())
            training = block if not part.any() else only(block, part == TRAIN)
            self._count(training)
        self.part: Int[np.ndarray, " N"] = joined(parts, np.int8)
        self.hashes: Int[np.ndarray, " N"] = joined(hashes, "<u4")
        self._fractions: Float[np.ndarray, " N"] = joined(fractions, np.float64)
        self.num_tests = tests
        self.num_pairs, self.num_sources = len(self.part), num_different(self._fractions)
        if divide and not self.valid:
            if group:
                self._by_group(valid_fraction, name)
            else:
                self._by_source(valid_fraction, candidates)
            for side, counts in self.counts.items():
                counts.take_back([getattr(pair, side) for pair in self.valid])
            self.tags.subtract(tag for pair in self.valid for tag in pair.features)
        del self._fractions
        for side, counts in self.counts.items():
            if counts.words is None and 2 * counts.spaced >= counts.texts:
                # the first rows were single words, most of the others are not
                self.counts[side] = SymbolCounts(self.texts(side), all_words=True)

    def _count(self, pairs: list[Pair]) -> None:
        for side, counts in self.counts.items():
            counts.add([getattr(pair, side) for pair in pairs])
        self.tags.update(tag for pair in pairs for tag in pair.features)

    def _by_source(self, valid_fraction: float, candidates: "_Smallest") -> None:
        training = self.part == TRAIN
        some = self._fractions[training] if not training.all() else self._fractions
        count = num_validating(num_different(some), valid_fraction)
        largest = least(some, count)
        self.valid = candidates.up_to(largest)
        self.part[training & (self._fractions <= largest)] = VALID
        self.how = "cut from {name} by a hash of the source"

    def _by_group(self, valid_fraction: float, name: str) -> None:
        groups = {pair.group for block in self.training() for pair in block}
        chosen = valid_groups(groups, valid_fraction, name)
        rows = ((place, pair) for place, pair in enumerate(self.rows) if pair.group in chosen)
        found = [(place, pair) for place, pair in rows if self.part[place] == TRAIN]
        self.valid = [pair for _, pair in found]
        self.part[[place for place, _ in found]] = VALID
        self.how = "cut from {name} by a hash of the group"

    def training(self) -> Iterator[list[Pair]]:
        """The training pairs, in blocks."""
        return rows_of_part(self.rows, self.part, TRAIN)

    def texts(self, side: str) -> "Texts":
        """The training texts of a side, as often as they are asked for."""
        return Texts(self, side)


class Texts:
    """The training texts of a side."""

    def __init__(self, read: FirstPass, side: str) -> None:
        self._read, self._side = read, side

    def __iter__(self) -> Iterator[str]:
        for block in self._read.training():
            for pair in block:
                yield getattr(pair, self._side)


class SecondPass:
    """The training pairs, encoded.

    Attributes:
        train: They.
        ratio: Target symbols per source symbol; a thousandth of the pairs have more.
        num_left_out: Pairs that are empty or too long.
        fingerprint: SHA-256 of training and validation rows, see `hashes.fingerprint`.
        rows_seen: See `seen.sketch`.
    """

    def __init__(
        self,
        read: FirstPass,
        source: Vocabulary,
        target: Vocabulary,
        *,
        most: int,
        valid: list[Pair],
    ) -> None:
        """
        Args:
            read: The first pass.
            source: Vocabulary.
            target: Vocabulary.
            most: Most symbols of a source or a target.
            valid: The pairs that validate.
        """
        writers = RaggedWriter(len(source)), RaggedWriter(len(target))
        digest = hashlib.sha256(b"\0")
        self.num_left_out = 0
        for block in read.training():
            if not block:
                continue
            digest.update(encoded("".join(f"{pair.row}\n" for pair in block)))
            sides = (
                source.encode_many([pair.text for pair in block]),
                target.encode_many([pair.target for pair in block]),
            )
            (_, lengths), (_, others) = sides
            kept = (lengths > 0) & (np.maximum(lengths, others) <= most)
            self.num_left_out += int((~kept).sum())
            numbers, lengths = kept_rows(*sides[0], kept)
            writers[0].add(numbers, lengths)
            writers[1].add(*_with_end(*kept_rows(*sides[1], kept)))
        digest.update(encoded("".join(("\0", *(f"{pair.row}\n" for pair in valid)))))
        self.train = PairSet.of(writers[0].done(), writers[1].done())
        self.ratio = _high_ratio(self.train)
        self.fingerprint = digest.hexdigest()
        sketches = Sketch(), Sketch()
        sketches[0].add(read.hashes[read.part == TRAIN])
        sketches[1].add(row_hashes(pair.row for pair in valid))
        self.rows_seen = {"train": sketches[0].hex(), "valid": sketches[1].hex()}


def _high_ratio(pairs: PairSet) -> float:
    if not len(pairs):
        return 1.0
    ratios = (pairs.target_lengths - 1) / pairs.source_lengths  # without `EOS`
    place = math.ceil(0.999 * (len(ratios) - 1))
    ratios.partition(place)
    return float(ratios[place])


class _Smallest:
    """The rows of the sources with the smallest fractions, whichever come."""

    def __init__(self, most: int) -> None:
        self._most, self._largest, self._seen = most, 1.0, 0
        self._kept: dict[float, list[tuple[int, Pair]]] = {}

    def add(
        self, block: list[Pair], fractions: Float[np.ndarray, " N"], part: Int[np.ndarray, " N"]
    ) -> None:
        for i in np.flatnonzero((fractions <= self._largest) & (part == TRAIN)):
            self._kept.setdefault(float(fractions[i]), []).append((self._seen + int(i), block[i]))
        self._seen += len(block)
        if len(self._kept) > 2 * self._most:
            self._largest = sorted(self._kept)[self._most - 1]
            self._kept = {f: rows for f, rows in self._kept.items() if f <= self._largest}

    def up_to(self, largest: float) -> list[Pair]:
        """The rows of all up to one, in order."""
        found = [row for f, rows in self._kept.items() if f <= largest for row in rows]
        return [pair for _, pair in sorted(found, key=lambda row: row[0])]


def _with_end(
    numbers: Int[np.ndarray, " M"], lengths: Int[np.ndarray, " N"]
) -> tuple[Int[np.ndarray, " K"], Int[np.ndarray, " N"]]:
    """Rows with `EOS` behind each."""
    return np.insert(numbers, np.cumsum(lengths), EOS), lengths + 1
