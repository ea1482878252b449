"""Read series from CSV: `layout.py` says which column is what.

Plain or gzip; comma, semicolon, tab or bar, whichever makes regular columns of the first lines;
Excel's `sep=;` on line 1 says it too. The first line names the columns; lines of one cell before it
are titles, and are left out. The standard library's `csv` reads the cells. Checked by
`tests/data/series/test_csv_file.py` and `test_layout.py`.
"""

import csv
import io
import re
from collections import Counter
from contextlib import suppress
from itertools import islice
from pathlib import Path

from ...errors import DataError
from ..text_file import read_text
from .columns import number
from .layout import FORMS, Layout, SeriesTable, columns_of
from .series import SeriesSet, assemble
from .time_texts import is_time
from .times import TimeAxis

DELIMITERS = ",;\t|"
MOST_TITLES = 20  # lines before the names of the columns
_EXCEL = re.compile(r"\ufeff?sep=(.)\r?\n", re.IGNORECASE)


def read_series(
    path: str | Path, *, layout: Layout = "auto", like: TimeAxis | None = None
) -> SeriesSet:
    """Read a file of series.

    Args:
        path: The CSV, plain or gzip.
        layout: `long`, `wide`, or `auto`: by the names in the header.
        like: The axis a model was trained on; see `series.assemble`.
    Raises:
        DataError: The file is missing, damaged, not UTF-8, or a line breaks a rule.
    """
    name = str(path)
    return assemble(columns_of(_table(name, read_text(name)), layout), like)


def _table(name: str, text: str) -> SeriesTable:
    """Header and columns, and the line that each row ends on."""
    given = _EXCEL.match(text)
    skipped = 1 if given else 0
    text = text[given.end() :] if given else text
    delimiter = given[1] if given else _delimiter(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows, lines = [], []
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                rows.append(row)
                lines.append(reader.line_num + skipped)
    except csv.Error as error:
        raise DataError(
            f"{name}, line {reader.line_num + skipped}: the line is not CSV: {error}. Quote cells "
            "that hold the separator."
        ) from error
    titles = _titles(rows)
    if len(rows) <= titles + 1:
        raise DataError(f"{name}: there are no rows of values in it. {FORMS}")
    header = [cell.strip() for cell in rows[titles]]
    _check_header(name, header, lines[titles])
    for row, line in zip(rows[titles:], lines[titles:], strict=True):
        if len(row) != len(header):
            raise DataError(
                f"{name}, line {line}: {len(row)} columns, and the header has {len(header)}. Fill "
                "the cells, empty ones too."
            )
    columns = [list(column) for column in zip(*rows[titles + 1 :], strict=True)]
    notes: tuple[str, ...] = ()
    if titles:
        shown = next(cell.strip() for cell in rows[0] if cell.strip())
        notes = (f"left out: titles above the names of the columns, {shown[:60]!r} first",)
    return SeriesTable(
        name,
        header,
        columns,
        lines[titles + 1 :],
        lines[titles],
        notes=notes,
        comma=delimiter != ",",
    )


def _delimiter(text: str) -> str:
    """The one by which most of the first lines have one number of columns, the most of equals."""
    found = {delimiter: _regular(text, delimiter) for delimiter in DELIMITERS}
    return max(DELIMITERS, key=found.__getitem__)


def _regular(text: str, delimiter: str) -> tuple[int, int]:
    """How many of the first lines have the same number of columns, above 1, and that number."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    counts: Counter[int] = Counter()
    with suppress(csv.Error):  # of another delimiter, or reported when all lines are read
        counts.update(len(row) for row in islice(reader, MOST_TITLES) if len(row) > 1)
    return max(((lines, columns) for columns, lines in counts.items()), default=(0, 0))


def _titles(rows: list[list[str]]) -> int:
    """Lines of one cell before the first that has more."""
    filled = [sum(bool(cell.strip()) for cell in row) for row in rows[: MOST_TITLES + 1]]
    several = [i for i, count in enumerate(filled) if count > 1]
    return several[0] if several else 0


def _check_header(name: str, header: list[str], line: int) -> None:
    if len(header) > 1 and is_time(header[0]) and number(header[1].replace(",", ".")) is not None:
        raise DataError(
            f"{name}, line {line}: the first line has values, and no names of columns. Add a line "
            f"such as date,{','.join(f'series{i}' for i in range(1, len(header)))}."
        )
