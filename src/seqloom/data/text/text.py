"""Running text: read as it is, cut in two by position, encoded as one long array of numbers.

Nothing is normalised: line breaks, blank lines and spaces are symbols like any other. A file is
UTF-8, plain or gzip; a folder is its `.txt` and `.txt.gz` files, in order of their names, one after
the other. Checked by `tests/data/text/test_text.py`.
"""

from pathlib import Path

import numpy as np

from ...errors import ConfigError, DataError
from ...shapes import Int
from ..given import given
from ..text_file import read_text as read_file
from ..vocabulary import UNK, Vocabulary

ENDINGS = (".txt", ".txt.gz")
MOST_VALID = 500_000  # characters: more would only slow validation


def read_text(path: str | Path) -> str:
    """Read a text, or all texts of a folder.

    Raises:
        DataError: There is none, or it is damaged, not UTF-8, or empty.
    """
    name = str(path)
    source = given(path)
    if source.kind != "folder":
        text = read_file(name)
        if not text.strip():
            raise DataError(f"{name}: the file is empty. Name another.")
        return text
    files = source.files(ENDINGS)
    if not files:
        raise DataError(
            f"{name}: a folder of texts must have files that end in {' or '.join(ENDINGS)}, got "
            "none. Name a file, or rename them."
        )
    return "".join(read_text(file) for file in files)


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
