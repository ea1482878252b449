"""Rows of JSON: an object a line, a list of objects, or lists of cells by column.

    {"text": "a fine film", "label": "good"}          JSON lines
    [{"text": "a fine film", "label": "good"}, ...]   JSON; also as the only list of an object
    {"text": ["a fine film"], "label": ["good"]}      JSON by columns

The columns are the keys of the first `LOOKED_AT` objects; a key that an object lacks is an empty
cell. Objects within objects are columns of their own, `audio.path`. JSON that is no JSON lines is
read whole. Checked by `tests/data/tables/test_json_rows.py`.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice
from typing import cast

from ...errors import DataError
from .table import Row, TablePart
from .text_file import numbered_lines, read_text

LOOKED_AT = 100  # objects whose keys are the columns
_RULE = 'Write an object a line, such as {"text": "a fine film", "label": "good"}.'


def json_lines(name: str) -> TablePart:
    """A file with a JSON object on each line."""
    names: dict[str, None] = {}
    for _, found in islice(_objects(name), LOOKED_AT):
        names.update(dict.fromkeys(found))
    columns = tuple(names)

    def read() -> Iterator[Row]:
        for number, found in _objects(name):
            yield number, [found.get(column) for column in columns]

    return TablePart(name, "JSON lines", columns, read)


def json_whole(name: str) -> TablePart:
    """A file that is one JSON value."""
    try:
        found = json.loads(read_text(name))
    except json.JSONDecodeError as error:
        raise DataError(
            f"{name}, line {error.lineno}: this is not JSON: {error.msg}. {_RULE}"
        ) from None
    except (ValueError, RecursionError) as error:
        raise DataError(f"{name}: this is not JSON: {error}. {_RULE}") from None
    records = _records(found)
    if records is None:
        raise DataError(f"{name}: this JSON holds no list of objects. {_RULE}")
    names: dict[str, None] = {}
    for record in records[:LOOKED_AT]:
        names.update(dict.fromkeys(record))
    columns = tuple(names)

    def read() -> Iterator[Row]:
        for number, record in enumerate(records, start=1):
            yield number, [record.get(column) for column in columns]

    return TablePart(name, "JSON", columns, read, unit="entry")


def json_object(line: str) -> dict[str, object] | None:
    """The JSON object that a line is; `None` if it is none."""
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _objects(name: str) -> Iterator[tuple[int, dict[str, object]]]:
    for number, line in numbered_lines(name):
        try:
            found = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise DataError(
                f"{name}, line {number}: the line is not JSON: {error}. {_RULE}"
            ) from None
        if not isinstance(found, dict):
            raise DataError(
                f"{name}, line {number}: the line is JSON, but no object: "
                f"{line.strip()[:40]!r}. {_RULE}"
            )
        yield number, flat(found)


def flattened(part: TablePart) -> TablePart:
    """A part whose objects within cells are columns of their own, as those of JSON are."""
    if part.names is None or not any(
        isinstance(cell, Mapping) for _, cells in part.head(LOOKED_AT) for cell in cells
    ):
        return part
    outer, names = part.names, dict[str, None]()
    for _, cells in part.head(LOOKED_AT):
        names.update(dict.fromkeys(flat(dict(zip(outer, cells, strict=True)))))
    columns = tuple(names)

    def read() -> Iterator[Row]:
        for line, cells in part.read():
            found = flat(dict(zip(outer, cells, strict=True)))
            yield line, [found.get(column) for column in columns]

    return replace(part, names=columns, read=read)


def flat(found: Mapping[str, object]) -> dict[str, object]:
    """An object's cells by column; those of objects within it by `outer.inner`."""
    cells: dict[str, object] = {}
    for key, value in found.items():
        if isinstance(value, Mapping) and value:
            cells.update({f"{key}.{inner}": cell for inner, cell in flat(value).items()})
        else:
            cells[key] = value
    return cells


def _records(found: object) -> list[dict[str, object]] | None:
    """The rows of a JSON value, whichever way round it holds them."""
    if isinstance(found, dict):
        columns = {k: _column(v) for k, v in found.items()}
        if columns and all(c is not None for c in columns.values()):
            lists = cast(dict[str, list[object]], columns)
            if len(lists) > 1 and len({len(c) for c in lists.values()}) == 1:
                return [
                    dict(zip(lists, row, strict=True)) for row in zip(*lists.values(), strict=True)
                ]
        inner = [v for v in found.values() if _is_records(v)]
        found = inner[0] if len(inner) == 1 else [found]
    return (
        [flat(row) for row in cast(list[dict[str, object]], found)] if _is_records(found) else None
    )


def _column(value: object) -> list[object] | None:
    """A column's cells: a list, or pandas' `{"0": cell, "1": cell}`; none that holds rows."""
    if isinstance(value, dict) and value and all(k.isdecimal() for k in value):
        value = list(value.values())
    return value if isinstance(value, list) and not _is_records(value) else None


def _is_records(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(row, dict) for row in value)
