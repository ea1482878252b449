"""Rows of text with a delimiter: TSV and CSV.

Tabs are never quoted, as in files that `cut` and `paste` make: a quote is a character there. With
any other delimiter the rules are those of RFC 4180, read by the standard library's `csv`: quoted
cells may hold delimiters, doubled quotes and line breaks. Excel's `sep=;` on line 1 is obeyed.
Checked by `tests/data/tables/test_delimited.py`: pandas is the oracle.
"""

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import chain, islice
from typing import TYPE_CHECKING

from ...errors import DataError
from .header_names import HEADER_NAMES, known_for
from .suggest import is_number
from .table import Row, TablePart
from .text_file import lines_of

if TYPE_CHECKING:
    from _csv import Reader

DELIMITERS = ",;\t|"
SNIFFED = 50  # lines by which the delimiter is told
_EXCEL = re.compile(r"sep=(.)\r?\n?", re.IGNORECASE)
_MOST_CELL = 2**26  # characters
_SAID = {",": "comma", ";": "semicolon", "|": "bar"}


def delimited(name: str, delimiter: str) -> TablePart:
    """A file as rows.

    Args:
        name: The file.
        delimiter: One character.
    """
    read = (lambda: _tabbed(name)) if delimiter == "\t" else (lambda: _quoted(name, delimiter))
    return TablePart(name, "TSV" if delimiter == "\t" else "CSV", None, read, delimiter=delimiter)


def delimiter_of(lines: Sequence[str], name: str) -> str | None:
    """The delimiter of a file, by its first lines; `None` if it has none.

    Args:
        lines: Those that are not blank, at least one.
        name: The file's, in lower case and without `.gz`: of `.csv` and `.tsv` a table is expected.
    """
    said = _EXCEL.fullmatch(lines[0])
    if said:
        return said[1]
    if not name.endswith(".csv") and 2 * sum("\t" in line for line in lines) > len(lines):
        return "\t"
    found = {delimiter: _regular(lines, delimiter) for delimiter in DELIMITERS}
    best = max(DELIMITERS, key=found.__getitem__)
    columns = found[best][1]
    if columns < 2:
        return None
    if name.endswith((".csv", ".tsv", ".tab", ".psv", ".ssv")):
        return best
    return best if _is_table(lines, best, columns) else None


def _is_table(lines: Sequence[str], delimiter: str, columns: int) -> bool:
    """Whether lines are a table rather than prose with a comma in each: by names or numbers."""
    try:
        rows = list(_cells(lines, delimiter))
    except csv.Error:  # prose with quotes
        return False
    if any(len(row) != columns for row in rows):
        return False
    if any(known_for(name, role) > 2 for name in rows[0] for role in HEADER_NAMES):
        return True
    body = rows[1:] or rows
    return any(all(map(is_number, cells)) for cells in zip(*body, strict=True))


def _cells(lines: Sequence[str], delimiter: str) -> Iterator[list[str]]:
    if delimiter == "\t":
        return (line.split("\t") for line in lines[:SNIFFED])
    return islice(_reader((f"{line}\n" for line in lines), delimiter), SNIFFED)


def _reader(lines: Iterable[str], delimiter: str) -> "Reader":
    csv.field_size_limit(_MOST_CELL)  # the library's own is 128 kB
    return csv.reader(lines, delimiter=delimiter, strict=True)


def _regular(lines: Sequence[str], delimiter: str) -> tuple[int, int]:
    """How many of the first rows have the same number of columns, above 1, and that number."""
    counts: Counter[int] = Counter()
    with suppress(csv.Error):  # of another delimiter, or reported when all lines are read
        counts.update(len(row) for row in _cells(lines, delimiter) if len(row) > 1)
    return max(((number, columns) for columns, number in counts.items()), default=(0, 0))


def _tabbed(name: str) -> Iterator[Row]:
    for number, line in enumerate(lines_of(name), start=1):
        if number == 1 and _EXCEL.fullmatch(line):
            continue
        cells = [cell.strip() for cell in line.split("\t")]
        if any(cells):
            yield number, cells


def _quoted(name: str, delimiter: str) -> Iterator[Row]:
    lines = lines_of(name)
    first = next(lines, "")
    skipped = 1 if _EXCEL.fullmatch(first) else 0
    if skipped:
        first = next(lines, "")
    reader = _reader(chain([first], lines), delimiter)
    begins = 1 + skipped
    try:
        for row in reader:
            cells = [cell.strip() for cell in row]
            if any(cells):
                yield begins, cells
            begins = reader.line_num + skipped + 1
    except csv.Error as error:
        raise DataError(
            f"{name}, line {begins}: the line is not CSV: {error}. Quote cells that hold a "
            f"{_SAID.get(delimiter, 'delimiter')} or a quote, and double the quotes in them."
        ) from error
