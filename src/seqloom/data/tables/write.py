"""Tables written: TSV, CSV, JSON lines, Parquet.

    tsv        nothing is quoted; tabs and line breaks within a cell become spaces
    csv        RFC 4180, by the standard library
    jsonl      an object a line
    parquet    by pyarrow; the cells of a column have one type, or all become text

An empty cell is nothing in TSV and CSV, null in the others. Checked by
`tests/data/tables/test_write.py`: pandas, pyarrow and our own readers give the rows back.
"""

import csv
import io
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ...extras import require
from ...plain import to_json

if TYPE_CHECKING:
    import pyarrow as pa

WRITTEN = ("tsv", "csv", "jsonl", "parquet")
_BREAKS = re.compile(r"\s*[\t\r\n]+\s*")


class TableWriter:
    """Writes rows as they come.

    Args:
        form: `tsv`, `csv` or `jsonl`.
        names: Of the columns.
        header: Whether TSV and CSV begin with the names.
        put: Takes the text of a row.
    """

    def __init__(
        self, form: str, names: Sequence[str], header: bool, put: Callable[[str], object]
    ) -> None:
        self._form, self._names, self._put = form, names, put
        if header and form != "jsonl":
            self.write(names)

    def write(self, cells: Sequence[object]) -> None:
        """Write a row."""
        if self._form == "jsonl":
            self._put(to_json(dict(zip(self._names, map(_plain, cells), strict=True))) + "\n")
        elif self._form == "csv":
            line = io.StringIO()
            csv.writer(line).writerow([_text(cell) for cell in cells])  # quotes CR and LF
            self._put(line.getvalue().removesuffix("\r\n") + "\n")
        else:
            self._put("\t".join(_BREAKS.sub(" ", _text(cell)) for cell in cells) + "\n")


def write_parquet(path: Path, names: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write rows as a Parquet file; they are held in memory.

    Raises:
        MissingExtraError: pyarrow is not installed.
    """
    require("predict", "pyarrow")
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns: list[list[object]] = [[] for _ in names]
    for cells in rows:
        for column, cell in zip(columns, cells, strict=True):
            column.append(cell)
    pq.write_table(pa.table([_array(column) for column in columns], names=list(names)), path)


def _array(cells: list[object]) -> "pa.Array":
    import pyarrow as pa

    try:
        return pa.array(cells)
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        return pa.array([None if cell is None else _text(cell) for cell in cells])


def _text(cell: object) -> str:
    """A cell as text; a list of symbols is joined by spaces, as reading does."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, list | tuple):
        return " ".join(map(_text, cell))
    return str(cell)


def _plain(cell: object) -> object:
    """A cell as JSON has it: times and what else is no plain value become text."""
    if cell is None or isinstance(cell, str | bool | int | float):
        return cell
    if isinstance(cell, list | tuple):
        return [_plain(one) for one in cell]
    if isinstance(cell, dict):
        return {str(name): _plain(one) for name, one in cell.items()}
    return str(cell)
