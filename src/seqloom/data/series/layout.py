"""Which column of a table is what: series, time, value, covariates, or nothing.

    long   unique_id,ds,y[,covariates]     the names choose; `step`, `date`, `value` ... do as well
           ds,y[,covariates]               one series
    wide   date,north,south                one column is time, every other one a series

A column without a name is left out if it is empty (a comma at the end of each line) or numbers the
rows beside another column of times (what pandas writes for an index); it is the time if it holds
dates. A table with a column of names, or with its time elsewhere than first, is long: then the only
column of numbers is the value, whatever its name. Checked by `tests/data/series/test_layout.py`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal, overload

import numpy as np

from ...errors import DataError
from .columns import LARGEST, Columns, decimal_commas, not_a_number, number
from .time_texts import is_date, is_time

Layout = Literal["auto", "long", "wide"]
ID_NAMES = ("unique_id", "series_id", "series", "item_id", "item", "id")
TIME_NAMES = ("ds", "date", "datetime", "timestamp", "time", "step", "month", "period", "t", "year")
VALUE_NAMES = ("y", "value", "target")
FORMS = "Write `unique_id,ds,y` rows, or the time first and a column for each series."
_INDEX = frozenset({"", "index", "level_0"})  # names of an index; and `Unnamed: 0`


class Numbers(Sequence[str]):
    """A column of numbers, which are texts only where they are looked at."""

    def __init__(self, cells: Sequence[object]) -> None:
        """
        Args:
            cells: Numbers, `None` where one is missing.
        """
        self.cells = cells

    def __len__(self) -> int:
        return len(self.cells)

    @overload
    def __getitem__(self, place: int) -> str: ...

    @overload
    def __getitem__(self, place: slice) -> "Numbers": ...

    def __getitem__(self, place: int | slice) -> "str | Numbers":
        if isinstance(place, slice):
            return Numbers(self.cells[place])
        cell = self.cells[place]
        return "" if cell is None else repr(cell)


@dataclass(frozen=True)
class SeriesColumns:
    """Columns of a long table that the user names.

    Attributes:
        series: The names of the series; told by names and cells if `None`, likewise the others.
        time: The times.
        value: The values.
    """

    series: str | None = None
    time: str | None = None
    value: str | None = None

    @classmethod
    def of(cls, data: Mapping[str, object]) -> "SeriesColumns":
        """As the settings of a run's data have it."""
        named = {role: str(data.get(f"{role}_column", "auto")) for role in vars(cls())}
        return cls(**{role: column for role, column in named.items() if column != "auto"})


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
    columns: list[Sequence[str]]
    lines: list[int]
    header_line: int = 1
    line_name: str = "line"
    notes: tuple[str, ...] = ()
    comma: bool = False

    @property
    def top(self) -> str:
        """Where the names of the columns stand, for messages."""
        return f"{self.name}, {self.line_name} {self.header_line}"


def columns_of(
    table: SeriesTable, layout: Layout = "auto", asked: SeriesColumns | None = None
) -> Columns:
    """Tell the columns apart.

    Args:
        table: The cells.
        layout: `long`, `wide`, or `auto`: by the names in the header.
        asked: Columns that the user names.
    Raises:
        DataError: The columns do not fit the layout, or a value is not a number.
    """
    table = _named(table)
    if len(table.header) < 2:
        raise DataError(f"{table.top}: there is one column, {table.header[0]!r}. {FORMS}")
    asked = asked or SeriesColumns()
    key, time, value = (
        _asked(table, role, column) if column is not None else _place(table, names)
        for role, column, names in (
            ("series", asked.series, ID_NAMES),
            ("time", asked.time, TIME_NAMES),
            ("value", asked.value, VALUE_NAMES),
        )
    )
    if table.comma:
        table = _with_points(table, {key, time or 0})
    is_long = asked.value is not None or asked.series is not None
    is_long = (
        is_long or None not in (time, value) or (time is not None and (key is not None or time > 0))
    )
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
        list(table.columns[time]),
        _numbers(table, value),
        {table.header[i]: list(table.columns[i]) for i in others},
        table.lines,
        table.line_name,
        table.notes,
    )


def _wide(table: SeriesTable, time: int) -> Columns:
    series = [i for i in range(len(table.header)) if i != time]
    return Columns(
        table.name,
        [table.header[i] for i in series for _ in table.lines],
        [*table.columns[time]] * len(series),
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
        skip = i in but or isinstance(cells, Numbers)
        found = None if skip else decimal_commas(list(cells))
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


def _asked(table: SeriesTable, role: str, column: str) -> int:
    """The place of a column that the user names, by its name or its number from 1."""
    if column in table.header:
        return table.header.index(column)
    if column.isdecimal() and 1 <= int(column) <= len(table.header):
        return int(column) - 1
    raise DataError(
        f"{table.top}: the {role} column must be a number from 1 to {len(table.header)} or a "
        f"name in the header, got {column!r}. The columns are: {', '.join(table.header)[:100]}"
    )


def _place(table: SeriesTable, names: tuple[str, ...]) -> int | None:
    plain = {column.strip().lower(): i for i, column in reversed(list(enumerate(table.header)))}
    return next((plain[name] for name in names if name in plain), None)


def _is_numeric(cells: Sequence[str]) -> bool:
    return isinstance(cells, Numbers) or all(number(cell) is not None for cell in cells)


def _numbers(table: SeriesTable, column: int) -> np.ndarray:
    texts = table.columns[column]
    if isinstance(texts, Numbers):
        plain = np.array([np.nan if cell is None else cell for cell in texts.cells], np.float64)
        if not (np.abs(plain) > LARGEST).any():
            return plain
    found = [number(text) for text in texts]
    if None in found:
        row = found.index(None)
        wrong = not_a_number(f"`{table.header[column]}`", texts[row])
        raise DataError(f"{table.name}, {table.line_name} {table.lines[row]}: {wrong}")
    return np.array(found, np.float64)
