"""Running text: read as it is, cut in two by position, encoded as one long array of numbers.

Nothing is normalised: line breaks, blank lines and spaces are symbols like any other. A file is
UTF-8, plain or gzip; a folder is its `.txt` and `.txt.gz` files, in order of their names, one after
the other. Of JSON, Parquet, Arrow and what Python holds, a column of texts is read, each text with
a line break behind it; a TSV or CSV file is running text itself, unless its column is named.
Checked by `tests/data/text/test_text.py`.
"""

from collections.abc import Iterator

import numpy as np

from ...errors import ConfigError, DataError
from ...shapes import Int
from ..code_points import numbers_of
from ..given import given
from ..levels import blocks_of
from ..tables.header_names import known_columns
from ..tables.roles import AUTO, cell_text, places_of
from ..tables.source import table_of
from ..tables.table import TEXT_FORMS, Table
from ..tables.text_file import STANDARD_INPUT, pieces
from ..vocabulary import UNK, Vocabulary

ENDINGS = (".txt", ".txt.gz")
MOST_VALID = 500_000  # characters: more would only slow validation


class TextBlocks:
    """A text, all texts of a folder, or a column of texts: in blocks, as often as asked.

    Blocks end behind a line break, but for the last of a file. They make the whole text.
    """

    def __init__(self, data: object, column: str = AUTO) -> None:
        """
        Args:
            data: What the user gave.
            column: Of a table: its number from 1 or its name.
        Raises:
            DataError: There is no text.
        """
        source = given(data)
        self._files: list[str] = []
        self._table: Table | None = None
        self._column = column
        if source.kind == "folder" and source.files(ENDINGS):
            self._files = list(map(str, source.files(ENDINGS)))
        elif source.kind == "folder" and not source.files():
            raise DataError(
                f"{source.name}: a folder of texts must have files that end in "
                f"{' or '.join(ENDINGS)}, got none. Name a file, or rename them."
            )
        elif source.kind == "file" and (
            source.name == STANDARD_INPUT
            or (column == AUTO and source.name.lower().endswith(ENDINGS))
        ):
            self._files = [source.name]
        else:
            table = table_of(source)
            if table is None or (column == AUTO and table.first.form in TEXT_FORMS):
                self._files = list(map(str, source.files()))
            else:
                self._table = table

    def __iter__(self) -> Iterator[str]:
        if self._table is not None:
            for texts in blocks_of(_column(self._table, self._column), 1000):
                yield "".join(f"{text}\n" for text in texts)
        for name in self._files:
            yield from _blocks(name)


def _blocks(name: str) -> Iterator[str]:
    """A file's text in blocks."""
    left, some = list[str](), False
    for piece in pieces(name):
        some = some or bool(piece.strip())
        end = piece.rfind("\n") + 1
        if not end:
            left.append(piece)
            continue
        yield "".join((*left, piece[:end]))
        left = [piece[end:]] if piece[end:] else []
    if left:
        yield "".join(left)
    if not some:
        raise DataError(f"{name}: the file is empty. Name another.")


def read_text(data: object, column: str = AUTO) -> str:
    """Read a text whole; arguments and errors as `TextBlocks`.

    Raises:
        DataError: There is none, or it is damaged, not UTF-8, or empty.
    """
    return "".join(TextBlocks(data, column))


def _column(table: Table, column: str) -> Iterator[str]:
    """The texts of a column."""
    part = table.first
    names = part.names or tuple(str(cell) for cell in part.head(1)[0][1])
    if column == AUTO:
        known = known_columns(names, "text") if len(names) > 1 or part.names is None else names[:1]
        if len(known) != 1:
            raise DataError(
                f"{table.name}: the columns are {', '.join(names)[:100]}, and which holds the text "
                "is to be named. For example: --text " + names[0]
            )
        column = known[0]
    (place, *_), by_name = places_of(table.name, names, "text", column, "auto")
    for part in table.parts:
        for number, (line, cells) in enumerate(part.read()):
            if number == 0 and part.names is None and by_name:
                continue
            cell = cells[place]
            yield cell if isinstance(cell, str) else cell_text(part, line, "text", cell)


def split_by_position(
    text: str, valid_fraction: float, *, most_valid: int = MOST_VALID
) -> tuple[str, str]:
    """Cut the end off for validation: neighbouring sentences stay on one side.

    Args:
        text: The whole text.
        valid_fraction: Share of the characters that validate, above 0 and below 1.
        most_valid: Most characters that validate.
    Raises:
        ConfigError, DataError: As `num_training`.
    """
    first = num_training(len(text), valid_fraction, most_valid=most_valid)
    return text[:first], text[first:]


def num_training(length: int, valid_fraction: float, *, most_valid: int = MOST_VALID) -> int:
    """How many of a text's characters train; the others, behind them, validate.

    Args:
        length: Of the whole text, in characters.
        valid_fraction: Share of the characters that validate, above 0 and below 1.
        most_valid: Most characters that validate.
    Raises:
        ConfigError: `valid_fraction` is out of range.
        DataError: One side would be empty.
    """
    if not 0 < valid_fraction < 1:
        raise ConfigError(
            f"split_by_position: `valid_fraction` must be above 0 and below 1, got "
            f"{valid_fraction}. Try 0.1."
        )
    if length < 2:
        raise DataError(
            f"split_by_position: `text` must have at least 2 characters to set some aside for "
            f"validation, got {length}. Give more text."
        )
    first = int((1 - valid_fraction) * length)
    return min(max(first, length - most_valid, 1), length - 1)


def encode_text(vocabulary: Vocabulary, text: str) -> Int[np.ndarray, " N"]:
    """The numbers of a text's symbols, int32; what `Vocabulary.encode` gives, fast."""
    if vocabulary.level != "characters":
        return np.array(vocabulary.encode(text), dtype=np.int32)
    return numbers_of([text], vocabulary.symbols[UNK + 1 :], UNK + 1, UNK)
