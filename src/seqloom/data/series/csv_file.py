"""Read series from CSV: long, one value a row, or wide, one series a column.

    long   unique_id,ds,y[,covariates]     the names choose; `step`, `date`, `value` ... do as well
           ds,y[,covariates]               one series
    wide   date,north,south                the first column is time, every other one a series

Plain or gzip; comma, semicolon or tab, whichever the header has most of. The first line names the
columns. The standard library's `csv` reads the cells. Checked by
`tests/data/series/test_csv_file.py`.
"""

import csv
import io
from pathlib import Path
from typing import Literal

import numpy as np

from ...errors import DataError
from ..text_file import read_text
from .series import Columns, SeriesSet, assemble, number
from .times import TimeAxis, is_time

Layout = Literal["auto", "long", "wide"]
ID_NAMES = ("unique_id", "series_id", "series", "item_id", "item", "id")
TIME_NAMES = ("ds", "date", "datetime", "timestamp", "time", "step", "month", "period", "t", "year")
VALUE_NAMES = ("y", "value", "target")
_FORMS = "Write `unique_id,ds,y` rows, or the time first and a column for each series."


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
    header, rows, lines = _rows(name, read_text(name))
    return assemble(columns_from(name, header, rows, lines, layout=layout), like)


def columns_from(
    name: str,
    header: list[str],
    rows: list[list[str]],
    lines: list[int],
    *,
    layout: Layout = "auto",
    line_name: str = "line",
) -> Columns:
    """Tell the columns apart by their names.

    Args:
        name: The file's, for messages.
        header: Names of the columns.
        rows: Cells of each row, as many as the header has.
        lines: Line of each row.
        layout: See `read_series`.
        line_name: What a line is called.
    Raises:
        DataError: The columns do not fit the layout, or a value is not a number.
    """
    places = roles(header)
    is_long = layout == "long" or (layout == "auto" and places is not None)
    if is_long and places is None:
        raise DataError(
            f"{name}, {line_name} {1}: a long file must have a time column "
            f"({', '.join(TIME_NAMES[:3])} ...) and a value column ({', '.join(VALUE_NAMES)}), got "
            f"{', '.join(header)}. Rename them."
        )
    if is_long and places is not None:
        key, time, value = places
        others = [i for i in range(len(header)) if i not in (key, time, value)]
        return Columns(
            name,
            [row[key].strip() for row in rows] if key is not None else [header[value]] * len(rows),
            [row[time] for row in rows],
            _numbers(name, [row[value] for row in rows], lines, header[value], line_name),
            {header[i]: [row[i] for row in rows] for i in others},
            lines,
            line_name,
        )
    if len(header) < 2:
        raise DataError(
            f"{name}, {line_name} {1}: a file of series must have at least 2 columns, got "
            f"{len(header)}. {_FORMS}"
        )
    values = [
        _numbers(name, [row[i] for row in rows], lines, header[i], line_name)
        for i in range(1, len(header))
    ]
    return Columns(
        name,
        [column for column in header[1:] for _ in rows],
        [row[0] for _ in header[1:] for row in rows],
        np.concatenate(values),
        {},
        lines * (len(header) - 1),
        line_name,
    )


def roles(header: list[str]) -> tuple[int | None, int, int] | None:
    """Places of name, time and value in the header of a long file; `None` for a wide one."""
    plain = [column.strip().lower() for column in header]

    def place(names: tuple[str, ...]) -> int | None:
        return next((plain.index(name) for name in names if name in plain), None)

    key, time, value = place(ID_NAMES), place(TIME_NAMES), place(VALUE_NAMES)
    return None if time is None or value is None else (key, time, value)


def _rows(name: str, text: str) -> tuple[list[str], list[list[str]], list[int]]:
    """Header, rows and the line that each row ends on."""
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    header: list[str] = []
    rows, lines = [], []
    try:
        for row in reader:
            if not any(cell.strip() for cell in row):
                continue
            if not header:
                header = [cell.strip() for cell in row]
                _check_header(name, header)
                continue
            if len(row) != len(header):
                raise DataError(
                    f"{name}, line {reader.line_num}: a line must have {len(header)} columns, as "
                    f"the header has, got {len(row)}. Fill the cells, empty ones too."
                )
            rows.append(row)
            lines.append(reader.line_num)
    except csv.Error as error:
        raise DataError(
            f"{name}, line {reader.line_num}: a line must be CSV, got: {error}. Quote cells "
            "that hold the separator."
        ) from error
    if not rows:
        raise DataError(f"{name}: a file must have at least 1 row of values, got none. {_FORMS}")
    return header, rows, lines


def _check_header(name: str, header: list[str]) -> None:
    if len(header) > 1 and is_time(header[0]) and number(header[1]) is not None:
        raise DataError(
            f"{name}, line 1: the first line must name the columns, got values. Add a line such "
            f"as date,{','.join(f'series{i}' for i in range(1, len(header)))}."
        )
    twice = [column for i, column in enumerate(header) if column in header[:i]]
    if twice:
        raise DataError(
            f"{name}, line 1: names of columns must differ, got {twice[0]!r} twice. Rename one."
        )


def _numbers(
    name: str, texts: list[str], lines: list[int], column: str, line_name: str
) -> np.ndarray:
    found = [number(text) for text in texts]
    if None in found:
        row = found.index(None)
        raise DataError(
            f"{name}, {line_name} {lines[row]}: `{column}` must be a number or empty, got "
            f"{texts[row].strip()!r}. Write numbers with a decimal point, 1234.5."
        )
    return np.array(found, np.float64)
