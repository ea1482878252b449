"""Tables that Python holds: frames, data sets, arrays, dictionaries and lists.

    pandas, polars, Arrow, and what else narwhals reads    columns and their names
    datasets.Dataset                                       likewise
    {"text": [...], "label": [...]}                        a list a column
    [("walk", "W AO K"), ...], a NumPy array of two axes   rows; columns have numbers
    [{"text": ..., "label": ...}, ...]                     rows
    ["walk", ...]                                          rows of one column
    any other iterable                                     as a list of what it gives, read once

No library is imported for it but narwhals. Cells stay what they are; missing ones are `None`.
Checked by `tests/data/tables/test_python_data.py`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import cast

import numpy as np

from ...errors import DataError
from .json_rows import flat
from .table import Row, TablePart

NAME = "data"
_FORMS = (
    "Give a path, a pandas, polars or Arrow frame, {name: column}, or a list of tuples or of "
    "dictionaries."
)


def is_frame(data: object) -> bool:
    """Whether `data` is a frame that narwhals reads."""
    import narwhals as nw

    return isinstance(
        nw.from_native(data, pass_through=True),
        nw.DataFrame | nw.LazyFrame,
    )


def python_data(data: object) -> TablePart:
    """What Python holds as a table.

    Raises:
        DataError: It is no table, has no rows, or its columns are of unlike length.
    """
    if isinstance(data, str | bytes):
        raise DataError(f"{NAME}: {type(data).__name__} is no table. {_FORMS}")
    if hasattr(data, "column_names") and hasattr(data, "features") and hasattr(data, "with_format"):
        return _data_set(data)
    if isinstance(data, Mapping):
        return _by_column(data)
    if isinstance(data, np.ndarray):
        return _array(data)
    if is_frame(data):
        return _frame(data)
    if isinstance(data, Iterable):
        return _by_row(data if isinstance(data, Sequence) else list(data))
    raise DataError(f"{NAME}: {type(data).__name__} is no table. {_FORMS}")


def _part(names: tuple[str, ...], rows: Sequence[Sequence[object]] | object) -> TablePart:
    found = cast(Iterable[Sequence[object]], rows)

    def read() -> Iterator[Row]:
        for number, cells in enumerate(found, start=1):
            yield number, [_cell(cell) for cell in cells]

    return TablePart(NAME, "Python data", names, read, unit="row")


def _frame(data: object) -> TablePart:
    import narwhals as nw

    frame = nw.from_native(_with_index(data))  # type: ignore[call-overload]
    if isinstance(frame, nw.LazyFrame):
        frame = frame.collect()
    names = tuple(map(str, frame.columns))

    def read() -> Iterator[Row]:
        for number, cells in enumerate(frame.iter_rows(), start=1):
            yield number, [_cell(cell) for cell in cells]

    return TablePart(NAME, "Python data", names, read, unit="row")


def _with_index(frame: object) -> object:
    """A pandas frame with its index among its columns, where that has names or holds dates."""
    if not all(hasattr(frame, name) for name in ("rename_axis", "reset_index", "index")):
        return frame
    index = frame.index  # type: ignore[attr-defined]
    dated = str(getattr(index, "dtype", "")).startswith(("datetime64", "period"))
    if dated and index.name is None:
        frame = frame.rename_axis(index="ds").reset_index()  # type: ignore[attr-defined]
    elif dated or any(name is not None for name in index.names):
        frame = frame.reset_index()  # type: ignore[attr-defined]
    columns = [str(name) for name in frame.columns]  # type: ignore[attr-defined]
    if columns != list(frame.columns):  # type: ignore[attr-defined]
        frame = frame.set_axis(columns, axis=1)  # type: ignore[attr-defined]
    return frame


def _data_set(data: object) -> TablePart:
    """A data set of Hugging Face; a column of classes holds their names."""
    names = tuple(data.column_names)  # type: ignore[attr-defined]
    classes = {
        name: list(feature.names)
        for name, feature in data.features.items()  # type: ignore[attr-defined]
        if hasattr(feature, "names") and hasattr(feature, "int2str")
    }

    def read() -> Iterator[Row]:
        plain = data.with_format(None)  # type: ignore[attr-defined]
        for number, row in enumerate(plain, start=1):
            yield number, [_named(row[name], classes.get(name)) for name in names]

    return TablePart(NAME, "Python data", names, read, unit="row")


def _named(cell: object, classes: list[str] | None) -> object:
    if classes and isinstance(cell, int) and 0 <= cell < len(classes):
        return classes[cell]
    return _cell(cell)


def _by_column(data: Mapping[object, object]) -> TablePart:
    columns = {str(name): column for name, column in data.items()}
    wrong = [n for n, c in columns.items() if isinstance(c, str) or not isinstance(c, Iterable)]
    if wrong or not columns:
        raise DataError(f"{NAME}: `{(wrong or ['{}'])[0]}` is no column of cells. {_FORMS}")
    lists = {name: list(cast(Iterable[object], column)) for name, column in columns.items()}
    sizes = {name: len(cells) for name, cells in lists.items()}
    if len(set(sizes.values())) > 1:
        said = ", ".join(f"{name} {size:,}" for name, size in list(sizes.items())[:4])
        raise DataError(f"{NAME}: columns must have equally many cells, got {said}.")
    return _part(tuple(lists), list(zip(*lists.values(), strict=True)))


def _array(data: np.ndarray) -> TablePart:
    if data.dtype.names:
        return _part(tuple(data.dtype.names), data.tolist())
    if data.ndim not in (1, 2):
        raise DataError(
            f"{NAME}: an array must have rows and columns, got {data.ndim} axes. {_FORMS}"
        )
    rows = data.tolist() if data.ndim == 2 else [[cell] for cell in data.tolist()]
    return _part(_numbers(data.shape[1] if data.ndim == 2 else 1), rows)


def _by_row(data: Sequence[object]) -> TablePart:
    first = data[0] if len(data) else None
    if isinstance(first, Mapping):
        names: dict[str, None] = {}
        records = []
        for row in data:
            if not isinstance(row, Mapping):
                raise DataError(f"{NAME}: rows must all be dictionaries like the first. {_FORMS}")
            records.append(flat(row))
            names.update(dict.fromkeys(records[-1]))
        return _part(tuple(names), [[record.get(name) for name in names] for record in records])
    if isinstance(first, Sequence) and not isinstance(first, str | bytes):
        names_of = getattr(first, "_fields", None) or _numbers(len(first))  # a NamedTuple's
        for number, row in enumerate(data, start=1):
            if not isinstance(row, Sequence) or len(row) != len(first):
                raise DataError(
                    f"{NAME}, row {number}: rows must all have {len(first)} cells like the first."
                )
        return _part(tuple(names_of), data)
    if isinstance(first, np.ndarray):
        return _by_row([row.tolist() for row in cast(Sequence[np.ndarray], data)])
    return _part(_numbers(1), [[cell] for cell in data])


def _numbers(width: int) -> tuple[str, ...]:
    return tuple(str(i) for i in range(1, width + 1))


def _cell(cell: object) -> object:
    """A cell as plain Python has it: missing ones of any library are `None`."""
    if cell is None or isinstance(cell, str):
        return cell
    if isinstance(cell, np.generic):
        cell = cell.item()
    if isinstance(cell, float) and cell != cell:
        return None
    if type(cell).__name__ in ("NAType", "NaTType"):
        return None
    return cell
