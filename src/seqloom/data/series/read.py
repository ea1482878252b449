"""Series from what the user gave: any table (`tables/`), or numbers.

    a file of CSV, TSV, JSON, Parquet, Arrow; several; a frame     `layout.py` tells the columns
    {name: numbers}                                                a series each
    numbers                                                        one series, at 1, 2, 3 ...

The first line of a text names the columns; lines of one cell before it are titles, and are left
out. The index of a pandas frame is its time column where it holds dates, and columns where it has
names. Checked by `tests/data/series/test_read_text.py`, `test_read_python.py` and `test_layout.py`.
"""

import datetime
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import SupportsFloat

import numpy as np

from ...errors import DataError
from ..given import Given, given
from ..tables.delimited import delimited
from ..tables.source import table_of
from ..tables.table import Table, TablePart
from .columns import MISSING, number
from .layout import FORMS, Layout, Numbers, SeriesColumns, SeriesTable, columns_of
from .series import SeriesSet, assemble
from .time_texts import is_time
from .times import TimeAxis

MOST_TITLES = 20  # lines before the names of the columns
_FORMS = "Give a CSV's path, a pandas or polars frame, {name: numbers}, or a list of numbers."


def read_series(
    data: object,
    *,
    layout: Layout = "auto",
    columns: SeriesColumns | None = None,
    like: TimeAxis | None = None,
) -> SeriesSet:
    """Read series.

    Args:
        data: What the user gave; a `SeriesSet` comes back as it is.
        layout: `long`, `wide`, or `auto`: by the names in the header.
        columns: Columns of a long table, where names and cells do not tell them.
        like: The axis a model was trained on; see `series.assemble`.
    Raises:
        DataError: A file is missing, damaged, not UTF-8, or a line breaks a rule.
    """
    source = given(data)
    data = source.data
    if isinstance(data, SeriesSet):
        return data
    if source.kind == "python":
        if isinstance(data, Mapping) and not _is_table(data):
            return _joined([_plain(str(name), values, like) for name, values in data.items()])
        if isinstance(data, Sequence | np.ndarray) and _is_numbers(data):
            return _plain("y", data, like)
        if not isinstance(data, Iterable) and not hasattr(data, "columns"):
            raise DataError(
                f"series: data must be a file, frame or numbers, got {type(data).__name__}. "
                f"{_FORMS}"
            )
    return assemble(columns_of(_table(source), layout, columns), like)


def _is_table(data: Mapping[object, object]) -> bool:
    """A dictionary with a column that is no numbers, e.g. times: a table rather than series."""
    columns = [list(c) for c in data.values() if isinstance(c, Iterable) and not isinstance(c, str)]
    return len(columns) == len(data) > 1 and any(
        cells and not isinstance(cells[0], SupportsFloat) and cells[0] is not None
        for cells in columns
    )


def _is_numbers(data: Sequence[object] | np.ndarray) -> bool:
    if isinstance(data, np.ndarray):
        return data.ndim == 1 and not data.dtype.names
    return not (len(data) and isinstance(data[0], Mapping | tuple | list))


def _table(source: Given) -> SeriesTable:
    table = table_of(source) or Table(source.name, (delimited(source.name, ","),))
    found = [_part(part) for part in table.parts]
    if len(found) == 1:
        return found[0]
    raise DataError(
        f"{table.name}: series are read of one file, and these are {len(found)}. Join them into "
        "one, or name one."
    )


def _part(part: TablePart) -> SeriesTable:
    """Header and columns, and the line of each row."""
    lines: list[int] = []
    rows: list[Sequence[object]] = []
    for line, cells in part.read():
        lines.append(line)
        rows.append(cells)
    if part.names is not None:
        if not rows:
            raise DataError(f"{part.name}: there are no rows in it. {_FORMS}")
        columns = [_column(cells) for cells in zip(*rows, strict=True)]
        return SeriesTable(
            *(part.name, list(part.names), columns, lines), line_name=part.unit, comma=True
        )
    titles = _titles(rows)
    if len(rows) <= titles + 1:
        raise DataError(f"{part.name}: there are no rows of values in it. {FORMS}")
    header = [str(cell) for cell in rows[titles]]
    _check_header(part.name, header, lines[titles])
    for row, line in zip(rows[titles:], lines[titles:], strict=True):
        if len(row) != len(header):
            raise DataError(
                f"{part.where(line)}: {len(row)} columns, and the header has {len(header)}. Fill "
                "the cells, empty ones too."
            )
    notes: tuple[str, ...] = ()
    if titles:
        shown = next(str(cell) for cell in rows[0] if cell)
        notes = (f"left out: titles above the names of the columns, {shown[:60]!r} first",)
    return SeriesTable(
        part.name,
        header,
        [[str(cell) for cell in cells] for cells in zip(*rows[titles + 1 :], strict=True)],
        lines[titles + 1 :],
        lines[titles],
        notes=notes,
        comma=part.delimiter != ",",
    )


def _titles(rows: list[Sequence[object]]) -> int:
    """Lines of one cell before the first that has more."""
    filled = [sum(bool(cell) for cell in row) for row in rows[: MOST_TITLES + 1]]
    several = [i for i, count in enumerate(filled) if count > 1]
    return several[0] if several else 0


def _check_header(name: str, header: list[str], line: int) -> None:
    if len(header) > 1 and is_time(header[0]) and number(header[1].replace(",", ".")) is not None:
        raise DataError(
            f"{name}, line {line}: the first line has values, and no names of columns. Add a line "
            f"such as date,{','.join(f'series{i}' for i in range(1, len(header)))}."
        )


def _column(cells: Sequence[object]) -> Sequence[str]:
    """A column's cells as a CSV would have them; numbers stay numbers beneath."""
    if all(c is None or (isinstance(c, int | float) and not isinstance(c, bool)) for c in cells):
        return Numbers(cells)
    return [_text(cell) for cell in cells]


def _text(cell: object) -> str:
    if isinstance(cell, float):
        return "" if cell != cell else repr(float(cell))
    if isinstance(cell, str):
        return cell
    if hasattr(cell, "start_time") and hasattr(cell, "freqstr"):  # a period of pandas
        weekly = cell.freqstr.startswith("W")
        return _text(cell.start_time) if weekly else str(cell)
    if isinstance(cell, datetime.datetime) and str(cell) != "NaT":
        return re.sub(r" 00:00:00(?=$|[+-])", "", cell.isoformat(sep=" "))
    text = str(cell)
    return "" if text.lower() in MISSING else text  # None, NaN, NaT, NA of any library


def _plain(name: str, values: Iterable[object], like: TimeAxis | None) -> SeriesSet:
    """One series of numbers at 1, 2, 3 ...; on the dates of no calendar."""
    try:
        cells = [_text(float(v) if isinstance(v, SupportsFloat) else v) for v in values]
    except (TypeError, ValueError) as error:
        raise DataError(f"series: {name!r} does not hold numbers: {error}. {_FORMS}") from error
    if like is not None and like.unit != "integer":
        raise DataError(
            f"series: {name!r} must have dates, as the model was trained on {like.frequency} "
            "data, got numbers alone. Give a frame or a CSV with a time column."
        )
    if not cells:
        raise DataError(f"list: there are no rows in it. {_FORMS}")
    step = 1 if like is None else like.step
    times = [str(1 + step * i) for i in range(len(cells))]
    lines = list(range(1, len(cells) + 1))
    table = SeriesTable("list", ["step", name], [times, cells], lines, line_name="row")
    return assemble(columns_of(table, "wide"), like)


def _joined(parts: list[SeriesSet]) -> SeriesSet:
    if not parts:
        raise DataError(f"series: the data have no series. {_FORMS}")
    series = tuple(one for part in parts for one in part.series)
    return SeriesSet(series, parts[0].axis, report=tuple(line for p in parts for line in p.report))
