"""The rows that a model is to answer: those of a table with their other cells, or lines of text.

The column that goes into the model is, in this order: the one that the user names; the one of the
training data, by its name; the one whose name is known for the role; the only one; of a file
without names, the one of the training data by its number. Line 1 of a TSV or CSV file is a header
if it has that name, or one known for the role and looks like names. Checked by
`tests/data/tables/test_inputs.py`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ...errors import DataError
from ..given import Given
from .delimited import delimited
from .header_names import known_columns, known_for
from .roles import AUTO, cell_text, look_like_names, places_of
from .source import form_of_part, table_of
from .table import Cells, Table, TablePart
from .text_file import numbered_lines

TABLES = (".csv", ".tsv", ".tab")  # of which a file without a delimiter is a table of one column


@dataclass(frozen=True)
class Input:
    """A row: its place for messages, the text that goes into the model, and all its cells."""

    where: str
    text: str
    cells: Cells


@dataclass(frozen=True)
class Inputs:
    """Rows to be answered.

    Attributes:
        names: Names of the cells; of a file without names, numbers.
        named: Whether the names are the file's.
        rows: The rows, read when they are asked for.
    """

    names: tuple[str, ...]
    named: bool
    rows: Iterator[Input]


def inputs_of(
    source: Given,
    role: str,
    *,
    column: str = AUTO,
    trained: str = AUTO,
    features: str | None = None,
) -> Inputs:
    """The rows of a file.

    Args:
        source: What the user gave.
        role: What goes into the model: `source` or `text`.
        column: The column that the user names.
        trained: That of the training data, as settings name it.
        features: The column of features of the training data, of a model that reads some.
    Raises:
        DataError: It cannot be read, or it cannot be told which column is meant.
    """
    table = table_of(source)
    if table is None and source.name.lower().removesuffix(".gz").endswith(TABLES):
        table = Table(source.name, (delimited(source.name, "\t"),))
    if table is None:
        return Inputs((role,), True, _lines(source, role))
    part = table.first
    head = part.head(2)
    if not head:
        raise DataError(f"{table.name}: there are no rows in it. Name another.")
    shown = tuple(str(cell) for cell in (part.names or head[0][1]))
    named = part.names is not None or _is_header(shown, role, column, trained)
    places = _places(table, shown, named, role, column, trained)
    names = shown if named else tuple(str(i + 1) for i in range(len(shown)))
    header = named and part.names is None
    tags = None
    if features is not None:
        tags = places_of(table.name, shown, "features", features, "auto")[0][0]
    return Inputs(_different(names), named, _rows(table, role, places, names, header, tags))


def _is_header(shown: Sequence[str], role: str, column: str, trained: str) -> bool:
    """Whether the cells of line 1 name columns."""
    asked = {name.strip() for text in (column, trained) for name in text.split(",")}
    if any(name in shown and not name.isdecimal() for name in asked - {AUTO}):
        return True
    known = [name for name in shown if known_for(name, role) > 2]
    return len(known) == 1 and (len(shown) == 1 or look_like_names([*set(shown)]))


def _places(
    table: Table, shown: tuple[str, ...], named: bool, role: str, column: str, trained: str
) -> tuple[int, ...]:
    where = table.name
    if column != AUTO:
        return places_of(where, shown, role, column, "auto")[0]
    form = form_of_part(table.first)
    usual = dict(form.roles).get(role, AUTO) if form is not None else AUTO
    for text in (trained, usual):
        if named and text != AUTO and all(name.strip() in shown for name in text.split(",")):
            return places_of(where, shown, role, text, "auto")[0]
    known = known_columns(shown, role) if named else []
    if len(known) == 1:
        return (shown.index(known[0]),)
    if len(shown) == 1:
        return (0,)
    numbers = [text for text in trained.split(",") if text.strip().isdecimal()]
    if not named and all(0 < int(number) <= len(shown) for number in numbers):
        return tuple(int(number) - 1 for number in numbers) or (0,)
    raise DataError(
        f"{table.name}: {len(shown)} columns ({', '.join(shown)[:100]}), of which the {role} is to "
        f"be named. For example: --column {shown[0]}"
    )


def _rows(
    table: Table,
    role: str,
    places: Sequence[int],
    names: tuple[str, ...],
    header: bool,
    tags: int | None,
) -> Iterator[Input]:
    width = len(names)
    for part in table.parts:
        for number, (line, cells) in enumerate(part.read()):
            if number == 0 and header and tuple(cells) == names:
                continue
            if len(cells) != width:
                raise DataError(
                    f"{part.where(line)}: a line must have {width} columns like line 1, got "
                    f"{len(cells)}."
                )
            text = _text(part, line, role, cells, places)
            if tags is not None:
                text = f"{text}\t{cell_text(part, line, 'features', cells[tags])}"
            yield Input(part.where(line), text, cells)


def _text(part: TablePart, line: int, role: str, cells: Cells, places: Sequence[int]) -> str:
    return " ".join(cell_text(part, line, role, cells[place]) for place in places).strip()


def _lines(source: Given, role: str) -> Iterator[Input]:
    for file in source.files():
        for number, line in numbered_lines(file):
            text = line.strip()
            yield Input(f"{file}, line {number}", text, (text,))


def _different(names: Sequence[str]) -> tuple[str, ...]:
    """The names, with a number behind one that came before."""
    found: list[str] = []
    for name in names:
        found.append(free_name(name, found))
    return tuple(found)


def free_name(name: str, taken: Sequence[str]) -> str:
    """A name that is not among others: itself, or with `_2`, `_3` ... behind it."""
    number, tried = 1, name
    while tried in taken:
        number += 1
        tried = f"{name}_{number}"
    return tried
