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
from ..given import given
from ..tables.header_names import known_columns
from ..tables.roles import AUTO, cell_text, places_of
from ..tables.source import table_of
from ..tables.table import TEXT_FORMS, Table
from ..tables.text_file import STANDARD_INPUT
from ..tables.text_file import read_text as read_file
from ..vocabulary import UNK, Vocabulary

ENDINGS = (".txt", ".txt.gz")
MOST_VALID = 500_000  # characters: more would only slow validation


def read_text(data: object, column: str = AUTO) -> str:
    """Read a text, all texts of a folder, or a column of texts.

    Args:
        data: What the user gave.
        column: Of a table: its number from 1 or its name.
    Raises:
        DataError: There is none, or it is damaged, not UTF-8, or empty.
    """
    source = given(data)
    if source.kind == "folder" and source.files(ENDINGS):
        return "".join(_whole(str(file)) for file in source.files(ENDINGS))
    if source.kind == "folder" and not source.files():
        raise DataError(
            f"{source.name}: a folder of texts must have files that end in "
            f"{' or '.join(ENDINGS)}, got none. Name a file, or rename them."
        )
    if source.kind == "file" and source.name == STANDARD_INPUT:
        return _whole(source.name)
    if source.kind == "file" and column == AUTO and source.name.lower().endswith(ENDINGS):
        return _whole(source.name)
    table = table_of(source)
    if table is None or (column == AUTO and table.first.form in TEXT_FORMS):
        return "".join(_whole(str(file)) for file in source.files())
    return "".join(f"{text}\n" for text in _column(table, column))


def _whole(name: str) -> str:
    text = read_file(name)
    if not text.strip():
        raise DataError(f"{name}: the file is empty. Name another.")
    return text


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
        ConfigError: `valid_fraction` is out of range.
        DataError: One side would be empty.
    """
    if not 0 < valid_fraction < 1:
        raise ConfigError(
            f"split_by_position: `valid_fraction` must be above 0 and below 1, got "
            f"{valid_fraction}. Try 0.1."
        )
    if len(text) < 2:
        raise DataError(
            f"split_by_position: `text` must have at least 2 characters to set some aside for "
            f"validation, got {len(text)}. Give more text."
        )
    first = int((1 - valid_fraction) * len(text))
    first = min(max(first, len(text) - most_valid, 1), len(text) - 1)
    return text[:first], text[first:]


def encode_text(vocabulary: Vocabulary, text: str) -> Int[np.ndarray, " N"]:
    """The numbers of a text's symbols, int32; what `Vocabulary.encode` gives, fast."""
    if vocabulary.level != "characters":
        return np.array(vocabulary.encode(text), dtype=np.int32)
    table = np.full(0x110000, UNK, np.int32)
    known = vocabulary.symbols[UNK + 1 :]
    table[[ord(symbol) for symbol in known]] = np.arange(UNK + 1, UNK + 1 + len(known))
    ids: np.ndarray = table[code_points(text)]
    return ids


def code_points(text: str) -> Int[np.ndarray, " N"]:
    """The Unicode code points of a text, int32."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<i4")
