"""From a text to its numbers and a vocabulary, in blocks, with a report of what was done."""

import dataclasses
import hashlib
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from ...config.generate import GenerateDataConfig
from ...errors import DataError
from ...shapes import Int
from ..cache import cached, digests_of, key_of
from ..code_points import count_characters
from ..given import given
from ..hashes import encoded
from ..levels import SymbolCounts
from ..prepared import Prepared
from ..ragged import RaggedWriter
from ..seen import Sketch, Stretches, text_numbers
from ..unknown import extended_line, unknown_line
from ..vocabulary import UNK, Vocabulary
from .streams import fit_streams
from .text import MOST_VALID, TextBlocks, encode_text, num_training, read_text

LEAST_CHARACTERS = 12


@dataclass(frozen=True, kw_only=True)
class PreparedText(Prepared):
    """Data as training wants them.

    Attributes:
        ids: The numbers of the training text's symbols.
        characters: Characters of the training text.
        valid: The text to validate on.
        vocabulary: Of the training text.
    """

    ids: Int[np.ndarray, " N"]
    characters: int
    valid: str
    vocabulary: Vocabulary


def prepare_text(
    train: object, valid: object | None, config: GenerateDataConfig, known: Vocabulary | None = None
) -> tuple[PreparedText, GenerateDataConfig]:
    """Read, split, learn the vocabulary, encode.

    Args:
        train: A file of text, a folder of them, or a table with a column of texts.
        valid: Another; if `None`, the end of `train` is cut off.
        config: Settings of the data.
        known: A vocabulary to extend; if `None`, it is learned.
    Returns:
        The data, and the settings with streams and chunk that fit into the text.
    Raises:
        DataError: A file breaks a rule, or the text is too short.
    """

    def key() -> str | None:
        settings = {**dataclasses.asdict(config), "streams": None, "chunk": None}
        digests = digests_of(given(train), None if valid is None else given(valid))
        return key_of("text", digests, settings, None if known is None else known.to_json())

    read = cached(key, lambda: _encoded(train, valid, config, known), (PreparedText, Vocabulary))
    report = list(read.report)
    streams, chunk = fit_streams(len(read.ids), config.streams, config.chunk)
    for name, wanted, got in (("streams", config.streams, streams), ("chunk", config.chunk, chunk)):
        if got < wanted:
            report.append(f"data.{name} = {got} instead of {wanted}: the text is short")
    report += _unknown(read.vocabulary, read.valid)
    prepared = dataclasses.replace(read, report=tuple(report))
    return prepared, dataclasses.replace(config, streams=streams, chunk=chunk)


def _encoded(
    train: object, valid: object | None, config: GenerateDataConfig, known: Vocabulary | None
) -> PreparedText:
    """The data, with what of the report does not depend on streams."""
    name, text = given(train).name, TextBlocks(train, config.text_column)
    end = _End(MOST_VALID)
    counts = SymbolCounts()
    for block in text:
        counts.characters.update(count_characters([block]))
        end.add(block)
    if end.length < LEAST_CHARACTERS:
        raise DataError(
            f"{name}: a text must have at least {LEAST_CHARACTERS} characters to learn from, "
            f"got {end.length}. Give more text, or the --task that the file is for."
        )
    if valid is not None:
        characters, held_out = end.length, read_text(valid, config.text_column)
        report = [
            f"{name}: {characters:,} characters",
            f"{given(valid).name}: {len(held_out):,} characters, for validation",
        ]
    else:
        characters = num_training(end.length, config.valid_fraction)
        held_out = end.last(end.length - characters)
        counts.characters -= count_characters([held_out])
        report = [
            f"{name}: the first {characters:,} characters to train on, "
            f"the last {len(held_out):,} for validation"
        ]
    training = _First(text, characters)
    if known is not None:
        vocabulary = known.extended(training, min_count=config.min_count)
        report.append(extended_line("text", known, vocabulary))
    else:
        vocabulary = Vocabulary.learn(
            training,
            config.level,
            subword_size=config.subword_size,
            min_count=config.min_count,
            spaces=True,
            counts=counts,
        )
    read = _Encoded(training, vocabulary, held_out)
    report.append(f"read as {config.level}: {len(read.ids):,} symbols of {len(vocabulary)}")
    report += _line_ends(read.returns, "\r\n" in held_out)
    return PreparedText(
        ids=read.ids,
        characters=characters,
        valid=held_out,
        vocabulary=vocabulary,
        fingerprint=read.fingerprint,
        rows_seen=read.rows_seen,
        report=tuple(report),
    )


class _End:
    """The length of a text that comes in blocks, and its last characters."""

    def __init__(self, most: int) -> None:
        self.length, self._most, self._blocks = 0, most, deque[str]()
        self._kept = 0

    def add(self, block: str) -> None:
        self.length += len(block)
        self._kept += len(block)
        self._blocks.append(block)
        while self._kept - len(self._blocks[0]) >= self._most:
            self._kept -= len(self._blocks.popleft())

    def last(self, count: int) -> str:
        """The last characters, at most those that are kept."""
        return "".join(self._blocks)[-count:]


class _First:
    """The first characters of a text in blocks, as often as asked."""

    def __init__(self, text: Iterable[str], characters: int) -> None:
        self._text, self._characters = text, characters

    def __iter__(self) -> Iterator[str]:
        left = self._characters
        for block in self._text:
            if left < len(block):
                if left:
                    yield block[:left]
                return
            left -= len(block)
            yield block


class _Encoded:
    """A training text, encoded; what it is known by; whether it has lines that end in CR LF."""

    def __init__(self, training: Iterable[str], vocabulary: Vocabulary, valid: str) -> None:
        digest, rows = hashlib.sha256(b"\0"), Sketch()
        stretches, writer = Stretches(), RaggedWriter(len(vocabulary))
        self.returns = False
        for block in training:
            digest.update(encoded(block))
            rows.add(stretches.of(block))
            writer.add(*vocabulary.encode_many([block]))
            self.returns = self.returns or "\r\n" in block
        rows.add(stretches.rest())
        digest.update(encoded(f"\0{valid}"))
        self.ids = writer.done().flat
        self.fingerprint = digest.hexdigest()
        of_valid = Sketch()
        for numbers in text_numbers(valid):
            of_valid.add(numbers)
        self.rows_seen = {"train": rows.hex(), "valid": of_valid.hex()}


def _line_ends(*returns: bool) -> list[str]:
    lines = ["lines end in CR LF, which are two symbols"] * any(returns)
    if any(returns) != all(returns):
        lines.append("note: only one of the two texts has lines that end in CR LF")
    return lines


def _unknown(vocabulary: Vocabulary, valid: str) -> list[str]:
    ids = encode_text(vocabulary, valid)
    if not (ids == UNK).any():
        return []
    way_out = "Give a text of the same kind with --valid."
    symbols = vocabulary.unknown(valid)
    return [unknown_line("symbols of the validation text", ids.tolist(), symbols, way_out)]
