"""A table: named columns, and rows that are read when they are asked for.

A table has one part a file. The rows of a part are numbered by line or row, so that an error can
name the place. Cells of text files are text; those of JSON, Parquet and frames are what they are
there. Checked by the tests of the readers.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

Cells = Sequence[object]
Row = tuple[int, Cells]  # its line from 1, its cells
TEXT_FORMS = ("TSV", "CSV")  # of which line 1 may be data


@dataclass(frozen=True)
class TablePart:
    """One file, or what Python holds.

    Attributes:
        name: The file as the user wrote it, for messages.
        form: What kind of table it is: TSV, CSV, JSON, JSON lines, Parquet, Arrow, Python data, or
            a name of `forms/known.py`.
        names: Names of its columns, where the form says them; `None` where line 1 may.
        read: Reads the rows from the first on; blank lines are left out.
        unit: What the number of a row counts.
        delimiter: Of a CSV.
        folder: What paths in its cells are relative to; that of the file if empty.
    """

    name: str
    form: str
    names: tuple[str, ...] | None
    read: Callable[[], Iterator[Row]]
    unit: str = "line"
    delimiter: str = "\t"
    folder: str = ""

    def where(self, line: int) -> str:
        """A row as messages name it."""
        return f"{self.name}, {self.unit} {line}"

    @property
    def base(self) -> Path:
        """The folder that paths in its cells are relative to."""
        return Path(self.folder) if self.folder else Path(self.name).parent

    def head(self, number: int) -> list[Row]:
        """The first rows."""
        return list(islice(self.read(), number))


@dataclass(frozen=True)
class Table:
    """What the user gave as a table.

    Attributes:
        name: As the user wrote it.
        parts: Its files, at least one.
    """

    name: str
    parts: tuple[TablePart, ...]

    @property
    def first(self) -> TablePart:
        """The first part."""
        return self.parts[0]
