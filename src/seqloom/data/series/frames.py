"""Series from what Python holds: pandas and polars frames, dictionaries, lists of numbers.

Neither library is imported: a frame is told by its methods. Long and wide are as in
`series_csv.py`; the index of a pandas frame is its time column where it holds dates. Checked by
`tests/data/series/test_frames.py` against the same data read from CSV.
"""

import datetime
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ...errors import DataError
from .csv_file import Layout, columns_from, read_series
from .series import SeriesSet, assemble
from .times import TimeAxis

_FORMS = "Give a CSV's path, a pandas or polars frame, {name: numbers}, or a list of numbers."


def to_series(data: Any, *, layout: Layout = "auto", like: TimeAxis | None = None) -> SeriesSet:
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
    if hasattr(data, "columns") and hasattr(data, "shape"):
        header, columns = _frame(data)
        return _assemble("frame", header, columns, layout, like)
    if isinstance(data, Mapping):
        return _joined([_plain(str(name), values, like) for name, values in data.items()])
    if isinstance(data, Sequence | np.ndarray):
        return _plain("y", data, like)
    raise DataError(
        f"series: data must be a file, frame or numbers, got {type(data).__name__}. {_FORMS}"
    )


def _frame(frame: Any) -> tuple[list[str], list[list[str]]]:
    """Header and columns of a frame, as text."""
    header = [str(column) for column in frame.columns]
    columns = [_texts(frame[column]) for column in frame.columns]
    index = getattr(frame, "index", None)
    if index is not None and getattr(index, "dtype", None) is not None:
        kind = str(index.dtype)
        if kind.startswith(("datetime64", "period")):
            header, columns = ["ds", *header], [_texts(index), *columns]
    return header, columns


def _texts(column: Any) -> list[str]:
    """A column's cells as a CSV would have them."""
    cells = column.to_list() if hasattr(column, "to_list") else list(column)
    return [_text(cell) for cell in cells]


def _text(cell: Any) -> str:
    if cell is None or cell != cell:  # NaN, NaT
        return ""
    if isinstance(cell, datetime.datetime):
        return cell.isoformat(sep=" ", timespec="seconds").removesuffix(" 00:00:00")
    return repr(float(cell)) if isinstance(cell, float) else str(cell)


def _assemble(
    name: str, header: list[str], columns: list[list[str]], layout: Layout, like: TimeAxis | None
) -> SeriesSet:
    rows = [list(row) for row in zip(*columns, strict=True)]
    if not rows:
        raise DataError(f"{name}: data must have at least 1 row, got none. {_FORMS}")
    lines = list(range(1, len(rows) + 1))
    return assemble(columns_from(name, header, rows, lines, layout=layout, line_name="row"), like)


def _plain(name: str, values: Any, like: TimeAxis | None) -> SeriesSet:
    """One series of numbers at 1, 2, 3 ...; on the dates of no calendar."""
    try:
        cells = [float("nan") if value is None else float(value) for value in values]
    except (TypeError, ValueError) as error:
        raise DataError(f"series: {name!r} must hold numbers, got {error}. {_FORMS}") from error
    if like is not None and like.unit != "integer":
        raise DataError(
            f"series: {name!r} must have dates, as the model was trained on {like.frequency} "
            "data, got numbers alone. Give a frame or a CSV with a time column."
        )
    step = 1 if like is None else like.step
    times = [str(1 + step * i) for i in range(len(cells))]
    return _assemble("list", ["step", name], [times, [_text(c) for c in cells]], "wide", like)


def _joined(parts: list[SeriesSet]) -> SeriesSet:
    if not parts:
        raise DataError(f"series: data must have at least 1 series, got none. {_FORMS}")
    series = tuple(one for part in parts for one in part.series)
    return SeriesSet(series, parts[0].axis, report=tuple(line for p in parts for line in p.report))
