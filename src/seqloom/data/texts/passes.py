"""Three passes over labelled texts, in blocks, so that they may outgrow the memory.

    first     which rows train and validate, and at what level texts are read
    second    the symbols of the training texts are counted
    third     the texts of both parts, encoded; their fingerprint

Of a row a few bytes are kept. Checked by `tests/data/texts/test_passes.py`: whole lists are the
oracle.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator

import numpy as np

from ...shapes import Int
from ..hashes import encoded, source_fraction
from ..levels import blocks_of
from ..ragged import Ragged, RaggedWriter, spool
from ..seen import Sketch, row_hashes
from ..tables.parts import TRAIN, VALID, joined, only, parts_said, rows_of_part
from ..tables.splits import valid_groups
from ..vocabulary import Vocabulary
from .labelled import Labelled, validating
from .reader import TextLevel, level_of_looks, look_of

BLOCK = 2000  # texts that are worked on together: some are long


class DividedTexts:
    """The first pass: what is known of the rows, and which of them train and validate.

    Attributes:
        rows: The texts, as often as they are asked for.
        first: The first of them.
        part: TRAIN, VALID or TEST of each row, `(N,)`, as a column says; TRAIN where none does.
    """

    def __init__(self, rows: Iterable[Labelled], *, level: bool, group: bool) -> None:
        """
        Args:
            rows: The texts; at least one.
            level: Find what `guess_level` needs.
            group: The rows have groups.
        Raises:
            DataError: A line breaks a rule.
        """
        self.rows = rows
        labels, parts, fractions, looks, groups = (list[np.ndarray]() for _ in range(5))
        self._names: dict[str, int] = {}
        self._groups: dict[str, int] = {}
        for block in blocks_of(rows, BLOCK):
            if not labels:
                self.first = block[0]
            texts = [row.text for row in block]
            labels.append(_numbered((row.label for row in block), self._names))
            parts.append(parts_said(block))
            fractions.append(np.array([source_fraction(text) for text in texts]))
            if level:
                looks.append(np.array([look_of(text) for text in texts], np.int32))
            if group:
                groups.append(_numbered((row.group for row in block), self._groups))
        self._labels: Int[np.ndarray, " N"] = joined(labels, np.int32)
        self.part: Int[np.ndarray, " N"] = joined(parts, np.int8)
        self._fractions = joined(fractions, np.float64)
        self._looks = np.concatenate([np.zeros((0, 3), np.int32), *looks])
        self._group = joined(groups, np.int32)

    def __len__(self) -> int:
        return len(self.part)

    def counts(self, part: int | None = None) -> Counter[str]:
        """How often each label occurs in a part, or in all, in order of appearance."""
        numbers = self._labels if part is None else self._labels[self.part == part]
        found, first, counts = np.unique(numbers, return_index=True, return_counts=True)
        names = list(self._names)
        return Counter({names[found[i]]: int(counts[i]) for i in np.argsort(first)})

    def numbers(self, part: int, labels: tuple[str, ...]) -> Int[np.ndarray, " R"]:
        """The label of each row of a part, by its place in `labels`."""
        place = {label: i for i, label in enumerate(labels)}
        places = np.array([place[name] for name in self._names], np.int32)
        found: np.ndarray = places[self._labels[self.part == part]]
        return found

    def hold_out(self, valid_fraction: float, name: str) -> None:
        """Move some rows that train to those that validate: by groups, or else by class.

        Args:
            valid_fraction: Share of the groups, or of the texts of every class.
            name: The data's, for messages.
        Raises:
            DataError: There are too few groups or texts.
        """
        training = self.part == TRAIN
        if len(self._group):
            own, names = self._group[training], list(self._groups)
            groups = {names[number] for number in np.unique(own).tolist()}
            chosen = valid_groups(groups, valid_fraction, name)
            valid = np.isin(own, [self._groups[group] for group in chosen])
        else:
            valid = validating(self._fractions[training], self._labels[training], valid_fraction)
        self.part[np.flatnonzero(training)[valid]] = VALID

    def guess_level(self) -> tuple[TextLevel, str]:
        """The level of the training texts, see `guess_text_level`."""
        return level_of_looks(self._looks[self.part == TRAIN])

    def training(self) -> Iterator[list[Labelled]]:
        """The training texts, in blocks."""
        return rows_of_part(self.rows, self.part, TRAIN, BLOCK)


class EncodedTexts:
    """The third pass: training and validation texts, encoded whole.

    Attributes:
        train: The training texts.
        valid: The validation texts.
        fingerprint: SHA-256 of texts and labels of both, see `hashes.fingerprint`.
        rows_seen: See `seen.sketch`.
    """

    def __init__(
        self,
        read: DividedTexts,
        valid: Iterable[Labelled] | None,
        vocabulary: Vocabulary,
        prepared: Callable[[str], str],
    ) -> None:
        """
        Args:
            read: The first pass.
            valid: The texts that validate; if `None`, those of `read` that do.
            vocabulary: Of the texts.
            prepared: From a text to what the vocabulary splits.
        """
        train, held_out = _EncodedPart(vocabulary, prepared), _EncodedPart(vocabulary, prepared)
        digest, first = hashlib.sha256(b"\0"), 0
        with spool() as later:
            for block in blocks_of(read.rows, BLOCK):
                part = read.part[first : first + len(block)]
                first += len(block)
                digest.update(train.add(only(block, part == TRAIN)))
                if valid is None:
                    later.write(held_out.add(only(block, part == VALID)))
            digest.update(b"\0")
            for block in blocks_of(valid or (), BLOCK):
                digest.update(held_out.add(block))
            later.seek(0)
            while some := later.read(2**20):
                digest.update(some)
        self.train, self.valid = train.writer.done(), held_out.writer.done()
        self.fingerprint = digest.hexdigest()
        self.rows_seen = {"train": train.seen.hex(), "valid": held_out.seen.hex()}


class _EncodedPart:
    """The texts of a part as they come."""

    def __init__(self, vocabulary: Vocabulary, prepared: Callable[[str], str]) -> None:
        self._vocabulary, self._prepared = vocabulary, prepared
        self.writer, self.seen = RaggedWriter(len(vocabulary)), Sketch()

    def add(self, rows: list[Labelled]) -> bytes:
        """Encode further texts, and give what is hashed of them."""
        if not rows:
            return b""
        texts = [self._prepared(row.text) for row in rows]
        self.writer.add(*self._vocabulary.encode_many(texts))
        self.seen.add(row_hashes(row.text for row in rows))
        return encoded("".join(f"{row.text}\t{row.label}\n" for row in rows))


def cut(
    whole: Ragged, reader_keeps: Callable[[np.ndarray], np.ndarray | None], size: int
) -> Ragged:
    """Texts with the symbols that are read of them.

    Args:
        whole: The texts.
        reader_keeps: `TextReader.is_read`.
        size: Symbols of the vocabulary.
    """
    if reader_keeps(whole.lengths) is None:
        return whole
    writer = RaggedWriter(size)
    for flat, lengths in whole.blocks(BLOCK):
        kept = reader_keeps(lengths)
        if kept is None:
            writer.add(flat, lengths)
        else:
            ends = np.cumsum(lengths, dtype=np.int64)
            before = np.concatenate([[0], np.cumsum(kept, dtype=np.int64)])
            writer.add(flat[kept], before[ends] - before[ends - lengths])
    return writer.done()


def _numbered(names: Iterable[str], numbers: dict[str, int]) -> Int[np.ndarray, " N"]:
    """Numbers of names, in order of their first appearance."""
    return np.array([numbers.setdefault(name, len(numbers)) for name in names], np.int32)
