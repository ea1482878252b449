"""Read pairs of source and target from a tab-separated file, and say exactly what is wrong with it.

Checked by `tests/data/test_pairs.py`: the standard library's `csv` reader is the oracle.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ..errors import DataError
from .text_file import numbered_lines

TWO_COLUMNS = "Write one pair a line, source and target separated by one tab."


@dataclass(frozen=True)
class Pair:
    """One line of a file: `line` counts from 1."""

    source: str
    target: str
    line: int


@dataclass(frozen=True)
class Example:
    """A source with all its references, unique and in order of appearance."""

    source: str
    targets: tuple[str, ...]


def read_pairs(path: str | Path) -> list[Pair]:
    """Read `source TAB target` lines.

    UTF-8 with or without a byte order mark, plain or gzip (told by its first bytes, not by its
    name), lines ended by LF or CRLF. Blank lines are skipped; white space at the ends of a
    column is dropped.

    Raises:
        DataError: The file is missing, a directory, damaged, not UTF-8, has no pairs, or a line
            breaks the rule of two non-empty columns.
    """
    name = str(path)
    pairs = [_parse(name, number, line) for number, line in numbered_lines(name)]
    if not pairs:
        raise DataError(f"{name}: a file must have at least 1 pair, got none. {TWO_COLUMNS}")
    return pairs


def group_by_source(pairs: Iterable[Pair]) -> list[Example]:
    """Gather the references of each source, in order of first appearance."""
    targets: dict[str, dict[str, None]] = {}
    for pair in pairs:
        targets.setdefault(pair.source, {})[pair.target] = None
    return [Example(source, tuple(unique)) for source, unique in targets.items()]


def _parse(name: str, number: int, line: str) -> Pair:
    columns = [column.strip() for column in line.split("\t")]
    where = f"{name}, line {number}"
    if len(columns) < 2:
        raise DataError(
            f"{where}: a line must have 2 columns, got 1. Separate source and target with one tab."
        )
    if len(columns) > 2:
        raise DataError(
            f"{where}: a line must have 2 columns, got {len(columns)}. "
            f"Keep the source and the target, e.g. with `cut -f1,2`."
        )
    for column, what in zip(columns, ("source", "target"), strict=True):
        if not column:
            raise DataError(
                f"{where}: the {what} must not be empty, got nothing but white space. "
                f"Fill it in or delete the line."
            )
    return Pair(source=columns[0], target=columns[1], line=number)
