"""Which column of a table is what: series, time, value, covariates, or nothing.

    long   unique_id,ds,y[,covariates]     the names choose; `step`, `date`, `value` ... do as well
           ds,y[,covariates]               one series
    wide   date,north,south                one column is time, every other one a series

A column without a name is left out if it is empty (a comma at the end of each line) or numbers the
rows beside another column of times (what pandas writes for an index); it is the time if it holds
dates. A table with a column of names, or with its time elsewhere than first, is long: then the only
column of numbers is the value, whatever its name. Checked by `tests/data/series/test_layout.py`.
"""

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

import numpy as np

from ...errors import DataError
from .columns import Columns, decimal_commas, not_a_number, number
from .time_texts import is_date, is_time

Layout = Literal["auto", "long", "wide"]
ID_NAMES = ("unique_id", "series_id", "series", "item_id", "item", "id")
TIME_NAMES = ("ds", "date", "datetime", "timestamp", "time", "step", "month", "period", "t", "year")
VALUE_NAMES = ("y", "value", "target")
FORMS = "Write `unique_id,ds,y` rows, or the time first and a column for each series."
_INDEX = frozenset({"", "index", "level_0"})  # names of an index; and `Unnamed: 0`


@dataclass(frozen=True)
class SeriesTable:
    """Cells as they stand in a file or frame.

    Attributes:
        name: The file's, for messages.
        header: Names of the columns.
        columns: Cells of each column.
        lines: Line of each row, from 1.
        header_line: Line of the header.
        line_name: What a line is called.
        notes: What was left out, a line each.
        comma: Whether commas may stand in numbers, as they separate no cells.
    """

    name: str
    header: list[str]
    columns: list[list[str]]
    lines: list[int]
    header_line: int = 1
    line_name: str = "line"
    notes: tuple[str, ...] = ()
    comma: bool = False

    @property
    def top(self) -> str:
        """Where the names of the columns stand, for messages."""
        return f"{self.name}, {self.line_name} {self.header_line}"


def columns_of(table: SeriesTable, layout: Layout = "auto") -> Columns:
    """Tell the columns apart.

    Args:
        table: The cells.
        layout: `long`, `wide`, or `auto`: by the names in the header.
    Raises:
        DataError: The columns do not fit the layout, or a value is not a number.
    """
    table = _named(table)
    if len(table.header) < 2:
        raise DataError(f"{table.top}: there is one column, {table.header[0]!r}. {FORMS}")
    key, time, value = (_place(table, names) for names in (ID_NAMES, TIME_NAMES, VALUE_NAMES))
    if table.comma:
        table = _with_points(table, {key, time or 0})
    is_long = None not in (time, value) or (time is not None and (key is not None or time > 0))
    if layout == "wide" or (layout == "auto" and not is_long):
        return _wide(table, time or 0)
    if time is None:
        raise DataError(
            f"{table.top}: no column of a long table is named as a time "
            f"({', '.join(TIME_NAMES[:3])} ...): {', '.join(table.header)}. Rename one."
        )
    return _long(table, key, time, value, layout)


def _long(
    table: SeriesTable, key: int | None, time: int, value: int | None, layout: Layout
) -> Columns:
    others = [i for i in range(len(table.header)) if i not in (key, time, value)]
    if value is None:
        numeric = [i for i in others if _is_numeric(table.columns[i])]
        texts = [i for i in others if i not in numeric]
        if key is None and not texts and layout == "auto":
            return _wide(table, time)
        if len(numeric) != 1:
            raise DataError(
                f"{table.top}: which column is the value is not told by the names "
                f"{', '.join(table.header)}. Rename it to y; what is left are covariates."
            )
        value = numeric[0]
        key = texts[0] if key is None and len(texts) == 1 else key
        others = [i for i in others if i not in (key, value)]
    names = [table.header[value]] * len(table.lines)
    return Columns(
        table.name,
        names if key is None else [cell.strip() for cell in table.columns[key]],
        table.columns[time],
        _numbers(table, value),
        {table.header[i]: table.columns[i] for i in others},
        table.lines,
        table.line_name,
        table.notes,
    )


def _wide(table: SeriesTable, time: int) -> Columns:
    series = [i for i in range(len(table.header)) if i != time]
    return Columns(
        table.name,
        [table.header[i] for i in series for _ in table.lines],
        table.columns[time] * len(series),
        np.concatenate([_numbers(table, i) for i in series]),
        {},
        table.lines * len(series),
        table.line_name,
        table.notes,
    )


def _named(table: SeriesTable) -> SeriesTable:
    """The table without columns of no name, or with one named as the time that it holds."""
    header, notes, kept = list(table.header), list(table.notes), []
    timed = _place(table, TIME_NAMES) is not None
    for i, name in enumerate(header):
        cells = [cell.strip() for cell in table.columns[i]]
        nameless = name == "" or name.lower().startswith("unnamed:")
        if nameless and not any(cells):
            notes.append(f"left out: column {i + 1}, which has no name and no cells")
        elif (nameless or name.lower() in _INDEX) and _counts(cells) and _has_times(table, i):
            notes.append(f"left out: column {i + 1}, an index that numbers the rows")
        elif nameless and not timed and i == 0 and all(is_time(cell) for cell in cells):
            header[i] = "ds"
            kept.append(i)
        elif nameless:
            raise DataError(f"{table.top}: column {i + 1} has no name. Name it, or delete it.")
        else:
            kept.append(i)
    _check_names(table, [header[i] for i in kept])
    return replace(
        table,
        header=[header[i] for i in kept],
        columns=[table.columns[i] for i in kept],
        notes=tuple(notes),
    )


def _with_points(table: SeriesTable, but: set[int | None]) -> SeriesTable:
    """The table with points in columns of decimal commas, other than those of names and times."""
    columns, read = list(table.columns), []
    for i, cells in enumerate(table.columns):
        found = None if i in but else decimal_commas(cells)
        if found is None:
            continue
        columns[i], unclear = found
        if unclear is not None:
            text = cells[unclear].strip()
            raise DataError(
                f"{table.name}, {table.line_name} {table.lines[unclear]}: `{table.header[i]}` is "
                f"{text}, and its column does not tell whether commas are decimal or separate "
                f"thousands. Write {text.replace(',', '.')} or {text.replace(',', '')}."
            )
        read.append(table.header[i])
    if not read:
        return table
    more = f" and {len(read) - 1} more columns" if len(read) > 1 else ""
    note = f"numbers: commas in `{read[0]}`{more} are read as decimal commas"
    return replace(table, columns=columns, notes=(*table.notes, note))


def _check_names(table: SeriesTable, names: list[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise DataError(f"{table.top}: two columns are named {name!r}. Rename one.")
        seen.add(name)


def _counts(cells: list[str]) -> bool:
    """Whether cells are whole numbers that rise, as those of an index."""
    try:
        numbers = [int(cell) for cell in cells]
    except ValueError:
        return False
    return all(a < b for a, b in pairwise(numbers))


def _has_times(table: SeriesTable, but: int) -> bool:
    """Whether a column other than one is named as a time, or begins with a date."""
    others = (i for i in range(len(table.header)) if i != but)
    return any(
        table.header[i].strip().lower() in TIME_NAMES or is_date(table.columns[i][0])
        for i in others
    )


def _place(table: SeriesTable, names: tuple[str, ...]) -> int | None:
    plain = {column.strip().lower(): i for i, column in reversed(list(enumerate(table.header)))}
    return next((plain[name] for name in names if name in plain), None)


def _is_numeric(cells: list[str]) -> bool:
    return all(number(cell) is not None for cell in cells)


def _numbers(table: SeriesTable, column: int) -> np.ndarray:
    texts = table.columns[column]
    found = [number(text) for text in texts]
    if None in found:
        row = found.index(None)
        wrong = not_a_number(f"`{table.header[column]}`", texts[row])
        raise DataError(f"{table.name}, {table.line_name} {table.lines[row]}: {wrong}")
    return np.array(found, np.float64)
