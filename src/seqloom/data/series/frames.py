"""Series from what Python holds: pandas and polars frames, dictionaries, lists of numbers.

Neither library is imported: a frame is told by its methods. Long and wide are as in
`layout.py`; the index of a pandas frame is its time column where it holds dates, and columns where
it has names. Checked by
`tests/data/series/test_frames.py` against the same data read from CSV.
"""

import datetime
import re
from collections.abc import Hashable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Protocol, SupportsFloat, runtime_checkable

import numpy as np

from ...errors import DataError
from .columns import MISSING
from .csv_file import read_series
from .layout import Layout, SeriesTable, columns_of
from .series import SeriesSet, assemble
from .times import TimeAxis

_FORMS = "Give a CSV's path, a pandas or polars frame, {name: numbers}, or a list of numbers."


def to_series(data: object, *, layout: Layout = "auto", like: TimeAxis | None = None) -> SeriesSet:
    """Series from a path, a frame, a dictionary of sequences, or one sequence of numbers.

    Args:
        data: Anything of these; `SeriesSet` comes back as it is.
        layout: `long`, `wide` or `auto`, for files and frames.
        like: The axis a model was trained on; see `series.assemble`.
    Raises:
        DataError: It is something else, or breaks a rule.
    """
    if isinstance(data, SeriesSet):
        return data
    if isinstance(data, str | Path):
        return read_series(data, layout=layout, like=like)
    if isinstance(data, _Frame):
        header, columns = _frame(data)
        return _assemble("frame", header, columns, layout, like)
    if isinstance(data, Mapping):
        return _joined([_plain(str(name), values, like) for name, values in data.items()])
    if isinstance(data, Sequence | np.ndarray):
        return _plain("y", data, like)
    raise DataError(
        f"series: data must be a file, frame or numbers, got {type(data).__name__}. {_FORMS}"
    )


@runtime_checkable
class _Frame(Protocol):
    """A frame of pandas or polars."""

    columns: Iterable[Hashable]
    shape: tuple[int, ...]

    def __getitem__(self, column: Hashable, /) -> Iterable[object]: ...


def _frame(frame: _Frame) -> tuple[list[str], list[list[str]]]:
    """Header and columns of a frame, as text; an index that has names, or dates, among them."""
    if hasattr(frame, "rename_axis") and hasattr(frame, "reset_index") and hasattr(frame, "index"):
        index = frame.index
        dated = str(getattr(index, "dtype", "")).startswith(("datetime64", "period"))
        if dated and index.name is None:
            frame = frame.rename_axis(index="ds").reset_index()
        elif dated or any(name is not None for name in index.names):
            frame = frame.reset_index()
    return [str(column) for column in frame.columns], [_texts(frame[c]) for c in frame.columns]


def _texts(column: Iterable[object]) -> list[str]:
    """A column's cells as a CSV would have them."""
    cells = column.to_list() if hasattr(column, "to_list") else list(column)
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


def _assemble(
    name: str, header: list[str], columns: list[list[str]], layout: Layout, like: TimeAxis | None
) -> SeriesSet:
    lines = list(range(1, len(columns[0]) + 1)) if columns else []
    if not lines:
        raise DataError(f"{name}: there are no rows in it. {_FORMS}")
    table = SeriesTable(name, header, columns, lines, line_name="row")
    return assemble(columns_of(table, layout), like)


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
    step = 1 if like is None else like.step
    times = [str(1 + step * i) for i in range(len(cells))]
    return _assemble("list", ["step", name], [times, cells], "wide", like)


def _joined(parts: list[SeriesSet]) -> SeriesSet:
    if not parts:
        raise DataError(f"series: the data have no series. {_FORMS}")
    series = tuple(one for part in parts for one in part.series)
    return SeriesSet(series, parts[0].axis, report=tuple(line for p in parts for line in p.report))
