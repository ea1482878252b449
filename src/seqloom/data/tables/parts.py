"""Which rows of a table train, validate and test, where the rows are read anew for each pass.

Of a row a few bytes are kept. Checked by the tests of passes over pairs and over texts.
"""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from ...shapes import Bool, Float, Int
from ..levels import blocks_of
from .splits import Row, Split

TRAIN, VALID, TEST = 0, 1, 2
_PARTS: dict[Split, int] = {"": TRAIN, "train": TRAIN, "valid": VALID, "test": TEST}


def parts_said(rows: Sequence[Row]) -> Int[np.ndarray, " N"]:
    """The part that a column says of each row, int8; TRAIN where none does."""
    return np.array([_PARTS[row.split] for row in rows], np.int8)


def only(rows: Sequence[Row], which: Bool[np.ndarray, " N"]) -> list[Row]:
    """Some of the rows."""
    return [row for row, some in zip(rows, which.tolist(), strict=True) if some]


def rows_of_part(
    rows: Iterable[Row], part: Int[np.ndarray, " N"], wanted: int, size: int | None = None
) -> Iterator[list[Row]]:
    """The rows of a part, in blocks.

    Args:
        rows: All rows.
        part: Of each.
        wanted: The part.
        size: Rows that are read together, as `blocks_of` has it.
    """
    first = 0
    for block in blocks_of(rows, size):
        which = part[first : first + len(block)] == wanted
        first += len(block)
        yield block if which.all() else only(block, which)


def joined(blocks: list[np.ndarray], dtype: object) -> np.ndarray:
    """Blocks as one array; the list is emptied."""
    found: np.ndarray = np.concatenate([np.zeros(0, dtype), *blocks])  # type: ignore[call-overload]
    blocks.clear()
    return found


def num_different(fractions: Float[np.ndarray, " N"]) -> int:
    """How many are different: texts have different ones, but for a chance of 2^-53."""
    if not len(fractions):
        return 0
    ordered = np.sort(fractions)
    return 1 + int((ordered[1:] != ordered[:-1]).sum())
