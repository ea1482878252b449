"""From what the user gave to a table, by what the files hold rather than by their names.

    Parquet, Arrow, Feather          by their first bytes
    JSON lines                       the first lines are objects
    JSON                             begins with [ or {, and is no JSON lines
    a form of `forms/known.py`       by the rule of the form
    TSV                              most of the first lines have a tab
    CSV                              the first lines have one number of cells, see `delimited.py`

A folder, a pattern and a list of files are a table of several parts, which must have the same
columns. Checked by `tests/data/tables/test_source.py`.
"""

import dataclasses
from collections.abc import Iterator
from pathlib import Path

from ...errors import DataError
from ..given import Given, given
from .arrow_rows import ARROW, FEATHER_1, PARQUET, arrow, parquet
from .delimited import delimited, delimiter_of
from .forms.form import Form, Glimpse
from .forms.known import AUTO, BY_NAME, form_named, form_of
from .forms.parallel import parallel
from .json_rows import flattened, json_lines, json_object, json_whole
from .python_data import python_data
from .table import TEXT_FORMS, Row, Table, TablePart
from .text_file import STANDARD_INPUT, read_head, standard_input

HEAD_BYTES = 400_000
_TEXTS = (".tsv", ".tab", ".csv", ".jsonl", ".ndjson", ".json")
ENDINGS = (
    *(ending + packed for ending in _TEXTS for packed in ("", ".gz", ".zst")),
    *(".parquet", ".arrow", ".feather"),
)


def table_of(data: object) -> Table | None:
    """The table that `data` is; `None` if it is running text.

    Raises:
        DataError: It cannot be read, or is neither text nor a table.
    """
    source = given(data)
    if source.kind == "python":
        return Table(source.name, (flattened(python_data(source.data)),))
    if source.kind == "parallel":
        return Table(source.name, (parallel(*map(str, source.files())),))
    if source.kind == "folder":
        form = folder_form(source)
        if form is not None:
            return Table(source.name, (form.read(source.name),))
    parts = [part_of(str(file), source.form) for file in _files(source)]
    if not parts or any(part is None for part in parts):
        return None
    found = [part for part in parts if part is not None]
    return Table(source.name, tuple(_alike(found)))


def folder_form(source: Given) -> Form | None:
    """The form of a folder, as asked for or by its look; `None` if it is one of tables or texts."""
    if source.form in BY_NAME and BY_NAME[source.form].folder:
        return form_named(source.name, source.form)
    return form_of(Glimpse(source.name), folder=True) if source.form == AUTO else None


def form_of_part(part: TablePart) -> Form | None:
    """The form that a part has been read as; `None` of an ordinary table."""
    return BY_NAME.get(part.form)


def part_of(name: str, form: str = AUTO) -> TablePart | None:
    """A file as a part of a table; `None` if it is running text.

    Args:
        name: The file.
        form: One of `forms/known.py`; `table` if it is none of them.
    Raises:
        DataError: It cannot be read, is empty, or is neither text nor a table.
    """
    if form in BY_NAME:
        return form_named(name, form).read(name)
    magic = _first_bytes(name)
    if magic.startswith(PARQUET):
        return flattened(parquet(_path(name)))
    if magic.startswith((ARROW, FEATHER_1)) or name.lower().endswith(".arrow"):
        return flattened(arrow(_path(name)))
    lines = head_lines(name)[0]
    if not lines:
        raise DataError(f"{name}: the file is empty. Name another.")
    found = form_of(Glimpse(name, lines), folder=False) if form == AUTO else None
    if found is not None:
        return found.read(name)
    plain = name.lower().removesuffix(".gz").removesuffix(".zst")
    if is_json_lines(lines, plain):
        return json_lines(name)
    if lines[0].lstrip()[:1] in ("[", "{") and plain.endswith(".json"):
        return json_whole(name)
    delimiter = delimiter_of(lines, plain)
    return None if delimiter is None else delimited(name, delimiter)


def is_json_lines(lines: list[str], plain: str) -> bool:
    """Whether line 1 is an object, and line 2 may be, or the name says so.

    Args:
        lines: The first lines.
        plain: The file's name, in lower case, without what packed it.
    """
    if json_object(lines[0]) is None:
        return False
    if len(lines) == 1:
        return not plain.endswith(".json")
    return plain.endswith((".jsonl", ".ndjson")) or lines[1][:1] in "{["


def head_lines(name: str) -> tuple[list[str], bool]:
    """The first whole lines that are not blank, and whether they are all."""
    text, whole = read_head(name, HEAD_BYTES)
    if not whole:
        text = text[: text.rfind("\n") + 1] or text
    if "\n" not in text:
        text = text.replace("\r", "\n")
    return [line.rstrip("\r") for line in text.split("\n") if line.strip()], whole


def _files(source: Given) -> list[Path]:
    files = source.files(ENDINGS if source.kind == "folder" else ("",))
    if len({_family(file) for file in files}) > 1:
        raise DataError(
            f"{source.name}: the files are of several kinds: "
            f"{', '.join(file.name for file in files[:4])}. Name one, or those of one kind."
        )
    return files


def _family(file: Path) -> str:
    name = file.name.lower().removesuffix(".gz").removesuffix(".zst")
    return name.rpartition(".")[2]


def _first_bytes(name: str) -> bytes:
    try:
        with Path(_path(name)).open("rb") as file:
            return file.read(8)
    except (OSError, ValueError):
        return b""  # the reader of text complains of it


def _path(name: str) -> str:
    return str(standard_input()) if name == STANDARD_INPUT else name


def _alike(parts: list[TablePart]) -> Iterator[TablePart]:
    """Parts with the columns of the first, in its order.

    Raises:
        DataError: A part lacks one of them.
    """
    first = parts[0]
    yield first
    wanted = first.names or _header_of(first)
    for part in parts[1:]:
        names = part.names or _header_of(part)
        if names == wanted or (first.form in TEXT_FORMS and len(names) == len(wanted)):
            if part.form != first.form:
                raise DataError(f"{part.name}: this is {part.form}, and {first.name} {first.form}.")
            yield part
            continue
        missing = [name for name in wanted if name not in names]
        if missing or part.names is None:
            raise DataError(
                f"{part.name}: the columns are {', '.join(names)[:100]}, and those of {first.name} "
                f"are {', '.join(wanted)[:100]}. Give files with the same columns."
            )
        yield _reordered(part, [names.index(name) for name in wanted], wanted)


def _reordered(part: TablePart, places: list[int], names: tuple[str, ...]) -> TablePart:
    def read() -> Iterator[Row]:
        for line, cells in part.read():
            yield line, [cells[place] for place in places]

    return dataclasses.replace(part, names=names, read=read)


def _header_of(part: TablePart) -> tuple[str, ...]:
    rows = part.head(1)
    return tuple(str(cell) for cell in rows[0][1]) if rows else ()
